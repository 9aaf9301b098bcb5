"""The losses of SMLD and DDPM are continuous denoising at the times of their levels, and least at the true score."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.score.losses.denoising import denoising, weight_of
from evolaw.score.losses.discrete import betas_of, ddpm, geometric_levels, smld
from evolaw.score.noising.song import VE, VP

X0, Z = np.array([0.4, -1.0, 2.0]), np.array([0.1, -0.8, 1.3])


def test_smld_is_ve_at_its_levels() -> None:
    sigmas, noising = geometric_levels(0.1, 10.0, 5), VE(0.1, 10.0)
    with precise("float64"):
        x0, z = jnp.asarray(X0), jnp.asarray(Z)
        for i, sigma in enumerate(sigmas):
            t = i / 4
            assert float(noising.std(t)) == pytest.approx(sigma)
            one = smld(lambda x, i, s=sigma: -x / (1 + s**2), x0, z, i, sigmas)
            other = denoising(
                lambda x, t, s=sigma: -x / (1 + s**2), x0, z, t, noising, weight_of("variance", t, noising)
            )
            assert float(one) == pytest.approx(float(other), rel=1e-12)


def test_ddpm_is_vp_at_its_levels() -> None:
    noising, count = VP(), 8
    betas = betas_of(noising, count)
    kept = np.cumprod(1 - betas)
    with precise("float64"):
        x0, z = jnp.asarray(X0), jnp.asarray(Z)
        for i in range(count):
            t = (i + 1) / count
            assert kept[i] == pytest.approx(float(noising.scale(t)) ** 2, rel=1e-12)
            s = float(noising.std(t))
            one = ddpm(lambda x, i, s=s: s * x, x0, z, i, betas)
            other = denoising(lambda x, t: -x, x0, z, t, noising, 2 * weight_of("variance", t, noising))
            assert float(one) == pytest.approx(float(other), rel=1e-10)
    assert betas_of(noising, 1000) == pytest.approx(
        [noising.beta((i + 0.5) / 1000) / 1000 for i in range(1000)], rel=0.011
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize("kind", ["smld", "ddpm"])
def test_the_true_score_has_the_least_loss(kind: str) -> None:
    """Data N(0, v) by quadrature: a bent score is worse on either side, and the slope vanishes."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(12)
    variance, i = 0.3, 3
    sigmas, betas = geometric_levels(0.1, 10.0, 5), betas_of(VP(), 5)
    kept = float(np.prod(1 - betas[: i + 1]))

    def mean(bent: float) -> float:
        total = 0.0
        for u, p in zip(nodes, shares, strict=True):
            for v, q in zip(nodes, shares, strict=True):
                x0, z = jnp.array([np.sqrt(variance) * u]), jnp.array([v])
                if kind == "smld":
                    loss = smld(lambda x, i: -(1 + bent) * x / (variance + sigmas[i] ** 2), x0, z, i, sigmas)
                else:
                    spread = kept * variance + 1 - kept
                    loss = ddpm(lambda x, i, d=spread: (1 + bent) * np.sqrt(1 - kept) * x / d, x0, z, i, betas)
                total += p * q * float(loss)
        return total / shares.sum() ** 2

    with precise("float64"):
        down, least, up = (mean(bent) for bent in (-1e-2, 0.0, 1e-2))
    assert min(down, up) > least
    assert abs(up - down) < 1e-3 * (up + down - 2 * least)


def test_bad_levels_are_named() -> None:
    with pytest.raises(ArgumentError, match="sigma_max"):
        geometric_levels(1.0, 1.0, 3)
    with pytest.raises(ArgumentError, match="levels"):
        betas_of(VP(), 0)

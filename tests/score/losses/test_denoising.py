"""Denoising score matching on a Gaussian, by quadrature and so without sampling error: constant, minimum, weights, times."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.score.losses.denoising import TIMES, WEIGHTS, Denoising, denoising, draw_times, edm, weight_of
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.noising.schedules import EDM
from evolaw.score.noising.song import VE, VP, SubVP

NODES, SHARES = np.polynomial.hermite_e.hermegauss(24)
SHARES = SHARES / SHARES.sum()
MEAN, VARIANCE = 0.7, 0.3
NOISINGS = [VP(), VE(0.01, 50.0), SubVP()]


def mean_of(function: Callable[[Any, Any], Any]) -> float:
    """The mean of a function of (x0, z) over data N(m, v) and normal z: exact for polynomials of degree 47."""
    with precise("float64"):
        x0, z = (
            jnp.asarray(part.ravel()) for part in np.meshgrid(MEAN + np.sqrt(VARIANCE) * NODES, NODES, indexing="ij")
        )
        return float(jnp.asarray(np.outer(SHARES, SHARES).ravel()) @ jax.vmap(function)(x0, z))


def true_score(noising: Any, bent: float = 0.0, shift: float = 0.0) -> Callable[[Any, Any], Any]:
    """The score of the noised Gaussian, times (1 + bent) and shifted."""

    def score(x: Any, t: Any) -> Any:
        a, s = noising.scale(t), noising.std(t)
        spread = a**2 * VARIANCE + s**2
        return -(1 + bent) * (x - a * MEAN) / spread + shift * jnp.sin(x / spread**0.5)

    return score


@pytest.mark.parametrize("noising", NOISINGS, ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("t", [0.01, 0.4, 1.0])
def test_it_is_explicit_matching_and_a_constant(noising: Any, t: float) -> None:
    """For any model: the constant is ½ (1/s² - E‖∇log p_t‖²), known for a Gaussian."""
    a, s = float(noising.scale(t)), float(noising.std(t))
    spread = a**2 * VARIANCE + s**2
    truth = true_score(noising)
    for bent, shift in ((0.0, 0.0), (0.5, 0.0), (-0.2, 0.3)):
        model = true_score(noising, bent, shift)
        dsm = mean_of(lambda x0, z, model=model: denoising(model, x0, z, t, noising))
        esm = mean_of(lambda x0, z, m=model: 0.5 * (m(a * x0 + s * z, t) - truth(a * x0 + s * z, t)) ** 2)
        assert dsm - esm == pytest.approx(0.5 * (1 / s**2 - 1 / spread), rel=1e-6)


@pytest.mark.parametrize("noising", NOISINGS, ids=lambda n: type(n).__name__)
def test_the_usual_weight_lets_every_time_count_alike(noising: Any) -> None:
    """λ = 1/E‖∇log p_0t‖², not its inverse: a model of nothing loses ½ λ E(z/s)² = ½ at every time."""
    for t in (0.01, 0.4, 1.0):
        with precise("float64"):
            lam = weight_of("variance", jnp.float64(t), noising, 0.5)
        nothing = mean_of(lambda x0, z, t=t, lam=lam: denoising(lambda x, t: 0.0 * x, x0, z, t, noising, lam))
        assert nothing == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_every_weight_is_least_at_the_true_score(weight: str) -> None:
    noising, t = VP(), 0.4

    def loss(bent: float, shift: float) -> float:
        lam = weight_of(weight, jnp.float64(t), noising, 0.5)
        return mean_of(lambda x0, z: denoising(true_score(noising, bent, shift), x0, z, t, noising, lam))

    with precise("float64"):
        least, h = loss(0.0, 0.0), 1e-3
        for one, other in (((h, 0.0), (-h, 0.0)), ((0.0, h), (0.0, -h))):
            up, down = loss(*one), loss(*other)
            assert min(up, down) > least
            assert abs(up - down) < 1e-3 * (up + down - 2 * least), "the slope is nothing beside the curvature"


def test_edm_is_denoising_with_its_weight() -> None:
    sigma, spread = 0.8, 0.5

    def denoise(y: Any, sigma: Any) -> Any:
        return 0.3 * y + 0.1

    def score(x: Any, t: Any) -> Any:
        return (denoise(x, t) - x) / t**2

    with precise("float64"):
        lam = float(weight_of("edm", jnp.float64(sigma), EDM(), spread))
    one = mean_of(lambda x0, z: edm(denoise, x0, z, sigma, spread))
    assert one == pytest.approx(mean_of(lambda x0, z: 2 * denoising(score, x0, z, sigma, EDM(), lam)), rel=1e-9)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("noising", [*NOISINGS, EDM()], ids=lambda n: type(n).__name__)
@pytest.mark.parametrize("name", TIMES)
def test_times_have_the_density_they_say(noising: Any, name: str) -> None:
    """Stratified over 4096 times, a mean of f/density is the integral of f over t to 1 %; the share below t is that of the density."""
    with precise("float64"):
        drawn = jax.jit(partial(draw_times, name, noising, 4096))(jax.random.key(0))
        t, density = (np.asarray(part) for part in drawn)
    low, high = noising.least, noising.end
    assert low <= t.min() < t.max() <= high
    log_sigma = -np.asarray(noising.log_snr(np.sort(t)))
    if name == "importance":
        np.testing.assert_allclose(np.diff(log_sigma), np.diff(log_sigma).mean(), rtol=0.05, atol=1e-3)
    if name == "lognormal":
        assert np.median(log_sigma) == pytest.approx(-1.2, abs=0.1)
    middle = float(noising.time_of_log_snr(0.0))

    def bump(t: Any) -> Any:
        return (
            np.exp(-((noising.log_snr(t) / 0.5) ** 2)) * np.asarray(noising.squared_diffusion(t)) / noising.std(t) ** 2
        )

    exact = quad(lambda t: float(bump(t)), low, high, points=[middle], limit=400)[0] / (high - low)
    tolerance = 0.3 if name == "uniform" and not isinstance(noising, VP | SubVP | VE) else 0.02
    assert np.mean(bump(t) / density) == pytest.approx(exact, rel=tolerance)


def test_the_likelihood_weight_under_importance_times_has_no_variance_left() -> None:
    """g² over its own density is s² and a constant: the reason for these times."""
    with precise("float64"):
        t, density = jax.jit(partial(draw_times, "importance", VP(), 64))(jax.random.key(1))
        left = np.asarray(weight_of("likelihood", t, VP()) / density / VP().std(t) ** 2)
    np.testing.assert_allclose(left, left[0], rtol=1e-9)


@pytest.mark.slow
def test_an_unbiased_objective_does_not_change_with_the_times() -> None:
    """A silent network on 4096 draws of one Gaussian: three ways to draw times, one integral, to 5 %."""
    data = jnp.asarray(np.random.default_rng(0).normal(MEAN, np.sqrt(VARIANCE), (512, 1)), jnp.float32)
    frame = Preconditioning(data.mean(0), jnp.float32(0.2))
    rows = jnp.asarray(np.random.default_rng(1).integers(0, 512, 2**15))
    losses = [
        float(
            Denoising(data, None, frame, VE(0.05, 10.0), "likelihood", name, unbiased=True)(
                _silent, rows, jax.random.key(2)
            )
        )
        for name in ("uniform", "importance")
    ]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


def _silent(x: Any, label: Any) -> Any:
    return 0 * x


@pytest.mark.slow
def test_jitter_spreads_data_over_their_level() -> None:
    """A perfect echo of y misses x0 by σ z alone; a network that says the level's middle misses by the jitter, of variance w²/12."""

    class Middle(Preconditioning):
        def denoise(self, net: Any, y: Any, sigma: Any, condition: Any = None) -> Any:
            return jnp.zeros_like(y)

    loss = Denoising(
        jnp.zeros((1, 3)), None, Middle(jnp.zeros(3), jnp.float32(1.0)), VE(1.0, 1.001), "variance", jitter=0.6
    )
    # ½ λ a²/s⁴ w²/12 with λ = s², s = 1; 60,000 uniform numbers: known to 0.4 %, ten of these.
    found = float(loss(None, jnp.zeros(20_000, jnp.int32), jax.random.key(0)))
    assert found == pytest.approx(0.5 * 0.36 / 12, rel=0.04)


def test_unknown_words_are_named() -> None:
    with pytest.raises(ArgumentError, match="weight"):
        weight_of("heavy", 0.5, VP())
    with pytest.raises(ArgumentError, match="times"):
        draw_times("later", VP(), 4, jax.random.key(0))

"""Reverse diffusion, ancestral and DDIM against the formulas as the papers print them."""

import numpy as np
import pytest

from evolaw import score, sde
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import gaussian_output
from evolaw.score.samplers.sampler import process_for
from evolaw.sde import Noise

DATA = score.Gaussian([1.0, -0.5], [1.0, 0.3])
X, Z = np.array([0.7, -1.1]), np.array([0.3, 1.9])
T, S = 0.6, 0.55


def stepped(scheme, noising):
    process = process_for(noising, DATA, scheme)
    noise = Noise(Z * np.sqrt(T - S)) if scheme.draws else Noise()
    with sde_precision():
        return np.asarray(scheme.step(process, T, X, S - T, noise, scheme.start(process, T, X))[0])


def sde_precision():
    from evolaw.arrays import precise

    return precise("float64")


def test_variance_exploding_formulas():
    ve = score.VE()
    value = DATA.score(X[None], T, ve)[0]
    gain = ve.std(T) ** 2 - ve.std(S) ** 2
    reverse = X + gain * value + np.sqrt(gain) * Z
    ancestral = X + gain * value + np.sqrt(ve.std(S) ** 2 * gain / ve.std(T) ** 2) * Z
    np.testing.assert_allclose(stepped(score.ReverseDiffusion(), ve), reverse, rtol=1e-12)
    np.testing.assert_allclose(stepped(score.ReverseDiffusion(flow=True), ve), X + gain / 2 * value, rtol=1e-12)
    np.testing.assert_allclose(stepped(score.Ancestral(), ve), ancestral, rtol=1e-12)


def test_variance_preserving_formulas():
    """(3), (12), (13), (14) of the report in their right form."""
    vp = score.VP()
    value = DATA.score(X[None], T, vp)[0]
    beta = -np.expm1(vp.integral(S) - vp.integral(T))
    reverse = (2 - np.sqrt(1 - beta)) * X + beta * value + np.sqrt(beta) * Z
    ancestral = (X + beta * value) / np.sqrt(1 - beta) + np.sqrt(beta) * Z
    np.testing.assert_allclose(stepped(score.ReverseDiffusion(), vp), reverse, rtol=1e-12)
    np.testing.assert_allclose(stepped(score.Ancestral("forward"), vp), ancestral, rtol=1e-12)
    small = np.sqrt(beta * (vp.std(S) / vp.std(T)) ** 2)
    np.testing.assert_allclose(stepped(score.Ancestral(), vp), ancestral + (small - np.sqrt(beta)) * Z, rtol=1e-12)


@pytest.mark.parametrize("noising", [score.VP(), score.SubVP(), score.VE()], ids=repr)
def test_ddim_at_one_is_ancestral_and_at_zero_keeps_its_noise(noising):
    np.testing.assert_allclose(stepped(score.DDIM(1.0), noising), stepped(score.Ancestral(), noising), rtol=1e-9)
    value = DATA.score(X[None], T, noising)[0]
    noise = -noising.std(T) * value
    data = (X - noising.std(T) * noise) / noising.scale(T)
    np.testing.assert_allclose(
        stepped(score.DDIM(), noising), noising.scale(S) * data + noising.std(S) * noise, rtol=1e-9
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "noising",
    [score.VP(), *(pytest.param(one, marks=pytest.mark.slow) for one in (score.SubVP(), score.VE()))],
    ids=repr,
)
def test_few_steps_are_never_nan(noising):
    """score_sde's tables are, below 20 steps of VP: pitfall 7."""
    for scheme in (score.ReverseDiffusion(), score.Ancestral("forward"), score.DDIM()):
        assert np.isfinite(gaussian_output(DATA, noising, scheme, 5, spacing="uniform").kl(DATA))


def test_samplers_are_for_reverse_processes():
    brownian = sde.brownian_motion()
    with pytest.raises(ArgumentError, match=r"evolaw\.score\.reverse"):
        sde.solve(brownian, score.ReverseDiffusion(), 0.0, [1.0, 0.1], steps=3, rng=0)
    with pytest.raises(ArgumentError, match=r"draws=2"):
        sde.solve(score.reverse(score.VP(), DATA), score.PredictorCorrector(), np.zeros(2), [1.0, 0.1], steps=3, rng=0)
    with pytest.raises(ArgumentError, match="`variance`"):
        score.Ancestral("both")
    with pytest.raises(ArgumentError, match="`eta`"):
        score.DDIM(2.0)

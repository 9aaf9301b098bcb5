"""The Gaussian: one component of a mixture, and the flow map that the probability-flow ODE must follow."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw import score
from evolaw.errors import ArgumentError

DRAW = np.random.Generator(np.random.Philox(key=5))
_ROOT = DRAW.standard_normal((4, 4))
COVARIANCE = _ROOT @ _ROOT.T / 4 + 0.1 * np.eye(4)
ONE = score.Gaussian(DRAW.standard_normal((2, 2)), COVARIANCE)
X = DRAW.standard_normal((5, 2, 2))
NOISINGS = [score.VP(), score.SubVP(), score.VE(), score.EDM()]


@pytest.mark.parametrize("noising", NOISINGS, ids=repr)
def test_it_is_a_mixture_of_one(noising):
    mixture = score.GaussianMixture(ONE.mean[None], COVARIANCE[None])
    times = np.linspace(0.1, 0.8, 5)
    for t in (0.3, times):
        for name in ("score", "denoised", "log_density", "divergence", "jacobian"):
            np.testing.assert_allclose(
                getattr(ONE, name)(X, t, noising), getattr(mixture, name)(X, t, noising), rtol=1e-9
            )
    np.testing.assert_allclose(ONE.covariance, COVARIANCE, rtol=1e-10)
    diagonal, same = score.Gaussian(np.zeros((2, 2)), np.full(4, 0.3)), score.Gaussian(np.zeros((2, 2)), 0.3)
    np.testing.assert_allclose(diagonal.jacobian(X, 0.3, noising), same.jacobian(X, 0.3, noising), rtol=1e-12)
    np.testing.assert_allclose(same.jacobian(X, 0.3, noising)[0, 0, 0], same.divergence(X, 0.3, noising)[0] / 4)


@pytest.mark.parametrize("noising", NOISINGS, ids=repr)
def test_the_flow_map_solves_the_probability_flow(noising):
    """dx/dt = r x - ½ g² score, by SciPy; drop the ½ and it fails."""
    early, late = 0.05 * noising.end, 0.9 * noising.end

    def flow(t, x):
        x = x.reshape(1, 2, 2)
        return (noising.rate(t) * x - noising.squared_diffusion(t) / 2 * ONE.score(x, t, noising)).ravel()

    found = solve_ivp(flow, (early, late), X[0].ravel(), rtol=1e-11, atol=1e-12, method="DOP853").y[:, -1]
    np.testing.assert_allclose(ONE.flow_map(X[:1], early, late, noising).ravel(), found, rtol=1e-7)
    np.testing.assert_allclose(ONE.flow_map(ONE.flow_map(X, early, late, noising), late, early, noising), X, rtol=1e-9)


def test_the_norm_of_its_score():
    """√(E‖score‖²/d) against 20 000 draws; within 4 standard errors, false alarm 6e-5."""
    noising = score.VP()
    draws = ONE.sample(20_000, rng=0, t=0.2, noising=noising)
    squares = (ONE.score(draws, 0.2, noising) ** 2).sum((1, 2)) / 4
    assert abs(squares.mean() - ONE.score_norm(0.2, noising) ** 2) < 4 * squares.std() / np.sqrt(20_000)


def test_conditioning_is_the_schur_complement():
    """score.md, section 6: correlation 0.9 and y = 1.5 give mean 1.35 and variance 0.19."""
    pair = score.Gaussian(np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]]))
    found = pair.given([[1.0, 0.0]], [1.5], 0.0)
    assert found.mean[1] == pytest.approx(1.35)
    assert found.covariance[1, 1] == pytest.approx(0.19)


@pytest.mark.parametrize(("mean", "covariance", "name"), [([], 1.0, "mean"), ([0.0], [[np.inf]], "covariance")])
def test_what_is_no_gaussian_is_refused(mean, covariance, name):
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.Gaussian(mean, covariance)

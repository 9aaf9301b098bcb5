"""Measured data: moment matching is exact for Gaussians, the others are what they say, and more measurements than 64 too."""

import jax
import numpy as np
import pytest

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError

DRAW = np.random.Generator(np.random.Philox(key=3))
_ROOT = DRAW.standard_normal((4, 4))
DATA = score.Gaussian(DRAW.standard_normal((2, 2)), _ROOT @ _ROOT.T / 4 + 0.1 * np.eye(4))
A, Y = DRAW.standard_normal((3, 4)), DRAW.standard_normal(3)
X = DRAW.standard_normal((5, 2, 2))


def scored(target, x, t, noising):
    """The score in one compiled program: operation by operation each would be compiled for itself."""
    with precise("float64"):
        return np.asarray(jax.jit(lambda x: target.score(x, t, noising))(x))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("noising", [score.VP(), score.SubVP(), score.VE()], ids=repr)
@pytest.mark.parametrize(
    "t", [0.5, pytest.param(0.05, marks=pytest.mark.slow), pytest.param(1.0, marks=pytest.mark.slow)]
)
def test_moment_matching_is_exact_for_gaussian_data(noising, t):
    exact = DATA.given(A, Y, 0.2).score(X, t, noising)
    found, other = (
        scored(score.Measured(DATA, A, Y, 0.2, method=method), X, t, noising) for method in ("moment matching", "ΠGDM")
    )
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-8)
    assert np.abs(other - exact).max() > 1e-6 * np.abs(exact).max()


def test_pseudo_inverse_guidance_is_exact_for_white_data():
    white = score.Gaussian(np.zeros(4), 0.5)
    found = scored(score.Measured(white, A, Y, 0.2, method="ΠGDM"), X.reshape(5, 4), 0.4, score.VP())
    np.testing.assert_allclose(found, white.given(A, Y, 0.2).score(X.reshape(5, 4), 0.4, score.VP()), rtol=1e-8)


def test_dps_is_the_gradient_of_its_likelihood():
    """∇ log N(y; A D(x), R), by finite differences."""
    vp, t, h = score.VP(), 0.4, 1e-5
    measured = score.Measured(DATA, A, Y, 0.2, method="DPS")

    def logs(x):
        data = (x + vp.std(t) ** 2 * DATA.score(x, t, vp)) / vp.scale(t)
        return -((Y - data.reshape(len(x), 4) @ A.T) ** 2).sum(1) / 0.4

    pull = scored(measured, X, t, vp) - DATA.score(X, t, vp)
    for k, e in enumerate(np.eye(4).reshape(4, 2, 2)):
        slope = (logs(X + h * e) - logs(X - h * e)) / (2 * h)
        np.testing.assert_allclose(pull.reshape(5, 4)[:, k], slope, rtol=1e-5, atol=1e-7)


class Learned:
    """What a learned score says of its data: one variance for each number, of the shape of a state."""

    shape, mean = (2, 2), np.zeros((2, 2))
    covariance = np.array([[0.5, 0.7], [0.9, 1.1]])

    def score(self, x, t, noising):
        return DATA.score(x, t, noising)


def test_a_learned_score_can_be_measured():
    """Its variances are no matrix; that ended in NumPy's words, for every method."""
    found = score.Measured(Learned(), A, Y, 0.2)
    assert float(found.data_variance) == pytest.approx(0.8)
    assert float(score.Measured(DATA, A, Y, 0.2).data_variance) == pytest.approx(np.trace(DATA.covariance) / 4)


@pytest.mark.slow
def test_many_measurements_by_conjugate_gradients():
    data = score.Gaussian(np.zeros(80), DRAW.uniform(0.5, 2, 80))
    matrix, y = DRAW.standard_normal((70, 80)) / 9, DRAW.standard_normal(70)
    x = DRAW.standard_normal((2, 80))
    found = score.Measured(data, matrix, y, 0.3, iterations=100).score(x, 0.4, score.VP())
    np.testing.assert_allclose(found, data.given(matrix, y, 0.3).score(x, 0.4, score.VP()), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_samples_have_the_posterior():
    """Mean and covariance of 4000 samples within 4.5 standard errors of the truth: false alarm 1e-4."""
    pair = score.Gaussian(np.zeros(2), np.array([[1.0, 0.9], [0.9, 1.0]]))
    truth = pair.given([[1.0, 0.0]], [1.5], 0.05)
    found = score.sample(
        score.Measured(pair, [[1.0, 0.0]], [1.5], 0.05), score.VP(), score.DPMSolver(), count=4000, steps=60, rng=0
    ).final
    error = np.sqrt(np.diag(truth.covariance) / 4000)
    assert (np.abs(found.mean(0) - truth.mean) < 4.5 * error + 1e-3).all()
    assert np.abs(np.cov(found.T) - truth.covariance).max() < 4.5 * truth.covariance.max() * np.sqrt(2 / 4000)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"matrix": np.ones((3, 3))}, "matrix"),
        ({"observed": np.ones(2)}, "observed"),
        ({"variances": -1.0}, "variances"),
        ({"variances": 0.0, "method": "DPS"}, "variances"),
        ({"method": "DDRM"}, "method"),
        ({"iterations": 0}, "iterations"),
    ],
)
def test_impossible_measurements_are_refused(change, name):
    asked = {"matrix": A, "observed": Y, "variances": 0.1} | change
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.Measured(DATA, asked.pop("matrix"), asked.pop("observed"), asked.pop("variances"), **asked)

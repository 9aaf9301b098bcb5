"""The ideal denoiser against the mixture of needles that it is."""

import jax
import numpy as np
import pytest

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError

DRAW = np.random.Generator(np.random.Philox(key=6))
POINTS = DRAW.standard_normal((7, 2, 2))
X = DRAW.standard_normal((5, 2, 2))
ONE = score.Empirical(POINTS)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("noising", [score.VP(), score.VE(), score.EDM()], ids=repr)
@pytest.mark.parametrize("t", [0.2, 0.9, np.linspace(0.2, 0.9, 5)], ids=["early", "late", "each"])
def test_it_is_a_mixture_of_needles(noising, t):
    needles = score.GaussianMixture(POINTS, 0.0)
    np.testing.assert_allclose(ONE.score(X, t, noising), needles.score(X, t, noising), rtol=1e-8)
    np.testing.assert_allclose(ONE.log_density(X, t, noising), needles.log_density(X, t, noising), rtol=1e-9)
    with precise("float64"):
        compiled = jax.jit(lambda one, x: one.score(x, t, noising))(ONE, X)
        np.testing.assert_allclose(np.asarray(compiled), ONE.score(X, t, noising), rtol=1e-9)


def test_at_little_noise_it_remembers_the_nearest_point():
    near = POINTS + 1e-3
    np.testing.assert_allclose(ONE.denoised(near, 0.01, score.EDM()), POINTS, atol=1e-12)
    assert np.isfinite(ONE.score(near + 30, 0.002, score.EDM())).all()


def test_draws_are_points():
    draws = ONE.sample(50, rng=0)
    assert (np.abs(draws[:, None] - POINTS).reshape(50, 7, 4).max(-1).min(-1) == 0).all()
    np.testing.assert_allclose(ONE.covariance, np.cov(POINTS.reshape(7, 4).T, bias=True))


def test_bad_points_are_refused():
    with pytest.raises(ArgumentError, match="`points`"):
        score.Empirical([[np.nan]])
    with pytest.raises(ArgumentError, match="`x`"):
        ONE.denoised(np.zeros((3, 4)), 0.1, score.VP())

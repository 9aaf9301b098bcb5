"""The prior: addressed by sample and number, with the right moments."""

import numpy as np
import pytest

from evolaw import randomness, score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.score.samplers.priors import addressed_normals, prior_of, prior_states

STREAM = randomness.source(3).stream("prior")


@pytest.mark.slow
def test_normals_are_normal_and_independent_of_the_cut():
    with precise("float64"):
        z = addressed_normals(STREAM, 0, 20_000, 3)
        part = addressed_normals(STREAM, 500, 7, 3)
    np.testing.assert_array_equal(z[500:507], part)
    # Six moments within 4.5 standard errors: false alarm 4e-5.
    assert (np.abs(z.mean(0)) < 4.5 / np.sqrt(20_000)).all()
    assert (np.abs((z**2).mean(0) - 1) < 4.5 * np.sqrt(2 / 20_000)).all()


def test_moments_are_those_of_the_noised_data():
    target, vp = score.GaussianMixture([[-3.0, 0.0], [3.0, 1.0]], 0.1), score.VP()
    mean, covariance = prior_of(target, vp, (2,), "corrected")
    a, s = vp.scale(1.0), vp.std(1.0)
    np.testing.assert_allclose(mean, a * target.mean)
    np.testing.assert_allclose(covariance, a**2 * target.covariance + s**2 * np.eye(2))
    assert prior_of(target, vp, (2,), "plain")[1] == 1.0
    with precise("float64"):
        states = prior_states((mean, 4 * covariance), STREAM, 0, 20_000)
    assert np.abs(np.cov(states.T) - 4 * covariance).max() < 4.5 * 4 * np.sqrt(2 / 20_000)


def test_what_is_no_prior_is_refused():
    target = score.Gaussian(np.zeros(2), 1.0)
    for bad in ((np.zeros(3), 1.0), (np.zeros(2), np.ones(3)), (np.array([np.nan, 0]), 1.0), "flat"):
        with pytest.raises(ArgumentError, match="`prior`"):
            prior_of(target, score.VP(), (2,), bad)

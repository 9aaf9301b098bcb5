"""The last step: Tweedie's mean, and a draw that has the variance too."""

import numpy as np
import pytest

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import gaussian_output
from evolaw.score.samplers.backward import reverse
from evolaw.score.samplers.last_step import finished

DATA, VP = score.Gaussian([1.0, -0.5], [1.0, 1e-3]), score.VP(least=0.05)


def last(name, x, z=None):
    process = reverse(VP, DATA)
    with precise("float64"):
        return finished(process.drift, process.params, x, VP.least, name, z)


def test_tweedie_is_the_posterior_mean_and_sampled_has_its_variance():
    x = DATA.sample(5, rng=0, t=VP.least, noising=VP)
    exact = [DATA.given(VP.scale(VP.least) * np.eye(2), one, VP.std(VP.least) ** 2) for one in x]
    np.testing.assert_allclose(last("tweedie", x), [one.mean for one in exact], rtol=1e-9)
    np.testing.assert_array_equal(last("none", x), x)
    again = np.repeat(x[:1], 8000, axis=0)
    draws = last("sampled", again, np.random.Generator(np.random.Philox(key=1)).standard_normal((8000, 2)))
    np.testing.assert_allclose(
        draws.mean(0), exact[0].mean, atol=4.5 * np.sqrt(np.diag(exact[0].covariance) / 8000).max()
    )
    # Variances within 4.5 standard errors each.
    ratio = draws.var(0) / np.diag(exact[0].covariance)
    assert (np.abs(ratio - 1) < 4.5 * np.sqrt(2 / 8000)).all()


@pytest.mark.slow
def test_tweedie_takes_the_variance_of_thin_directions():
    """By s²/λ, which the draw gives back: the floor of many rows of the league."""
    low, whole = (
        gaussian_output(DATA, VP, score.DPMSolver(), 60, last=name).covariance for name in ("tweedie", "sampled")
    )
    assert low[1, 1] < 0.2e-3
    np.testing.assert_allclose(whole[1, 1], 1e-3, rtol=0.02)


def test_large_states_and_unknown_words_are_refused():
    with pytest.raises(ArgumentError, match="be tweedie"):
        last("sampled", np.zeros((1, 2000)), np.zeros((1, 2000)))
    with pytest.raises(ArgumentError, match="`last`"):
        last("denoise", np.zeros((1, 2)))

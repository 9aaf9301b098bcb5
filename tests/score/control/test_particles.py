"""Twisted diffusion: the posterior of a mixture, whichever approximation it is twisted by."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError

TWO = score.GaussianMixture([[-1.0, 0.0], [1.0, 0.5]], 0.1, [1, 2])
A, Y, R = [[1.0, 0.5]], [0.3], 0.2


@pytest.mark.slow
@pytest.mark.parametrize(
    "method",
    ["moment matching", pytest.param("ΠGDM", marks=pytest.mark.slow), pytest.param("DPS", marks=pytest.mark.slow)],
)
def test_weights_repair_the_approximation(method):
    """Guided samples alone miss the mean by 0.1 to 0.2; weighted ones within 5 errors of their effective number, false alarm 1e-6."""
    truth = TWO.given(A, Y, R)
    found = score.twisted(score.Measured(TWO, A, Y, R, method=method), score.VP(), count=4000, steps=100, rng=0)
    error = np.sqrt(np.diag(truth.covariance) / (found.least_effective / 2))
    assert (np.abs(found.mean - truth.mean) < 5 * error).all()
    assert np.abs(found.covariance - truth.covariance).max() < 5 * truth.covariance.max() * np.sqrt(
        2 / found.least_effective
    )
    assert found.weights.sum() == pytest.approx(1)
    if method == "moment matching":
        return
    guided = score.sample(
        score.Measured(TWO, A, Y, R, method=method),
        score.VP(),
        score.Ancestral("forward"),
        count=4000,
        steps=100,
        rng=0,
    ).final
    assert np.abs(guided.mean(0) - truth.mean).max() > np.abs(found.mean - truth.mean).max()


def test_exact_measurements_have_no_weights():
    with pytest.raises(ArgumentError, match="`measured`"):
        score.twisted(score.Measured(TWO, A, Y, 0.0), score.VP(), count=10, steps=5, rng=0)

"""Measured norms against the exact ones of a Gaussian."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError


def test_measured_norms_are_the_expected_ones():
    """2000 states of 3 numbers: a relative error of some percent at most."""
    data = score.Gaussian(np.zeros(3), [1.0, 0.3, 0.01])
    found = score.normed(data, score.VP(), data.sample(2000, rng=0), rng=1)
    for t in (0.001, 0.05, 0.4, 1.0):
        assert found.score_norm(t, score.VP()) == pytest.approx(data.score_norm(t, score.VP()), rel=0.06)
    assert not hasattr(found, "shrinks")
    np.testing.assert_array_equal(found.mean, data.mean)


def test_data_of_another_shape_are_refused():
    with pytest.raises(ArgumentError, match="`data`"):
        score.normed(score.Gaussian(np.zeros(3), 1.0), score.VP(), np.zeros((5, 2)), rng=0)

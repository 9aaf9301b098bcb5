"""Codes: the exact map of a Gaussian, its inverse, and lines between codes."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError

DATA = score.Gaussian([1.0, -0.5], [[1.0, 0.3], [0.3, 0.4]])
VP = score.VP()


@pytest.mark.slow
def test_codes_are_the_exact_map_and_decode_undoes_encode():
    x = DATA.sample(5, rng=0)
    codes = score.encode(DATA, VP, x)
    np.testing.assert_allclose(codes, DATA.flow_map(x, 1e-5, 1.0, VP), atol=1e-5)
    np.testing.assert_allclose(score.decode(DATA, VP, codes), x, atol=2e-5)


@pytest.mark.slow
def test_a_line_between_codes_stays_on_the_circle():
    unit = score.Gaussian(np.zeros(2), 1.0)
    between = score.interpolate(unit, VP, [2.0, 0.0], [0.0, 2.0], count=5)
    np.testing.assert_allclose(np.linalg.norm(between, axis=1), 2.0, atol=1e-4)
    same = score.interpolate(unit, VP, [2.0, 0.0], [2.0, 0.0], count=3)
    np.testing.assert_allclose(same, [[2.0, 0.0]] * 3, atol=1e-4)


def test_impossible_requests_are_refused():
    with pytest.raises(ArgumentError, match="`x`"):
        score.encode(DATA, VP, np.zeros(2))
    with pytest.raises(ArgumentError, match="`count`"):
        score.interpolate(DATA, VP, [0.0, 0.0], [1.0, 1.0], count=1)
    with pytest.raises(ArgumentError, match="`least`"):
        score.encode(DATA, VP, np.zeros((1, 2)), least=2.0)

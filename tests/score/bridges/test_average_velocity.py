"""MeanFlow's field: the identity, the flow map of a Gaussian, and one step that draws a mixture."""

from functools import partial

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.bridges.average_velocity import identity_residual

DRAW = np.random.Generator(np.random.Philox(key=12))
TWO = score.GaussianMixture([[-1.0, 0.0], [1.0, 0.5]], [[[0.1, 0.05], [0.05, 0.2]], [[0.1, 0.0], [0.0, 0.05]]], [1, 2])


def sliced(x, y, directions):
    """W2 of projections, root of the mean square."""
    return np.sqrt(np.mean([(np.sort(x @ v) - np.sort(y @ v)) ** 2 for v in directions]))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("r", "t"),
    [(0.3, 0.9), pytest.param(0.0, 0.5, marks=pytest.mark.slow), pytest.param(0.2, 0.95, marks=pytest.mark.slow)],
)
def test_the_identity_holds(r, t):
    z = DRAW.standard_normal((4, 2))
    scale = np.abs(score.average_velocity_of(TWO, z, r, t)).max()
    assert np.abs(identity_residual(TWO, z, r, t)).max() < 1e-4 * scale


def test_of_a_gaussian_it_is_the_flow_map():
    """x_0 = m + √C e for N(m, C): one step of u(e, 0, 1)."""
    one, e = score.GaussianMixture([[0.5, -1.0]], [[0.3, 2.0]]), DRAW.standard_normal((5, 2))
    exact = np.array([0.5, -1.0]) + np.sqrt([0.3, 2.0]) * e
    np.testing.assert_allclose(score.generated(partial(score.average_velocity_of, one), e), exact, atol=2e-5)


@pytest.mark.slow
def test_one_step_draws_the_mixture():
    """Sliced W2 to 1500 true samples within twice its noise floor, the distance of two true sets; so do two steps."""
    e = DRAW.standard_normal((1500, 2))
    directions = DRAW.standard_normal((512, 2))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    truth, other = TWO.sample(1500, rng=1), TWO.sample(1500, rng=2)
    field = partial(score.average_velocity_of, TWO, tolerance=1e-6)
    found = score.generated(field, e)
    assert sliced(found, truth, directions) < 2 * sliced(other, truth, directions)
    np.testing.assert_allclose(score.generated(field, e[:50], steps=2), found[:50], atol=1e-3)


def test_impossible_times_and_targets_are_refused():
    with pytest.raises(ArgumentError, match="`r`"):
        score.average_velocity_of(TWO, np.zeros((1, 2)), 0.5, 0.5)
    with pytest.raises(ArgumentError, match="`target`"):
        score.average_velocity_of(object(), np.zeros((1, 1)), 0.0, 1.0)

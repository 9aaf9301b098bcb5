"""Intervals from profiles."""

import numpy as np
import pytest

from evolaw.josephson.fitting.intervals import _lowest, curvature_covariance, profile_interval, profile_of_squares


def valley(p):
    """Two numbers with a correlation of 0.9995 in a valley that bends."""
    along, across = p[0] + p[1], p[0] - p[1] - 0.05 * p[0] ** 2
    return float((along / 0.1) ** 2 + (across / 0.0015) ** 2)


def test_a_narrow_valley_is_not_stepped_over():
    """Steps of 0.005 along the parameters, three widths of the valley, are only the beginning."""
    found = curvature_covariance(valley, np.zeros(2))
    exact = np.linalg.inv([[1e2 + 1 / 0.0015**2, 1e2 - 1 / 0.0015**2], [1e2 - 1 / 0.0015**2, 1e2 + 1 / 0.0015**2]])
    np.testing.assert_allclose(found, exact, rtol=0.02)


def test_a_profile_is_that_of_a_search():
    from scipy import optimize

    low, high = profile_interval(valley, np.zeros(2), curvature_covariance(valley, np.zeros(2)), 0, 3.84)
    for end in (low, high):
        best = optimize.minimize_scalar(lambda y, x=end: valley(np.array([x, y])), bracket=(-end - 0.01, -end + 0.01))
        assert best.fun == pytest.approx(3.84, rel=0.03)


def test_an_interval_of_one_side_is_infinite_on_the_other():
    """The cost of e^x beside 1 has risen by e^{-2x} - …, at most 1 to the left."""
    low, high = profile_interval(
        lambda p: float((np.exp(p[0]) - 1) ** 2 + p[1] ** 2), np.zeros(2), np.eye(2), 0, 1.96**2
    )
    assert low == -np.inf and high == pytest.approx(np.log(2.96), rel=0.02)


def test_the_lowest_point_is_not_looked_for_where_there_is_no_cost():
    """A curve without noise has no temperature: one side of the parabola is infinite, and a step towards it would be no number."""
    asked = []

    def cost(u):
        asked.append(u.copy())
        return float(u[0] ** 2) if u[0] <= 0 else np.inf

    value, _ = _lowest(cost, np.zeros(1))
    assert value == 0.0 and np.isfinite(asked).all()


@pytest.mark.parametrize(
    ("first", "ends"),
    [(lambda x: 8 * np.tanh(x / 3), (-0.7500, 0.7500)), (lambda x: 6 * min(x, 1.0), (-0.3267, 0.3267))],
)
def test_an_end_is_found_where_the_profile_is_flat_beyond(first, ends):
    """Looked for far out, where nothing rises any more, it came back as the best value itself: an interval of no width."""
    bounds = ([-50.0, -9.0], [50.0, 9.0])
    found = profile_of_squares(
        lambda p: np.array([first(p[0]), p[1]]), np.zeros(2), np.diag([400.0, 1.0]), 0, 1.96**2, bounds
    )
    assert found == pytest.approx(ends, rel=0.02)

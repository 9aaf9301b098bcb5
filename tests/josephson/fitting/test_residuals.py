"""What residuals say."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.fitting.residuals import goodness, resistance_above, runs_of_signs


def test_the_resistance_is_that_of_the_largest_currents():
    i = np.linspace(-2, 2, 41)
    assert resistance_above(i, 3 * i) == pytest.approx(3)
    with pytest.raises(ArgumentError, match="above the critical current"):
        resistance_above(i, np.random.default_rng(0).standard_normal(41))


def test_goodness_is_chi_square():
    """Four residuals of 2 errors, 3 free: χ² = 16, p = 0.0011339 by SciPy's tables."""
    found = goodness(np.zeros(4), np.array([2.0, -2, 2, -2]), np.ones(4), True, 3)
    assert found.passed is False and found.p_value == pytest.approx(0.0011339, rel=1e-4)
    assert goodness(np.zeros(4), np.array([1.0, -1, 1, -1]), np.ones(4), True, 3).passed
    assert goodness(np.zeros(4), np.full(4, 0.01), np.full(4, 0.01), False, 3).passed is False


def test_runs_are_counted_in_the_order_of_the_currents():
    """Wald and Wolfowitz: 5 above and 5 below in 2 runs, where 6 ± 1.49 are expected: 2.35 deviations with half a run, p = 0.0094 (2/252 exactly)."""
    residual, order = np.array([1.0] * 5 + [-1.0] * 5), np.arange(10.0)
    found = runs_of_signs(order, residual)
    assert found.passed is False and found.p_value == pytest.approx(0.00944, abs=1e-4)
    mixed = np.argsort(np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))
    assert runs_of_signs(mixed, residual[mixed]).passed is False
    assert runs_of_signs(order, np.array([1.0, 1, -1, 1, -1, -1, 1, -1, 1, -1])).passed
    # Residuals of a fit change sign more often than errors do: that is no sign of anything missing.
    assert runs_of_signs(np.arange(40.0), np.tile([1.0, -1.0], 20)).passed


def test_residuals_of_a_fit_are_seldom_called_no_chance() -> None:
    """Cubic fits of 30 points of pure noise: at most one in a hundred may be; more than 25 of 1200 come once in 3000 times."""
    rng, x = np.random.default_rng(3), np.linspace(0, 3, 30)
    basis, _ = np.linalg.qr(np.vander(x, 4))
    errors = rng.normal(size=(1200, 30))
    residuals = errors - errors @ basis @ basis.T
    assert sum(runs_of_signs(x, one).passed is False for one in residuals) <= 25

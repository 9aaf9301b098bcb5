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
    """Wald and Wolfowitz: 5 above and 5 below in 2 runs, where 6 ± 1.49 are expected: 2.68 deviations, p = 0.0073."""
    residual, order = np.array([1.0] * 5 + [-1.0] * 5), np.arange(10.0)
    found = runs_of_signs(order, residual)
    assert found.passed is False and found.p_value == pytest.approx(0.00729, abs=1e-4)
    mixed = np.argsort(np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9]))
    assert runs_of_signs(mixed, residual[mixed]).passed is False
    assert runs_of_signs(order, np.array([1.0, 1, -1, 1, -1, -1, 1, -1, 1, -1])).passed

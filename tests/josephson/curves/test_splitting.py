"""Splitting against the eigenvalue, and where no waiting would do."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction
from evolaw.josephson.curves.splitting import split_rate
from evolaw.josephson.formulas import escape_rate, mean_voltage


def test_without_capacitance_it_is_the_exact_slip_rate():
    """ΔU/D = 6.85; 1600 junctions a level, 16 groups: 1 % of other seeds (Student's law, 15 degrees)."""
    found, error = split_rate(Junction(noise=0.1), 0.5, 0, 1600, 0.05)
    assert found == pytest.approx(mean_voltage(0.5, 0.1) / (2 * np.pi), abs=3 * error)
    assert error < 0.25 * found


@pytest.mark.slow
@pytest.mark.parametrize(("damping", "noise"), [(0.3, 0.03), (None, 0.03), (2.0, 0.04)])
def test_rates_that_nobody_could_wait_for(damping, noise):
    """1e-8 and below, 23 and 17 D up: Kramers with the turnover, whose own error is 4 %; 1 % of other seeds."""
    found, error = split_rate(Junction(damping=damping, noise=noise), 0.5, 0, 3200, 0.05)
    assert found == pytest.approx(escape_rate(0.5, damping, noise), abs=3 * error + 0.05 * found)
    assert error < 0.6 * found


def test_a_low_barrier_is_refused():
    with pytest.raises(ArgumentError, match="waiting"):
        split_rate(Junction(noise=0.5), 0.5, 0, 160, 0.05)

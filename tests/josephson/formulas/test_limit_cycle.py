"""Retrapping, the end of bistability, the running state."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    end_of_bistability,
    hysteresis_area,
    limit_cycle,
    mean_voltage,
    retrapping_current,
    running_voltage,
)

TABLE = dict(
    zip(
        [0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.1, 1.15, 1.18, 1.19],
        [0.0127321, 0.0636226, 0.1270089, 0.2521282, 0.3734744, 0.5973832, 0.8591111, 0.9643271, 0.9915272, 0.9981673,
         0.9998306, 0.9999907],
        strict=True,
    )
)  # fmt: skip


@pytest.mark.parametrize(("damping", "current"), TABLE.items())
def test_retrapping_is_the_homoclinic_table(damping, current):
    assert retrapping_current(damping) == pytest.approx(current, abs=1e-7)


def test_small_damping_has_its_limit():
    np.testing.assert_allclose(
        retrapping_current([0.01, 0.1]) / (4 * np.array([0.01, 0.1]) / np.pi), [1.0, 0.9975], atol=1e-4
    )
    assert retrapping_current(0.0) == 0 and retrapping_current(2.0) == 1


def test_a_junction_without_capacitance_retraps_at_the_critical_current():
    """`retrapping_current(junction.damping)` of one failed: None was read as NaN."""
    assert retrapping_current(None) == 1


def test_bistability_ends():
    """α_c = 1.1930, β_c = 0.7026."""
    assert end_of_bistability() == pytest.approx(1.1930, abs=1e-4)
    assert end_of_bistability() ** -2 == pytest.approx(0.7026, abs=1e-4)


def test_a_running_state_balances_power():
    """i ⟨v⟩ = α ⟨v²⟩ over a period, and the time of a turn is ∫ dφ/w."""
    cycle = limit_cycle(0.8, 0.5)
    time = 2 * np.pi * np.mean(1 / cycle.velocity)
    assert cycle.period == pytest.approx(time, rel=1e-9)
    assert 0.8 * 2 * np.pi == pytest.approx(0.5 * 2 * np.pi * np.mean(cycle.velocity), rel=1e-9)


def test_strong_damping_is_no_capacitance():
    """v(i) of the junction without capacitance, up to 1/α²."""
    assert running_voltage(1.5, 100.0) == pytest.approx(mean_voltage(1.5, 0.0), rel=3e-4)


def test_the_running_state_is_born_logarithmically_below_and_like_a_root_above():
    """Y3: α = 0.5, period ~ -ln(i - i_r)/λ with λ the unstable rate of the saddle; α = 2, period ~ (i - 1)^{-1/2}."""
    start = retrapping_current(0.5)
    near, nearer = limit_cycle(start + 1e-4, 0.5).period, limit_cycle(start + 1e-5, 0.5).period
    s = np.sqrt(1 - start**2)
    rate = (-0.5 + np.sqrt(0.25 + 4 * s)) / 2
    assert nearer - near == pytest.approx(np.log(10) / rate, rel=0.01)
    near, nearer = limit_cycle(1 + 1e-3, 2.0).period, limit_cycle(1 + 2.5e-4, 2.0).period
    assert nearer / near == pytest.approx(2, rel=0.03)


def test_nothing_runs_below_retrapping():
    assert running_voltage(0.1, 0.5) == 0
    with pytest.raises(ArgumentError, match="retrapping"):
        limit_cycle(0.1, 0.5)


def test_the_loop_is_clockwise_with_voltage_to_the_right():
    i = np.array([0, 1, 1, 0.4, 0.0])
    assert hysteresis_area(i, np.array([0, 0, 0.9, 0.2, 0])) < 0
    assert hysteresis_area(i[::-1], np.array([0, 0, 0.9, 0.2, 0])[::-1]) > 0
    assert hysteresis_area([0, 1, 0], [0, 0.5, 0]) == 0
    with pytest.raises(ArgumentError, match="damping"):
        retrapping_current(-0.1)


def test_weak_damping_retraps_at_four_over_pi():
    """The search goes on where the limit ends; below it had a bracket without a root."""
    small, next_to_it = (
        retrapping_current(np.array([1e-12, 0.9999e-4, 1.0001e-4])) / np.array([1e-12, 0.9999e-4, 1.0001e-4]),
        4 / np.pi,
    )
    np.testing.assert_allclose(small, next_to_it, rtol=1e-8)

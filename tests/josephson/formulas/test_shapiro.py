"""Shapiro steps."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    ShapiroStep,
    bessel_half_width,
    mean_voltage,
    period_map,
    phase,
    shapiro_step,
    thermal_step_voltage,
)

TABLE = [
    (8, 16, 0, -0.225909, 0.225909),
    (8, 16, 1, 7.432291, 8.584009),
    (8, 16, 2, 15.678559, 16.382148),
    (20, 40, 1, 19.426646, 20.579820),
    (2, 4, 1, 1.475666, 2.599363),
    (1, 2, 1, 0.600345, 1.613613),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("frequency", "amplitude", "n", "lower", "upper"), TABLE)
def test_edges_are_the_known_ones(frequency, amplitude, n, lower, upper):
    step = shapiro_step(n, amplitude, frequency)
    assert (step.lower, step.upper) == pytest.approx((lower, upper), abs=7e-6)
    assert step[2:] == pytest.approx(((upper - lower) / 2, (upper + lower) / 2), abs=7e-6)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_at_high_frequency_the_half_width_is_a_bessel_function(n):
    assert shapiro_step(n, 16.0, 8.0, starts=90, steps=120).half_width == pytest.approx(
        bessel_half_width(n, 16.0, 8.0), rel=0.01
    )


def test_the_map_of_a_period_is_the_equations():
    """Against an adaptive solver with a drive, and the closed form without."""
    solved = solve_ivp(
        lambda t, x: 1.3 + 2 * np.sin(1.5 * t) - np.sin(x), (0, 2 * np.pi / 1.5), [0.4], rtol=1e-12, atol=1e-12
    )
    assert float(period_map(0.4, 1.3, 2.0, 1.5)) == pytest.approx(solved.y[0, -1], abs=1e-9)
    np.testing.assert_allclose(period_map([0.0, 1.0], 1.2, 0.0, 2.0), phase(np.pi, 1.2, [0.0, 1.0]), atol=1e-10)


def test_with_capacitance_the_argument_is_smaller():
    from scipy.special import jv

    assert bessel_half_width(1, 4.0, 2.0, damping=0.5) == pytest.approx(jv(1, 4 / (2 * np.sqrt(4.25))))


def edges_with_inertia(step, amplitude, frequency, damping, per=60, starts=24):
    """Half-width of a step of φ'' + αφ' + sin φ = i + i1 sin Wt: for each phase the bias and velocity that come back after a period, by Newton."""
    x, h, e = np.arange(starts) * 2 * np.pi / starts, 2 * np.pi / frequency / per, 1e-6
    i, v = np.full(starts, damping * step * frequency), np.full(starts, step * frequency - amplitude / frequency)

    def after(i, v):
        def slope(t, y):
            return np.array([y[1], i + amplitude * np.sin(frequency * t) - np.sin(y[0]) - damping * y[1]])

        y = np.array([x, v])
        for k in range(per):
            a = slope(k * h, y)
            b = slope((k + 0.5) * h, y + h / 2 * a)
            c = slope((k + 0.5) * h, y + h / 2 * b)
            y = y + h / 6 * (a + 2 * b + 2 * c + slope((k + 1) * h, y + h * c))
        return y - [x + 2 * np.pi * step, v]

    for _ in range(6):
        miss = after(i, v)
        by_i, by_v = (after(i + e, v) - miss) / e, (after(i, v + e) - miss) / e
        det = by_i[0] * by_v[1] - by_v[0] * by_i[1]
        i, v = (
            i - (miss[0] * by_v[1] - by_v[0] * miss[1]) / det,
            v - (by_i[0] * miss[1] - by_i[1] * miss[0]) / det,
        )
    assert np.abs(miss).max() < 1e-8
    return (i.max() - i.min()) / 2


@pytest.mark.parametrize(("n", "damping"), [(0, 1.0), (1, 1.0), (1, 0.3), (2, 0.3)])
def test_with_capacitance_the_half_width_is_a_bessel_function(n, damping):
    """W = 8, i1 = 100, from the periodic orbits of the equation itself: off by 1/W² and less."""
    assert edges_with_inertia(n, 100.0, 8.0, damping) == pytest.approx(
        bessel_half_width(n, 100.0, 8.0, damping=damping), rel=4e-3
    )


def test_a_rounded_step_is_the_curve_of_a_smaller_junction():
    step = ShapiroStep(7.0, 9.0, 1.0, 8.0)
    assert thermal_step_voltage(8.5, step, 1, 8.0, 0.2) == pytest.approx(8 + mean_voltage(0.5, 0.2))


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="frequency"):
        shapiro_step(1, 1.0, 0.0)
    with pytest.raises(ArgumentError, match="step"):
        shapiro_step(-1, 1.0, 1.0)


def test_a_step_beyond_the_digits_of_a_number_is_refused():
    with pytest.raises(ArgumentError, match=r"`step` must be so low that step times frequency is at most 1e\+06"):
        shapiro_step(10**30, 1.0, 2.0)

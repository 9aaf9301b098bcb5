"""Barrier, action, turnover factor and Kramers rates."""

import numpy as np
import pytest
from scipy.integrate import cumulative_trapezoid, quad
from scipy.optimize import brentq

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    action_at_barrier,
    barrier_height,
    depopulation_factor,
    energy_diffusion_rate,
    escape_rate,
    landauer_factor,
    mean_voltage,
    plasma_frequency,
)


def test_the_well_at_half_bias():
    found = barrier_height(0.5), plasma_frequency(0.5), action_at_barrier(0.5)
    assert found == pytest.approx((0.6848532564, 0.9306048591, 5.3342762639), abs=1e-10)


def test_the_barrier_near_the_critical_current():
    """(4√2/3)(1 - i)^{3/2}, without loss of digits; the two branches meet."""
    mpmath = pytest.importorskip("mpmath")
    for i in (0.9, 0.99874, 0.99876, 0.9999999):
        with mpmath.workdps(40):
            x = mpmath.mpf(i)
            exact = float(2 * (mpmath.sqrt(1 - x * x) - x * mpmath.acos(x)))
        assert barrier_height(i) == pytest.approx(exact, rel=1e-9)
    assert barrier_height(1 - 1e-8) == pytest.approx(4 * np.sqrt(2) / 3 * 1e-12, rel=1e-4)


@pytest.mark.parametrize(("i", "ratio"), [(0.0, 8.0), (0.5, 7.2484), (0.7, 7.2134), (0.95, 7.2003), (0.99999, 7.2)])
def test_the_action_in_units_of_the_barrier(i, ratio):
    assert action_at_barrier(i) * plasma_frequency(i) / barrier_height(i) == pytest.approx(ratio, abs=6e-5)


@pytest.mark.parametrize(
    ("delta", "value"),
    [(0.01, 0.0092092), (0.1, 0.0770869), (1.0, 0.4429783), (3.0, 0.7564308), (10.0, 0.9741715), (30.0, 0.9998925)],
)
def test_the_turnover_factor(delta, value):
    """The table, and the integral as Mel'nikov and Meshkov wrote it."""
    assert depopulation_factor(delta) == pytest.approx(value, abs=5e-8)
    integral = quad(
        lambda l: np.log(-np.expm1(-delta * (l * l + 0.25))) / (l * l + 0.25), 0, np.inf, epsabs=1e-12, limit=400
    )[0]
    assert depopulation_factor(delta) == pytest.approx(np.exp(integral / np.pi), rel=1e-8)


def test_the_turnover_has_its_limits():
    assert depopulation_factor(1e-6) == pytest.approx(1e-6, rel=3e-3)
    np.testing.assert_allclose(
        landauer_factor([0.1, 1, 3, 10, 30]) / depopulation_factor([0.1, 1, 3, 10, 30]) - 1,
        [-0.053, -0.138, -0.172, -0.139, -0.061],
        atol=1e-3,
    )


@pytest.mark.parametrize(
    ("damping", "rate"),
    list(
        zip(
            [0.01, 0.03, 0.1, 0.3, 0.5, 1, 2, 5, 10],
            [
                4.58515e-5,
                8.89839e-5,
                1.32779e-4,
                1.33217e-4,
                1.20471e-4,
                9.39601e-5,
                6.18090e-5,
                2.82998e-5,
                1.44997e-5,
            ],
            strict=True,
        )
    ),
)
def test_rates_at_half_bias(damping, rate):
    assert escape_rate(0.5, damping, 0.1) == pytest.approx(rate, rel=4e-6)


@pytest.mark.parametrize("d", [0.05, 0.1])
def test_where_energy_diffuses_the_rate_is_an_integral(d):
    """By SciPy's quadrature of the same equation, and α/(leading order) -> 1 as the barrier grows."""
    well, top = np.arcsin(0.5), np.pi - np.arcsin(0.5)

    def potential(x):
        return np.cos(well) - np.cos(x) - 0.5 * (x - well)

    def action(e):
        left = brentq(lambda x: potential(x) - e, well - 2.1, well)
        right = brentq(lambda x: potential(x) - e, well, top)
        return 2 * quad(lambda x: np.sqrt(max(2 * (e - potential(x)), 0.0)), left, right, limit=200)[0]

    e = barrier_height(0.5) * (1 - (1 - np.linspace(0, 1, 601)) ** 3)
    s = np.array([0.0, *(action(x) for x in e[1:-1]), action_at_barrier(0.5)])
    inner = cumulative_trapezoid(s * np.exp(-e / d), e, initial=0)
    time = np.trapezoid(1 + np.divide(inner * np.exp(e / d), d * s, out=np.zeros(601), where=s > 0), e)
    assert energy_diffusion_rate(0.5, 1e-4, d) == pytest.approx(1e-4 * d / time, rel=1e-4)
    leading = plasma_frequency(0.5) / (2 * np.pi) * 1e-4 * action_at_barrier(0.5) / d * np.exp(-barrier_height(0.5) / d)
    assert energy_diffusion_rate(0.5, 1e-4, d) / leading == pytest.approx({0.05: 0.86, 0.1: 0.77}[d], abs=0.05)


def test_six_decades_of_damping_pass_through_one_maximum():
    """Seven decades: rising like α below, falling like 1/α above, one maximum between."""
    a = np.logspace(-4, 3, 71)
    rates = escape_rate(0.5, a, 0.1)
    signs = np.sign(np.diff(rates))
    assert np.count_nonzero(np.diff(signs)) == 1
    assert rates[1] / rates[0] == pytest.approx(a[1] / a[0], rel=0.02)
    assert rates[-1] / rates[-2] == pytest.approx(a[-2] / a[-1], rel=1e-3)


def test_without_capacitance_the_rate_is_that_of_strong_damping_in_its_own_time():
    """α Γ/w_p -> Γ/w_c; and it is the slope of the exact voltage up to O(D/ΔU): 1.0558 at D = 0.1, 1.0245 at 0.05."""
    assert escape_rate(0.5, None, 0.1) == pytest.approx(1e4 * escape_rate(0.5, 1e4, 0.1), rel=1e-6)
    for d, ratio in ((0.1, 1.0558), (0.05, 1.0245)):
        current = 2 * np.pi * escape_rate(0.5, None, d) * -np.expm1(-2 * np.pi * 0.5 / d)
        assert current / mean_voltage(0.5, d) == pytest.approx(ratio, abs=1e-4)


def test_arrays_broadcast():
    assert escape_rate([[0.2], [0.9]], [0.1, 1.0], 0.05).shape == (2, 2)


def test_faults_are_named():
    for arguments, name in (((1.2, 0.1, 0.1), "bias"), ((0.5, 0.0, 0.1), "damping"), ((0.5, 0.1, -1.0), "noise")):
        with pytest.raises(ArgumentError, match=f"`{name}`"):
            escape_rate(*arguments)
    with pytest.raises(ArgumentError, match="delta"):
        depopulation_factor(0.0)


@pytest.mark.parametrize("damping", [0.3, None])
@pytest.mark.parametrize("bias", [1.0, [0.5, 1.0]])
def test_at_the_critical_current_there_is_no_rate(bias, damping):
    """It was 0 there, as if the junction stayed for ever where nothing holds it; barrier, frequency and action are 0 rightly."""
    with pytest.raises(ArgumentError, match="over which there is no barrier and so no rate, but is 1"):
        escape_rate(bias, damping, 0.05)
    assert barrier_height(1.0) == plasma_frequency(1.0) == action_at_barrier(1.0) == 0

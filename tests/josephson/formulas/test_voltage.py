"""Current–voltage curves and the noiseless phase against independent forms."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.special import gamma

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    differential_resistance,
    mean_voltage,
    phase,
    supercurrent,
    threshold_voltage,
)
from evolaw.sde.processes.fokker_planck import CircleFokkerPlanck
from evolaw.sde.processes.tilted_periodic import TiltedPeriodic

TABLE = [
    (0.5, 0.2, 0.024833889939),
    (0.9, 0.1, 0.210109800500),
    (1.0, 0.1, 0.368953245762),
    (1.0, 0.05, 0.292965717645),
    (1.2, 0.05, 0.675567649085),
    (1.5, 0.1, 1.124424892318),
    (1.5, 0.02, 1.118318546685),
    (2.0, 0.05, 1.732389902289),
    (2.0, 0.5, 1.757579367192),
]


@pytest.mark.parametrize(("i", "d", "v"), TABLE)
def test_the_voltage_has_twelve_known_digits(i, d, v):
    assert mean_voltage(i, d) == pytest.approx(v, abs=1e-12)


@pytest.mark.parametrize(("i", "d"), [(0.3, 0.5), (0.95, 0.08), (1.7, 0.3)])
def test_four_forms_of_the_voltage_agree(i, d):
    """Integral of Bessel functions, Bessel functions of complex order, quadrature of e^{U/D}, and a Fourier solution."""
    mpmath = pytest.importorskip("mpmath")
    bessel = d * np.sinh(np.pi * i / d) / (np.pi * abs(complex(mpmath.besseli(1j * i / d, 1 / d))) ** 2)
    v = mean_voltage(i, d)
    assert v == pytest.approx(float(bessel), rel=1e-12)
    assert v == pytest.approx(TiltedPeriodic(lambda x: -np.cos(x), i, d).velocity, rel=1e-12)
    assert v == pytest.approx(CircleFokkerPlanck(lambda x: i - np.sin(x), d).mean_velocity, abs=1e-12)


def test_very_weak_and_very_strong_noise():
    """Digits survive e^{-300}; strong noise leaves Ohm's law with the first correction, 1/(2(i² + D²))."""
    tiny = mean_voltage(0.3, 0.004)
    assert tiny == pytest.approx(TiltedPeriodic(lambda x: -np.cos(x), 0.3, 0.004).velocity, rel=1e-10)
    assert tiny < 1e-80
    assert mean_voltage(0.5, 60.0) == pytest.approx(0.5 * (1 - 1 / (2 * 60**2)), rel=1e-6)
    assert mean_voltage(1.5, 1e-7) == pytest.approx(np.sqrt(1.25), rel=1e-6)


def test_without_noise_it_is_the_hyperbola():
    np.testing.assert_allclose(mean_voltage([-2.0, 0.5, 1.0, 1.25], 0.0), [-np.sqrt(3), 0, 0, 0.75], atol=1e-15)
    np.testing.assert_allclose(differential_resistance([0.5, 1.25], 0.0), [0, 1.25 / 0.75])


def test_the_curve_is_odd_and_arrays_broadcast():
    assert mean_voltage(-0.7, 0.3) == -mean_voltage(0.7, 0.3)
    assert mean_voltage(np.zeros((3, 1)), np.ones(2)).shape == (3, 2)


@pytest.mark.parametrize(("i", "d"), [(0.4, 0.15), (1.1, 0.03), (2.0, 0.01)])
def test_the_differential_resistance_is_the_slope(i, d):
    slope = (mean_voltage(i + 1e-5, d) - mean_voltage(i - 1e-5, d)) / 2e-5
    assert differential_resistance(i, d) == pytest.approx(slope, rel=1e-8)


@pytest.mark.parametrize(("d", "ratio"), [(0.2, 0.00134769), (0.5, 0.19243688), (1.0, 0.62386036)])
def test_the_resistance_at_zero_bias(d, ratio):
    assert differential_resistance(0.0, d) == pytest.approx(ratio, abs=5e-9)
    assert mean_voltage(1e-7, d) == pytest.approx(1e-7 * ratio, rel=1e-5)


def test_the_threshold_has_its_one_shape():
    """0.795441 D^{1/3} at i = 1; within 0.35 % for |i - 1| <= 0.01 and 1.3 % at 1.05, at D = 1e-3."""
    assert threshold_voltage(1.0, 1e-3) == pytest.approx(0.795441 * 0.1, abs=1e-6)
    for i, share in ((0.99, 0.0035), (1.01, 0.0035), (0.98, 0.0105), (1.05, 0.0135)):
        assert threshold_voltage(i, 1e-3) == pytest.approx(mean_voltage(i, 1e-3), rel=share)


PHASES = [
    (1.5, 0.0, 1.0, 0.987439744386),
    (1.5, 0.0, 10.0, 9.878624774),
    (0.5, 0.0, 2.0, 0.439545392510),
    (0.9, -1.0, 5.0, 1.025262353824),
    (1.0, 0.0, 3.0, 1.080839000541),
    (0.0, 1.0, 2.0, 0.147599457438),
]


@pytest.mark.parametrize(("i", "begin", "t", "value"), PHASES)
def test_the_phase_has_its_known_values(i, begin, t, value):
    assert phase(t, i, begin) == pytest.approx(value, abs=5e-10 if value > 5 else 1e-12)


def test_the_phase_is_that_of_an_ode_solver():
    """Y1: 40 random (bias, start, time), both signs, at and around the critical current."""
    draw = np.random.default_rng(3)
    for _ in range(40):
        i = draw.choice([0.0, 0.3, 0.99, 1.0, 1.0001, 1.3, 3.0, -0.7, -2.0])
        begin, t = draw.uniform(-12, 12), draw.uniform(0, 12)
        solved = solve_ivp(lambda t, x, i=i: i - np.sin(x), (0, t), [begin], "DOP853", rtol=3e-14, atol=1e-14)
        assert phase(t, i, begin) == pytest.approx(solved.y[0, -1], abs=3e-11)


def test_the_phase_solves_its_equation_to_1e_12():
    """φ' = i - sin φ by a complex-free derivative of eighth order, without any solver's error."""
    h, weights = 0.01, np.array([4 / 5, -1 / 5, 4 / 105, -1 / 280])
    for i in (0.6, 1.0, 1.7):
        t = np.linspace(0.3, 6, 9)
        slope = sum(w * (phase(t + k * h, i, 0.2) - phase(t - k * h, i, 0.2)) for k, w in enumerate(weights, 1)) / h
        np.testing.assert_allclose(slope, i - np.sin(phase(t, i, 0.2)), atol=2e-12)


def test_the_mean_supercurrent():
    """i - √(i² - 1) over one period."""
    i, n = 1.25, 4096
    t = (np.arange(n) + 0.5) * (2 * np.pi / 0.75) / n
    assert supercurrent(t, i).mean() == pytest.approx(i - 0.75, abs=1e-12)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        mean_voltage(0.5, -0.1)
    with pytest.raises(ArgumentError, match="bias"):
        mean_voltage(np.nan, 0.1)
    with pytest.raises(ArgumentError, match="time"):
        phase(-1.0, 0.5)
    with pytest.raises(ArgumentError, match="noise"):
        threshold_voltage(1.0, 0.0)


def test_the_voltage_at_very_weak_noise_is_a_number_and_the_right_one():
    """Below D = 1e-9 the Bessel function was no number, and below 1e-6 voltages just above I_c were off by up to 1 %."""
    # 2^(1/3)/(π (Ai² + Bi²)) at 0; Ai and Bi from the Gamma function.
    constant = 2 ** (1 / 3) * 3 ** (4 / 3) * gamma(2 / 3) ** 2 / (4 * np.pi)
    assert mean_voltage(1.0, 1e-12) * 1e4 == pytest.approx(constant, rel=1e-6)
    for noise in (1.9e-6, 1e-9, 1e-20, 1e-60, 1e-300):
        assert mean_voltage(1.0, noise) == pytest.approx(constant * noise ** (1 / 3), rel=5 * noise ** (2 / 3) + 1e-6)
        far = [-np.sqrt(1.25), 0.0, 0.0, np.sqrt(24)]
        assert mean_voltage([-1.5, 0.0, 0.5, 5.0], noise) == pytest.approx(far, rel=1e-9)
    # Above I_c by u D^(2/3) the noise adds the share 0.0782/u³, whatever D is.
    for noise in (3e-6, 1.9e-6, 1e-8, 1e-15):
        for u in (10.0, 20.0, 50.0, 70.0):
            i = 1 + u * noise ** (2 / 3)
            quiet = np.sqrt((u * noise ** (2 / 3)) * (i + 1))
            assert mean_voltage(i, noise) / quiet - 1 == pytest.approx(0.0782 / u**3, rel=0.02, abs=1.5e-6)
    # Both ways of computing meet, with their slopes.
    for u in (-3.0, 0.5, 3.0, 50.0):
        curves = [(1 + u * d ** (2 / 3), d) for d in (2.02e-6, 1.98e-6)]
        voltages = [mean_voltage(i, d) / d ** (1 / 3) for i, d in curves]
        assert voltages[1] == pytest.approx(voltages[0], rel=5e-5)
        slopes = [differential_resistance(i, d) * d ** (1 / 3) for i, d in curves]
        assert slopes[1] == pytest.approx(slopes[0], rel=1e-4)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("d", [1e-3, 1e-4, 1e-5])
def test_at_the_critical_current_weak_noise_keeps_its_digits(d):
    """Against quadrature of e^{U/D}: at D = 1e-5 voltages from I_c down to 3 D^(2/3) below were up to 1 % too large."""
    for u in (-4.0, -2.0, -1.0, 0.0, 0.2, 1.0, 5.0):
        i = 1 + u * d ** (2 / 3)
        exact = TiltedPeriodic(lambda x: -np.cos(x), i, d).velocity
        assert mean_voltage(i, d) == pytest.approx(exact, rel=1e-13 / d)


@pytest.mark.parametrize("bias", [10.0, 1e3, 1e6])
@pytest.mark.parametrize("noise", [1e-5, 0.1, 3.0])
def test_far_above_the_critical_current_the_supercurrent_is_what_is_left(bias, noise):
    """v = i - i/(2 (i² + D²)) + O(i^-3); at i = 1e6 it was 2e-3 above i: exponents i/D had lost their digits."""
    left = bias / (2 * (bias**2 + noise**2))
    assert bias - mean_voltage(bias, noise) == pytest.approx(left, rel=2 / bias**2, abs=4e-16 * bias)
    assert mean_voltage(-bias, noise) == -mean_voltage(bias, noise)
    assert differential_resistance(bias, noise) == pytest.approx(
        1 + left / bias, rel=3 * noise**2 / bias**4 + 2 / bias**4 + 1e-15
    )


@pytest.mark.parametrize("noise", [1e-6, 1e-3, 0.1, 2.0])
def test_nothing_jumps_where_the_fraction_begins(noise):
    below, above = (mean_voltage(1.5 * (1 + sign * 1e-12), noise) for sign in (-1, 1))
    assert above == pytest.approx(below, rel=2e-11)
    steep = [differential_resistance(1.5 * (1 + sign * 1e-12), noise) for sign in (-1, 1)]
    assert steep[0] == pytest.approx(steep[1], rel=1e-9)

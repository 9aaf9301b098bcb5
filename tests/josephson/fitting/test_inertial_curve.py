"""The noisy curve with a capacitance, against the Fokker–Planck equation solved another way."""

import numpy as np
import pytest

from evolaw.josephson import Junction, fokker_planck
from evolaw.josephson.fitting.inertial_curve import InertialCurve, inertial_voltage
from evolaw.josephson.formulas import mean_voltage


@pytest.mark.parametrize(("beta", "noise"), [(0.3, 0.1), (1.2, 0.5)])
def test_matrix_continued_fractions_are_the_fokker_planck_equation(beta, noise):
    """One sparse system of all waves and orders against a chain of small ones, for either sign of the current."""
    bias = np.array([-0.8, 0.0, 0.5, 1.0, 1.7])
    exact = [fokker_planck(Junction(damping=beta**-0.5, noise=noise), i).voltage for i in bias]
    np.testing.assert_allclose(inertial_voltage(bias, beta, noise), exact, atol=2e-6)


@pytest.mark.parametrize(("beta", "noise"), [(1.0, 0.5), (1.2, 0.06), (0.7, 0.0176), (0.16, 0.004)])
def test_the_orders_are_enough(beta, noise):
    """Half as many again change nothing, out to β = 40 D, where another middle of the velocities lost all digits."""
    bias = np.array([0.5, 0.9, 1.0, 1.1, 1.6, 3.0])
    count = int(16 + 0.5 * beta / noise)
    few, many = inertial_voltage(bias, beta, noise), inertial_voltage(bias, beta, noise, int(1.5 * count))
    np.testing.assert_allclose(few, many, atol=2e-5)


def test_little_capacitance_is_none():
    """v is linear in β there: a hundredth of it changes a hundredth."""
    bias = np.array([0.7, 1.2])
    small, smaller = (inertial_voltage(bias, beta, 0.2) - mean_voltage(bias, 0.2) for beta in (1e-2, 1e-4))
    np.testing.assert_allclose(smaller, small / 100, rtol=0.05)


@pytest.mark.slow
def test_an_anchored_table_is_the_curve_there():
    """To 2e-6 at the anchor, ten times better than without half a tenth beside it; nothing is added where there is no capacitance."""
    table, bias = InertialCurve(0.1, 2.5), np.linspace(-1.1, 2.5, 25)
    before = np.abs(table(bias, 0.7, 0.1) - inertial_voltage(bias, 0.7, 0.1)).max()
    table.anchor(0.7, 0.1)
    np.testing.assert_allclose(table(bias, 0.7, 0.1), inertial_voltage(bias, 0.7, 0.1), atol=2e-6)
    assert before > 5e-6
    np.testing.assert_allclose(table(bias, 0.0, 0.1), mean_voltage(bias, 0.1), atol=1e-13)


@pytest.mark.slow
@pytest.mark.parametrize("noise", [0.3, 0.05, 0.01])
def test_the_table_is_the_curve(noise):
    """At random β and D within it; off by less than 1e-4 of I_c R, for both signs of the current."""
    table, draw = InertialCurve(noise, 2.5), np.random.default_rng(0)
    bias = np.linspace(-1.1, 2.5, 25)
    for _ in range(4):
        beta, d = table.most_beta * draw.random(), noise * np.exp(draw.uniform(-0.4, 0.4))
        np.testing.assert_allclose(table(bias, beta, d), inertial_voltage(bias, beta, d), atol=1e-4)
    np.testing.assert_allclose(table(bias, 0.0, noise), mean_voltage(bias, noise), atol=1e-13)

"""Closed forms against others that share nothing with them: Bessel functions of complex order in 30 digits, the dispersion of the Fokker–Planck equation."""

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad

from evolaw.josephson.formulas import differential_resistance, effective_diffusion, mean_voltage, threshold_voltage

RANDOM = np.random.default_rng(77)


@pytest.mark.parametrize(("bias", "noise"), RANDOM.uniform([0.05, 0.1], [3.0, 2.0], (4, 2)))
def test_voltage_and_its_slope_are_those_of_bessel_functions(bias, noise):
    """v = D sinh(πν)/(π |I_{iν}(1/D)|²) and its derivative, on either side of where the integral gives way to the fraction."""

    def voltage(i):
        return (
            noise
            * mp.sinh(mp.pi * i / noise)
            / (mp.pi * abs(mp.besseli(1j * i / mp.mpf(noise), 1 / mp.mpf(noise))) ** 2)
        )

    with mp.workdps(25):
        exact, steep = float(voltage(mp.mpf(bias))), float(mp.diff(voltage, mp.mpf(bias)))
    assert mean_voltage(bias, noise) == pytest.approx(exact, rel=1e-12)
    assert differential_resistance(bias, noise) == pytest.approx(steep, rel=1e-11)


@pytest.mark.parametrize(("bias", "noise"), RANDOM.uniform([0.1, 0.2], [2.0, 2.0], (4, 2)))
def test_diffusion_is_the_curvature_of_the_slowest_eigenvalue(bias, noise):
    """λ(q) = -j v q - D_eff q² + …, of P = e^{jqφ} times a periodic function: no integral of Reimann's in it."""
    waves = np.arange(-60, 61)

    def decay(q):
        k = waves + q
        matrix = np.diag(-1j * k * bias - noise * k * k) + np.diag(k[1:] / 2, -1) - np.diag(k[:-1] / 2, 1)
        values = np.linalg.eigvals(matrix)
        return -values[np.argmin(np.abs(values))].real / q**2

    assert effective_diffusion(bias, noise) == pytest.approx((4 * decay(0.01) - decay(0.02)) / 3, rel=1e-6)


@pytest.mark.parametrize("distance", [-1.7, -0.3, 0.0, 0.8, 1.9])
def test_the_threshold_is_an_integral_without_airy_functions(distance):
    """π (Ai² + Bi²)(z) = (2/√π) ∫ e^{z s² - s⁶/12} ds."""
    noise = 0.01
    z = -distance * (2 / noise**2) ** (1 / 3) * noise ** (2 / 3)
    integral = 2 / np.sqrt(np.pi) * quad(lambda s: np.exp(z * s * s - s**6 / 12), 0, 6, epsabs=0, epsrel=1e-12)[0]
    found = threshold_voltage(1 + distance * noise ** (2 / 3), noise)
    assert found == pytest.approx((2 * noise) ** (1 / 3) / integral, rel=1e-9)

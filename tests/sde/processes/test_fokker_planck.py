"""The Fokker–Planck equation on a circle."""

import numpy as np
import pytest
from scipy import special

from evolaw.errors import ArgumentError, NotConverged
from evolaw.sde.processes.fokker_planck import CircleFokkerPlanck, force_modes


def junction(i, d):
    return CircleFokkerPlanck(lambda x: i - np.sin(x), d)


def test_equilibrium_is_von_mises():
    """p_n = I_n(1/D)/I_0(1/D), density exp(cos x/D)/(2π I_0)."""
    law = junction(0.0, 0.3)
    for n in (1, 2, 5):
        assert law.moment(n) == pytest.approx(special.iv(n, 1 / 0.3) / special.iv(0, 1 / 0.3), abs=1e-13)
    x = np.linspace(-4, 4, 9)
    np.testing.assert_allclose(
        law.density(x), np.exp(np.cos(x) / 0.3) / (2 * np.pi * special.iv(0, 1 / 0.3)), rtol=1e-11
    )
    assert law.mean_velocity == pytest.approx(0, abs=1e-15)


def test_moments_are_bessel_functions_of_complex_order():
    """p_1 = I_{1+iν}(z)/I_{iν}(z), by mpmath; the published value at (0.5, 0.2)."""
    mpmath = pytest.importorskip("mpmath")
    nu, z = 0.5 / 0.2, 1 / 0.2
    exact = complex(mpmath.besseli(1 + 1j * nu, z) / mpmath.besseli(1j * nu, z))
    assert np.conj(junction(0.5, 0.2).moment(1)) == pytest.approx(exact, abs=1e-12)
    assert exact == pytest.approx(0.7006924725 - 0.4751661101j, abs=1e-10)


def test_free_motion_in_time_is_a_wrapped_normal():
    """dX = v dt + √(2D) dW: e^{-jnX} decays like exp(-n² D t - jn v t)."""
    later = CircleFokkerPlanck(lambda x: 0.7 + 0 * x, 0.3).after(1.5, 0.4)
    x = np.linspace(0, 2 * np.pi, 7)
    wrapped = sum(np.exp(-((x - 0.4 - 1.05 + 2 * np.pi * k) ** 2) / (4 * 0.3 * 1.5)) for k in range(-6, 7)) / np.sqrt(
        4 * np.pi * 0.3 * 1.5
    )
    np.testing.assert_allclose(later(x), wrapped, rtol=1e-9)


def test_it_relaxes_at_the_rate_of_its_first_eigenvalue():
    law = junction(0.5, 0.5)
    gap = law.eigenvalues(2)[1].real
    far = [
        np.abs(law.after(t, lambda x: (1 + 0.5 * np.cos(x)) / (2 * np.pi))(x) - law.density(x)).max()
        for t in (8.0, 12.0)
        for x in [np.linspace(0, 2 * np.pi, 400)]
    ]
    assert np.log(far[1] / far[0]) / 4 == pytest.approx(gap, rel=0.05)
    assert gap < -0.1


def test_a_bloch_wave_moves_at_the_mean_velocity():
    law = junction(1.2, 0.3)
    q = 1e-3
    assert law.eigenvalues(1, q)[0].imag == pytest.approx(-q * law.mean_velocity, rel=1e-5)


def test_a_force_that_is_no_gradient_is_fine():
    """The drift has a mean; the probability current is the same everywhere."""
    law = CircleFokkerPlanck(lambda x: 0.4 - np.sin(x) + 0.3 * np.cos(3 * x), 0.2)
    x = np.linspace(0, 2 * np.pi, 6)
    h = 1e-5
    current = (0.4 - np.sin(x) + 0.3 * np.cos(3 * x)) * law.density(x) - 0.2 * (
        law.density(x + h) - law.density(x - h)
    ) / (2 * h)
    np.testing.assert_allclose(current, law.mean_velocity / (2 * np.pi), rtol=1e-6)
    assert law.average(np.cos) == pytest.approx(law.moment(1).real, abs=1e-12)


def test_a_density_is_an_array_and_a_function():
    density = junction(0.5, 0.2).density
    assert np.mean(density) * 2 * np.pi == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(density(density.places), np.asarray(density), atol=1e-12)
    assert len(density) == density.places.size and density[0] == density.values[0]


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="temperature"):
        junction(0.5, -1.0)
    with pytest.raises(ArgumentError, match="smooth"):
        force_modes(np.sign, 2.0)
    with pytest.raises(NotConverged, match="temperature"):
        _ = junction(0.5, 1e-8).coefficients


def test_the_autocorrelation_of_free_motion_is_a_damped_wave():
    """½ cos(vt) e^{-Dt}; with n = 2 it dies four times and turns twice as fast."""
    t = 0.2 * np.arange(50)
    law = CircleFokkerPlanck(lambda x: 0.7 + 0 * x, 0.1)
    np.testing.assert_allclose(law.autocorrelation(0.2, 50), np.cos(0.7 * t) * np.exp(-0.1 * t) / 2, atol=1e-10)
    np.testing.assert_allclose(law.autocorrelation(0.2, 50, 2), np.cos(1.4 * t) * np.exp(-0.4 * t) / 2, atol=1e-10)

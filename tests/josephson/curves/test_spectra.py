"""Power spectra and the radiated line."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, fokker_planck, spectrum
from evolaw.josephson.curves.spectra import Spectrum, expected_periodogram
from evolaw.josephson.formulas import effective_diffusion, mean_voltage


@pytest.mark.slow
def test_the_power_of_a_spectrum_is_the_variance():
    """32 short records: the line near the voltage, and ∫ S dω/2π the variance of cos φ."""
    found = spectrum(Junction(noise=0.02), 1.5, 0, duration=60.0, paths=32)
    step = found.frequency[1] - found.frequency[0]
    # The taper weighs the middle of a record: 32 of them differ by 2 %.
    assert found.variance == pytest.approx(float(found.power.sum() * step / (2 * np.pi)), rel=0.1)
    assert 0.3 < found.variance < 0.5 and found.centre == pytest.approx(mean_voltage(1.5, 0.02), abs=0.1)


@pytest.mark.slow
def test_the_line_stands_at_the_voltage_and_is_as_wide_as_diffusion_says():
    """D = 0.02, i = 1.5, 128 records: centre within a tenth of the width, width within three errors of 5 %; 1 % of other seeds.

    A symmetric line would stand a fifth of the width too high. (The eigenvalue of the Fokker–Planck equation is -0.04365 + 1.1204j.)
    """
    found = spectrum(Junction(noise=0.02), 1.5, 0, duration=600.0, sampling=0.5, paths=128)
    assert found.centre == pytest.approx(mean_voltage(1.5, 0.02), abs=0.0044)
    assert found.half_width_error < 0.06 * found.half_width
    assert found.half_width == pytest.approx(effective_diffusion(1.5, 0.02), abs=3 * found.half_width_error)


@pytest.mark.slow
def test_a_velocity_that_is_remembered_makes_the_line_narrower_than_diffusion():
    """α = 0.5, D_eff = 0.21 (Kubo): half-width 0.197 by the exact spectrum itself; a Lorentzian through it gave 0.13. Measured within 4 errors."""
    found = spectrum(Junction(damping=0.5, noise=0.1), 1.5, 0, duration=200.0, paths=64)
    above = found.frequency[found.exact > found.exact.max() / 2]
    assert found.exact_half_width == pytest.approx((above[-1] - above[0]) / 2, abs=0.035)
    assert found.exact_half_width == pytest.approx(0.191, abs=0.004)
    assert found.half_width == pytest.approx(found.exact_half_width, abs=4 * found.half_width_error)


def test_a_line_has_its_hertz_beside_it():
    """1 µA, 10 Ω, 1 pF: ω_p/2π = 8.7731 GHz; ∫ S df is the same in both units."""
    junction = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)
    x = np.array([0.5, 0.7, 0.9])
    found = Spectrum(junction, 1.5, x, x, 0.1 * x, np.array([x, 1.1 * x]), 0.4, 0.7, 0.21, 0.02, 0, x, 0.22)
    frequency, power, centre, width = (q.document() for q in found.physical())
    assert frequency["unit"] == "Hz" and centre["value"] == pytest.approx(0.7 * 8.7731e9, rel=1e-4)
    assert width["value"] == pytest.approx(0.21 * 8.7731e9, rel=1e-4) and width["exact"] > width["value"]
    step = np.diff(frequency["value"])[0]
    assert power["value"][1] * step == pytest.approx(x[1] * 0.2 / (2 * np.pi))
    assert "centre 6.1412 GHz, half-width 1.84 ± 0.18, exact 1.9301 GHz" in repr(found)
    assert "GHz" not in repr(Spectrum(Junction(noise=0.1), 1.5, x, x, x, np.array([x, x]), 0.4, 0.7, 0.21, 0.02, 0))


def harmonic(omega, damping, noise, bias):
    """The line of a locked junction's cos φ for D -> 0, one-sided: sin²φ0 · 4αD/[(w_A² - ω²)² + α²ω²]; 4D/(cos²φ0 + ω²) without capacitance."""
    well = np.sqrt(1 - bias**2)
    if damping is None:
        return bias**2 * 4 * noise / (well**2 + omega**2)
    return bias**2 * 4 * damping * noise / ((well - omega**2) ** 2 + (damping * omega) ** 2)


@pytest.mark.parametrize(
    ("damping", "noise", "least"), [(None, 0.016, 0.0), pytest.param(2.0, 0.08, 0.5, marks=pytest.mark.slow)]
)
def test_the_exact_spectrum_of_a_locked_junction_is_its_plasma_resonance(damping, noise, least):
    """Extrapolated from two noises to none, within 3 %; with capacitance above the frequencies of rare slips. Half a noise is half as far off."""
    omega = 2 * np.pi / 400 * np.arange(1, 2001)
    here, ratios = (omega > least) & (omega < 1.5), []
    for d in (noise, noise / 2):
        law = fokker_planck(Junction(damping=damping, noise=d), 0.5).equation
        ratios.append(expected_periodogram(law.autocorrelation(0.1, 4000), 0.1) / harmonic(omega, damping, d, 0.5))
    assert np.abs(2 * ratios[1] - ratios[0] - 1)[here].max() < 0.03
    assert np.abs(ratios[0] - 1)[here].max() > 0.05


def test_the_exact_spectrum_of_a_running_one_has_the_variance_and_the_width():
    law = fokker_planck(Junction(noise=0.1), 1.5).equation
    decay = law.autocorrelation(0.1, 4_000)
    assert decay[0] == pytest.approx((1 + law.moment(2).real) / 2 - law.moment(1).real ** 2)
    power = expected_periodogram(decay, 0.1)
    omega = 2 * np.pi / 400 * np.arange(1, 2001)
    assert power.sum() / 400 == pytest.approx(decay[0], rel=2e-3)
    above = omega[power > power.max() / 2]
    assert (above[-1] - above[0]) / 2 == pytest.approx(effective_diffusion(1.5, 0.1), abs=0.025)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        spectrum(Junction(), 1.5, 0)
    with pytest.raises(ArgumentError, match="duration"):
        spectrum(Junction(noise=0.1), 1.5, 0, duration=1e9)


def differences(count, step, weights, sign, is_ring):
    from scipy.sparse import eye_array

    straight = sum(w * (eye_array(count, k=k) + sign * eye_array(count, k=-k)) for k, w in weights.items())
    around = sum(w * (eye_array(count, k=k - count) + sign * eye_array(count, k=count - k)) for k, w in weights.items())
    return (straight + is_ring * around) / step


@pytest.mark.parametrize(
    ("damping", "noise", "bias"),
    [(None, 0.1, 0.5), (None, 0.1, 1.0), (None, 0.3, 1.5)]
    + [pytest.param(*row, marks=pytest.mark.slow) for row in ((1.0, 0.5, 0.5), (1.0, 0.5, 1.3), (0.5, 0.4, 0.8))],
)
def test_the_spectrum_is_that_of_the_resolvent(damping, noise, bias):
    """∫ C(t) e^{-jωt} dt = ⟨cos φ| (jω - L)⁻¹ (cos φ - ⟨cos φ⟩) p⟩, L by differences of sixth order on a grid, C of the series in the library."""
    from scipy.integrate import simpson
    from scipy.sparse import diags_array, eye_array, kron
    from scipy.sparse.linalg import splu

    first, second = {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}, {1: 3 / 2, 2: -3 / 20, 3: 1 / 90}
    places, speeds = (240, 1) if damping is None else (90, 110)
    phase, step = np.linspace(0, 2 * np.pi, places, endpoint=False, retstep=True)
    slope, force = differences(places, step, first, -1, 1), diags_array(bias - np.sin(phase))
    if damping is None:
        bent = (differences(places, step, second, 1, 1) - 49 / 18 / step * eye_array(places)) / step
        operator = noise * bent - slope @ force
    else:
        middle, reach = bias / damping / 2, bias / damping / 2 + 6.5 * np.sqrt(noise) + 0.5
        v, dv = np.linspace(middle - reach, middle + reach, speeds, retstep=True)
        rise = differences(speeds, dv, first, -1, 0)
        bent = (differences(speeds, dv, second, 1, 0) - 49 / 18 / dv * eye_array(speeds)) / dv
        still = damping * (rise @ diags_array(v) + noise * bent)
        operator = kron(eye_array(places), still) - kron(slope, diags_array(v)) - kron(force, rise)
    operator = operator.tocsc()
    density = splu((operator - 1e-9 * eye_array(places * speeds)).tocsc()).solve(np.ones(places * speeds))
    density /= density.sum()
    cosine = np.repeat(np.cos(phase), speeds)
    start = (cosine - cosine @ density) * density
    every, count = 0.02, 4001
    seen = fokker_planck(Junction(damping=damping, noise=noise), bias).equation.autocorrelation(every, count)
    assert abs(seen[-1]) < 1e-5 and seen[0] == pytest.approx(cosine @ start, rel=1e-5)
    for omega in (0.03, 0.3, 1.0, 1.6, 3.0):
        resolvent = splu(((1j * omega + 1e-9) * eye_array(places * speeds) - operator).tocsc()).solve(start + 0j)
        found = simpson(seen * np.cos(omega * every * np.arange(count)), dx=every)
        assert found == pytest.approx((cosine @ resolvent).real, rel=1e-3, abs=1e-4)

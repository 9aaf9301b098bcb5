"""Phase diffusion and spectra."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, phase_diffusion, spectrum
from evolaw.josephson.formulas import effective_diffusion, mean_voltage


@pytest.mark.slow
def test_diffusion_is_the_exact_one():
    """Three biases, 3 % each; within 3 standard errors, 1 % of other seeds."""
    found = phase_diffusion(Junction(noise=0.2), [0.5, 1.0, 2.0], 0, paths=8192, block=12.0)
    assert found.gap < 3
    assert np.all(found.error < 0.03 * found.exact)


@pytest.mark.slow
def test_diffusion_over_the_table_is_within_two_percent():
    """80 000 junctions: 0.5 % each."""
    for i, d in ((0.5, 0.2), (1.0, 0.05), (1.2, 0.05), (1.5, 0.02), (2.0, 0.5)):
        found = phase_diffusion(Junction(noise=d), [i], 1, paths=80_000, block=30.0)
        assert found.value[0] == pytest.approx(effective_diffusion(i, d), rel=0.02)


@pytest.mark.slow
def test_in_equilibrium_inertia_diffuses_as_einstein_says():
    """A nearly free phase (D = 50): D_eff = D/α for φ' with friction α; 0.3 % of other seeds."""
    found = phase_diffusion(Junction(damping=1.0, noise=50.0), [0.0], 0, paths=4096, block=30.0)
    assert found.value[0] == pytest.approx(50.0, abs=3 * found.error[0] + 0.2)


@pytest.mark.slow
def test_the_power_of_a_spectrum_is_the_variance():
    """32 short records: the line near the voltage, and ∫ S dω/2π the variance of cos φ."""
    found = spectrum(Junction(noise=0.02), 1.5, 0, duration=60.0, paths=32)
    step = found.frequency[1] - found.frequency[0]
    assert found.variance == pytest.approx(float(found.power.sum() * step / (2 * np.pi)), rel=1e-9)
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


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        phase_diffusion(Junction(), [0.5], 0)

"""Density and moments of the phase."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    equilibrium_cosine,
    mean_cosine,
    mean_sine,
    mean_voltage,
    phase_density,
    phase_moments,
)
from evolaw.sde.processes.tilted_periodic import TiltedPeriodic


def test_the_known_moment():
    assert phase_moments(0.5, 0.2)[0] == pytest.approx(0.7006924725 - 0.4751661101j, abs=1e-10)


@pytest.mark.parametrize(("i", "d"), [(0.0, 0.5), (0.5, 0.2), (1.0, 0.001), (1.4, 3.0)])
def test_moments_and_density_are_those_of_quadrature(i, d):
    """The continued fraction against e^{U/D} integrals, down to D = 1e-3 at the critical current."""
    exact = TiltedPeriodic(lambda x: -np.cos(x), i, d)
    for n, p in enumerate(phase_moments(i, d, 3), 1):
        real, imaginary = exact.average(lambda x, n=n: np.cos(n * x)), exact.average(lambda x, n=n: np.sin(n * x))
        assert p == pytest.approx(real - 1j * imaginary, abs=1e-11)
    x = np.array([-0.5, 1.2, 2.2])
    np.testing.assert_allclose(phase_density(x, i, d), exact.density(x), rtol=1e-8, atol=1e-9)


def test_the_current_is_balanced():
    """⟨sin φ⟩ = i - v."""
    i = np.linspace(-2, 2, 9)
    np.testing.assert_allclose(mean_sine(i, 0.3), i - mean_voltage(i, 0.3), atol=1e-13)


@pytest.mark.parametrize(("d", "value"), [(0.2, 0.89338314), (0.5, 0.69777466), (1.0, 0.44638997)])
def test_the_equilibrium_cosine(d, value):
    assert equilibrium_cosine(d) == pytest.approx(value, abs=5e-9)
    assert mean_cosine(0.0, d) == pytest.approx(value, abs=5e-9)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        phase_moments(0.5, 0.0)
    with pytest.raises(ArgumentError, match="moments"):
        phase_moments(0.5, 1e-12)
    with pytest.raises(ArgumentError, match="noise"):
        equilibrium_cosine([-1.0])

"""Fluxons and phase models."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import (
    LoadCoupling,
    critical_coupling,
    fluxon,
    fluxon_velocity,
    kuramoto_order,
    load_coupling,
    locking_range,
    natural_angle,
    phase,
)


def test_a_fluxon_solves_the_sine_gordon_equation():
    x, t, h = np.linspace(-4, 4, 33), 0.7, 1e-3

    def second(along):
        step = {"x": (h, 0.0), "t": (0.0, h)}[along]
        there = [fluxon(x + k * step[0], t + k * step[1], 0.6) for k in (-1, 0, 1)]
        return (there[0] - 2 * there[1] + there[2]) / h**2

    np.testing.assert_allclose(second("t") - second("x") + np.sin(fluxon(x, t, 0.6)), 0, atol=2e-6)


def test_its_energy_is_eight():
    """∫ φ_x²/2 + 1 - cos φ dx at rest."""
    x = np.linspace(-20, 20, 4001)
    slope = np.gradient(fluxon(x), x)
    assert np.trapezoid(slope**2 / 2 + 1 - np.cos(fluxon(x)), x) == pytest.approx(8, rel=1e-4)


def test_its_velocity_balances_bias_and_loss():
    assert fluxon_velocity(0.1, 0.1) == pytest.approx(0.617668, abs=1e-6)
    assert fluxon_velocity(5.0, 0.001) == pytest.approx(1, abs=1e-6)
    u, g, a = fluxon_velocity(0.05, 0.2), 0.05, 0.2
    # the force 2πg against the loss a ∫ φ_t² dx = 8 a u/√(1 - u²)
    assert 2 * np.pi * g == pytest.approx(8 * a * u / np.sqrt(1 - u * u))


def test_kuramoto():
    """A Lorentzian of half-width Δ: K_c = 2/(π g(0)) = 2Δ."""
    assert critical_coupling(0.3) == pytest.approx(2 / (np.pi * (1 / (np.pi * 0.3))))
    assert critical_coupling(0.3, 0.1) == pytest.approx(0.8)
    np.testing.assert_allclose(kuramoto_order([0.5, 0.6, 1.2], 0.3), [0, 0, np.sqrt(0.5)], atol=1e-12)


def test_the_natural_angle_of_a_free_junction_turns_evenly():
    """θ(φ(t)) = θ(φ(0)) + √(i² - 1) t, through many turns, from any start."""
    t = np.linspace(0, 30, 301)
    for start in (-2.0, 0.0, 3.0):
        angle = natural_angle(phase(t, 1.3, start), 1.3)
        np.testing.assert_allclose(angle - angle[0], np.sqrt(1.3**2 - 1) * t, atol=1e-9)
    with pytest.raises(ArgumentError, match="bias"):
        natural_angle(0.3, 0.9)


def test_a_pair_locks_within_its_range():
    assert locking_range(LoadCoupling(-0.2, np.pi / 3, 1.0)) == pytest.approx(0.1)


def test_a_weak_load_couples_weakly():
    far, near = (load_coupling(1.5, 20, 10.0 * s, 10.0 * s, 1.0 / s).strength for s in (1e6, 1e4))
    assert far == pytest.approx(near / 100, rel=0.01)
    assert load_coupling(1.5, 4, 1.0, 1.0, 1 / 1.25).lag == pytest.approx(-np.pi / 2)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="bias"):
        load_coupling(0.9, 4, 1.0, 1.0, 1.0)
    with pytest.raises(ArgumentError, match="velocity"):
        fluxon(0.0, velocity=1.0)
    with pytest.raises(ArgumentError, match="bias"):
        fluxon_velocity(0.0, 0.1)

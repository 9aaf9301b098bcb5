"""Ladders, rings, the long junction."""

import jax
import numpy as np
import pytest

from evolaw import sde
from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.ladders import ladder, long_junction, ring_of_fluxons
from evolaw.josephson.formulas import fluxon_velocity, squid_critical_current


@pytest.mark.slow
def test_each_mode_of_a_long_junction_has_the_energy_of_its_temperature():
    """⟨|v_k|²⟩ = D/dx for every Fourier mode of the velocities: 400 rings of 16 points, 4 errors: 1 of 1000 other seeds."""
    law = long_junction(4.0, 16, 0.0, damping=0.8, noise=0.05, fluxons=0)
    found = sde.solve(law, sde.BAOAB(), np.zeros(32), [0.0, 10.0], paths=400, dt=0.05, rng=0).values[:, -1, 16:]
    power = np.abs(np.fft.rfft(found, axis=1, norm="ortho")) ** 2
    power = power.mean(0)
    expected = 0.05 / 0.25
    spread = expected * np.sqrt(np.array([2.0, *[1.0] * 7, 2.0]) / 400)
    assert np.all(np.abs(power - expected) < 4 * spread)


@pytest.mark.slow
def test_a_fluxon_moves_as_mclaughlin_and_scott_say():
    """g = a = 0.1 on a ring of 16: u = 0.6177 within 5 % (perturbation theory is of first order in a and g)."""
    points, length = 64, 16.0
    law = long_junction(length, points, 0.1, damping=0.1, noise=0.0, fluxons=1)
    flow = sde.SDE(law.drift, None, dim=2 * points, noise="none", params=law.params)
    start = ring_of_fluxons(length, points)
    found = sde.solve(flow, sde.RungeKutta4(), start, [0.0, 100.0, 200.0], dt=0.04, rng=None).values[0]
    # A passage of the fluxon turns every phase once.
    turns = (found[2, :points].mean() - found[1, :points].mean()) / (2 * np.pi)
    assert turns * length / 100.0 == pytest.approx(fluxon_velocity(0.1, 0.1), rel=0.05)


def force_of(law, phase, points):
    """Accelerations of a junction at rest at phases, in double precision."""
    with precise("float64"):
        return np.asarray(jax.jit(law.drift)(0.0, np.concatenate([phase, np.zeros(points)]), law.params))[points:]


def stiffness_of(law, points):
    """Minus the derivative of the accelerations at φ = 0."""
    h = 1e-4
    found = [force_of(law, -h * e, points) - force_of(law, h * e, points) for e in np.eye(points)]
    return np.array(found).T / (2 * h)


@pytest.mark.slow
def test_modes_of_an_open_junction_are_those_of_its_length():
    """w² = 1 + (πn/L)² of small oscillations, to O(dx²); with points at both ends the length was a point too long, 6 % of n²."""
    points, length = 32, 5.0
    stiff = stiffness_of(long_junction(length, points, 0.0, damping=0.1, noise=0.0), points)
    found = np.sort(np.linalg.eigvalsh((stiff + stiff.T) / 2))[:4]
    np.testing.assert_allclose(found - 1, (np.pi * np.arange(4) / length) ** 2, rtol=0.008, atol=1e-6)


@pytest.mark.parametrize(("inductance", "flux"), [(1.5, 0.3), (0.02, 0.3), (6.0, 0.45)])
def test_two_junctions_in_a_loop_are_the_squid_of_the_textbooks(inductance, flux):
    """Its critical current: the largest sin s cos d/2 with cos s = (h - d)/(β_L sin d/2), β_L = 2πL I_0/Φ0; there a rest state ends."""
    from scipy.optimize import minimize_scalar

    h = 2 * np.pi * flux

    def minus_current(d):
        across = (h - d) / (inductance * np.sin(d / 2))
        return -np.sqrt(max(1 - across**2, 0.0)) * np.cos(d / 2)

    d = minimize_scalar(minus_current, bounds=(1e-3, h), method="bounded", options={"xatol": 1e-12}).x
    s, critical = np.arccos((h - d) / (inductance * np.sin(d / 2))), -minus_current(d)
    law = ladder(2, critical, damping=0.5, noise=0.0, inductance=inductance, field=h)
    here, e = np.array([s - d / 2, s + d / 2]), 1e-5
    np.testing.assert_allclose(force_of(law, here, 2), 0, atol=1e-7)
    stiff = np.array([force_of(law, here - e * row, 2) - force_of(law, here + e * row, 2) for row in np.eye(2)]) / (
        2 * e
    )
    assert np.linalg.eigvalsh(stiff)[0] == pytest.approx(0, abs=1e-4)
    # Without inductance |cos πΦ/Φ0|; with it the field takes less.
    bare = squid_critical_current(flux)
    assert critical == pytest.approx(bare, rel=0.01) if inductance < 0.1 else critical > 1.1 * bare


@pytest.mark.slow
def test_a_warm_squid_is_gibbs():
    """β_L = 1.5, Φ = 0.3 Φ0, D = 0.5: ⟨cos φ_1⟩ and ⟨cos (φ_2 - φ_1)⟩ by quadrature of both phases; 4 errors each, 1e-4 of seeds."""
    inductance, h, noise = 1.5, 0.6 * np.pi, 0.5
    law = ladder(2, 0.0, damping=1.0, noise=noise, inductance=inductance, field=h)
    last = sde.solve(law, sde.BAOAB(), np.zeros(4), [0.0, 20.0], paths=4000, dt=0.1, rng=0).values[:, -1]
    x, d = np.meshgrid(np.linspace(0, 2 * np.pi, 200, endpoint=False), np.linspace(h - 8, h + 8, 400), indexing="ij")
    p = np.exp((np.cos(x) + np.cos(x + d) - (d - h) ** 2 / (2 * inductance)) / noise)
    p /= p.sum()
    for seen, exact in (
        (np.cos(last[:, 0]), np.sum(p * np.cos(x))),
        (np.cos(last[:, 1] - last[:, 0]), np.sum(p * np.cos(d))),
    ):
        assert seen.mean() == pytest.approx(exact, abs=4 * seen.std() / np.sqrt(4000))


@pytest.mark.slow
def test_a_weak_field_is_screened_at_the_ends():
    """φ = h sinh(x - L/2)/cosh(L/2) at rest, a Josephson length deep, to O(dx²)."""
    points, length, h = 40, 6.0, 1e-3
    law = long_junction(length, points, 0.0, damping=1.0, noise=0.0, field=h)
    x = (np.arange(points) + 0.5) * length / points - length / 2
    rest = np.linalg.solve(stiffness_of(law, points), force_of(law, np.zeros(points), points))
    np.testing.assert_allclose(rest, h * np.sinh(x) / np.cosh(length / 2), atol=2e-3 * h)


def test_its_uniform_state_is_one_junction():
    """A bias per length: every piece carries sin φ = i, whatever the number of points."""
    law = long_junction(3.0, 20, 0.4, damping=1.0, noise=0.0)
    np.testing.assert_allclose(force_of(law, np.full(20, np.arcsin(0.4)), 20), 0, atol=1e-12)


def test_a_fluxon_goes_left_for_a_positive_bias():
    """The bias pushes each phase up: with 0 on the left and 2π on the right the step moves to the left, φ' > 0."""
    points, length = 64, 16.0
    law = long_junction(length, points, 0.1, damping=0.1, noise=0.0, fluxons=1)
    state = ring_of_fluxons(length, points, 1, velocity=-0.5)
    assert state[points:].min() > -1e-6 and state[points:].max() == pytest.approx(2 * 0.5 / np.sqrt(0.75), rel=0.01)
    # At rest only the bias moves it, 2πg on a mass of 8: φ'' = -φ_x x''.
    rest = ring_of_fluxons(length, points)[:points]
    way = np.gradient(rest, length / points)
    push = np.sum(force_of(law, rest, points) * way) / np.sum(way**2)
    assert push == pytest.approx(2 * np.pi * 0.1 / 8, rel=0.02)


def test_a_ring_keeps_its_fluxon():
    state = ring_of_fluxons(20.0, 100)
    assert state[99] - state[0] == pytest.approx(2 * np.pi, abs=0.3)


@pytest.mark.slow
def test_a_stiff_ladder_is_one_junction():
    law = ladder(4, [0.8, 0.0, 0.4, 0.4], damping=1.0, noise=0.0, inductance=1e-3)
    flow = sde.SDE(law.drift, None, dim=8, noise="none", params=law.params)
    end = sde.solve(flow, sde.RungeKutta4(), np.zeros(8), [0.0, 40.0], dt=0.01, rng=None).values[0, -1]
    np.testing.assert_allclose(end[:4], np.arcsin(0.4), atol=5e-3)


def test_a_field_enters_at_the_ends():
    """Without tunnelling the phases of a linear chain lie on a straight line of slope h."""
    law = ladder(4, 0.0, damping=1.0, noise=0.0, inductance=1e-4, field=0.01)
    flow = sde.SDE(law.drift, None, dim=8, noise="none", params=law.params)
    end = sde.solve(flow, sde.RungeKutta4(), np.zeros(8), [0.0, 30.0], dt=0.005, rng=None).values[0, -1, :4]
    np.testing.assert_allclose(np.diff(end), 0.01, atol=1e-4)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="inductance"):
        ladder(4, 0.1, damping=0.1, noise=0.1, inductance=0.0)
    with pytest.raises(ArgumentError, match="field"):
        ladder(4, 0.1, damping=0.1, noise=0.1, inductance=1.0, fluxons=1, field=0.3)

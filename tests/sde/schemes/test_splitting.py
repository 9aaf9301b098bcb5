"""BAOAB and OBABO: exact second moments on the harmonic oscillator. Orders: test_schemes_*_orders.py."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import (
    BAOAB,
    OBABO,
    GradientForce,
    Noise,
    RescaledBAOAB,
    harmonic_oscillator,
    ornstein_uhlenbeck,
    underdamped,
)


def stationary(moment_steps, scheme, h, frequency=1.3, damping=0.5, temperature=0.6):
    oscillator = harmonic_oscillator(frequency=frequency, damping=damping, amplitude=np.sqrt(2 * damping * temperature))
    matrix = np.linalg.matrix_power(moment_steps(oscillator, scheme)(0.0, h), 4000)
    return matrix[:, 0].reshape(3, 3)[1:, 1:]


@pytest.mark.parametrize("h", [0.1, 0.5, 1.2])
def test_baoab_positions_have_the_exact_temperature(h, moment_steps):
    """⟨x²⟩ = D/ω² for every stable h, ⟨v²⟩ = D (1 - h²ω²/4), ⟨xv⟩ = 0."""
    second = stationary(moment_steps, BAOAB(), h)
    wanted = np.diag([0.6 / 1.3**2, 0.6 * (1 - h**2 * 1.3**2 / 4)])
    np.testing.assert_allclose(second, wanted, atol=1e-12)


@pytest.mark.parametrize(("h", "damping"), [(0.5, 0.5), (0.5, 8.0), (1.2, 50.0)])
def test_rescaled_positions_have_the_exact_temperature_too(h, damping, moment_steps):
    """⟨x²⟩ = D/ω², ⟨v²⟩ = D (1 - b²h²ω²/4) with b² = tanh(γh/2)/(γh/2)."""
    second = stationary(moment_steps, RescaledBAOAB(), h, damping=damping)
    shrunk = h**2 * np.tanh(damping * h / 2) / (damping * h / 2)
    wanted = np.diag([0.6 / 1.3**2, 0.6 * (1 - shrunk * 1.3**2 / 4)])
    np.testing.assert_allclose(second, wanted, atol=1e-12)


@pytest.mark.parametrize("step", [0.2, 2.0, 20.0])
def test_rescaled_steps_diffuse_and_drift_at_the_exact_rate(step, moment_steps):
    """γh from 0.2 to 20: a free particle gains ⟨x²⟩ = 2 (D/γ) t, one under a constant force x = (F/γ) t; BAOAB is (γh/2) coth(γh/2) too fast."""
    friction, force, amplitude = 5.0, 0.7, 1.1
    pushed = underdamped(lambda t, x, p: force + 0.0 * x, friction=friction, amplitude=amplitude)
    h = step / friction
    for scheme, factor in ((RescaledBAOAB(), 1.0), (BAOAB(), step / 2 / np.tanh(step / 2))):
        one = moment_steps(pushed, scheme)(0.0, h)
        early, late = (np.linalg.matrix_power(one, n)[:, 0].reshape(3, 3) for n in (400, 500))
        assert late[0, 1] - early[0, 1] == pytest.approx(factor * force / friction * 100 * h, rel=1e-9)
        grown = (late[1, 1] - late[0, 1] ** 2) - (early[1, 1] - early[0, 1] ** 2)
        assert grown == pytest.approx(factor * (amplitude / friction) ** 2 * 100 * h, rel=1e-7)


@pytest.mark.parametrize("h", [0.1, 0.5, 1.2])
def test_obabo_velocities_have_the_exact_temperature(h, moment_steps):
    """⟨v²⟩ = D, ⟨x²⟩ = D/(ω² (1 - h²ω²/4))."""
    second = stationary(moment_steps, OBABO(), h)
    wanted = np.diag([0.6 / 1.3**2 / (1 - h**2 * 1.3**2 / 4), 0.6])
    np.testing.assert_allclose(second, wanted, atol=1e-12)


@pytest.mark.parametrize("scheme", [BAOAB(), RescaledBAOAB(), OBABO()], ids=lambda scheme: scheme.name)
def test_a_free_particle_has_the_exact_velocity(scheme, moment_steps):
    """Without a force the bath is exact: v is an Ornstein–Uhlenbeck process at the steps, for γ = 0 a Brownian motion."""
    for friction in (0.8, 0.0):
        particle = underdamped(lambda t, x, p: 0.0 * x, friction=friction, amplitude=0.7)
        after = moment_steps(particle, scheme).after([0.0, 1.0], 2.0, 3)
        rate = max(friction, 1e-12)
        wanted = np.exp(-4 * friction) + 0.7**2 * -np.expm1(-4 * rate) / (2 * rate)
        assert after[2, 2] == pytest.approx(wanted, rel=1e-6 if friction == 0 else 1e-12)


@pytest.mark.parametrize("scheme", [BAOAB(), RescaledBAOAB(), OBABO()], ids=lambda scheme: scheme.name)
def test_without_friction_and_noise_the_splitting_is_velocity_verlet(scheme, float64):
    """Time-reversible and of order 2: going back with reversed velocity returns to the start."""
    pendulum = underdamped(GradientForce(lambda t, x, p: -jnp.cos(x[0])), friction=0.0, amplitude=0.0)
    still = Noise(jnp.zeros(1), jnp.zeros(1))

    step = jax.jit(lambda z, memory: scheme.step(pendulum, 0.0, z, 0.3, still, memory))

    def run(z):
        memory = scheme.start(pendulum, 0.0, z)
        for _ in range(10):
            z, memory = step(z, memory)
        return z

    start = jnp.array([0.4, 1.1])
    turn = jnp.array([1.0, -1.0])
    np.testing.assert_allclose(turn * run(turn * run(start)), start, atol=1e-13)


def test_the_force_is_evaluated_once_a_step(float64):
    """The remembered force is the force at the new place and time."""
    calls = []

    def force(t, x, p):
        calls.append(1)
        return -x + t

    spring = underdamped(force, friction=0.5, amplitude=1.0)
    scheme, z = BAOAB(), jnp.array([1.0, 0.0])
    memory = scheme.start(spring, 0.0, z)
    calls.clear()
    z, memory = scheme.step(spring, 0.0, z, 0.1, Noise(jnp.zeros(1)), memory)
    assert len(calls) == 1
    assert float(memory[0]) == pytest.approx(float(-z[0]) + 0.1)


@pytest.mark.parametrize("scheme", [BAOAB(), RescaledBAOAB(), OBABO()], ids=lambda scheme: scheme.name)
def test_the_second_kick_is_that_of_the_end_of_the_step(scheme, float64):
    """Without friction, noise and position dependence: v gains h (F(t) + F(t+h))/2, for F = cos t."""
    driven = underdamped(lambda t, x, p: jnp.cos(t) + 0 * x, friction=0.0, amplitude=0.0)
    still, t, h = Noise(jnp.zeros(1), jnp.zeros(1)), 0.4, 0.3
    z = jnp.array([0.2, 0.0])
    z, memory = scheme.step(driven, t, z, h, still, scheme.start(driven, t, z))
    assert float(z[1]) == pytest.approx(h * (np.cos(0.4) + np.cos(0.7)) / 2, rel=1e-12)
    assert float(memory[0]) == pytest.approx(np.cos(0.7), rel=1e-12)


def test_other_processes_are_refused():
    assert BAOAB().refuses(harmonic_oscillator(frequency=1.0, damping=1.0, amplitude=1.0)) is None
    assert "underdamped" in str(OBABO().refuses(ornstein_uhlenbeck(rate=1.0, scale=1.0)))

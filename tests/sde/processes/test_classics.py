"""The classic processes: coefficients against laws, and the oscillator's closed forms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw.errors import ArgumentError, ShapeError
from evolaw.sde import (
    Milstein,
    Noise,
    brownian_bridge,
    brownian_motion,
    geometric_brownian_motion,
    harmonic_oscillator,
    integrated_ornstein_uhlenbeck,
    ornstein_uhlenbeck,
    square_root,
)

CLASSICS = {
    "brownian": (brownian_motion(drift=0.4, scale=0.7), [0.9]),
    "brownian, three": (brownian_motion(drift=[0.4, 0.0, -1.0], scale=0.7, dim=3), [0.9, 0.0, 2.0]),
    "gbm": (geometric_brownian_motion(growth=0.5, volatility=0.8), [0.9]),
    "gbm, two": (geometric_brownian_motion(growth=[0.5, -0.1], volatility=[0.8, 0.2], dim=2), [0.9, 2.0]),
    "bridge": (brownian_bridge(end=1.5, duration=2.0, scale=0.7), [0.9]),
    "ou": (ornstein_uhlenbeck(rate=1.3, scale=0.7, level=0.2), [0.9]),
    "position": (integrated_ornstein_uhlenbeck(friction=0.8, amplitude=1.3), [0.9, -0.4]),
    "oscillator": (harmonic_oscillator(frequency=1.2, damping=0.5, amplitude=0.8, drive=0.6, drive_frequency=1.7), [0.9, 0.1]),
    "square root": (square_root(rate=1.2, level=0.8, scale=0.6), [0.9]),
}  # fmt: skip


@pytest.mark.parametrize("name", CLASSICS)
def test_the_law_starts_with_the_coefficients(name, float64):
    """The first terms in time: dE X/dt = f(0, x0), d Cov/dt = G Gᵀ(0, x0). No law can belong to another process."""
    process, x0 = CLASSICS[name]
    law, h = process.exact, 1e-5
    mean = [law.mean(t, x0) for t in (0.0, h)]
    drift, matrix = np.asarray(process.drift_at(0.0, jnp.array(x0))), np.asarray(process.matrix(0.0, jnp.array(x0)))
    np.testing.assert_allclose(mean[0], x0, atol=1e-14)
    np.testing.assert_allclose((mean[1] - mean[0]) / h, drift, atol=5e-5)
    np.testing.assert_allclose(law.covariance(h, x0) / h, matrix @ matrix.T, atol=5e-5)


@pytest.mark.parametrize("name", [name for name in CLASSICS if name != "square root"])
def test_the_mean_solves_its_equation(name, float64):
    """The drift is linear: E X solves the equation without noise."""
    process, x0 = CLASSICS[name]
    run = solve_ivp(lambda t, x: np.asarray(process.drift_at(t, x)), (0, 1.5), x0, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(process.exact.mean(1.5, x0), run.y[:, -1], rtol=1e-7)


def test_value_of_the_ornstein_uhlenbeck_position():
    """Var Y = s² t/β² + s² (-3 + 4 e^{-βt} - e^{-2βt})/(2 β³) = 1.5956370478 at β = 0.8, s = 1.3, t = 2."""
    law, b, s = integrated_ornstein_uhlenbeck(friction=0.8, amplitude=1.3).exact, 0.8, 1.3
    assert law.covariance(2.0, [0.0, 0.0])[0, 0] == pytest.approx(1.5956370478, abs=5e-11)
    for t in (0.1, 1.0, 10.0):
        wanted = s**2 * t / b**2 + s**2 * (-3 + 4 * np.exp(-b * t) - np.exp(-2 * b * t)) / (2 * b**3)
        assert law.covariance(t, [0.0, 0.0])[0, 0] == pytest.approx(wanted, rel=1e-10)
        assert law.mean(t, [0.3, 0.7])[0] == pytest.approx(0.3 + 0.7 / b * (1 - np.exp(-b * t)), rel=1e-12)


def test_values_of_the_oscillator():
    """γ = 0.5, ω = 1, s = 1 from rest at t = 2."""
    law = harmonic_oscillator(frequency=1.0, damping=0.5, amplitude=1.0).exact
    np.testing.assert_allclose(
        law.covariance(2.0, [0.0, 0.0]), [[0.6527841, 0.1711126], [0.1711126, 0.5259007]], atol=5e-8
    )


def test_the_undamped_oscillator_gains_energy_at_the_exact_rate():
    """E[x² + v²] = x0² + v0² + s² t."""
    law = harmonic_oscillator(frequency=1.0, damping=0.0, amplitude=0.9).exact
    for t in (0.3, 2.0, 11.0):
        mean = law.mean(t, [0.6, -1.1])
        assert np.trace(law.covariance(t, [0.6, -1.1])) + mean @ mean == pytest.approx(
            0.36 + 1.21 + 0.81 * t, rel=1e-11
        )


@pytest.mark.parametrize("damping", [0.5, 2.0, 2.6, 5.0])
def test_the_equilibrium_of_the_damped_oscillator(damping):
    """⟨x²⟩ = s²/(2 γ ω²), ⟨v²⟩ = s²/(2 γ), ⟨xv⟩ = 0; the correlation solves C'' + γ C' + ω² C = 0, C'(0) = 0; also at and
    beyond critical damping."""
    law = harmonic_oscillator(frequency=1.3, damping=damping, amplitude=0.8).exact
    np.testing.assert_allclose(
        law.stationary_covariance(), np.diag([0.32 / damping / 1.69, 0.32 / damping]), atol=1e-14
    )
    c0 = law.stationary_covariance()[0, 0]
    run = solve_ivp(lambda t, c: [c[1], -damping * c[1] - 1.69 * c[0]], (0, 3), [c0, 0.0], rtol=1e-10, atol=1e-12)
    assert float(law.correlation(3.0)) == pytest.approx(run.y[0, -1], rel=1e-7)


@pytest.mark.slow
def test_the_driven_oscillator_steps_with_its_exact_mean(float64):
    """From any time: the drive's phase is taken at t."""
    process, _ = CLASSICS["oscillator"]
    moved = jax.jit(process.exact.sample)(jnp.zeros(2), 0.7, 0.9, jnp.array([0.2, -0.3]))
    run = solve_ivp(lambda t, x: np.asarray(process.drift_at(t, x)), (0.7, 1.6), [0.2, -0.3], rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(moved, run.y[:, -1], rtol=1e-8)


def test_square_root_coefficients_survive_negative_states():
    process = square_root(rate=1.2, level=0.8, scale=0.6)
    assert float(process.diffusion_at(0.0, -0.1)[0]) == 0
    assert float(process.drift_at(0.0, -0.1)[0]) == pytest.approx(0.96)
    step = jax.jit(lambda x: Milstein().step(process, 0.0, x, 0.01, Noise(jnp.array([0.1])), None)[0])
    for x in (-0.1, 0.0):
        assert np.isfinite(step(np.array([x]))).all(), "the derivative of the diffusion is finite there too"


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: brownian_motion(scale=0.0), "scale"),
        (lambda: brownian_motion(drift=[1.0, np.nan], dim=2), "drift"),
        (lambda: geometric_brownian_motion(growth=0.1, volatility=-1.0), "volatility"),
        (lambda: brownian_bridge(duration=0.0), "duration"),
        (lambda: ornstein_uhlenbeck(rate=-1.0, scale=1.0), "rate"),
        (lambda: integrated_ornstein_uhlenbeck(friction=0.0, amplitude=1.0), "friction"),
        (lambda: harmonic_oscillator(frequency=0.0, damping=1.0, amplitude=1.0), "frequency"),
        (lambda: square_root(rate=1.0, level=0.0, scale=1.0), "level"),
    ],
)
def test_bad_parameters_are_refused(make, name):
    with pytest.raises(ArgumentError, match=f"Argument `{name}`"):
        make()


def test_wrong_number_of_components_is_refused():
    with pytest.raises(ShapeError, match="Argument `rate` must have shape"):
        ornstein_uhlenbeck(rate=[1.0, 2.0], scale=1.0, dim=3)

"""Euler–Maruyama and stochastic Heun: the schemes' own moments, exactly; then the refusals they share with the others."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import (
    BAOAB,
    DRI1,
    SDE,
    SRA1,
    SRI1W1,
    DriftImplicitEuler,
    EulerMaruyama,
    Milstein,
    Platen,
    ShARK,
    StochasticHeun,
    geometric_brownian_motion,
    harmonic_oscillator,
    ornstein_uhlenbeck,
)
from evolaw.sde.schemes.scheme import matrices_at, own_columns


def test_euler_moments_of_geometric_brownian_motion_are_exact(moment_steps):
    """E X_n = x0 (1 + μh)^n and E X_n² = x0² ((1 + μh)² + s²h)^n."""
    after = moment_steps(geometric_brownian_motion(growth=0.5, volatility=0.8), EulerMaruyama()).after([1.0], 1.0, 64)
    assert after[0, 1] == pytest.approx(1.6455208962, abs=5e-11)
    assert after[1, 1] == pytest.approx(5.0690237414, abs=5e-11)


def test_euler_mean_of_the_three_component_benchmark(moment_steps):
    """GBM with p = 1.5, q = 0.01, x0 = 0.1, h = 2^-8: the mean of the scheme at T = 1."""
    after = moment_steps(geometric_brownian_motion(growth=1.5, volatility=0.01), EulerMaruyama()).after([0.1], 1.0, 256)
    assert after[0, 1] == pytest.approx(0.4462113621, abs=5e-11)


def test_heun_moments_of_geometric_brownian_motion_are_exact(moment_steps):
    """Y' = Y (1 + u + u²/2) with u = μh + sΔW; E (1 + u + u²/2)² = E(1 + 2u + 2u² + u³ + u⁴/4), u normal."""
    mu, s, h = 0.5, 0.8, 0.25
    growth = SDE(lambda t, x, p: mu * x, lambda t, x, p: s * x, noise="scalar", calculus="stratonovich")
    matrix = moment_steps(growth, StochasticHeun())(0.0, h)
    m, v = mu * h, s**2 * h
    assert matrix[1, 1] == pytest.approx(1 + m + (m**2 + v) / 2, rel=1e-13)
    fourth = m**4 + 6 * m**2 * v + 3 * v**2
    assert matrix[3, 3] == pytest.approx(1 + 2 * m + 2 * (m**2 + v) + m**3 + 3 * m * v + fourth / 4, rel=1e-13)


@pytest.mark.parametrize("z", [0.1, 0.5, 1.5])
def test_stationary_variance_of_euler_and_heun_on_ornstein_uhlenbeck(z, moment_steps):
    """Euler: s²/(2θ)/(1 - θh/2). Heun: X' = (1 - z + z²/2) X + s (1 - z/2) ΔW with z = θh."""
    rate, scale = 2.0, 0.7
    process, h = ornstein_uhlenbeck(rate=rate, scale=scale), z / rate

    def stationary(scheme):
        matrix = moment_steps(process, scheme)(0.0, h)
        return matrix[3, 0] / (1 - matrix[3, 3])  # of (1, x) ⊗ (1, x), the last is x²

    assert stationary(EulerMaruyama()) == pytest.approx(scale**2 / (2 * rate) / (1 - z / 2), rel=1e-12)
    step, push = 1 - z + z**2 / 2, scale * (1 - z / 2)
    assert stationary(StochasticHeun()) == pytest.approx(push**2 * h / (1 - step**2), rel=1e-12)


@pytest.mark.parametrize(
    ("scheme", "factor"), [(EulerMaruyama(), lambda h: 1 + h**2), (StochasticHeun(), lambda h: 1 + h**4 / 4)]
)
def test_energy_of_the_undamped_oscillator_grows_by_the_known_factor(scheme, factor, moment_steps):
    """Exact growth of E[x² + v²] is linear, s²t; Euler multiplies by (1 + h²) a step, Heun by (1 + h⁴/4)."""
    h = 0.1
    oscillator = harmonic_oscillator(frequency=1.0, damping=0.0, amplitude=0.0)
    energy = np.trace(moment_steps(oscillator, scheme).after([0.6, 0.8], 40 * h, 40)[1:, 1:])
    assert energy == pytest.approx(factor(h) ** 40, rel=1e-12)


def test_euler_doubles_the_temperature_of_a_weakly_damped_oscillator(moment_steps):
    """γ = 0.1, D = 1, h = 0.05: ⟨v²⟩ = 2.004, double the truth."""
    oscillator = harmonic_oscillator(frequency=1.0, damping=0.1, amplitude=np.sqrt(0.2))
    matrix = np.linalg.matrix_power(moment_steps(oscillator, EulerMaruyama())(0.0, 0.05), 20_000)
    assert matrix[8, 0] == pytest.approx(2.004, abs=5e-4)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noises", [2, 6])
def test_own_columns_are_the_columns_at_their_own_stages(noises, float64):
    """Few noises are written out, many are mapped over: both are g^k at stage k."""
    draw = np.random.Generator(np.random.Philox(key=7))
    B, stages = draw.standard_normal((noises, 3, 3)), draw.standard_normal((3, noises))
    process = SDE(lambda t, x, p: x, lambda t, x, p: (1 + t) * jnp.sin(jnp.asarray(B) @ x).T, dim=3, noises=noises)
    wanted = np.stack([2 * np.sin(B[k] @ stages[:, k]) for k in range(noises)], axis=1)
    np.testing.assert_allclose(jax.jit(lambda stages: own_columns(process, 1.0, stages))(stages), wanted, rtol=1e-12)
    matrices, matrix = jax.jit(lambda stages: matrices_at(process, 1.0, stages))(stages), jax.jit(process.matrix)
    for l in range(noises):
        np.testing.assert_allclose(matrices[l], matrix(1.0, stages[:, l]), rtol=1e-12)


# -- refusals --------------------------------------------------------------------------------------------------------------


def sde(noise, diffusion, **more):
    return SDE(lambda t, x, p: -x, diffusion, noise=noise, **more)


SCALAR = sde("scalar", lambda t, x, p: x)
GENERAL = sde("general", lambda t, x, p: jnp.array([[1.0, x[1]], [x[0], 1.0]]), dim=2)


@pytest.mark.parametrize(
    ("scheme", "process", "says"),
    [
        (EulerMaruyama(), sde("scalar", lambda t, x, p: x, calculus="stratonovich"), "solves Itô equations .* use StochasticHeun"),
        (StochasticHeun(), SCALAR, "solves Stratonovich equations and the calculus of this one is Itô; use SRI1W1"),
        (Milstein(), GENERAL, "is for additive, scalar, diagonal and commutative noise .* general noise; use LevyMilstein"),
        (SRI1W1(), sde("additive", 1.0), "is for scalar and diagonal noise .* additive noise; use SRA1"),
        (SRA1(), SCALAR, "is for additive noise .* scalar noise; use SRI1W1"),
        (ShARK(), GENERAL, "use LevyMilstein for paths or DRI1 for averages"),
        (Platen(), GENERAL, "use LevyMilstein for paths or DRI1 for averages"),
        (BAOAB(), sde("additive", 1.0), "splits underdamped Langevin processes.* use SRA1"),
        (Milstein(), sde("commutative", lambda t, x, p: jnp.array([[1.0, 0.0], [0.0, x[0]]]), dim=2), "declared commutative, but"),
        (SRI1W1(), sde("diagonal", lambda t, x, p: x[::-1], dim=2), "declared diagonal, but one component"),
        (DRI1(), sde("additive", lambda t, x, p: x), "declared additive, but its diffusion depends on the state. Declare it general"),
    ],
)  # fmt: skip
def test_a_scheme_refuses_a_process_and_names_one_that_would_do(scheme, process, says):
    assert re.search(says, scheme.refuses(process).replace("\n", " "))


@pytest.mark.parametrize(
    "scheme", [EulerMaruyama(), DRI1(), DriftImplicitEuler(), SRI1W1(), Milstein()], ids=lambda s: s.name
)
def test_one_noise_declared_general_is_scalar_noise(scheme):
    assert scheme.refuses(sde("general", lambda t, x, p: x)) is None


def test_additive_noise_means_the_same_in_both_calculi():
    for calculus in ("ito", "stratonovich"):
        process = sde("additive", 1.0, calculus=calculus)
        assert EulerMaruyama().refuses(process) is None
        assert StochasticHeun().refuses(process) is None

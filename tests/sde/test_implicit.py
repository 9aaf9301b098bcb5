"""Drift-implicit and tamed Euler: exact steps, stiffness, explosion. Orders: test_schemes_*_orders.py."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import SDE, DriftImplicitEuler, EulerMaruyama, Noise, TamedEuler, hyperbolic_tangent, ornstein_uhlenbeck


@pytest.mark.parametrize("theta", [0.5, 0.7, 1.0])
def test_implicit_euler_on_ornstein_uhlenbeck_has_the_known_stationary_variance(theta, moment_steps):
    """X' (1 + θ_s z) = X (1 - (1 - θ_s) z) + s ΔW with z = rate·h, for any stiffness; at θ_s = 1/2 it is exact, s²/2θ."""
    rate, scale, h = 3.0, 0.7, 2.0
    z = rate * h
    matrix = moment_steps(ornstein_uhlenbeck(rate=rate, scale=scale), DriftImplicitEuler(theta, 1))(0.0, h)
    step, push = (1 - (1 - theta) * z) / (1 + theta * z), scale**2 * h / (1 + theta * z) ** 2
    stationary = matrix[3, 0] / (1 - matrix[3, 3])
    assert stationary == pytest.approx(push / (1 - step**2), rel=1e-11)
    if theta == 0.5:
        assert stationary == pytest.approx(scale**2 / (2 * rate), rel=1e-11)


def test_newton_solves_a_coupled_nonlinear_step(float64):
    """The residual of the implicit equation is at rounding."""

    def f(t, x, p):
        return jnp.array([-(x[0] ** 3) - x[1], x[0] - 5 * x[1] ** 3])

    process = SDE(f, 1.0, dim=2, noise="diagonal")
    x, dW, h = jnp.array([1.2, -0.8]), jnp.array([0.3, -0.1]), 0.5
    y = DriftImplicitEuler(iterations=8).step(process, 0.0, x, h, Noise(dW), None)[0]
    np.testing.assert_allclose(y, x + h * f(h, y, None) + dW, atol=1e-13)


def test_tamed_euler_survives_where_euler_explodes(float64):
    """dX = -X³ dt + dW from 10 with h = 0.1: Euler multiplies 10 by -9 at once; the tamed and the implicit step stay."""
    cubic = SDE(lambda t, x, p: -(x**3), 1.0, noise="additive")
    draw = np.random.Generator(np.random.Philox(key=9))
    noise = np.sqrt(0.1) * draw.standard_normal((100, 50, 1))

    def end(scheme):
        step = jax.jit(jax.vmap(lambda x, n: scheme.step(cubic, 0.0, x, 0.1, Noise(n), None)[0]))
        x = jnp.full((50, 1), 10.0)
        for dW in noise:
            x = step(x, dW)
        return np.asarray(x)

    assert not np.isfinite(end(EulerMaruyama())).all()
    for scheme in (TamedEuler(), DriftImplicitEuler(iterations=20)):
        assert np.abs(end(scheme)).max() < 4


def test_euler_moments_explode_on_the_tanh_sde(strong_slope):
    """a = 0.2, b = 0.8, x0 = 0.3, T = 1: with 8 steps few paths leave (-1, 1), and they ruin the mean-square error."""
    process = hyperbolic_tangent(pull=0.2, scale=0.8)
    coarse, fine = strong_slope(process, EulerMaruyama(), np.array([0.3]), levels=(3, 4), paths=20_000, finest=4).sizes
    assert fine < 0.15
    assert coarse > 4 * fine


@pytest.mark.parametrize(
    ("arguments", "name"), [({"theta": 0.0}, "theta"), ({"theta": 1.5}, "theta"), ({"iterations": 0}, "iterations")]
)
def test_settings_are_checked(arguments, name):
    with pytest.raises(ArgumentError, match=f"Argument `{name}`"):
        DriftImplicitEuler(**arguments)

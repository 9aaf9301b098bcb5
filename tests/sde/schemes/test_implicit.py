"""Drift-implicit and tamed Euler: exact steps, stiffness, explosion. Orders: test_schemes_*_orders.py."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import optimize

from evolaw.errors import ArgumentError, NotConverged, NumericalError
from evolaw.sde import (
    SDE,
    DriftImplicitEuler,
    EulerMaruyama,
    Noise,
    TamedEuler,
    hyperbolic_tangent,
    increments,
    ornstein_uhlenbeck,
    solve,
)
from evolaw.sde.schemes.implicit import _solve


@pytest.mark.parametrize("theta", [0.5, 0.7, 1.0])
def test_implicit_euler_on_ornstein_uhlenbeck_has_the_known_stationary_variance(theta, moment_steps):
    """X' (1 + θ_s z) = X (1 - (1 - θ_s) z) + s ΔW with z = rate·h, for any stiffness; at θ_s = 1/2 it is exact, s²/2θ."""
    rate, scale, h = 3.0, 0.7, 2.0
    z = rate * h
    matrix = moment_steps(ornstein_uhlenbeck(rate=rate, scale=scale), DriftImplicitEuler(theta))(0.0, h)
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
    y = jax.jit(lambda x, dW: DriftImplicitEuler().step(process, 0.0, x, h, Noise(dW), None)[0])(x, dW)
    np.testing.assert_allclose(y, x + h * f(h, y, None) + dW, atol=1e-13)


@pytest.mark.parametrize("theta", [0.5, 1.0])
def test_a_drift_that_throws_newton_back_and_forth_is_solved(theta, float64):
    """f = -100 tanh(50 x): whole corrections from afar overshoot ever more; halved ones arrive, from every start."""
    process = SDE(lambda t, x, p: -100 * jnp.tanh(50 * x), 1.0, noise="additive")
    h, scheme = 0.01, DriftImplicitEuler(theta)
    step = jax.jit(lambda x, dW: scheme.step(process, 0.0, x, h, Noise(dW), None)[0])
    for x, dW in ((0.7, 0.1), (-2.0, 0.05), (0.0, 0.4), (1e-3, -0.2)):
        y = float(step(np.array([x]), np.array([dW]))[0])
        known = x + dW - (1 - theta) * h * 100 * np.tanh(50 * x)
        assert y == pytest.approx(
            optimize.brentq(lambda y, c=known: y + theta * h * 100 * np.tanh(50 * y) - c, -9, 9), abs=1e-9
        )


def test_a_step_without_solution_is_no_state_and_says_why(float64):
    """y = c + h y² has no real solution for 4 h c > 1; a path in the same chunk that has one is not disturbed."""
    square = SDE(lambda t, x, p: x**2, 0.0, noise="additive", name="square")
    scheme, still = DriftImplicitEuler(), Noise(jnp.zeros(1))
    both = jax.jit(jax.vmap(lambda x: scheme.step(square, 0.0, x, 0.1, still, None)[0]))(jnp.array([[5.0], [1.0]]))
    assert np.isnan(both[0, 0]) and float(both[1, 0]) == pytest.approx(5 - np.sqrt(15.0), rel=1e-12)
    assert scheme.explain(square, 0.0, jnp.array([1.0]), 0.1, still) is None
    words = scheme.explain(square, 0.0, jnp.array([5.0]), 0.1, still)
    # The residual of y - h y² - c is smallest at y = 1/(2h), where it is |1/(4h) - c| = 2.5.
    residual = float(re.search(r"the residual is ([0-9.e+-]+)", words)[1])
    assert residual == pytest.approx(2.5, rel=0.01)
    assert re.search("after 30 iterations .* allowed. Try a smaller dt, more iterations than 30, or TamedEuler", words)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_loop_says_which_step_was_not_solved_and_why(precision):
    """dX = X² dt from 0.3 + 0.8 p: y = x + h y² has no solution from x = 2.5 on, for h = 0.1; and the same with noise."""
    start = 0.3 + 0.8 * np.arange(3.0)[:, None]
    kinds = {"steps": 10, "paths": 3, "rng": 0, "precision": precision}
    square = SDE(lambda t, x, p: x**2, 0.0, noise="additive", name="square")
    with pytest.raises(NotConverged, match="did not stay finite under drift-implicit Euler") as caught:
        solve(square, DriftImplicitEuler(), start, [0, 0.5, 1], **kinds)
    # By hand: path 1 starts at 1.1 and is at 1.26, 1.48, 1.81, 2.39 after 1 to 4 steps; 4 h 2.39 < 1 still; then lost.
    x, steps = 1.1, 0
    while 4 * 0.1 * x <= 1:
        x, steps = (1 - np.sqrt(1 - 0.4 * x)) / 0.2, steps + 1
    words = str(caught.value)
    assert (
        "2 of 3 paths of square" in words
        and f"path 1, after step {steps + 1} at time {(steps + 1) / 10:g} (dt = 0.1)" in words
    )
    residual = float(re.search(r"the residual is ([0-9.e+-]+) and the last correction", words)[1])
    assert residual == pytest.approx(x - 2.5, rel=0.05)
    assert "Try a smaller dt, more iterations than 30, or TamedEuler. The result is kept" in words
    assert caught.value.exit_code == 4 and np.isfinite(caught.value.partial.values[0]).all()
    noisy = SDE(lambda t, x, p: x**2, 0.5, noise="additive", name="noisy")
    with pytest.raises(
        NotConverged, match="Newton's method did not solve the implicit equation of this step: after 30"
    ):
        solve(noisy, DriftImplicitEuler(), start, [0, 1], **kinds)


@pytest.mark.slow
def test_a_fault_of_the_coefficients_is_not_blamed_on_newton():
    """The diffusion is not a number from t = 0.5 on: the drift's equation is then none, and the last correction says so."""
    stale = SDE(lambda t, x, p: -x, lambda t, x, p: jnp.where(t > 0.45, jnp.nan, 1.0), noise="diagonal", name="stale")
    with pytest.raises(
        NumericalError, match=r"path 0, after step 6 at time 0\.6 .*Try a smaller dt, a tamed"
    ) as caught:
        solve(stale, DriftImplicitEuler(), 1.0, [0, 1], steps=10, paths=2, rng=0)
    assert not isinstance(caught.value, NotConverged)


def test_too_few_iterations_give_no_wrong_state(float64):
    """From 10 down a cubic drift Newton needs seven iterations; four leave it at 2.34, where the solution is 2."""
    cubic = SDE(lambda t, x, p: -(x**3), 0.0, noise="additive")
    x, still = jnp.array([10.0]), Noise(jnp.zeros(1))
    assert np.isnan(DriftImplicitEuler(iterations=4).step(cubic, 0.0, x, 1.0, still, None)[0][0])
    y = float(DriftImplicitEuler().step(cubic, 0.0, x, 1.0, still, None)[0][0])
    assert y + y**3 == pytest.approx(10.0, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_stiff_system_is_solved_in_both_precisions(precision):
    """A linear system with rates 1 and 10^5: no scheme-made failures by rounding; every state is finite and at rest."""
    A = jnp.array([[-1.0, 0.5], [0.0, -1e5]])
    stiff = SDE(lambda t, x, p: A.astype(x.dtype) @ x, 0.1, dim=2, noise="diagonal")
    found = solve(stiff, DriftImplicitEuler(), [3.0, -2.0], [0, 20], steps=40, paths=300, rng=0, precision=precision)
    assert np.isfinite(found.values).all()
    # Stationary variance of backward Euler: s² h/((1 + z)² - 1), z = rate h.
    assert np.var(found.final[:, 0]) == pytest.approx(0.01 * 0.5 / (1.5**2 - 1), rel=0.45)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_small_systems_are_solved_with_pivots(size, float64):
    """Matrices with zeros on the diagonal and of very different rows, against LAPACK."""
    draw = np.random.Generator(np.random.Philox(key=size))
    matrices = draw.standard_normal((200, size, size)) * 10.0 ** draw.integers(-6, 6, (200, size, 1))
    if size > 1:
        matrices[:, 0, 0] = 0
    right = draw.standard_normal((200, size))
    found = np.asarray(jax.vmap(_solve)(jnp.asarray(matrices), jnp.asarray(right)))
    np.testing.assert_allclose(found, np.linalg.solve(matrices, right[..., None])[..., 0], rtol=1e-6)


def test_one_step_of_the_trapezoidal_rule_is_its_formula(float64):
    """(1 + θ h (t+h)) y = x (1 - (1-θ) h t) + g(t, x) ΔW for f = -t x."""
    process = SDE(lambda t, x, p: -t * x, lambda t, x, p: (1 + t) * x, noise="scalar")
    t, x, h, dW, theta = 0.8, 1.3, 0.25, 0.4, 0.6
    y = DriftImplicitEuler(theta).step(process, t, jnp.array([x]), h, Noise(jnp.array([dW])), None)[0]
    wanted = (x * (1 - (1 - theta) * h * t) + (1 + t) * x * dW) / (1 + theta * h * (t + h))
    assert float(y[0]) == pytest.approx(wanted, rel=1e-12)


def test_the_tamed_step_is_no_longer_than_one_in_the_euclidean_norm(float64):
    process = SDE(lambda t, x, p: 100 * jnp.array([3.0, 4.0]), 0.0, dim=2, noise="additive")
    y = TamedEuler().step(process, 0.0, jnp.zeros(2), 0.1, Noise(jnp.zeros(2)), None)[0]
    np.testing.assert_allclose(y, np.array([30.0, 40.0]) / 51.0, rtol=1e-12)


@pytest.mark.slow
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
    for scheme in (TamedEuler(), DriftImplicitEuler()):
        assert np.abs(end(scheme)).max() < 4


def test_euler_moments_explode_on_the_tanh_sde(strong_slope):
    """a = 0.2, b = 0.8, x0 = 0.3, T = 1: with 8 steps few paths leave (-1, 1), and they ruin the mean-square error."""
    process = hyperbolic_tangent(pull=0.2, scale=0.8)
    coarse, fine = strong_slope(process, EulerMaruyama(), np.array([0.3]), levels=(3, 4), paths=20_000, finest=4).sizes
    assert fine < 0.15
    assert coarse > 4 * fine


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"theta": 0.0}, "theta"),
        ({"theta": 1.5}, "theta"),
        ({"iterations": 1}, "iterations"),
        ({"tolerance": 0}, "tolerance"),
    ],
)
def test_settings_are_checked(arguments, name):
    with pytest.raises(ArgumentError, match=f"Argument `{name}`"):
        DriftImplicitEuler(**arguments)


@pytest.mark.slow
def test_the_explained_residual_is_that_of_the_step_s_own_time_and_noise():
    """y = c + h (1 + t + h) y² without a solution: the residual is least at the vertex, c - 1/(4 h (1 + t + h))."""
    noisy = SDE(lambda t, x, p: (1 + t) * x**2, 1.5, noise="additive", name="noisy")
    times, h = np.linspace(0, 1, 11), 0.1
    with pytest.raises(NotConverged) as caught:
        solve(noisy, DriftImplicitEuler(), 2.0, times, steps=10, rng=0)
    step = int(re.search(r"after step (\d+) at time", str(caught.value))[1])
    x = caught.value.partial.values[0, step - 1, 0]
    known = x + 1.5 * increments(0, paths=1, steps=10, dt=h)[0, step - 1, 0]
    residual = float(re.search(r"the residual is ([0-9.e+-]+) and", str(caught.value))[1])
    assert residual == pytest.approx(known - 1 / (4 * h * (1 + times[step])), rel=0.01)

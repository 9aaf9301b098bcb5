"""Runge–Kutta schemes without noise: the order conditions, and orders measured on an equation that depends on time."""

from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw.errors import ArgumentError
from evolaw.sde import SDE, Euler, EulerMaruyama, Event, FirstPassage, Heun, Moments, RungeKutta4, solve

DRIVEN = SDE(
    lambda t, x, p: jnp.stack([x[1], -p["k"] * jnp.sin(x[0]) + jnp.cos(2 * t)]),
    None,
    dim=2,
    noise="none",
    params={"k": 1.3},
)
START = [0.4, -0.2]


def reference(times):
    found = solve_ivp(
        lambda t, x: [x[1], -1.3 * np.sin(x[0]) + np.cos(2 * t)],
        (times[0], times[-1]),
        START,
        t_eval=times,
        rtol=1e-12,
        atol=1e-13,
    )
    return found.y.T


@pytest.mark.parametrize(("scheme", "order"), [(Euler(), 1), (Heun(), 2), (RungeKutta4(), 4)], ids=str)
def test_the_tableau_has_its_order(scheme, order):
    """The eight conditions of order 4 [hairer1993, table II.2.1], those up to the scheme's own order, in exact fractions."""
    b, c = scheme.b, scheme.c
    size = len(b)
    A = [[Fraction(row[j]) if j < len(row) else Fraction(0) for j in range(size)] for row in scheme.A]

    def total(term):
        return sum((b[i] * term(i) for i in range(size)), Fraction(0))

    def inner(i, term):
        return sum((A[i][j] * term(j) for j in range(size)), Fraction(0))

    conditions = [
        (1, total(lambda i: 1), 1),
        (2, total(lambda i: c[i]), Fraction(1, 2)),
        (3, total(lambda i: c[i] ** 2), Fraction(1, 3)),
        (3, total(lambda i: inner(i, lambda j: c[j])), Fraction(1, 6)),
        (4, total(lambda i: c[i] ** 3), Fraction(1, 4)),
        (4, total(lambda i: c[i] * inner(i, lambda j: c[j])), Fraction(1, 8)),
        (4, total(lambda i: inner(i, lambda j: c[j] ** 2)), Fraction(1, 12)),
        (4, total(lambda i: inner(i, lambda j: inner(j, lambda k: c[k]))), Fraction(1, 24)),
    ]
    assert all(value == wanted for p, value, wanted in conditions if p <= order)
    assert all(sum(A[i]) == c[i] for i in range(size))
    assert scheme.strong_order == scheme.weak_order == {"none": float(order)}


@pytest.mark.parametrize(("scheme", "order"), [(Euler(), 1), (Heun(), 2), (RungeKutta4(), 4)], ids=str)
def test_the_error_falls_with_the_order_of_the_scheme(scheme, order):
    truth = reference([0.0, 2.0])[-1]
    ends = [solve(DRIVEN, scheme, START, [0, 2], steps=n, rng=None).final[0] for n in (64, 128)]
    coarse, fine = (np.linalg.norm(end - truth) for end in ends)
    assert abs(np.log2(coarse / fine) - order) < 0.2


def test_forth_and_back_again():
    """The flow of a falling time undoes that of a rising one."""
    forth = solve(DRIVEN, RungeKutta4(), START, [0.0, 2.0], steps=400, rng=None)
    back = solve(DRIVEN, RungeKutta4(), forth.final[0], [2.0, 1.0, 0.0], steps=400, rng=None)
    np.testing.assert_allclose(back.final[0], START, atol=1e-9)
    np.testing.assert_allclose(back.values[0, 1], reference([0.0, 1.0])[-1], atol=1e-8)
    assert back.times.tolist() == [2.0, 1.0, 0.0] and back.seed is None


def test_unequal_steps_are_the_steps_asked_for():
    """One step at a time by hand."""
    edges = 2 * np.linspace(0, 1, 41) ** 2
    found = solve(DRIVEN, Heun(), START, edges[[0, 13, 40]], grid=edges, rng=None)
    x, seen = np.array(START), []
    for k, (t, h) in enumerate(zip(edges, np.diff(edges), strict=False)):
        f = lambda t, x: np.array([x[1], -1.3 * np.sin(x[0]) + np.cos(2 * t)])  # noqa: E731
        k1 = f(t, x)
        x = x + h * (k1 + f(t + h, x + h * k1)) / 2
        seen += [x] if k in (12, 39) else []
    np.testing.assert_allclose(found.values[0, 1:], seen, rtol=1e-12)


@pytest.mark.slow
def test_statistics_and_events_on_a_flow():
    """Passage and event at the same time, found without chance, forth and back; SciPy's event as truth."""
    meets = solve_ivp(
        lambda t, x: [x[1], -1.3 * np.sin(x[0]) + np.cos(2 * t)], (0, 2), START, rtol=1e-11, atol=1e-12,
        events=lambda t, x: x[0] - 0.35,
    ).t_events[0]  # fmt: skip
    asked = [FirstPassage(lambda t, x, p: x[0] - 0.35), Event(lambda t, x, p: x[0] - 0.35), Moments()]
    moments, passage, event = solve(
        DRIVEN, RungeKutta4(), START, [0, 2], steps=2000, rng=None, statistics=asked, paths=3
    ).results
    np.testing.assert_allclose(passage.times, meets[0], atol=1e-6)
    np.testing.assert_allclose(event.times[:, 0], meets[0], atol=1e-6)
    assert np.max(moments.variance) < 1e-30
    end = reference([0.0, 2.0])[-1]
    turned = [FirstPassage(lambda t, x, p: 0.35 - x[0]), asked[1]]
    back = solve(DRIVEN, RungeKutta4(), end, [2, 0], steps=2000, rng=None, statistics=turned, paths=2)
    np.testing.assert_allclose(back.results[0].times, meets[-1], atol=1e-6)
    np.testing.assert_allclose(back.results[0].mean[0], 2 - meets[-1], atol=1e-6)
    np.testing.assert_allclose(back.results[1].times[:, 0], meets[-1], atol=1e-6)


def test_noise_and_none_do_not_mix():
    noisy = SDE(lambda t, x, p: -x, 0.1, noise="additive")
    with pytest.raises(
        ArgumentError, match="Heun solves equations without noise and the noise of this one is additive; use SRA1"
    ):
        solve(noisy, Heun(), 1.0, [0, 1], steps=2, rng=0)
    with pytest.raises(ArgumentError, match="with noise and the noise of this one is none; use RungeKutta4"):
        solve(DRIVEN, EulerMaruyama(), START, [0, 1], steps=2, rng=0)
    with pytest.raises(ArgumentError, match=r"Argument `diffusion` must be given, or be None together"):
        SDE(lambda t, x, p: -x, 0.1, noise="none")
    with pytest.raises(ArgumentError, match="Argument `rng`"):
        solve(noisy, EulerMaruyama(), 1.0, [0, 1], steps=2, rng=None)

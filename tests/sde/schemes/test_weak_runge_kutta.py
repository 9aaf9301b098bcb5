"""Platen, RI6, DRI1: errors of expectations without sampling error, by enumerating the noise."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import linalg
from scipy.integrate import solve_ivp

from evolaw.sde import DRI1, RI6, SDE, EulerMaruyama, Noise, Platen, hyperbolic_sine, linear_system
from evolaw.sde.processes.linear_systems import second_moments

WEAK = [Platen(), RI6(), DRI1()]


TABLE = {
    EulerMaruyama(): ((3.4278e-1, 1.9464e-1, 9.3551e-2, 4.4201e-2), 2.8787e-2, 1.07),
    Platen(): ((1.0020e-1, 1.5992e-2, 1.7655e-3, 2.5210e-4), 1.0119e-4, 2.84),
    RI6(): ((1.0020e-1, 1.5992e-2, 1.7655e-3, 2.5210e-4), 1.0119e-4, 2.84),
    DRI1(): ((7.6256e-2, 1.5614e-2, 2.5293e-3, 5.2695e-4), 2.3120e-4, 2.35),
}


@pytest.mark.slow
@pytest.mark.parametrize("scheme", TABLE, ids=lambda scheme: scheme.name)
def test_enumeration_of_three_point_noise_gives_the_known_errors(scheme, enumerated_error):
    errors = [enumerated_error(scheme, hyperbolic_sine(), n) for n in (1, 2, 4, 8)]
    np.testing.assert_allclose(errors, TABLE[scheme][0], rtol=2e-4)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", TABLE, ids=lambda scheme: scheme.name)
def test_enumeration_to_twelve_steps_gives_the_known_slopes(scheme, enumerated_error):
    """531,441 leaves. The slopes of Platen and DRI1 lie above 2 at these steps: the leading error term is small here."""
    errors = [enumerated_error(scheme, hyperbolic_sine(), n) for n in (2, 4, 8, 12)]
    _, last, slope = TABLE[scheme]
    np.testing.assert_allclose(errors[-1], last, rtol=2e-4)
    assert -np.polyfit(np.log([2, 4, 8, 12]), np.log(errors), 1)[0] == pytest.approx(slope, abs=0.01)


# -- linear systems, one-step moment matrices ----------------------------------------------------------------------------

A = np.array([[-0.6, 0.3], [-0.2, -0.8]])
B = np.array([[[0.5, 0.2], [-0.3, 0.1]], [[-0.1, 0.4], [0.3, 0.25]]])
START = np.array([1.0, 0.7])
STEPS = (1, 2, 4, 8, 16, 32, 64)
LINEAR_TABLE = {
    EulerMaruyama(): (2.63e-1, 8.72e-2, 3.99e-2, 1.90e-2, 9.29e-3, 4.59e-3, 2.28e-3),
    RI6(): (4.00e-2, 9.04e-3, 2.22e-3, 5.43e-4, 1.34e-4, 3.32e-5, 8.26e-6),
    DRI1(): (2.44e-2, 3.82e-3, 1.17e-3, 3.42e-4, 9.08e-5, 2.33e-5, 5.90e-6),
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("scheme", LINEAR_TABLE, ids=lambda scheme: scheme.name)
def test_two_noises_give_the_known_moment_errors(scheme, moment_steps):
    exact = second_moments(A, B, 1.0, np.outer(START, START))
    np.testing.assert_allclose(exact, [[0.55123478, 0.08588747], [0.08588747, 0.13297583]], atol=5e-9)
    steps = moment_steps(linear_system(A, B), scheme)
    errors = [np.abs(steps.after(START, 1.0, n)[1:, 1:] - exact).max() for n in STEPS]
    np.testing.assert_allclose(errors, LINEAR_TABLE[scheme], rtol=6e-3)


def three_noises():
    draw = np.random.Generator(np.random.Philox(key=3))
    return -np.eye(3) + 0.3 * draw.standard_normal((3, 3)), 0.35 * draw.standard_normal((3, 3, 3)), np.ones(3)


def exact_moments(A, B, start, degree):
    """E[X^{⊗degree}] at t = 1 from the linear equation of the moments of that degree."""
    d, m = len(A), len(B)

    def place(matrices):
        out = np.ones((1, 1))
        for slot in range(degree):
            out = np.kron(out, matrices.get(slot, np.eye(d)))
        return out

    generator = sum(place({slot: A}) for slot in range(degree))
    for k in range(m):
        for first, second in itertools.combinations(range(degree), 2):
            generator = generator + place({first: B[k], second: B[k]})
    state = start
    for _ in range(degree - 1):
        state = np.kron(state, start)
    return (linalg.expm(generator) @ state).reshape((d,) * degree)


@pytest.mark.slow
@pytest.mark.parametrize("degree", [2, 3])
@pytest.mark.parametrize("scheme", [RI6(), DRI1()], ids=lambda scheme: scheme.name)
def test_three_noises_keep_weak_order_two(scheme, degree, moment_steps):
    """Second and third moments for m = 3, where the pairs of two-point variables matter."""
    A, B, start = three_noises()
    exact = exact_moments(A, B, start, degree)
    steps = moment_steps(linear_system(A, B), scheme, degree)
    inner = (slice(1, None),) * degree
    errors = [np.abs(steps.after(start, 1.0, n)[inner] - exact).max() for n in (16, 32, 64)]
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.15)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [RI6(), DRI1()], ids=lambda scheme: scheme.name)
def test_one_two_point_variable_per_channel_would_lose_an_order(scheme, moment_steps, sde_tools):
    """The counter-example: It_kl = It_min(k,l) gives E[Ih_12 Ih_13] = h²/4 in place of 0, and order 1 for m = 3."""

    def per_channel(needs, noises, h):
        noise, _ = sde_tools.noise_points(needs, noises, h)
        table = np.array(list(itertools.product([-1.0, 1.0], repeat=noises)))
        dW = np.unique(noise.dW, axis=0)
        weight = np.array([np.prod(np.where(row == 0, 2 / 3, 1 / 6)) for row in dW])
        channel = np.minimum.outer(np.arange(noises), np.arange(noises))
        sign = np.triu(np.ones((noises, noises)), 1) - np.tril(np.ones((noises, noises)), -1)
        pair = np.sqrt(h) * table[:, channel] * sign
        both = list(itertools.product(range(len(dW)), range(len(table))))
        rows, columns = (np.array(index) for index in zip(*both, strict=True))
        return Noise(dW[rows], pair=pair[columns]), weight[rows] / len(table)

    A, B, start = three_noises()
    exact = exact_moments(A, B, start, 2)
    steps = moment_steps(linear_system(A, B), scheme, 2, per_channel)
    errors = [np.abs(steps.after(start, 1.0, n)[1:, 1:] - exact).max() for n in (64, 128)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(1.0, abs=0.15)
    steps = moment_steps(linear_system(A, B[:2]), scheme, 2, per_channel)
    exact = exact_moments(A, B[:2], start, 2)
    errors = [np.abs(steps.after(start, 1.0, n)[1:, 1:] - exact).max() for n in (64, 128)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.15), "two noises do not see the difference"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [RI6(), DRI1()], ids=lambda scheme: scheme.name)
def test_time_dependent_coefficients_keep_weak_order_two(scheme, moment_steps):
    """A(t) and B_k(t) test the stage times."""

    def coefficients(t, xp):
        return A * (1 + 0.5 * xp.sin(2 * t)), B * (1 + 0.4 * xp.cos(3 * t))

    process = SDE(lambda t, x, p: coefficients(t, jnp)[0] @ x, lambda t, x, p: (coefficients(t, jnp)[1] @ x).T, dim=2)

    def rhs(t, flat):
        M, (At, Bt) = flat.reshape(2, 2), coefficients(t, np)
        return (At @ M + M @ At.T + np.einsum("kab,bc,kdc->ad", Bt, M, Bt)).ravel()

    exact = solve_ivp(rhs, (0, 1), np.outer(START, START).ravel(), rtol=1e-12, atol=1e-13).y[:, -1].reshape(2, 2)
    steps = moment_steps(process, scheme)
    errors = [np.abs(steps.after(START, 1.0, n, autonomous=False)[1:, 1:] - exact).max() for n in (16, 32, 64)]
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.15)


# -- agreement -----------------------------------------------------------------------------------------------------------


def points(m, h, count, seed=5):
    draw = np.random.Generator(np.random.Philox(key=seed))
    dW = np.sqrt(3 * h) * draw.choice([-1.0, 0.0, 1.0], (count, m), p=[1 / 6, 2 / 3, 1 / 6])
    upper = np.triu(np.sqrt(h) * draw.choice([-1.0, 1.0], (count, m, m)), 1)
    return Noise(dW, pair=upper - np.swapaxes(upper, 1, 2)), draw.uniform(-1.0, 1.0, (count, m))


def advance(process, scheme, noise, x, h=0.1, t=0.3):
    return np.asarray(jax.jit(jax.vmap(lambda x, n: scheme.step(process, t, x, h, n, None)[0]))(x, noise))


@pytest.mark.sampled(5)
@pytest.mark.parametrize("scheme", [RI6(), DRI1()], ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("kind", ["diagonal", "additive"])
def test_the_short_way_for_diagonal_and_additive_noise_is_the_general_way(scheme, kind, float64):
    def g(t, x, p):
        return (1 + 0.5 * jnp.sin(2 * t)) * (
            jnp.array([1.0, 0.5, 0.2]) + (0.3 * jnp.cos(x) if kind == "diagonal" else 0)
        )

    def f(t, x, p):
        return jnp.sin(x[::-1]) + t

    short = SDE(f, g, dim=3, noise=kind)
    general = SDE(f, lambda t, x, p: jnp.diag(g(t, x, p)), dim=3)
    noise, x = points(3, 0.1, 20)
    np.testing.assert_allclose(advance(short, scheme, noise, x), advance(general, scheme, noise, x), atol=1e-13)


def test_platen_is_ri6_for_one_noise_a_component(float64):
    process = SDE(
        lambda t, x, p: jnp.sin(x[::-1] * t), lambda t, x, p: jnp.exp(-t) * (1 + x**2) / 3, dim=3, noise="diagonal"
    )
    noise, x = points(3, 0.1, 20)
    np.testing.assert_allclose(advance(process, Platen(), noise, x), advance(process, RI6(), noise, x), atol=1e-13)


def test_tableaux_are_consistent():
    """Weights that must cancel or add to one, to rounding."""
    for scheme in (RI6(), DRI1()):
        tab = scheme.tableau
        assert sum(tab.alpha) == pytest.approx(1, abs=1e-15)
        assert sum(tab.b1) == pytest.approx(1, abs=1e-15)
        assert sum(tab.b3) == pytest.approx(0, abs=1e-15)
        assert 2 * tab.B * tab.b2 == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("scheme", WEAK, ids=lambda scheme: scheme.name)
def test_a_weak_scheme_declares_no_strong_order(scheme):
    assert scheme.strong_order is None
    assert scheme.needs == "three_point"


# -- nonlinear, three noises, time-dependent: the local conditions ---------------------------------------------------------


def nonlinear(m):
    """Coefficients without any structure: nothing commutes, everything depends on time."""

    def drift(t, x, p):
        return jnp.array([jnp.sin(x[1]) - x[0] * x[1] + t, jnp.cos(x[0] + 2 * t) - 0.5 * x[1]])

    def diffusion(t, x, p):
        columns = [
            jnp.array([0.5 + 0.4 * jnp.sin(x[1] + t), 0.3 * x[0]]),
            jnp.array([0.2 * x[0] * x[1], 0.6 * jnp.cos(x[0]) + 0.1 * t]),
            jnp.array([0.3 * x[1] ** 2, 0.2 * jnp.exp(-x[0]) * (1 + t)]),
        ]
        return jnp.stack(columns[:m], axis=1)

    return SDE(drift, diffusion, dim=2, noises=m)


POWERS = np.array([(1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (2, 1), (1, 2), (3, 0), (2, 2), (4, 0), (3, 2)])


def monomials(t, x):
    return jnp.prod(jnp.stack([x[i] ** jnp.asarray(POWERS[:, i]) for i in range(2)]), axis=0) + 0.0 * t


def generator(process, function):
    """L u = ∂_t u + f·∇u + ½ tr(G Gᵀ ∇²u) of a vector of functions u, by automatic differentiation."""

    def image(t, x):
        G = process.matrix(t, x)
        second = jnp.einsum("ik,jk,uij->u", G, G, jax.jacfwd(jax.jacfwd(function, 1), 1)(t, x)) / 2
        return jax.jacfwd(function, 0)(t, x) + jax.jacfwd(function, 1)(t, x) @ process.drift_at(t, x) + second

    return image


@pytest.mark.slow
@pytest.mark.parametrize("m", [pytest.param(1, marks=pytest.mark.slow), 3])
def test_one_step_is_right_to_third_order_on_nonlinear_noise(m, sde_tools, float64):
    """E u(t+h, Y) = u + h L u + h²/2 L² u + O(h³) for polynomials u, by enumeration: with bounded moments this is weak
    order 2. No linearity, no commuting, no special times. Euler–Maruyama falls short of it, as it must."""
    process, t, x = nonlinear(m), 0.3, jnp.array([0.4, -0.7])
    first = generator(process, monomials)
    terms = jax.jit(lambda t, x: (monomials(t, x), first(t, x), generator(process, first)(t, x)))(t, x)
    for scheme, order in ((RI6(), 3), (DRI1(), 3), (EulerMaruyama(), 2)):
        step = jax.jit(jax.vmap(lambda h, n, scheme=scheme: scheme.step(process, t, x, h, n, None)[0], (None, 0)))
        errors = []
        for h in (2e-3, 1e-3):
            noise, chance = sde_tools.noise_points("three_point", m, h)
            y = np.asarray(step(h, noise))
            mean = chance @ np.prod(y[:, None, :] ** POWERS, axis=2)
            errors.append(np.abs(mean - terms[0] - h * terms[1] - h**2 / 2 * terms[2]))
        slopes = np.log2(errors[0] / errors[1])
        if order == 3:
            assert slopes.min() > 2.8, (scheme, slopes)
        else:
            assert slopes.max() < 2.2, (scheme, slopes)

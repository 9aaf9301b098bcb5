"""RS1 and RS2: weak order 2 in exact fractions, the step written out by hand, moments without sampling error.

The proof. One step is expanded in powers of s = √h on polynomial coefficients of degree 3 in time and state, with random whole
numbers for weights, three noises and two components; every number is a fraction. The means of all products of up to four
displacements are compared with u + h L u + h²/2 L² u, L the generator. Equality at such a point is equality of the polynomials in
the weights that the order conditions are, but for a set of measure zero.
"""

import itertools
import random
from fractions import Fraction
from math import factorial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import DRI1, RS1, RS2, SDE, Noise, linear_system
from evolaw.sde.schemes.weak_stratonovich import DriftTableau

# -- series in s, the variables of the noise, and nothing above s⁴ -----------------------------------------------------------------

ORDER, NOISES, DIM = 4, 3, 2
PAIRS = [(k, l) for k in range(NOISES) for l in range(k + 1, NOISES)]
ZERO = (0,) * (1 + NOISES + len(PAIRS))


def variable(place):
    return tuple(int(i == place) for i in range(len(ZERO)))


def constant(value):
    return {ZERO: Fraction(value)} if value else {}


def step_root():
    return {variable(0): Fraction(1)}


def plus(*series):
    total = {}
    for one in series:
        for powers, value in one.items():
            total[powers] = total.get(powers, 0) + value
    return {powers: value for powers, value in total.items() if value}


def times(a, b):
    total = {}
    for (p, x), (q, y) in itertools.product(a.items(), b.items()):
        if p[0] + q[0] <= ORDER:
            powers = tuple(map(sum, zip(p, q, strict=True)))
            total[powers] = total.get(powers, 0) + x * y
    return total


def scaled(series, factor):
    return {powers: value * factor for powers, value in series.items()}


def mean(series):
    """E over three-point variables (moments 1, 3, 9 of the powers 2, 4, 6) and signs; the result is by powers of s."""
    moment = {0: 1, 2: 1, 4: 3, 6: 9}
    total = [Fraction(0)] * (ORDER + 1)
    for powers, value in series.items():
        points, signs = powers[1 : 1 + NOISES], powers[1 + NOISES :]
        if all(power in moment for power in points) and not any(power % 2 for power in signs):
            total[powers[0]] += value * np.prod([moment[power] for power in points], dtype=object)
    return total


# -- polynomials in (t, x_1, x_2): what coefficients are, and the generator on them ------------------------------------------------


def random_polynomial(draw):
    return {
        powers: Fraction(draw.randint(-3, 3))
        for powers in itertools.product(range(4), repeat=1 + DIM)
        if sum(powers) <= 3
    }


def derivative(u, place):
    return {
        tuple(power - (i == place) for i, power in enumerate(powers)): value * powers[place]
        for powers, value in u.items()
        if powers[place]
    }


def product(a, b):
    total = {}
    for (p, x), (q, y) in itertools.product(a.items(), b.items()):
        powers = tuple(map(sum, zip(p, q, strict=True)))
        total[powers] = total.get(powers, 0) + x * y
    return {powers: value for powers, value in total.items() if value}


def along(vector, u):
    return plus(*(product(vector[i], derivative(u, 1 + i)) for i in range(DIM)))


def generator(f, g, u, calculus):
    parts = [derivative(u, 0), along(f, u)]
    for column in g:
        if calculus == "stratonovich":
            parts.append(scaled(along(column, along(column, u)), Fraction(1, 2)))
        else:
            parts += [
                scaled(product(product(column[i], column[j]), derivative(derivative(u, 1 + i), 1 + j)), Fraction(1, 2))
                for i, j in itertools.product(range(DIM), repeat=2)
            ]
    return plus(*parts)


def at(polynomial, share, place):
    """The value of a polynomial at time ``share`` h and a displacement given as series."""
    arguments = [scaled(times(step_root(), step_root()), share), *place]
    powers_of = [[constant(1)] for _ in arguments]
    for table, argument in zip(powers_of, arguments, strict=True):
        for _ in range(3):
            table.append(times(table[-1], argument))
    terms = []
    for powers, value in polynomial.items():
        term = constant(value)
        for table, power in zip(powers_of, powers, strict=True):
            term = times(term, table[power])
        terms.append(term)
    return plus(*terms)


# -- the step in that arithmetic ---------------------------------------------------------------------------------------------------

S = step_root()
H = times(S, S)
IH = [times(S, {variable(1 + k): Fraction(1)}) for k in range(NOISES)]


def pair(k, l):
    """It_kl: s times a sign for k < l, its negative for k > l."""
    sign = 1 if k < l else -1
    return times(S, {variable(1 + NOISES + PAIRS.index((min(k, l), max(k, l)))): Fraction(sign)})


def combine(*weighed):
    """Σ weight · vector over (series, vector) pairs."""
    return [plus(*(times(weight, vector[i]) for weight, vector in weighed)) for i in range(DIM)]


def rs_step(f, g, tab, weights=(1, 3, 3, 1), inner=Fraction(2, 3), area=Fraction(1, 4)):
    start = [constant(0)] * DIM
    k1 = [at(f[i], 0, start) for i in range(DIM)]
    k2 = [at(f[i], tab.c2, combine((scaled(H, tab.a21), k1))) for i in range(DIM)]
    g1 = [[at(column[i], 0, start) for i in range(DIM)] for column in g]
    g2, part = [], []
    for k, column in enumerate(g):
        stage = combine((scaled(IH[k], inner), g1[k]))
        g2.append([at(column[i], 0, stage) for i in range(DIM)])
        part.append(combine((scaled(IH[k], Fraction(1, 4)), g1[k]), (scaled(IH[k], Fraction(3, 4)), g2[k])))
    one = constant(1)
    stage = combine((scaled(H, tab.a31), k1), (scaled(H, tab.a32), k2), *((one, p) for p in part))
    k3 = [at(f[i], tab.c3, stage) for i in range(DIM)]
    moved = [(scaled(H, a), k) for a, k in zip(tab.alpha, (k1, k2, k3), strict=True)]
    for k, column in enumerate(g):
        others = [(one, part[l]) for l in range(NOISES) if l != k]
        third = combine((H, k1), (constant(Fraction(1, 3)), part[k]), *others)
        g3 = [at(column[i], 1, third) for i in range(DIM)]
        own = [
            (scaled(IH[k], w), v) for w, v in zip((Fraction(-5, 4), Fraction(1, 4), 2), (g1[k], g2[k], g3), strict=True)
        ]
        fourth = combine((H, k1), *own, *others)
        g4 = [at(column[i], 1, fourth) for i in range(DIM)]
        moved += [(scaled(IH[k], Fraction(w, 8)), v) for w, v in zip(weights, (g1[k], g2[k], g3, g4), strict=True)]
        for sign in (1, -1):
            q = combine(*((scaled(pair(l, k), sign), g1[l]) for l in range(NOISES) if l != k))
            moved.append((scaled(S, sign * area), [at(column[i], 0, q) for i in range(DIM)]))
    return combine(*moved)


def heun_step(f, g):
    start = [constant(0)] * DIM
    k1 = [at(f[i], 0, start) for i in range(DIM)]
    g1 = [[at(column[i], 0, start) for i in range(DIM)] for column in g]
    there = combine((H, k1), *((IH[k], g1[k]) for k in range(NOISES)))
    k2 = [at(f[i], 1, there) for i in range(DIM)]
    g2 = [[at(column[i], 1, there) for i in range(DIM)] for column in g]
    half = Fraction(1, 2)
    noise = [(scaled(IH[k], half), v[k]) for k in range(NOISES) for v in (g1, g2)]
    return combine((scaled(H, half), k1), (scaled(H, half), k2), *noise)


def order_of_moments(step, calculus="stratonovich", seed=1):
    """The largest n ≤ 2 such that every moment of one step is right up to h^n."""
    draw = random.Random(seed)
    f = [random_polynomial(draw) for _ in range(DIM)]
    g = [[random_polynomial(draw) for _ in range(DIM)] for _ in range(NOISES)]
    moved = step(f, g)
    right = 2
    for powers in itertools.product(range(5), repeat=DIM):
        if not 0 < sum(powers) <= 4:
            continue
        series = constant(1)
        for component, power in zip(moved, powers, strict=True):
            for _ in range(power):
                series = times(series, component)
        found, u = mean(series), {(0, *powers): Fraction(1)}
        assert found[1] == found[3] == 0
        for n in (1, 2):
            u = generator(f, g, u, calculus)
            if found[2 * n] != u.get((0,) * (1 + DIM), Fraction(0)) / factorial(n):
                right = min(right, n - 1)
    return right


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [RS1, RS2])
@pytest.mark.parametrize("seed", [1, 2])
def test_one_step_has_the_moments_of_the_generator_to_second_order(scheme, seed):
    assert order_of_moments(lambda f, g: rs_step(f, g, scheme.tableau), seed=seed) == 2


@pytest.mark.slow
def test_the_proof_can_fail():
    """Heun has order 1; the solution of Itô's equation is another; and each of these slips costs an order."""
    assert order_of_moments(heun_step) == 1
    assert order_of_moments(lambda f, g: rs_step(f, g, RS1.tableau), "ito") == 0
    assert order_of_moments(lambda f, g: rs_step(f, g, RS1.tableau, area=Fraction(0))) == 1
    assert order_of_moments(lambda f, g: rs_step(f, g, RS1.tableau, inner=Fraction(1, 2))) < 2
    assert order_of_moments(lambda f, g: rs_step(f, g, RS1.tableau, weights=(2, 2, 2, 2))) < 2
    late = DriftTableau(*(Fraction(n) for n in (0, 1, 0, 0, 0)), RS1.tableau.alpha)
    assert order_of_moments(lambda f, g: rs_step(f, g, late)) == 1


@pytest.mark.parametrize("scheme", [RS1, RS2])
def test_drift_stages_have_the_classical_order(scheme):
    """Σ α = 1, Σ α c = 1/2 for both; RS2 has Σ α c² = 1/3 and Σ α a c = 1/6 besides; c is the sum of its row."""
    tab = scheme.tableau
    c = (Fraction(0), tab.c2, tab.c3)
    assert tab.c2 == tab.a21 and tab.c3 == tab.a31 + tab.a32
    assert sum(tab.alpha) == 1 and sum(a * x for a, x in zip(tab.alpha, c, strict=True)) == Fraction(1, 2)
    third = sum(a * x * x for a, x in zip(tab.alpha, c, strict=True)) == Fraction(1, 3)
    assert third == (tab.alpha[2] * tab.a32 * tab.c2 == Fraction(1, 6)) == (scheme is RS2)


# -- the code is that step ---------------------------------------------------------------------------------------------------------


def drift(t, x, p=None):
    return jnp.array([jnp.sin(x[1]) - x[0] + jnp.cos(2 * t), jnp.cos(x[0]) - 0.5 * x[1] * t])


def diffusion(t, x, p=None):
    return (1 + t) * jnp.array([[jnp.cos(x[1]), 0.4 * x[0], 0.3], [0.2 * x[1] ** 2, jnp.sin(x[0]), x[0] * x[1]]])


def points(count, m, h, seed=5):
    draw = np.random.Generator(np.random.Philox(key=seed))
    dW = np.sqrt(3 * h) * draw.choice([-1.0, 0.0, 1.0], (count, m), p=[1 / 6, 2 / 3, 1 / 6])
    upper = np.triu(np.sqrt(h) * draw.choice([-1.0, 1.0], (count, m, m)), 1)
    return Noise(dW, pair=upper - np.swapaxes(upper, 1, 2)), draw.uniform(-1.0, 1.0, (count, 2))


def stepped(scheme, process, t, h):
    return jax.jit(jax.vmap(lambda x, noise: scheme.step(process, t, x, h, noise, None)[0]))


@pytest.mark.parametrize("scheme", [RS1(), RS2()], ids=lambda scheme: scheme.name)
def test_the_general_step_is_the_formula(scheme, float64):
    """Written with loops over noises, as the module's docstring has it."""
    process, tab, t, h, m = SDE(drift, diffusion, dim=2, noises=3, calculus="stratonovich"), scheme.tableau, 0.3, 0.2, 3

    def g(time, x):
        return np.asarray(matrix(time, x))

    force, matrix = jax.jit(drift), jax.jit(diffusion)
    noise, states = points(6, m, h)
    found = stepped(scheme, process, t, h)(states, noise)
    for x, dW, V, got in zip(states, noise.dW, noise.pair, found, strict=True):
        k1 = np.asarray(force(t, x))
        k2 = np.asarray(force(t + float(tab.c2) * h, x + float(tab.a21) * k1 * h))
        g1 = g(t, x)
        g2 = np.stack([g(t, x + 2 / 3 * g1[:, k] * dW[k])[:, k] for k in range(m)], 1)
        p = [(g1[:, k] / 4 + 3 / 4 * g2[:, k]) * dW[k] for k in range(m)]
        k3 = np.asarray(force(t + float(tab.c3) * h, x + (float(tab.a31) * k1 + float(tab.a32) * k2) * h + sum(p)))
        wanted = x + h * sum(float(a) * k for a, k in zip(tab.alpha, (k1, k2, k3), strict=True))
        for k in range(m):
            others = sum(p[l] for l in range(m) if l != k)
            g3 = g(t + h, x + k1 * h + p[k] / 3 + others)[:, k]
            g4 = g(t + h, x + k1 * h + (-5 / 4 * g1[:, k] + g2[:, k] / 4 + 2 * g3) * dW[k] + others)[:, k]
            q = sum(g1[:, l] * V[l, k] for l in range(m) if l != k)
            wanted = wanted + (g1[:, k] + 3 * g2[:, k] + 3 * g3 + g4) * dW[k] / 8
            wanted = wanted + np.sqrt(h) / 4 * (g(t, x + q)[:, k] - g(t, x - q)[:, k])
        np.testing.assert_allclose(got, wanted, atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [RS1(), RS2()], ids=lambda scheme: scheme.name)
def test_shortcuts_for_special_noise_are_the_general_step(scheme, float64):
    def column(t, x, p=None):
        return (1 + t) * jnp.array([0.4 + x[0] ** 2, jnp.cos(x[1])])

    def constant_matrix(t, x, p=None):
        return (1 + t) * jnp.array([[0.4, -0.2], [0.3, 0.7]])

    cases = {
        "diagonal": (column, lambda t, x, p: jnp.diag(column(t, x)), 2),
        "scalar": (column, lambda t, x, p: jnp.stack([column(t, x), jnp.zeros(2)], 1), 1),
        "additive": (constant_matrix, constant_matrix, 2),
    }
    for kind, (short, full, noises) in cases.items():
        special = SDE(drift, short, dim=2, noises=noises, noise=kind, calculus="stratonovich")
        general = SDE(drift, full, dim=2, noises=2, calculus="stratonovich")
        noise, states = points(8, 2, 0.2)
        one = stepped(scheme, special, 0.3, 0.2)(states, Noise(noise.dW[:, :noises]))
        two = stepped(scheme, general, 0.3, 0.2)(states, noise)
        np.testing.assert_allclose(one, two, atol=1e-14, err_msg=kind)


# -- order, without sampling error -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("degree", [2, 3])
@pytest.mark.parametrize("scheme", [RS1(), RS2()], ids=lambda scheme: scheme.name)
def test_three_noises_keep_weak_order_two(scheme, degree, moment_steps):
    """The linear equation in Stratonovich's sense is Itô's with A + Σ B_k²/2; DRI1 with many steps is the truth."""
    draw = np.random.Generator(np.random.Philox(key=3))
    A, B = -np.eye(3) + 0.3 * draw.standard_normal((3, 3)), 0.35 * draw.standard_normal((3, 3, 3))
    process = SDE(
        lambda t, x, p: A @ x, lambda t, x, p: (B @ x).T, dim=3, noises=3, calculus="stratonovich", noise="general"
    )
    ito = linear_system(A + np.einsum("kab,kbc->ac", B, B) / 2, B)
    start, inner = np.ones(3), (slice(1, None),) * degree
    exact = moment_steps(ito, DRI1(), degree)
    # Richardson's extrapolation leaves an error of order h³.
    truth = (4 * exact.after(start, 1.0, 512) - exact.after(start, 1.0, 256))[inner] / 3
    steps = moment_steps(process, scheme, degree)
    errors = [np.abs(steps.after(start, 1.0, n)[inner] - truth).max() for n in (16, 32, 64)]
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.15), errors


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [RS1(), RS2()], ids=lambda scheme: scheme.name)
def test_order_on_nonlinear_noise_by_enumeration(scheme, enumerated_error):
    """dX = √(X²+1) dt + √(X²+1) ∘ dW has the solution sinh(arsinh x0 + t + W); E p(arsinh X) = 0.375 at t = 0.5, over all
    3^n strings of noise; p = z³ - 6z² + 8z."""
    process = SDE(
        lambda t, x, p: jnp.sqrt(x**2 + 1), lambda t, x, p: jnp.sqrt(x**2 + 1), noise="scalar", calculus="stratonovich"
    )
    errors = [enumerated_error(scheme, process, n) for n in (2, 4, 8)]
    assert np.log2(errors[1] / errors[2]) > 1.85 and errors[2] < 2e-3, errors


def test_ito_equations_are_refused():
    ito = SDE(drift, lambda t, x, p: x, dim=2, noise="diagonal")
    assert "RS2 solves Stratonovich equations" in str(RS2().refuses(ito))
    general = SDE(drift, diffusion, dim=2, noises=3, calculus="stratonovich")
    assert RS1().refuses(general) is None
    assert "use LevyMilstein for paths or RS2 for averages" in str(DRI1().refuses(general))

"""Coefficients that carry arrays: in both precisions, one after the other, whatever way the arrays are carried."""

import functools

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import SDE, EulerMaruyama, Milstein, solve
from evolaw.sde.processes.closures import with_own_arrays

MIXING = np.array([[0.1, 0.2], [0.3, 0.1]])


def mixed(x):
    return x[:, None] * MIXING


class Held:
    def __init__(self, matrix):
        self.matrix = matrix

    def __call__(self, t, x, p):
        return x[:, None] * self.matrix

    def method(self, t, x, p):
        return x[:, None] * self.matrix


def in_a_cell():
    matrix = MIXING + 1
    return lambda t, x, p: x[:, None] * matrix


def in_a_function_in_a_cell():
    inner = in_a_cell()
    return lambda t, x, p: (lambda y: inner(t, y, p))(x)


WAYS = {
    "cell": in_a_cell,
    "function": in_a_function_in_a_cell,
    "global": lambda: lambda t, x, p: x[:, None] * MIXING,
    "global function": lambda: lambda t, x, p: mixed(x),
    "default": lambda: lambda t, x, p, matrix=MIXING + 2: x[:, None] * matrix,
    "object": lambda: Held(MIXING + 3),
    "method": lambda: Held(MIXING + 4).method,
    "partial": lambda: functools.partial(lambda matrix, t, x, p: x[:, None] * matrix, MIXING + 5),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_both_precisions_one_after_the_other(way):
    process = SDE([0.0, 0.0], WAYS[way](), dim=2, noises=2)
    ends = {}
    for precision in ("float32", "float64"):
        solution = solve(process, EulerMaruyama(), [1.0, 0.5], [0, 0.5], steps=8, paths=3, rng=0, precision=precision)
        assert solution.values.dtype == precision
        ends[precision] = solution.values
    np.testing.assert_allclose(ends["float32"], ends["float64"], rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_probing_the_noise_after_single_precision():
    """The test of commuting noise computes in double precision inside a solution in single precision."""
    columns = np.array([[0.1, 0.2], [0.3, 0.1]])
    process = SDE([0.0, 0.0], lambda t, x, p: x[:, None] * columns, dim=2, noises=2, noise="commutative")
    for precision in ("float32", "float64", "float32"):
        solve(process, Milstein(), [1.0, 1.0], [0, 0.1], steps=4, paths=2, rng=0, precision=precision)


def test_arrays_are_copied_and_nothing_else():
    def alone(x):
        return jnp.sin(x)

    assert with_own_arrays(alone) is alone
    assert with_own_arrays(Held) is Held
    kept = np.ones(2)
    copied = with_own_arrays(lambda: kept)
    assert copied() is not kept and copied() is copied()


def test_a_function_that_calls_itself():
    weights = np.array([1.0, 2.0])

    def halved(depth):
        return weights / 2**depth if depth == 3 else halved(depth + 1)

    assert with_own_arrays(halved)(0).tolist() == [0.125, 0.25]


def test_a_variable_not_assigned_yet():
    def early():
        return later

    assert with_own_arrays(early) is early
    later = np.ones(1)
    assert with_own_arrays(early) is not early

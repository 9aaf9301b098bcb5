"""Brackets and broken promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde import SDE, geometric_brownian_motion, iterated_integral, linear_system, square_root
from evolaw.sde.processes.noise_kinds import along_columns, brackets, broken_promise, noise_kind


def test_brackets_of_linear_noise_are_matrix_commutators(float64):
    """[B_j x, B_k x] = B_j B_k x - B_k B_j x."""
    draw = np.random.Generator(np.random.Philox(key=1))
    B, x = draw.standard_normal((3, 2, 2)), draw.standard_normal(2)
    process = linear_system(np.zeros((2, 2)), B)
    got = jax.jit(lambda x: brackets(process, 0.0, x))(x)
    wanted = [[(B[j] @ B[k] - B[k] @ B[j]) @ x for k in range(3)] for j in range(3)]
    np.testing.assert_allclose(got, wanted, atol=1e-13)


def test_derivatives_along_columns_are_difference_quotients(float64):
    def G(x):
        return jnp.array([[jnp.sin(x[1]), x[0]], [1.0, x[0] * x[1]]])

    process = SDE(lambda t, x, p: x, lambda t, x, p: G(x), dim=2)
    x, small = jnp.array([0.3, 0.8]), 1e-6

    @jax.jit
    def quotients(x):
        return [(G(x + small * G(x)[:, k]) - G(x - small * G(x)[:, k])) / (2 * small) for k in range(2)]

    slopes = jax.jit(lambda x: along_columns(process, 0.0, x))(x)
    np.testing.assert_allclose(slopes, quotients(x), atol=1e-9)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("dim", [2, 3, 10])
def test_one_hidden_coupling_is_found(dim):
    """g_0 depends weakly on the last component only."""
    process = SDE(lambda t, x, p: x, lambda t, x, p: x.at[0].add(1e-3 * x[-1] ** 2), dim=dim, noise="diagonal")
    assert "declared diagonal" in str(broken_promise(process))


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "process",
    [
        geometric_brownian_motion(growth=1.0, volatility=2.0, dim=3),
        square_root(rate=1.0, level=1.0, scale=1.0),
        SDE(lambda t, x, p: x, lambda t, x, p: jnp.sqrt(x), noise="diagonal", dim=2),
        SDE(lambda t, x, p: x, lambda t, x, p: jnp.sin(t) * jnp.eye(2), noise="additive", dim=2),
        SDE(lambda t, x, p: x, lambda t, x, p: jnp.outer(x, jnp.array([1.0, 2.0])), dim=2, noise="commutative"),
        iterated_integral(),
    ],
    ids=str,
)
def test_kept_promises_are_believed(process):
    """Also where the diffusion is not defined at half of the probe points."""
    assert broken_promise(process) is None


@pytest.mark.slow
def test_a_time_dependent_bracket_is_found():
    process = SDE(
        lambda t, x, p: x, lambda t, x, p: jnp.array([[1.0, 0.0], [0.0, 1 + t * x[0]]]), dim=2, noise="commutative"
    )
    assert "bracket" in str(broken_promise(process))


def test_one_noise_is_scalar_whatever_it_is_called():
    assert noise_kind(SDE(0.0, 1.0, noise="commutative")) == "scalar"
    assert noise_kind(iterated_integral()) == "general"

"""The process: shapes in every noise kind, parameters, and the sentences for wrong ones."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError, ShapeError
from evolaw.sde import EulerMaruyama, solve
from evolaw.sde.processes.process import SDE


@pytest.mark.parametrize(
    ("kind", "dim", "noises", "value", "matrix"),
    [
        ("additive", 1, 1, 2.0, [[2.0]]),
        ("additive", 2, 2, 2.0, [[2.0, 0.0], [0.0, 2.0]]),
        ("additive", 2, 2, [1.0, 3.0], [[1.0, 0.0], [0.0, 3.0]]),
        ("additive", 2, 3, np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3)),
        ("additive", 2, 1, [0.0, 1.0], [[0.0], [1.0]]),
        ("scalar", 2, None, [1.0, 3.0], [[1.0], [3.0]]),
        ("diagonal", 2, None, [1.0, 3.0], [[1.0, 0.0], [0.0, 3.0]]),
        ("general", 2, 2, [[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]),
        ("general", 1, 3, [1.0, 2.0, 3.0], [[1.0, 2.0, 3.0]]),
        ("commutative", 1, 1, 2.0, [[2.0]]),
    ],
)
def test_the_matrix_is_the_diffusion_in_every_shape(kind, dim, noises, value, matrix):
    process = SDE(np.zeros(dim), value, dim=dim, noises=noises, noise=kind)
    x = jnp.ones(dim)
    np.testing.assert_array_equal(process.matrix(0.0, x), matrix)
    dw = jnp.arange(1.0, process.noises + 1)
    np.testing.assert_allclose(process.diffuse(0.0, x, dw), np.array(matrix) @ np.asarray(dw))


def test_parameters_are_traced_and_change_by_name():
    process = SDE(lambda t, x, p: -p["k"] * x, 1.0, params={"k": 2.0}, law=lambda p: p["k"] * 10)
    drift = jax.jit(lambda process, x: process.drift_at(0.0, x))
    assert float(drift(process, jnp.ones(1))[0]) == -2.0
    faster = process.with_params(k=3.0)
    assert float(drift(faster, jnp.ones(1))[0]) == -3.0 and drift._cache_size() == 1
    assert faster.exact == 30.0 and process.exact == 20.0
    with pytest.raises(ArgumentError, match="Did you mean k"):
        process.with_params(K=3.0)


def test_equal_constants_share_a_compilation():
    drift = jax.jit(lambda process: process.drift_at(0.0, jnp.ones(1)))
    drift(SDE(1.5, 1.0))
    drift(SDE(1.5, 1.0))
    assert drift._cache_size() == 1


def test_wrong_shapes_are_found_before_anything_runs():
    wrong = SDE(lambda t, x, p: jnp.ones(3), 1.0, dim=2, noise="additive")
    with pytest.raises(
        ShapeError, match=r"Argument `drift` must return shape \(2,\) for one path, but returns shape \(3,\)"
    ):
        wrong.validate(np.zeros(2))
    wrong = SDE(lambda t, x, p: x, lambda t, x, p: jnp.ones((2, 3)), dim=2, noises=2)
    with pytest.raises(ShapeError, match=r"Argument `diffusion` must return shape \(2, 2\)"):
        wrong.validate(np.zeros(2))


def test_the_users_own_exception_comes_first():
    def drift(t, x, p):
        raise KeyError("stiffness")

    with pytest.raises(ArgumentError, match="Argument `drift` must be a function of") as caught:
        SDE(drift, 1.0).validate(np.zeros(1))
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ({"noise": "diagnal"}, "Did you mean diagonal"),
        ({"calculus": "Ito"}, "Did you mean ito"),
        ({"dim": 0}, "`dim` must be a whole number of at least 1"),
        ({"noise": "scalar", "noises": 2}, "`noises` must be 1 for scalar noise"),
        ({"noise": "diagonal", "dim": 2, "noises": 3}, "`noises` must equal dim = 2"),
        ({"periods": (1.0, None)}, "one period or None for each of the 1 components"),
        ({"periods": (-1.0,)}, "`periods` must be positive"),
        ({"drift": "x"}, "`drift` must be a function"),
    ],
)
def test_impossible_processes_are_refused(kinds, words):
    with pytest.raises(ArgumentError, match=words):
        SDE(**({"drift": 0.0, "diffusion": 1.0} | kinds))


def test_a_process_is_a_pytree():
    process = SDE(0.0, 1.0, params={"k": 1.0}, units={"time": "s"}, name="motion")
    leaves, tree = jax.tree.flatten(process)
    again = jax.tree.unflatten(tree, leaves)
    assert leaves == [1.0] and again.units == {"time": "s"} and repr(again) == repr(process)


def test_components_have_names_that_trajectories_bear() -> None:
    moved = SDE(lambda t, x, p: -x, 0.1, dim=2, noise="additive", components=["x", "v"])
    assert moved.components == ("x", "v") and jax.tree.map(lambda leaf: leaf, moved).components == (
        "x",
        "v",
    )
    assert solve(moved, EulerMaruyama(), [1.0, 0.0], [0, 1], steps=2, rng=0).about["names"] == ["x", "v"]
    for wrong in (("x",), ("x", "x"), ("x", "2v"), ("x", 3)):
        with pytest.raises(ArgumentError, match="components"):
            SDE(lambda t, x, p: -x, 0.1, dim=2, noise="additive", components=wrong)


def test_what_are_no_names_of_components_is_named() -> None:
    with pytest.raises(ArgumentError, match="`components`"):
        SDE(0.0, 1.0, components=np.array(7), noise="additive")  # type: ignore[arg-type]

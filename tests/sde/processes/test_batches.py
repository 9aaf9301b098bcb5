"""Coefficients on batches: called once with all states, the same paths as of one state at a time, and derivatives."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ShapeError
from evolaw.sde import SDE, EulerMaruyama, Heun, Milstein, solve
from evolaw.sde.processes.batches import on_batches

DRAW = np.random.Generator(np.random.Philox(key=3))
WEIGHTS = {"in": DRAW.standard_normal((2, 16)) / 2, "out": DRAW.standard_normal((16, 2)) / 4}


def network(t, x, p):
    return jnp.tanh(x @ p["in"] + t) @ p["out"]


def spread(t, x, p):
    return 0.3 + 0.1 * jnp.tanh(x)


@pytest.mark.slow
def test_the_solution_is_that_of_one_state_at_a_time_and_the_function_sees_a_whole_chunk():
    shapes = []

    def drift(t, x, p):
        shapes.append(x.shape)
        return network(t, x, p)

    for noise, diffusion in (("additive", lambda t, x, p: 0.3 + t), ("diagonal", spread), ("none", None)):
        batched = SDE(drift, diffusion, dim=2, noise=noise, params=WEIGHTS, batched=True)
        single = SDE(lambda t, x, p: network(t, x[None], p)[0], diffusion, dim=2, noise=noise, params=WEIGHTS)
        scheme = {"additive": EulerMaruyama(), "diagonal": Milstein(), "none": Heun()}[noise]
        one, other = (
            solve(process, scheme, [0.2, -0.1], [0, 0.4, 1], steps=20, paths=300, rng=1).values
            for process in (batched, single)
        )
        np.testing.assert_allclose(one, other, rtol=1e-11, atol=1e-12)
    assert set(shapes) == {(1, 2), (300, 2)}


@pytest.mark.slow
def test_a_large_network_is_not_traced_number_by_number():
    """4 million weights, of which no number becomes an operation of its own."""
    wide = {"in": np.zeros((2, 2048)), "mid": np.zeros((2048, 2048)), "out": np.zeros((2048, 2))}
    deep = SDE(
        lambda t, x, p: jnp.tanh(jnp.tanh(x @ p["in"]) @ p["mid"]) @ p["out"] - x,
        0.0, dim=2, noise="additive", params=wide, batched=True,
    )  # fmt: skip
    end = solve(deep, EulerMaruyama(), [1.0, 2.0], [0, 1], steps=4, paths=64, rng=0, precision="float32").final
    np.testing.assert_allclose(end, np.broadcast_to(np.array([1.0, 2.0]) * 0.75**4, (64, 2)), rtol=1e-6)


def test_a_sweep_of_a_network_maps_over_its_weights():
    process = SDE(lambda t, x, p: p["rate"] * x, None, noise="none", params={"rate": 1.0}, batched=True)
    found = solve(process, Heun(), 1.0, [0, 1], steps=50, paths=3, rng=None, sweep={"rate": [0.5, 1.0]})
    np.testing.assert_allclose(found.values[:, :, -1, 0], np.exp([[0.5] * 3, [1.0] * 3]), rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_derivatives_pass_through(mode):
    x = DRAW.standard_normal((7, 2))

    def total(p):
        return jnp.sum(jax.vmap(lambda state: on_batches(network, 0.1, state, p))(x) ** 2)

    def plain(p):
        return jnp.sum(network(0.1, x, p) ** 2)

    with precise("float64"):
        derive = jax.jacfwd if mode == "forward" else jax.grad
        found, exact = derive(total)(WEIGHTS), derive(plain)(WEIGHTS)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12), found, exact)


@pytest.mark.parametrize("value", [lambda t, x, p: jnp.zeros(2), lambda t, x, p: jnp.sum(x)])
def test_a_batch_that_is_lost_is_refused(value):
    with pytest.raises(ShapeError, match="must return the batch on its first axis"):
        solve(
            SDE(value, 0.1, dim=2, noise="additive", batched=True), EulerMaruyama(), [0.0, 0.0], [0, 1], steps=2, rng=0
        )

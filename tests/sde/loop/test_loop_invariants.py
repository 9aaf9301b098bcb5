"""What does not change is computed once, and nothing else changes."""

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.sde.loop.loop_invariants import hoisted

X = np.array([0.5, -1.0, 2.0], np.float32)


def names(function, *arguments):
    return [str(equation.primitive) for equation in jax.make_jaxpr(function)(*arguments).eqns]


def test_only_what_sees_an_argument_is_left():
    rate, level = jnp.float32(2.0), jnp.float32(3.0)
    step = hoisted(lambda x, t: {"x": jnp.exp(rate) * level - x, "constant": rate * level, "t": t}, X, 0.5)
    assert names(step, X, 0.5) == ["sub"]
    result = step(X, 0.5)
    np.testing.assert_allclose(result["x"], np.exp(np.float32(2)) * 3 - X, rtol=1e-6)
    assert (float(result["constant"]), float(result["t"])) == (6.0, 0.5)


def test_parameters_of_an_outer_trace_stay_parameters():
    @jax.jit
    def outer(rate, x):
        step = hoisted(lambda one: jnp.where(rate > 1, jnp.sqrt(rate), rate) * one, x[0])
        return jax.vmap(step)(x)

    for rate in (0.5, 4.0):
        np.testing.assert_allclose(outer(jnp.float32(rate), X), np.sqrt(rate) * X if rate > 1 else rate * X, rtol=1e-6)


def test_loops_and_conditions_are_kept_whole():
    turns = jnp.int32(3)

    def function(x):
        grown = jax.lax.fori_loop(0, turns, lambda i, y: y * 2, x)
        return jax.lax.cond(turns > 2, lambda: grown, lambda: -grown)

    np.testing.assert_array_equal(hoisted(function, X)(X), 8 * X)


def test_side_effects_stay_where_they_are():
    seen = []

    def function(x):
        jax.debug.callback(lambda: seen.append(1))
        return x + 1

    step = jax.jit(hoisted(function, X))
    for _ in range(3):
        jax.block_until_ready(step(X))
    jax.effects_barrier()
    assert len(seen) == 3


def test_an_argument_may_be_a_result_and_a_result_may_not_depend_on_any():
    first, second = hoisted(lambda x: (x, jnp.arange(3)), X)(X)
    np.testing.assert_array_equal(first, X)
    assert second.tolist() == [0, 1, 2]

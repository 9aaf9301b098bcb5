"""Sine and cosine of phases against extended precision, near their zeros too; and that only sines of the state are replaced."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import devices
from evolaw.arrays import WIDE, precise
from evolaw.sde.loop.trigonometry import cosine, sine, with_quick_sines


def phases(reach, dtype):
    """Random phases, and the neighbours of all multiples of π/2."""
    draw = np.random.Generator(np.random.Philox(key=1))
    random = draw.uniform(-reach, reach, 200_000).astype(dtype)
    edges = (np.arange(-int(2 * reach / np.pi), int(2 * reach / np.pi) + 1) * np.pi / 2).astype(dtype)
    return np.concatenate([random, edges, np.nextafter(edges, dtype(np.inf)), np.nextafter(edges, dtype(-np.inf))])


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("quick", "true"), [(sine, np.sin), (cosine, np.cos)], ids=["sin", "cos"])
@pytest.mark.parametrize(("precision", "most"), [("float32", 3.0), ("float64", 3.9)])
@pytest.mark.parametrize("reach", [2 * np.pi, 4 * np.pi, 1000.0])
def test_units_in_the_last_place(quick, true, precision, most, reach):
    if reach > 7 and not devices.on_cpu():
        pytest.skip("this accelerator may not multiply and add at once")
    with precise(precision) as dtype:
        x = phases(reach, dtype.type)
        found = np.asarray(jax.jit(quick, compiler_options=WIDE)(x)).astype(np.longdouble)
        near = np.asarray(jax.jit(partial(quick, near=True), compiler_options=WIDE)(x))
    np.testing.assert_array_equal(near, found)
    exact = true(x.astype(np.longdouble))
    unit = np.maximum(np.spacing(np.abs(exact).astype(dtype)).astype(np.longdouble), np.finfo(dtype).tiny)
    assert np.max(np.abs(found - exact) / unit) < most


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_huge_phases_stay_bounded_and_what_is_no_number_stays_none(precision):
    with precise(precision) as dtype:
        huge = np.array([1e12, -1e20, 3e30], dtype)
        assert np.abs(np.asarray(sine(huge))).max() <= 1 and np.abs(np.asarray(cosine(huge))).max() <= 1
        assert np.isnan(np.asarray(sine(np.array([np.nan, np.inf], dtype)))).all()
        assert np.isnan(np.asarray(cosine(np.array([np.nan, -np.inf], dtype)))).all()
        assert np.asarray(sine(np.zeros(1, dtype)))[0] == 0


def test_sines_of_the_state_are_replaced_and_no_others():
    def step(t, x, p):
        inner = jax.jit(lambda y: jnp.sin(y) + jnp.cos(2 * y))(x["phase"] * p)
        return {"phase": inner + jnp.sin(t), "other": jnp.sin(p)}

    x = {"phase": jnp.zeros(3), "unused": jnp.ones(2)}
    quick = with_quick_sines(step, jnp.zeros(()), x, jnp.ones(()), asked=1)
    names = [str(equation.primitive) for equation in jax.make_jaxpr(quick)(0.0, x, 1.0).eqns]
    assert names.count("sin") == 2 and names.count("cos") == 0
    x = {"phase": jnp.array([0.3, 2.0, 5.0]), "unused": jnp.ones(2)}
    for one, other in zip(
        jax.tree.leaves(jax.jit(quick)(0.7, x, 1.3)), jax.tree.leaves(jax.jit(step)(0.7, x, 1.3)), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-6)


def test_loops_within_a_function_are_left_as_they_are():
    quick = with_quick_sines(lambda x: jax.lax.fori_loop(0, 3, lambda i, y: jnp.sin(y), x), jnp.ones(()), asked=0)
    np.testing.assert_allclose(quick(1.0), np.sin(np.sin(np.sin(1.0))), rtol=1e-6)

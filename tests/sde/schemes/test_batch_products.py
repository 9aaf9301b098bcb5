"""Products in lanes: equal to plain products for one path and under vmap, and without turning matrices over."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.sde.schemes.batch_products import apply, in_lanes, outer, total

LANES = 7
rng = np.random.default_rng(0)
MATRICES = rng.normal(size=(3, 4, LANES)).astype(np.float32)
VECTORS = rng.normal(size=(4, LANES)).astype(np.float32)


@pytest.mark.parametrize("axes", [(-1, -1), (None, -1), (-1, None)])
def test_apply_equals_the_matrix_product(axes):
    arguments = [part if axis == -1 else part[..., 0] for part, axis in zip((MATRICES, VECTORS), axes, strict=True)]
    found = jax.jit(jax.vmap(apply, in_axes=axes, out_axes=-1))(*arguments)
    matrices, vectors = (
        np.broadcast_to(a if a.shape[-1] == LANES else a[..., None], s)
        for a, s in zip(arguments, (MATRICES.shape, VECTORS.shape), strict=True)
    )
    np.testing.assert_allclose(found, np.einsum("kin,in->kn", matrices, vectors), rtol=2e-6, atol=1e-6)


def test_outer_under_two_vmaps():
    """Two mapped axes, each somewhere else."""
    a, b = rng.normal(size=(5, 3, LANES)), rng.normal(size=(2, 5, LANES))
    found = jax.jit(jax.vmap(jax.vmap(outer, in_axes=-1, out_axes=-1), in_axes=(0, 1)))(a, b)
    np.testing.assert_allclose(found, np.einsum("pan,bpn->pabn", a, b), rtol=1e-6)


def test_total_adds_unequally_mapped_arrays():
    one = np.arange(3.0)
    found = jax.vmap(total, in_axes=(-1, None), out_axes=-1)(np.ones((3, LANES)), one)
    np.testing.assert_array_equal(found, (1 + one)[:, None].repeat(LANES, 1))


def test_functions_have_forward_derivatives():
    slope = jax.jvp(lambda w: apply(MATRICES[..., 0], w), (VECTORS[:, 0],), (VECTORS[:, 1],))[1]
    np.testing.assert_allclose(slope, MATRICES[..., 0] @ VECTORS[:, 1], rtol=1e-5)


def test_no_matrix_is_turned_over():
    """The compiled product of many paths holds no copy and no transpose of the matrices."""
    text = jax.jit(jax.vmap(apply, in_axes=-1, out_axes=-1)).lower(MATRICES, VECTORS).compile().as_text()
    assert "f32[7,3,4]" not in text


def test_a_plain_function_is_turned_into_one_of_lanes():
    double = in_lanes(lambda a: 2 * a)
    assert double(jnp.ones(2)).tolist() == [2.0, 2.0]

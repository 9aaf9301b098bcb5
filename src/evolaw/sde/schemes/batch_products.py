"""Small products for many paths side by side: matrices of one path, the paths on the last axis.

`jax.vmap` puts the paths first as soon as a product widens an array, and a matrix a path is then turned over in memory again
and again, which took most of the time of schemes with iterated integrals. The functions here stay as they are written: a
path more is a lane more on the last axis, and everything in between is one pass of elementwise mathematics.

    outer(a, b)_ij = a_i b_j        apply(G, w)_k = Σ_i G_ki w_i        total(a, b, ...)_k = a_k + b_k + ...
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import jax
import jax.numpy as jnp

__all__ = ["apply", "in_lanes", "outer", "total"]


def in_lanes(function: Callable[..., jax.Array]) -> Callable[..., jax.Array]:
    """Let `jax.vmap` append the mapped axis to the arrays of ``function`` instead of putting it first.

    Args:
        function: takes and gives arrays, and computes the same when all of them have further axes at the end.

    Returns:
        The same function for one path and under ``vmap``; a further one puts its axis where it likes.

    Example:
        >>> double = in_lanes(lambda a: 2 * a)
        >>> jax.vmap(double, in_axes=-1, out_axes=-1)(jnp.ones((3, 5))).shape
        (3, 5)
    """
    lane_by_lane = jax.custom_batching.custom_vmap(function)

    @lane_by_lane.def_vmap
    def _append(size: int, mapped: Any, *arrays: Any) -> tuple[jax.Array, bool]:
        last = [
            jnp.moveaxis(array, 0, -1) if is_mapped else jnp.asarray(array)[..., None]
            for array, is_mapped in zip(arrays, mapped, strict=True)
        ]
        # Not `lane_by_lane` again, which would have no derivative backwards.
        return jnp.moveaxis(function(*last), -1, 0), True

    @wraps(function)
    def call(*arrays: Any) -> jax.Array:
        result: jax.Array = lane_by_lane(*arrays)
        return result

    return call


@in_lanes
def outer(a: Any, b: Any) -> jax.Array:
    """Return a_i b_j.

    Example:
        >>> outer(jnp.array([1.0, 2.0]), jnp.array([3.0, 4.0])).tolist()
        [[3.0, 4.0], [6.0, 8.0]]
    """
    return a[:, None] * b[None, :]


@in_lanes
def apply(matrix: Any, vector: Any) -> jax.Array:
    """Return Σ_i G_ki w_i.

    Example:
        >>> apply(jnp.array([[1.0, 2.0], [3.0, 4.0]]), jnp.array([1.0, 10.0])).tolist()
        [21.0, 43.0]
    """
    result: jax.Array = sum(matrix[:, i] * vector[i] for i in range(matrix.shape[1]))
    return result


@in_lanes
def total(first: Any, *others: Any) -> jax.Array:
    """Return the sum of arrays of one shape.

    Example:
        >>> total(jnp.ones(2), jnp.ones(2)).tolist()
        [2.0, 2.0]
    """
    result: jax.Array = sum(others, first)
    return result

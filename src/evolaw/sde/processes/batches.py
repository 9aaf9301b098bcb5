"""Coefficients that see many states at once, called where schemes speak of one.

A scheme is written for one path, and the loop maps it over many. A coefficient on batches, f(t, X) with X of shape (batch, dim), is
given a batch of one where it is asked about one state; mapped over paths, it is called once with all of them, so that a network
multiplies matrices and is traced once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from evolaw.errors import ShapeError
from evolaw.sde.processes.closures import with_own_arrays

__all__ = ["on_batches"]


def on_batches(function: Callable[..., Any], t: Any, x: Any, params: Any) -> Any:
    """Return f(t, [x], p)[0] of a function that sees batches; under `jax.vmap` over x, f of all states at once.

    Args:
        function: f(t, x, p) with x of shape (batch, dim), giving arrays with the batch first.
        t: time.
        x: one state, shape (dim,).
        params: p.

    Raises:
        ShapeError: the function gives something without the batch on its first axis.

    Notes:
        Where time or parameters are mapped as well, and where a derivative is taken, the function is mapped over batches of one.

    Example:
        >>> seen = []
        >>> def drift(t, x, p):
        ...     seen.append(x.shape)
        ...     return p * x
        >>> jax.vmap(lambda x: on_batches(drift, 0.0, x, 2.0))(jnp.ones((5, 3))).shape, seen[-1]
        ((5, 3), (5, 3))
    """

    def alone(t: Any, x: Any, p: Any) -> Any:
        return _checked(function, t, x[None], p)[0]

    together = jax.custom_batching.custom_vmap(alone)

    @together.def_vmap
    def _many(size: int, mapped: Any, t: Any, x: Any, p: Any) -> tuple[Any, bool]:
        time_is_mapped, state_is_mapped, of_params = mapped
        if state_is_mapped and not time_is_mapped and not any(jax.tree.leaves(of_params)):
            return _checked(function, t, x, p), True
        axes = tuple(jax.tree.map(lambda is_mapped: 0 if is_mapped else None, mapped))
        return jax.vmap(alone, in_axes=axes, axis_size=size)(t, x, p), True

    # Derivatives are those of the function on a batch of one, which map and transpose like any other.
    smooth = jax.custom_jvp(lambda t, x, p: together(t, x, p))
    smooth.defjvp(lambda values, slopes: jax.jvp(alone, values, slopes))
    return smooth(t, x, params)


def _checked(function: Callable[..., Any], t: Any, x: Any, p: Any) -> jax.Array:
    value = jnp.asarray(with_own_arrays(function)(t, x, p))
    if value.ndim < 1 or value.shape[0] != x.shape[0]:
        raise ShapeError(
            f"A coefficient of a process with batched=True must return the batch on its first axis, but for states of shape "
            f"{x.shape} it returns shape {value.shape}."
        )
    return value

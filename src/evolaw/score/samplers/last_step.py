"""The last step, from the state at the least time ε to the data at 0.

    "tweedie"   x0 = D(x_ε)                                 one call; takes s_ε²/λ of the variance λ of a thin direction
    "sampled"   x0 ~ N(D, V),  V = (s²/a) ∂D/∂x             exact for Gaussian data: mean and covariance of x0 given x_ε
    "none"      x_ε itself                                  adds s_ε² to every variance

The Jacobian costs d products, so "sampled" is for some hundred numbers at most.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, devices
from evolaw.arrays import WIDE, object_array
from evolaw.score.samplers.backward import Backward
from evolaw.sde.loop.execution_plan import batch_for
from evolaw.sde.loop.scalarization import taken_apart

__all__ = ["LAST_STEPS", "finished"]

LAST_STEPS = ("tweedie", "sampled", "none")
_MOST_NUMBERS = 1024
_ROWS = 4096
_MOST_COLUMNS = 64


def finished(backward: Backward, arrays: Any, x: np.ndarray, t: float, last: str, z: np.ndarray | None) -> np.ndarray:
    """Return the states after the last step.

    Args:
        backward, arrays: the reverse-time drift, and the arrays of its score.
        x: states at ``t``, shape (count, dim).
        t: the least time.
        last: one of `LAST_STEPS`.
        z: standard normals of the shape of x, for "sampled".
    """
    checks.one_of(last, "last", LAST_STEPS)
    if last == "none":
        return x
    if last == "sampled":
        checks.require(
            x.shape[1] <= _MOST_NUMBERS, "last", f"be tweedie for states of more than {_MOST_NUMBERS} numbers", last
        )
    rows = _ROWS if devices.on_cpu() else max(_ROWS, batch_for(x.shape[1]))
    if last == "sampled":
        rows = max(1, min(rows, 4_000_000 // x.shape[1] ** 2))
    parts = []
    for start in range(0, len(x), rows):
        part = x[start : start + rows]
        given = (part,) if z is None or last == "tweedie" else (part, z[start : start + rows])
        padded = [np.pad(one, ((0, min(rows, len(x)) - len(one)), (0, 0)), mode="edge") for one in given]
        step = _tweedie if last == "tweedie" else _sampled
        parts.append(np.asarray(step(backward, arrays, np.asarray(t, x.dtype), *padded))[: len(part)])
    return np.concatenate(parts)


def _tweedie(backward: Backward, arrays: Any, t: np.ndarray, x: np.ndarray) -> Any:
    if backward.batched or x.shape[1] > _MOST_COLUMNS:
        return _denoised(backward, arrays, t, x)
    columns = (np.ascontiguousarray(column) for column in x.T)
    return np.stack([np.asarray(number) for number in _numbers_denoised(backward, arrays, t, *columns)], axis=1)


@partial(jax.jit, static_argnums=0)
def _denoised(backward: Backward, arrays: Any, t: Any, x: Any) -> Any:
    return jax.vmap(lambda one: backward.denoised(t, one, arrays))(x)


@partial(jax.jit, static_argnums=0, compiler_options=WIDE)
def _numbers_denoised(backward: Backward, arrays: Any, t: Any, *columns: Any) -> tuple[Any, ...]:
    """D of states whose numbers are given, and come back, one by one, each for all states.

    Number by number as in the loop: 0.1 ms for 10⁴ states of an eight-fold mixture. As arrays of states it is 6 ms, and so it is if the
    numbers are put together again in here, for each of them is then made with all that they share.
    """
    apart = taken_apart(backward.denoised, t, jnp.stack([column[0] for column in columns]), arrays, asked=1)
    if apart is None:
        return tuple(_denoised(backward, arrays, t, jnp.stack(columns, axis=1)).T)
    (numbers,) = apart(_apart(t), object_array(columns), jax.tree.map(_apart, arrays))
    return tuple(jnp.broadcast_to(number, columns[0].shape) for number in numbers)


def _apart(array: Any) -> np.ndarray:
    """An array's numbers one by one."""
    array = jnp.asarray(array)
    return object_array([array[place] for place in np.ndindex(array.shape)]).reshape(array.shape)


@partial(jax.jit, static_argnums=0)
def _sampled(backward: Backward, arrays: Any, t: Any, x: Any, z: Any) -> Any:
    share = backward.noising.std(t) ** 2 / backward.noising.scale(t)

    def one(x: Any, z: Any) -> Any:
        def data(x: Any) -> Any:
            return backward.denoised(t, x, arrays)

        slope = jax.jacfwd(data)(x)
        values, vectors = jnp.linalg.eigh(share * (slope + slope.T) / 2)
        # The symmetric root is one matrix; eigenvectors alone turn with the last digit where eigenvalues meet.
        return data(x) + vectors @ (jnp.sqrt(jnp.maximum(values, 0.0)) * (vectors.T @ z))

    return jax.vmap(one)(x, z)

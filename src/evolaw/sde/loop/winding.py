"""Periodic components: a value in [0, period) and how often it went around.

    x = within + turns · period,      turns = ⌊x/period⌋

While steps are made the two are the real and the imaginary part of one complex array. As two arrays each would be a result of its
own, and the compiler makes a whole group of steps, normals and all, anew for each result. So turns are counted in floating point
from the beginning of each interval between saved times, and added up as whole numbers at its end. A path that turns 2^24 times
(float32; 2^31 times in float64) within one interval would lose count, and is made not a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["Circles", "unwrapped"]


class Circles:
    """The periodic components of a state.

    Args:
        periods: one period or None for each component.
        dtype: of the states.
    """

    def __init__(self, periods: Sequence[float | None], dtype: Any) -> None:
        self.periods = tuple(periods)
        self._most = 2.0 ** min(31, np.finfo(dtype).nmant + 1)
        lengths = [np.inf if period is None else period for period in periods]
        self._length = np.array(lengths, dtype)
        self._inverse = np.array([0.0 if period is None else 1 / period for period in periods], dtype)
        self._least = np.array([-np.inf if period is None else 0.0 for period in periods], dtype)

    def wrapped(self, x: Any, place: int | None = None) -> tuple[Any, Any]:
        """Return x within [0, period) and the turns taken off, as floating-point numbers.

        Args:
            x: one component, if ``place`` is given, or all, shape (dim, ...).
            place: which component.

        Notes:
            A value that is within a rounding of the end of a turn may come out at the beginning of the next.

        Example:
            >>> ring = Circles([1.0], np.float32)
            >>> [part.tolist() for part in ring.wrapped(jnp.array([-0.25, 0.5, 2.25], np.float32), 0)]
            [[0.75, 0.5, 0.25], [-1.0, 0.0, 2.0]]
        """
        length, inverse, least = (
            part[place] if place is not None else part.reshape(-1, *[1] * (x.ndim - 1))
            for part in (self._length, self._inverse, self._least)
        )
        turns = jnp.floor(x * inverse)
        # A component that is not periodic has length ∞, of which nothing is taken off.
        within = jnp.maximum(x - turns * np.where(np.isinf(length), 0, length).astype(x.dtype), least)
        full = within >= length
        return jnp.where(full, 0, within), jnp.where(full, turns + 1, turns)

    def wound(self, x: Any, turns: Any) -> Any:
        """Return states as they are held while steps are made: complex arrays of (dim, paths), or one for each component."""
        if isinstance(x, tuple):
            pairs = zip(x, turns, self.periods, strict=True)
            return tuple(part if period is None else _complex(part, count) for part, count, period in pairs)
        return _complex(x, turns)

    def within(self, held: Any) -> Any:
        """Return the values of states as they are held."""
        return jax.tree.map(lambda part: part.real if jnp.iscomplexobj(part) else part, held)

    def moved(self, held: Any, x: Any) -> Any:
        """Return the states as they are held after a step to x, which may be outside [0, period)."""
        if isinstance(x, tuple):
            return tuple(
                new if period is None else self._added(old, *self.wrapped(new, place))
                for place, (old, new, period) in enumerate(zip(held, x, self.periods, strict=True))
            )
        return self._added(held, *self.wrapped(x))

    def unwound(self, held: Any) -> tuple[Any, Any]:
        """Return values and turns, int32; values whose turns cannot be trusted are not numbers."""
        if isinstance(held, tuple):
            x, turns = zip(*map(self._unwound, held), strict=True)
            return tuple(x), tuple(turns)
        return self._unwound(held)

    def _unwound(self, held: Any) -> tuple[Any, Any]:
        if not jnp.iscomplexobj(held):
            return held, jnp.zeros(held.shape, jnp.int32)
        return jnp.where(jnp.abs(held.imag) < self._most, held.real, np.nan), held.imag.astype(jnp.int32)

    def _added(self, held: Any, x: Any, turns: Any) -> Any:
        return jax.lax.complex(x, held.imag + turns)


def unwrapped(periods: Sequence[float | None] | None, x: Any, turns: Any) -> Any:
    """Return states with their windings added: x + turns · period; shape (dim, ...).

    Example:
        >>> unwrapped([2.0, None], jnp.array([[0.5], [3.0]]), jnp.array([[-1], [0]])).tolist()
        [[-1.5], [3.0]]
    """
    if turns is None:
        return x
    lengths = np.array([period or 0.0 for period in periods or ()], x.dtype)
    return x + turns.astype(x.dtype) * lengths.reshape(-1, *[1] * (x.ndim - 1))


def _complex(x: Any, turns: Any) -> jax.Array:
    return jax.lax.complex(x, turns.astype(x.dtype))

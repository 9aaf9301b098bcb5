"""Periodic components: a value near [0, period), and how often it went around.

    X = x + turns · period,      every 32 steps:   taken = ⌊x/period⌋,   x ← x - taken · period,   turns ← turns + taken

Between two such steps x may leave [0, period) by as far as a path goes in 32 steps, which costs no digits worth speaking of and leaves one
number a step to carry: were turns counted in every step they would be a second result, and the compiler makes a whole group of
steps, normals and all, anew for each result. The steps are those whose number is a multiple of 32, whatever else is asked, so that
no path depends on where it is looked at.

Coefficients see values within [0, period). Where a step is proved to commute with whole turns (`evolaw.sde.loop.turn_symmetry`: the
state enters through sines, say), they see x as it stands, which is the same and costs nothing. A path that turns 2^24 times (float32;
2^31 times in float64) within 32 steps would lose count, and is made not a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np

__all__ = ["STRETCH", "Circles", "unwrapped"]

STRETCH = 32
"""Steps between two countings, a power of two. Counting every 8, 16, 32 steps costs a junction's step (float32) 6, 4 and 1 % over counting
every 128; a path comes so far between two countings that rounding grows with it."""


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
        length, inverse, least = self._of(x, place)
        turns = jnp.floor(x * inverse)
        # A component that is not periodic has length ∞, of which nothing is taken off.
        within = jnp.maximum(x - turns * np.where(np.isinf(length), 0, length).astype(x.dtype), least)
        full = within >= length
        return jnp.where(full, 0, within), jnp.where(full, turns + 1, turns)

    def counted(self, x: Any, turns: Any, now: Any) -> tuple[Any, Any]:
        """Take whole turns off states and add them to their count, if it is time.

        Args:
            x, turns: states and winding numbers, arrays of shape (dim, paths) or tuples of one array a component.
            now: whether it is time; nothing changes otherwise.
        """
        if isinstance(x, tuple):
            pairs = [self._counted(part, turns[place], now, place) for place, part in enumerate(x)]
            return tuple(part for part, _ in pairs), tuple(count for _, count in pairs)
        return self._counted(x, turns, now, None)

    def _counted(self, x: Any, turns: Any, now: Any, place: int | None) -> tuple[Any, Any]:
        if place is not None and self.periods[place] is None:
            return x, turns
        within, taken = self.wrapped(x, place)
        within = jnp.where(jnp.abs(taken) < self._most, within, np.nan)
        taken = jnp.where(now & (jnp.abs(taken) < self._most), taken, 0)
        return jnp.where(now, within, x), turns + taken.astype(jnp.int32)

    def moved(self, advance: Callable[[Any], tuple[Any, Any]], x: Any) -> tuple[Any, Any]:
        """Make a step from the values within a period, and put the turns taken off for it back on.

        Args:
            advance: from states to states and something else.
            x: arrays of shape (dim, paths) or tuples of one array a component.
        """
        if isinstance(x, tuple):
            parts = [self._near(part, place) for place, part in enumerate(x)]
            there, rest = advance(tuple(within for within, _ in parts))
            return tuple(
                new if period is None else new + turns * length
                for new, (_, turns), period, length in zip(there, parts, self.periods, self._length, strict=True)
            ), rest
        within, turns = self._near(x, None)
        there, rest = advance(within)
        length, _, _ = self._of(x, None)
        return there + turns * np.where(np.isinf(length), 0, length).astype(x.dtype), rest

    def _near(self, x: Any, place: int | None) -> tuple[Any, Any]:
        """x within [0, period) and turns, to a rounding of the end of a turn: cheaper than `wrapped`, where turns are put on again."""
        length, inverse, least = self._of(x, place)
        turns = jnp.floor(x * inverse)
        within = x - turns * np.where(np.isinf(length), 0, length).astype(x.dtype)
        # The step waits for each operation: a sign taken off and a choice take half as long as a larger and a smaller of two numbers.
        within = jnp.where(np.isinf(least), within, jnp.abs(within))
        return jnp.where(within >= length, _below(length), within), turns

    def _of(self, x: Any, place: int | None) -> tuple[Any, Any, Any]:
        """Length, its inverse and the least value, as x needs them."""
        length, inverse, least = (
            part[place] if place is not None else part.reshape(-1, *[1] * (x.ndim - 1))
            for part in (self._length, self._inverse, self._least)
        )
        return length, inverse, least


def _below(length: Any) -> Any:
    """The largest numbers below some lengths; ∞ stays."""
    return np.where(np.isinf(length), length, np.nextafter(length, np.zeros_like(length)))


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

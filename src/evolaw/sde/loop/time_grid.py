"""The time grid: saved times, and the steps between them, equal or given one by one.

Steps are counted through from the first time to the last; the number of a step addresses its noise. The time of a step is
computed from its number, t = b + (n - o) h, never by adding up; with equal steps throughout, b and o are the same for all
intervals, so that the times to be saved change nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks

__all__ = ["Grid", "grid_of"]

_ROUNDING = 1e-9
_MOST_STEPS = 2**31 - 2**16


class Grid(NamedTuple):
    """The intervals between saved times; each of the first five arrays has one entry an interval.

    Attributes:
        begin, origin: time of step number ``origin``, from which the times of its steps are computed.
        dt: length of its steps, negative where time falls; of the longest where they are unequal.
        first, last: numbers of its first step and of the first step after it.
        edges, lengths: where steps are unequal, the times of all steps, one more than there are, and their lengths; else None.
    """

    begin: Any
    dt: Any
    origin: Any
    first: Any
    last: Any
    edges: Any = None
    lengths: Any = None

    def time(self, number: Any, dtype: Any) -> Any:
        """Return the time at which a step begins."""
        if self.edges is not None:
            return self.edges[number]
        return self.begin + (number - self.origin).astype(dtype) * self.dt

    def step_ending(self, number: int) -> tuple[float, float]:
        """Return the time after so many steps, at least one, and the length of the last of them; on the host."""
        if self.edges is not None:
            return float(self.edges[number]), float(self.lengths[number - 1])
        entry = int(np.searchsorted(self.last, number))
        dt = float(self.dt[entry])
        return float(self.begin[entry] + (number - self.origin[entry]) * dt), dt

    def length(self, number: Any) -> Any:
        """Return the length of a step."""
        return self.dt if self.lengths is None else self.lengths[number]

    def spans(self, first: Any, count: int) -> Any:
        """Return the |length| of some steps in a row: one number for all, or an array."""
        if self.lengths is None:
            return jnp.abs(self.dt)
        return jnp.abs(jax.lax.dynamic_slice_in_dim(self.lengths, first, count))


def grid_of(times: Any, steps: Any = None, dt: Any = None, grid: Any = None) -> tuple[Grid, np.ndarray]:
    """Return the grid of steps through the saved times, and the times as an array.

    Args:
        times: saved times, rising or falling, at least two.
        steps: equal steps from the first to the last time.
        dt: instead: the longest step allowed.
        grid: instead: the times of all steps, from the first saved time to the last.

    Raises:
        ArgumentError: not one of ``steps``, ``dt`` and ``grid`` is given, or a saved time is not on the grid.

    Example:
        >>> grid, saved = grid_of([0, 1, 1.5], dt=0.3)
        >>> grid.dt.tolist(), grid.last.tolist()
        ([0.25, 0.25], [4, 6])
    """
    saved = checks.monotone(checks.numbers(times, "times"), "times")
    checks.require(saved.size > 1, "times", "hold at least two times, the first for the start", saved.tolist())
    given = [name for name, value in (("steps", steps), ("dt", dt), ("grid", grid)) if value is not None]
    checks.require(
        len(given) == 1,
        "steps",
        "be given, or `dt`, or `grid`, and only one of them",
        " and ".join(given) + " together" if given else "none of them",
        "Pass steps=1000, or dt=0.001.",
    )
    if grid is not None:
        return _unequal(saved, grid), saved
    spans = np.diff(saved)
    if steps is not None:
        total = checks.integer(steps, "steps", least=1, most=_MOST_STEPS)
        places = (saved - saved[0]) / (saved[-1] - saved[0]) * total
        marks = np.rint(places).astype(np.int64)
        off = np.flatnonzero(np.abs(places - marks) > _ROUNDING * max(1, total))
        if off.size or (np.diff(marks) < 1).any():
            k = int(off[0]) if off.size else int(np.flatnonzero(np.diff(marks) < 1)[0]) + 1
            raise checks.refuse(
                "steps",
                "put every saved time on the grid of equal steps",
                f"{total}, with times[{k}] = {saved[k]:g} at step {places[k]:g}",
                "Choose other steps, or pass dt, which cuts each interval by itself.",
            )
        spacing = np.full(spans.size, (saved[-1] - saved[0]) / total)
        origin = np.zeros(spans.size, np.int32)
        begin = np.full(spans.size, saved[0])
    else:
        longest = checks.positive(dt, "dt")
        with np.errstate(over="ignore"):
            needed = np.maximum(1, np.ceil(np.abs(spans) / longest * (1 - _ROUNDING)))
        checks.require(
            needed.sum() <= _MOST_STEPS,
            "dt",
            f"give at most {_MOST_STEPS} steps",
            f"{longest:g}, which gives {needed.sum():.6g}",
        )
        counts = needed.astype(np.int64)
        marks = np.concatenate([[0], np.cumsum(counts)])
        begin, spacing, origin = saved[:-1], spans / counts, marks[:-1].astype(np.int32)
    return Grid(begin, spacing, origin, marks[:-1].astype(np.int32), marks[1:].astype(np.int32)), saved


def _unequal(saved: np.ndarray, grid: Any) -> Grid:
    """Steps from edge to edge of ``grid``, on which the saved times must be."""
    edges = checks.monotone(np.asarray(grid, float), "grid")
    checks.require(1 < edges.size <= _MOST_STEPS, "grid", f"hold 2 to {_MOST_STEPS} times", edges.size)
    marks = _nearest(edges, saved)
    off = np.flatnonzero(np.abs(edges[marks] - saved) > _ROUNDING * np.ptp(edges))
    if off.size or marks[0] != 0 or marks[-1] != edges.size - 1:
        k = int(off[0]) if off.size else 0 if marks[0] != 0 else saved.size - 1
        raise checks.refuse(
            "grid",
            "hold every saved time, begin with the first and end with the last",
            f"one from {edges[0]:g} to {edges[-1]:g}, with times[{k}] = {saved[k]:g}, the nearest of it being {edges[marks[k]]:g}",
        )
    marks, lengths = marks.astype(np.int32), np.diff(edges)
    longest = np.array([lengths[a:b][np.abs(lengths[a:b]).argmax()] for a, b in pairwise(marks.tolist())])
    return Grid(saved[:-1], longest, marks[:-1], marks[:-1], marks[1:], edges, lengths)


def _nearest(edges: np.ndarray, saved: np.ndarray) -> np.ndarray:
    """The number of the edge nearest to each saved time."""
    sign = 1.0 if edges[-1] > edges[0] else -1.0
    middles = sign * (edges[1:] + edges[:-1]) / 2
    return np.searchsorted(middles, sign * saved)

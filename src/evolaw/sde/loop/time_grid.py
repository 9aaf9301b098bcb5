"""The time grid: saved times, and equal steps between them.

Steps are counted through from the first time to the last; the number of a step addresses its noise. The time of a step is
computed from its number, t = b + (n - o) h, never by adding up; with equal steps throughout, b and o are the same for all
intervals, so that the times to be saved change nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.sde.loop.integrate import Grid

__all__ = ["grid_of"]

_ROUNDING = 1e-9
_MOST_STEPS = 2**31 - 2**16


def grid_of(times: Any, steps: Any = None, dt: Any = None) -> tuple[Grid, np.ndarray]:
    """Return the grid of steps through the saved times, and the times as an array.

    Args:
        times: saved times, rising, at least two.
        steps: equal steps from the first to the last time.
        dt: instead: the longest step allowed.

    Raises:
        ArgumentError: both or none of ``steps`` and ``dt`` are given, or a saved time is not on the grid.

    Example:
        >>> grid, saved = grid_of([0, 1, 1.5], dt=0.3)
        >>> grid.dt.tolist(), grid.last.tolist()
        ([0.25, 0.25], [4, 6])
    """
    saved = checks.increasing(np.asarray(times, float) if np.ndim(times) else times, "times")
    checks.require(saved.size > 1, "times", "hold at least two times, the first for the start", saved.tolist())
    checks.require(
        (steps is None) != (dt is None),
        "steps",
        "be given, or `dt`, and not both",
        f"steps={steps} with dt={dt}",
        "Pass steps=1000, or dt=0.001.",
    )
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
        counts = np.maximum(1, np.ceil(spans / longest * (1 - _ROUNDING))).astype(np.int64)
        marks = np.concatenate([[0], np.cumsum(counts)])
        checks.require(
            marks[-1] <= _MOST_STEPS, "dt", f"give at most {_MOST_STEPS} steps", f"{longest:g}, which gives {marks[-1]}"
        )
        begin, spacing, origin = saved[:-1], spans / counts, marks[:-1].astype(np.int32)
    return Grid(begin, spacing, origin, marks[:-1].astype(np.int32), marks[1:].astype(np.int32)), saved

"""What a recording shows of every window: how often it was seen, and how often the cell was alive one frame later.

For every window w the counts n_w (visits) and k_w (alive afterwards) are the sufficient statistic of a clean recording: outcomes
of different windows are independent given the windows. A window counts when all its nine cells and its outcome were seen: none was
missing, and none lies beyond an edge that is unknown.

A recording whose boundary is `CUTOUT` ("window") shows a part of a larger world. What lies beyond its edge is unknown, which is
something else than dead: no window that crosses the edge is counted, and nothing outside is asked to obey any law.

Where cells age, a window is that of the living (state 1), and it counts where its cell is dead or alive; looks at the cycle of the ages
are counted as one window more, `rule_space.CYCLE` (`ageing`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np
from scipy.special import xlogy

from evolaw.arrays import MISSING
from evolaw.automata import stepping
from evolaw.automata.rules.generations import aged_wrongly
from evolaw.discovery.lattices.model.ageing import is_ageing, states_of
from evolaw.discovery.lattices.model.rule_space import CYCLE, WINDOWS, RuleSpace
from evolaw.trajectory import Trajectory

__all__ = [
    "CUTOUT",
    "WindowCounts",
    "contradicted",
    "count_windows",
    "edge_of",
    "inner",
    "is_cutout",
    "log_best",
    "rim_of",
    "transitions",
    "whole_windows",
]

CUTOUT = "window"
"""Boundary of a recording that shows a part of a larger world: what lies beyond its edge is unknown."""


@dataclass(frozen=True)
class WindowCounts:
    """How often every window was seen, and how often it led to a living cell; arrays of shape (512,), or (513,) where cells age."""

    visits: np.ndarray
    alive: np.ndarray

    def __add__(self, other: WindowCounts) -> WindowCounts:
        return WindowCounts(self.visits + other.visits, self.alive + other.alive)

    def pool(self, space: RuleSpace) -> WindowCounts:
        """Return the same counts per entry of a space."""
        return WindowCounts(space.pool(self.visits), space.pool(self.alive))

    @property
    def mixed(self) -> np.ndarray:
        """Where both outcomes were seen."""
        return (self.alive > 0) & (self.alive < self.visits)


def contradicted(counts: WindowCounts, space: RuleSpace) -> np.ndarray:
    """Return where counts per window or per entry contradict a law without chance: both outcomes, or a cycle that was not followed."""
    result = counts.mixed
    if space.ages:
        result[-1] = counts.alive[-1] < counts.visits[-1]
    return result


def is_cutout(recording: Trajectory) -> bool:
    """Return whether the edge of the board is the edge of what was seen, and not of the world."""
    return recording.boundary == CUTOUT


def edge_of(recording: Trajectory) -> str:
    """Return the boundary by which windows are read off; one that says nothing is taken for a torus.

    Of a cut-out it is a plane, so that windows have numbers everywhere; `whole_windows` says which of them were seen.
    """
    return "plane" if is_cutout(recording) else recording.boundary or "torus"


def inner(recording: Trajectory, margin: int) -> tuple[slice, slice]:
    """Return the rows and columns whose surroundings within ``margin`` cells are known to follow the boundary."""
    rows, cols = recording.values.shape[-2:]
    depth = margin if is_cutout(recording) else 0
    down = 0 if rows == 1 else depth  # a line has no edge above and below
    return slice(down, max(down, rows - down)), slice(depth, max(depth, cols - depth))


def rim_of(shape: Sequence[int]) -> np.ndarray:
    """Return which cells of a board have windows that cross its edge, bool (rows, cols); of a line the two ends."""
    rim = np.ones(tuple(shape), bool)
    rim[slice(None) if shape[0] == 1 else slice(1, -1), 1:-1] = False
    return rim


def whole_windows(recording: Trajectory) -> np.ndarray:
    """Return where a whole window and its outcome were seen, bool of shape (frames - 1, rows, cols).

    Of a cell that ages, or that became what it cannot, the window says nothing.
    """
    hidden = recording.values == MISSING
    seen = ~hidden[1:]
    if hidden.any():
        seen &= stepping.windows(hidden[:-1].astype(np.uint8), edge_of(recording)) == 0
    inside = np.zeros(seen.shape[1:], bool)
    inside[inner(recording, 1)] = True
    if is_ageing(recording):
        before, after = recording.values[:-1], recording.values[1:]
        seen &= (before <= 1) & ~aged_wrongly(before, after, states_of(recording))
    return seen & inside


def transitions(recording: Trajectory) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield, frame by frame to the next, (windows, alive afterwards, seen), each of shape (rows, cols).

    ``seen`` is that of `whole_windows` and the looks at the cycle, which "live" where they follow it; elsewhere the other two mean nothing.
    """
    edge, values, states = edge_of(recording), recording.values, states_of(recording)
    for (before, after), seen in zip(pairwise(values), whole_windows(recording), strict=True):
        windows, alive = stepping.windows((before == 1).view(np.uint8), edge), after == 1
        if states > 2:
            wrong = aged_wrongly(before, after, states)
            looks = wrong | ((before == states - 1) & (after != MISSING))
            windows, alive, seen = np.where(looks, CYCLE, windows), np.where(looks, ~wrong, alive), seen | looks
        yield windows, alive, seen


def count_windows(recordings: Sequence[Trajectory]) -> WindowCounts:
    """Count windows and what became of them, frame by frame to the next frame."""
    return reduce(WindowCounts.__add__, map(_count, recordings))


def _count(recording: Trajectory) -> WindowCounts:
    size = WINDOWS + is_ageing(recording)
    visits, alive = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for windows, lives, seen in transitions(recording):
        visits += np.bincount(windows[seen], minlength=size)
        alive += np.bincount(windows[seen & lives], minlength=size)
    return WindowCounts(visits, alive)


def log_best(counts: WindowCounts) -> float:
    """Return max_theta sum_w [k log theta + (n - k) log(1 - theta)]: the best 3x3 table with chance, in hindsight, at most 0."""
    n, k = counts.visits.astype(float), counts.alive.astype(float)
    return float((xlogy(k, k) + xlogy(n - k, n - k) - xlogy(n, n)).sum())

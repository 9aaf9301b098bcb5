"""What a recording shows of every window: how often it was seen, and how often the cell was alive one frame later.

For every window w the counts n_w (visits) and k_w (alive afterwards) are the sufficient statistic of a clean recording: outcomes
of different windows are independent given the windows. A window counts when all its nine cells and its outcome were seen.
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
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.trajectory import Trajectory

__all__ = ["WindowCounts", "count_windows", "edge_of", "log_best", "transitions"]


@dataclass(frozen=True)
class WindowCounts:
    """How often every window was seen, and how often it led to a living cell; arrays of shape (512,)."""

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


def edge_of(recording: Trajectory) -> str:
    """Return the boundary of a recording; one that says nothing is taken for a torus."""
    return recording.boundary or "torus"


def transitions(recording: Trajectory) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield, frame by frame to the next, (windows, alive afterwards, seen), each of shape (rows, cols).

    ``seen`` says where the whole window and its outcome were seen; elsewhere the other two mean nothing.
    """
    edge, values = edge_of(recording), recording.values
    for before, after in pairwise(values):
        hidden = before == MISSING
        seen = after != MISSING
        if hidden.any():
            seen &= stepping.windows(hidden.astype(np.uint8), edge) == 0
            before = np.where(hidden, 0, before)
        yield stepping.windows(before, edge), after == 1, seen


def count_windows(recordings: Sequence[Trajectory]) -> WindowCounts:
    """Count windows and what became of them, frame by frame to the next frame."""
    return reduce(WindowCounts.__add__, map(_count, recordings))


def _count(recording: Trajectory) -> WindowCounts:
    visits, alive = np.zeros(WINDOWS, np.int64), np.zeros(WINDOWS, np.int64)
    for windows, lives, seen in transitions(recording):
        visits += np.bincount(windows[seen], minlength=WINDOWS)
        alive += np.bincount(windows[seen & lives], minlength=WINDOWS)
    return WindowCounts(visits, alive)


def log_best(counts: WindowCounts) -> float:
    """Return max_theta sum_w [k log theta + (n - k) log(1 - theta)]: the best 3x3 table with chance, in hindsight, at most 0."""
    n, k = counts.visits.astype(float), counts.alive.astype(float)
    return float((xlogy(k, k) + xlogy(n - k, n - k) - xlogy(n, n)).sum())

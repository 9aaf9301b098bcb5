"""Laws run on boards with missing cells: a hidden cell stays unknown only as long as the law needs it.

A cell of the next generation is known when every number of living neighbours that the unknown ones allow, and every state that the
cell itself may have, leads to one outcome:

    for all c in {possible states}, n in [least, most]:  theta_{c, n} is the same

So more of a later frame can be compared than where whole light cones were seen (`exhaustive`). A law that leads to a known cell with
the other state is refuted; that proves it, whatever was hidden.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata.stepping import neighbours
from evolaw.discovery.lattices.model.window_counts import edge_of, is_cutout, rim_of
from evolaw.trajectory import Trajectory

__all__ = ["MOST_LAWS", "still_possible"]

MOST_LAWS = 2**14
"""Most laws that are run so."""

_MOST_CELLS = 2**31
"""Cells of all laws together that are computed at most; of longer recordings the first frames are compared."""


def still_possible(laws: np.ndarray, recordings: Sequence[Trajectory]) -> np.ndarray:
    """Return which outer-totalistic laws contradict no cell that they make known, bool of shape (laws,).

    Args:
        laws: entry values 0 and 1 in the order of the outer-totalistic space, shape (laws, 18).
        recordings: trajectories with axes ("times", "rows", "cols"), 255 where a cell is missing; gaps may differ.

    Example:
        >>> film = Trajectory([[[0, 255, 0]] * 3, [[1, 1, 1]] * 3], [0, 1], ("times", "rows", "cols"), boundary="plane")
        >>> still_possible(np.stack([np.zeros(18, int), np.ones(18, int)]), [film])
        array([False,  True])
    """
    possible = np.ones(len(laws), bool)
    cells = max(1, int(sum(item.values.size * np.diff(item.times).max(initial=1) for item in recordings)))
    share = min(1.0, _MOST_CELLS / (cells * max(1, len(laws))))
    for item in recordings:
        frames = max(2, int(share * len(item)))
        gaps = np.diff(item.times[:frames]).astype(int)
        for gap in np.unique(gaps):
            places = np.flatnonzero(gaps == gap)
            begin = item.values[places]
            counts = _counts(begin, edge_of(item))
            for number in np.flatnonzero(possible):
                possible[number] = _agrees(laws[number], begin, counts, item.values[places + 1], int(gap), item)
    return possible


def _agrees(
    law: np.ndarray,
    board: np.ndarray,
    counts: tuple[np.ndarray, np.ndarray],
    after: np.ndarray,
    gap: int,
    item: Trajectory,
) -> bool:
    """Whether no cell that the law makes known differs from the frame that was seen."""
    sums = np.concatenate([np.zeros((2, 1), np.int64), np.cumsum(law.reshape(2, 9), 1)], 1)
    for generation in range(gap):
        least, most = _counts(board, edge_of(item)) if generation else counts
        alive = [sums[state][most + 1] - sums[state][least] for state in (0, 1)]
        may = [board != 1, board != 0]
        span = most - least + 1
        every = np.logical_and.reduce([~may[state] | (alive[state] == span) for state in (0, 1)])
        none = np.logical_and.reduce([~may[state] | (alive[state] == 0) for state in (0, 1)])
        board = np.where(every, 1, np.where(none, 0, MISSING)).astype(np.uint8)
        if is_cutout(item):
            board[:, rim_of(board.shape[1:])] = MISSING
    return not ((board != MISSING) & (after != MISSING) & (board != after)).any()


def _counts(board: np.ndarray, edge: str) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest number of living neighbours that the unknown cells allow."""
    hidden = board == MISSING
    least = neighbours(np.where(hidden, 0, board), "moore", 1, edge)
    return least, least + neighbours(hidden.astype(np.uint8), "moore", 1, edge)

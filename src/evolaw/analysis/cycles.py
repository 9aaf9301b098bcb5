"""Where a deterministic trajectory ends: how long its transient is, and the period of the cycle it runs into.

A deterministic law on finitely many boards must return to a board it has seen. With x_k the board after k steps, the transient
mu and the period lambda are the smallest numbers with x_(mu + lambda) = x_mu. Boards are compared cell by cell; hashes
only say where to look.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evolaw import checks
from evolaw.analysis.lattices import boards_of
from evolaw.errors import NotConverged
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["Cycle", "find_cycle", "recorded_cycles"]


@dataclass(frozen=True)
class Cycle:
    """The fate of one deterministic trajectory.

    Attributes:
        transient: steps before the first board of the cycle.
        period: steps of one turn; 1 for a still board.
    """

    transient: int
    period: int


@told
def find_cycle(step: Callable[[np.ndarray], np.ndarray], start: np.ndarray, most_steps: int) -> Cycle:
    """Follow a deterministic step until it repeats itself.

    Args:
        step: maps a board to the next one, and always the same board to the same next one.
        start: the first board.
        most_steps: largest transient + period that is searched.

    Raises:
        NotConverged: no repetition within ``most_steps``.

    Notes:
        Exact; keeps a digest of 16 bytes a step, follows the boards a second time to confirm the repetition cell by cell and to
        exclude two boards with one digest. About 2 (transient + period) calls of ``step``.

    Example:
        >>> find_cycle(lambda x: x * x % 11, np.array([2]), 100)
        Cycle(transient=1, period=4)
    """
    most = checks.integer(most_steps, "most_steps", least=1)
    seen: dict[bytes, int] = {}
    board = np.asarray(start)
    for time in range(most + 1):
        digest = _digest(board)
        if digest in seen:
            transient, period = seen[digest], time - seen[digest]
            entry = _after(step, np.asarray(start), transient)
            if np.array_equal(entry, _after(step, entry, period)):
                return Cycle(transient, period)
        else:
            seen[digest] = time
        if time < most:
            board = np.asarray(step(board))
    raise NotConverged(f"No board came back within {most} steps. Allow more steps.", board)


@told
def recorded_cycles(trajectory: Trajectory) -> list[Cycle | None]:
    """Return for every board of a deterministic trajectory the cycle it was seen to enter.

    Times are counted in frames; None where no frame of a board came back. A repetition of frames proves a cycle only if the law
    is deterministic and has no hidden state.

    Example:
        >>> frames = np.array([1, 0, 1]).reshape(3, 1, 1)
        >>> recorded_cycles(Trajectory(frames, [0, 1, 2], ("times", "rows", "cols")))
        [Cycle(transient=0, period=2)]
    """
    return [_recorded(frames) for frames in boards_of(trajectory, complete=True)]


def _recorded(frames: np.ndarray) -> Cycle | None:
    seen: dict[bytes, list[int]] = {}
    for time, frame in enumerate(frames):
        earlier = seen.setdefault(_digest(frame), [])
        for first in earlier:
            if np.array_equal(frames[first], frame):
                return Cycle(first, time - first)
        earlier.append(time)
    return None


def _digest(board: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(board).tobytes(), digest_size=16).digest()


def _after(step: Callable[[np.ndarray], np.ndarray], board: np.ndarray, steps: int) -> np.ndarray:
    for _ in range(steps):
        board = np.asarray(step(board))
    return board

"""How a small difference grows: damage spreading and the Derrida curve.

Two copies of each board are moved by the same law with the same noise; they differ at first in a few cells. Their Hamming
distance H_t is the number of cells in which they differ at time t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.analysis.estimates import Estimate, mean
from evolaw.told import told

__all__ = ["damage_spreading", "derrida_curve"]

Step = Callable[[np.ndarray, int], np.ndarray]


@told
def damage_spreading(step: Step, boards: Any, steps: int, *, flips: int = 1, rng: Any) -> Estimate:
    """Estimate the Hamming distance of two copies that differ in ``flips`` random cells at time 0.

    Args:
        step: step(boards, time) maps boards of shape (boards, rows, cols) at ``time`` to the next ones. A law with noise must
            use the same noise for the same time and board, so that both copies meet the same chance.
        boards: independent starts, 0 and 1, shape (boards, rows, cols).
        steps: number of steps.
        flips: number of cells flipped on each board, all different.
        rng: source of the flipped cells.

    Returns:
        Estimate of shape (steps + 1,) in cells; element 0 is ``flips``.

    Example:
        >>> def spread(boards, time):  # every cell becomes the sum of its two neighbours, modulo 2
        ...     return np.roll(boards, 1, axis=2) ^ np.roll(boards, -1, axis=2)
        >>> damage_spreading(spread, np.zeros((2, 1, 9), np.uint8), 3, rng=0).value.tolist()
        [1.0, 2.0, 2.0, 4.0]
    """
    start = _starts(boards)
    cells = start.shape[1] * start.shape[2]
    count = checks.integer(flips, "flips", least=1, most=cells)
    total = checks.integer(steps, "steps", least=0)
    damaged = _flip(start, count, randomness.source(rng).stream("damage").generator())
    distances = [_distance(start, damaged)]
    for time in range(total):
        start, damaged = _step(step, start, time), _step(step, damaged, time)
        distances.append(_distance(start, damaged))
    return mean(np.stack(distances, axis=1), f"cells that differ after {count} flips")


@told
def derrida_curve(step: Step, boards: Any, flips: Sequence[int], *, rng: Any) -> Estimate:
    """Estimate the fraction of cells that differ after one step, as a function of the number of flipped cells.

    Args:
        step: as in `damage_spreading`; it is called with time 0.
        boards: independent starts, shape (boards, rows, cols).
        flips: numbers of flipped cells.
        rng: source of the flipped cells.

    Returns:
        Estimate of shape (len(flips),): D_1 for D_0 = flips / cells. Its slope at 0 is the mean number of cells one flip reaches.

    References:
        derrida1986.

    Example:
        >>> copy = lambda boards, time: boards
        >>> derrida_curve(copy, np.zeros((3, 4, 4), np.uint8), [0, 4, 8], rng=0).value.tolist()
        [0.0, 0.25, 0.5]
    """
    start = _starts(boards)
    cells = start.shape[1] * start.shape[2]
    counts = [checks.integer(count, "flips", least=0, most=cells) for count in flips]
    checks.require(len(counts) > 0, "flips", "hold at least one number", "empty")
    draw = randomness.source(rng).stream("derrida").generator()
    after = _step(step, start, 0)
    distances = [_distance(after, _step(step, _flip(start, count, draw), 0)) for count in counts]
    return mean(np.stack(distances, axis=1) / cells, "fraction of cells that differ after one step")


def _starts(boards: Any) -> np.ndarray:
    values = checks.shape(boards, "boards", ("boards", "rows", "cols"))
    checks.require(values.size > 0, "boards", "hold at least one cell", f"of shape {values.shape}")
    checks.require(
        bool(((values == 0) | (values == 1)).all()), "boards", "hold 0 and 1 only", f"values up to {values.max()}"
    )
    return values.astype(np.uint8, copy=False)


def _flip(boards: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    """Flip ``count`` different random cells of every board."""
    flat = boards.reshape(len(boards), -1).copy()
    for board in flat:
        board[draw.choice(flat.shape[1], count, replace=False)] ^= 1
    return flat.reshape(boards.shape)


def _step(step: Step, boards: np.ndarray, time: int) -> np.ndarray:
    after = np.asarray(step(boards, time))
    checks.require(
        after.shape == boards.shape, "step", f"return boards of shape {boards.shape}", f"of shape {after.shape}"
    )
    return after


def _distance(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return (first != second).sum(axis=(1, 2)).astype(np.float64)

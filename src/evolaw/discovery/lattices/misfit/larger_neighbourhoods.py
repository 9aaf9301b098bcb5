"""Laws beyond 3x3 windows that a table can hold: counts in a larger neighbourhood, and laws that remember the frame before.

    count      next = f(cell, number of living neighbours within radius 2 or 3: square, diamond, disc)
    memory     next = f(window, what the cell, or its window, was in the frame before)

A table explains a recording that contradicts itself when it does not contradict itself, and when betting on it pays: with k of
n visits of each of its contexts alive,

    e = prod_contexts B(k + 1, n - k + 1) / max_theta prod_windows theta^k (1 - theta)^(n - k) / number of tables tried

is an e-value against every law of 3x3 windows, with chance or without [wasserman2020]. Both products are over the same cells: in a cut-out
those whose larger neighbourhood was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from evolaw.automata import stepping
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.model.rule_space import WINDOWS
from evolaw.discovery.lattices.model.window_counts import WindowCounts, edge_of, inner, log_best
from evolaw.discovery.spine.e_values import LEVEL
from evolaw.trajectory import Trajectory

__all__ = ["WiderLaw", "counting_law", "law_with_memory"]

_SHAPES = {"moore": ("NM", "square"), "vonneumann": ("NN", "diamond"), "circular": ("NC", "disc")}
_RADII = (2, 3)


@dataclass(frozen=True)
class WiderLaw:
    """A table that explains a recording without a contradiction.

    Attributes:
        log_e: log e-value against every law of 3x3 windows.
        reach: how far it looks, in cells.
        says: what the outcome depends on, in a clause.
        law: the law in the notation of Larger than Life, counts that were never seen as absent; empty for laws with memory.
        unseen: contexts that were never seen.
    """

    log_e: float
    reach: int
    says: str
    law: str = ""
    unseen: int = 0


def counting_law(recordings: Sequence[Trajectory]) -> WiderLaw | None:
    """Return the smallest neighbourhood of radius 2 or 3 in which counting explains clean recordings; None when none does."""
    for radius in _RADII:
        windows = _count_windows(recordings, radius)
        for shape, (letters, words) in _SHAPES.items():
            contexts = _count_contexts(recordings, shape, radius)
            log_e = _log_e(contexts, windows, len(_RADII) * len(_SHAPES))
            if log_e is None:
                continue
            most = len(contexts.visits) // 2 - 1
            alive = (contexts.alive > 0).reshape(2, -1)
            birth, survival = (",".join(map(str, np.flatnonzero(row))) for row in alive)
            law = str(Rule(f"R{radius},C0,M0,S{survival},B{birth},{letters}"))
            says = f"the cell and how many of the {most} cells within a {words} of radius {radius} live decide"
            return WiderLaw(log_e, radius, says, law, int((contexts.visits == 0).sum()))
    return None


def law_with_memory(recordings: Sequence[Trajectory]) -> WiderLaw | None:
    """Return the least memory of the frame before that explains clean recordings; None when none does."""
    windows = _gather(recordings, lambda frames, edge, k: stepping.windows(frames[k], edge), WINDOWS)
    memories = (
        ("the 3x3 window and what the cell was one frame before decide", 2, lambda frame, edge: frame),
        ("the 3x3 windows of a frame and of the frame before decide", WINDOWS, stepping.windows),
    )
    for says, size, remembered in memories:

        def context(
            frames: np.ndarray, edge: str, k: int, size: int = size, remembered: Callable[..., np.ndarray] = remembered
        ) -> np.ndarray:
            return stepping.windows(frames[k], edge).astype(np.int64) * size + remembered(frames[k - 1], edge)

        log_e = _log_e(_gather(recordings, context, WINDOWS * size), windows, len(memories))
        if log_e is not None:
            return WiderLaw(log_e, 1, says)
    return None


def _log_e(contexts: WindowCounts, windows: WindowCounts, tried: int) -> float | None:
    """The log e-value of one of some tables, without contradictions; None where it has some, or where betting on it does not pay."""
    if contexts.mixed.any():
        return None
    seen = contexts.visits > 0
    bets = betaln(contexts.alive[seen] + 1.0, contexts.visits[seen] - contexts.alive[seen] + 1.0)
    log_e = float(bets.sum()) - log_best(windows) - float(np.log(tried))
    return log_e if log_e > -np.log(LEVEL) else None


def _count_windows(recordings: Sequence[Trajectory], radius: int) -> WindowCounts:
    """Visits of every 3x3 window by the cells whose neighbourhood of this radius was seen."""
    visits, alive = (np.zeros(WINDOWS, np.int64) for _ in range(2))
    for recording in recordings:
        inside = (slice(None), *inner(recording, radius))
        seen = stepping.windows(recording.values[:-1], edge_of(recording))[inside].ravel()
        visits += np.bincount(seen, minlength=WINDOWS)
        alive += np.bincount(seen[recording.values[1:][inside].ravel() == 1], minlength=WINDOWS)
    return WindowCounts(visits, alive)


def _count_contexts(recordings: Sequence[Trajectory], shape: str, radius: int) -> WindowCounts:
    """Visits of every (cell, number of living neighbours)."""
    most = int(stepping.neighbours(np.ones((2 * radius + 1,) * 2, np.uint8), shape, radius).max())
    visits, alive = (np.zeros(2 * (most + 1), np.int64) for _ in range(2))
    for recording in recordings:
        frames, inside = recording.values, (slice(None), *inner(recording, radius))
        counts = stepping.neighbours(frames[:-1], shape, radius, edge_of(recording))
        context = (frames[:-1].astype(np.int64) * (most + 1) + counts)[inside].ravel()
        visits += np.bincount(context, minlength=visits.size)
        alive += np.bincount(context[frames[1:][inside].ravel() == 1], minlength=visits.size)
    return WindowCounts(visits, alive)


def _gather(
    recordings: Sequence[Trajectory], context: Callable[[np.ndarray, str, int], np.ndarray], size: int
) -> WindowCounts:
    """Visits of every context, from the second frame of each recording on."""
    visits, alive = (np.zeros(size, np.int64) for _ in range(2))
    for recording in recordings:
        frames, inside = recording.values, inner(recording, 1)
        for k in range(1, len(frames) - 1):
            seen = context(frames, edge_of(recording), k)[inside].ravel()
            visits += np.bincount(seen, minlength=size)
            alive += np.bincount(seen[frames[k + 1][inside].ravel() == 1], minlength=size)
    return WindowCounts(visits, alive)

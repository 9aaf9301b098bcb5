"""The edge that nobody stated: a torus is assumed only as far as the recording bears it out.

The interior of a board needs no boundary. Where a recording does not say what lies beyond its edge, windows that cross it are counted
as on a torus if that can do no harm, or if the recording bears the torus out, and not at all otherwise:

    refuted      interior and rim behave differently:  e = `log_e_dependence` of the two > 1/0.01, or only the rim contradicts
    harmless     every entry that the rim shows was seen in the interior as well
    borne out    e = prod over looks at the rim of  1 / P(outcome | the cells beyond the edge are drawn with the density)  >= 1000,
                 by the entries that the interior knows, and a plane and a mirror contradict
    else         nothing is known of the edge

The last product bets that the torus foretells every look: against an edge with unrelated cells beyond it the bet on each look has
expectation 1. Looks are taken one by one, though neighbours share cells beyond the edge; hence the high bar, and the other edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from evolaw.discovery.lattices.misfit.specification_tests import cure_of_the_edge
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import (
    CUTOUT,
    WindowCounts,
    count_windows,
    edge_of,
    is_cutout,
    rim_of,
    transitions,
)
from evolaw.discovery.spine.e_values import LEVEL, combine, log_e_dependence, p_value
from evolaw.discovery.spine.evidence import Check
from evolaw.trajectory import Trajectory

__all__ = ["boundary", "log_e_of_the_torus", "rim_apart", "settle_edge"]

_BORNE_OUT = float(np.log(1000.0))


def settle_edge(recordings: Sequence[Trajectory], space: RuleSpace) -> tuple[list[Trajectory], Check | None]:
    """Return the recordings with the edge that they bear out, and what there is to say about it.

    Args:
        recordings: clean or incomplete recordings of consecutive generations that state no boundary and were taken for tori.
        space: rule space.

    Returns:
        The recordings as they are, or as cut-outs; a check where the edge was refuted or stays unknown, else None.
    """
    given = list(recordings)
    if min(min(_sides(recording)) for recording in given) < 3:
        return given, None
    inner, rim = rim_apart(given, space)
    log_e = combine(log_e_dependence(np.stack([inner.visits, rim.visits], -1), np.stack([inner.alive, rim.alive], -1)))
    if log_e > -np.log(LEVEL) or (not inner.mixed.any() and (inner + rim).mixed.any()):
        says = (
            "The recording does not say what lies beyond its edge, and a torus contradicts it: windows that cross the edge were not "
            f"counted. {cure_of_the_edge(given, space)}"
        )
        return _cut_out(given), Check("boundary", False, p_value(log_e), says)
    new = (rim.visits > 0) & (inner.visits == 0)
    if not new.any() or _borne_out(given, inner, space):
        return given, None
    says = (
        "The recording does not say what lies beyond its edge, and shows too little of it to tell: windows that cross it were not "
        "counted. If the board is a torus, say --boundary torus."
    )
    return _cut_out(given), Check("boundary", True, 1.0, says)


def boundary(recordings: Sequence[Trajectory], space: RuleSpace) -> Check:
    """Check that the rim behaves like the interior, and name the boundaries under which it does."""
    if all(map(is_cutout, recordings)):
        return Check("boundary", True, 1.0, "The edge is unknown: windows that cross it were not counted.")
    given = recordings[0].boundary or "torus"
    inner, rim = rim_apart(recordings, space)
    log_e = combine(log_e_dependence(np.stack([inner.visits, rim.visits], -1), np.stack([inner.alive, rim.alive], -1)))
    if log_e <= -np.log(LEVEL):
        return Check("boundary", True, p_value(log_e), f"The rim behaves like the interior ({given}).")
    if inner.mixed.any():
        return Check("boundary", True, 1.0, "Not tested: the interior contradicts itself as well.")
    says = (
        f"All contradictions lie in windows that cross the edge, none in the interior ({given} was assumed). "
        f"{cure_of_the_edge(recordings, space)}"
    )
    return Check("boundary", False, p_value(log_e), says)


def rim_apart(recordings: Sequence[Trajectory], space: RuleSpace) -> tuple[WindowCounts, WindowCounts]:
    """Count entries apart for cells in the interior and for cells whose window crosses the edge."""
    visits, alive = (np.zeros((2, len(space)), np.int64) for _ in range(2))
    for recording in recordings:
        rim = rim_of(recording.values.shape[1:]).astype(np.int64)
        for windows, lives, seen in transitions(recording):
            key = space.entry_of[windows] + len(space) * rim
            visits += np.bincount(key[seen], minlength=2 * len(space)).reshape(2, -1)
            alive += np.bincount(key[seen & lives], minlength=2 * len(space)).reshape(2, -1)
    return WindowCounts(visits[0], alive[0]), WindowCounts(visits[1], alive[1])


def _sides(recording: Trajectory) -> tuple[int, ...]:
    """The sides of a board; of a line its length alone."""
    rows, cols = recording.values.shape[1:]
    return (cols,) if rows == 1 else (rows, cols)


def _cut_out(recordings: Sequence[Trajectory]) -> list[Trajectory]:
    return [replace(recording, boundary=CUTOUT) for recording in recordings]


def _borne_out(recordings: Sequence[Trajectory], inner: WindowCounts, space: RuleSpace) -> bool:
    """Whether the rim follows the interior's entries on a torus, and would not by chance or on another board."""
    pure = (inner.visits > 0) & ~inner.mixed
    value = np.where(pure, (inner.alive > 0).astype(float), np.nan)
    borne = log_e_of_the_torus(recordings, value, space) >= _BORNE_OUT
    return borne and all(_contradicts(recordings, other, space) for other in ("plane", "reflecting"))


def log_e_of_the_torus(recordings: Sequence[Trajectory], value: np.ndarray, space: RuleSpace) -> float:
    """Return how much better the rim is foretold by a torus than by cells beyond the edge drawn with the density, as a logarithm.

    Args:
        recordings: complete boards taken for tori.
        value: what the entries lead to, 0 or 1; NaN where that is unknown, and then nothing is foretold. Shape (entries,).
        space: rule space.
    """
    total = 0.0
    for recording in recordings:
        density = float(np.clip((recording.values == 1).mean(), 0.02, 0.98))
        chance = _chance_by_type(space.spread(value), density)
        types = _rim_types(*recording.values.shape[1:])
        on_rim = types >= 0
        for windows, lives, seen in transitions(recording):
            chosen = on_rim & seen & (windows < WINDOWS) & ~np.isnan(space.spread(value)[windows])
            alive = chance[types[chosen], windows[chosen]]
            total -= float(np.log(np.maximum(np.where(lives[chosen], alive, 1 - alive), 1e-9)).sum())
        if total > 10 * _BORNE_OUT:
            break
    return total


def _contradicts(recordings: Sequence[Trajectory], other: str, space: RuleSpace) -> bool:
    return any(
        count_windows([replace(recording, boundary=other)]).pool(space).mixed.any()
        for recording in recordings
        if edge_of(recording) != other
    )


def _rim_types(rows: int, cols: int) -> np.ndarray:
    """For every cell which sides its window crosses, as a number from 1 to 15 in bits (north, south, west, east); -1 inside."""
    row, col = np.indices((rows, cols))
    if rows == 1:
        row = row - 1  # a line has no edge above and below
    types = 8 * (row == 0) + 4 * (row == rows - 1) + 2 * (col == 0) + (col == cols - 1)
    return np.where(types == 0, -1, types)


@cache
def _beyond(sides: int) -> int:
    """The cells of a window that lie beyond these sides, as a mask of its nine bits."""
    mask = 0
    for place in range(9):
        row, col = divmod(place, 3)
        outside = (
            (sides & 8 and row == 0) or (sides & 4 and row == 2) or (sides & 2 and col == 0) or (sides & 1 and col == 2)
        )
        mask |= bool(outside) << (8 - place)
    return mask


def _chance_by_type(value: np.ndarray, density: float) -> np.ndarray:
    """P(alive next | the cells inside), those beyond the edge drawn with the density, shape (16, 512); unknown entries 1/2."""
    table = np.where(np.isnan(value), 0.5, value)
    windows = np.arange(WINDOWS)
    result = np.zeros((16, WINDOWS))
    for sides in range(1, 16):
        mask = _beyond(sides)
        fillings = np.unique(windows & mask)
        alive = np.bitwise_count(fillings)
        outside = int(mask).bit_count()
        weight = density**alive * (1 - density) ** (outside - alive)
        result[sides] = (table[(windows & ~mask)[:, None] | fillings] * weight).sum(1)
    return result

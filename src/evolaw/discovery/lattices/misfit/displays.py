"""Recordings that show something else than the states: inverted generations, axes in another order.

    inverted   Golly shows every odd generation of a rule with B0 and without S8 inverted, so that empty space stays dark
    axes       an array with rows, columns and times where times, rows and columns were expected

Both are told by the same e-value as larger laws: the other reading leaves no contradiction, and betting on its table pays,

    e = prod_windows B(k + 1, n - k + 1) / max_theta prod_windows theta^k (1 - theta)^(n - k),

numerator over the other reading, denominator over the given one [wasserman2020].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import betaln

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import CUTOUT, WindowCounts, count_windows, log_best
from evolaw.discovery.spine.e_values import LEVEL, p_value
from evolaw.discovery.spine.evidence import Check
from evolaw.trajectory import Trajectory

__all__ = ["check_axes", "undo_inversion"]

_ORDERS = {(1, 2, 0): "cols, times, rows", (2, 0, 1): "rows, cols, times"}
"""Orders of axes that are tried: how the given ones are rearranged, and what they then were."""


def undo_inversion(recordings: Sequence[Trajectory], space: RuleSpace) -> tuple[list[Trajectory], Check | None]:
    """Return the recordings with odd generations inverted back, where that removes every contradiction.

    Args:
        recordings: clean recordings of consecutive generations.
        space: rule space.
    """
    given = list(recordings)
    counts = count_windows(given)
    if not counts.pool(space).mixed.any():
        return given, None
    upright = [_inverted(recording) for recording in given]
    log_e = _log_e(count_windows(upright), counts, space)
    if log_e is None:
        return given, None
    says = (
        "Every odd generation is shown inverted, as Golly shows rules with B0 and without S8: undone. As shown, no one law gives "
        "the frames; upright, nothing contradicts itself."
    )
    return upright, Check("display", True, p_value(-log_e), says)


def check_axes(recordings: Sequence[Trajectory], space: RuleSpace) -> Check | None:
    """Return the failed check that names another order of axes under which the interior has no contradiction; else None."""
    counts = count_windows(recordings)
    for order, names in _ORDERS.items():
        turned = [_turned(recording, order) for recording in recordings]
        if min(min(recording.values.shape) for recording in turned) < 3:
            continue
        log_e = _log_e(count_windows(turned), counts, space)
        if log_e is not None:
            frames, rows, cols = recordings[0].values.shape
            right = turned[0].values.shape
            says = (
                f"Read as {frames} frames of {rows} x {cols} cells the recording contradicts itself everywhere; with its axes read as "
                f"{names}, {right[0]} frames of {right[1]} x {right[2]}, nothing inside the boards does. Put times first."
            )
            return Check("axes", False, p_value(log_e), says)
    return None


def _inverted(recording: Trajectory) -> Trajectory:
    values = recording.values.copy()
    odd = np.round(recording.times).astype(np.int64) % 2 == 1
    values[odd] = np.where(values[odd] == MISSING, MISSING, 1 - values[odd])
    return replace(recording, values=values)


def _turned(recording: Trajectory, order: tuple[int, int, int]) -> Trajectory:
    values = recording.values.transpose(order)
    return replace(recording, values=values, times=np.arange(len(values)), boundary=CUTOUT)


def _log_e(other: WindowCounts, given: WindowCounts, space: RuleSpace) -> float | None:
    """The log e-value of another reading without contradictions; None where it has some, or where betting on it does not pay."""
    table = other.pool(space)
    if table.mixed.any():
        return None
    seen = table.visits > 0
    bets = betaln(table.alive[seen] + 1.0, table.visits[seen] - table.alive[seen] + 1.0)
    # The readings may hold different numbers of outcomes: each is judged by what it gains over coins.
    gain = float(bets.sum()) + float(other.visits.sum()) * np.log(2)
    log_e = gain - (log_best(given) + float(given.visits.sum()) * np.log(2)) - np.log(len(_ORDERS))
    return log_e if log_e > -np.log(LEVEL) else None

"""Doubt of the space: is one number an entry enough to tell the recording, or does the outcome depend on something else?

A clean recording of a deterministic law of the space gives every entry one outcome. Where an entry gave both, `diagnosis` asks why;
each question here is about one thing on which the outcome may depend:

    symmetry        on the orientation of a window ("totalistic": on the arrangement of the neighbours)
    neighbourhood   on cells two steps away
    memory          on surprises in the frame before
    simultaneity    on what just became of its neighbours
    cycle           ages that did not follow the clock of their states
    edge            the boundaries under which no contradiction is left are named

Dependence is measured by `e_values.log_e_dependence`, valid for windows of any probability and any order of visits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata import stepping
from evolaw.automata.rules.generations import aged_wrongly
from evolaw.discovery.lattices.model.ageing import states_of, without_wrong
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts, count_windows, edge_of, is_cutout
from evolaw.discovery.spine.e_values import LEVEL, average, combine, log_e_dependence, p_value, worded_list
from evolaw.discovery.spine.evidence import Check
from evolaw.discovery.spine.finding import shortened
from evolaw.trajectory import Trajectory

__all__ = ["BOUNDARIES", "cure_of_the_edge", "cycle", "memory", "neighbourhood", "simultaneity", "symmetry"]

BOUNDARIES = ("torus", "plane", "reflecting")
"""Boundaries that are tried when the given one is in doubt."""

_MOST_VISITS = 4_000_000
_STRUCTURAL = 0.3
"""If a larger share of the cells that had to age did not, the law or the numbering is another; less is damage."""
_MOST_SHIFTS = 400
"""Shifted tori are tried on boards of at most so many rows and columns together."""


def symmetry(windows: WindowCounts, space: RuleSpace) -> list[Check]:
    """Check that the windows of an entry behave alike; outer-totalistic entries are first split into isotropic ones."""
    if space.family == "general" or space.is_line:
        return []
    isotropic = space.isotropic
    checks = [_homogeneous("symmetry D4", windows, isotropic, "general", "orientation")]
    if space.family == "outer-totalistic":
        parts = windows.pool(isotropic)
        coarse = space.entry_of[[isotropic.windows(place)[0] for place in range(len(isotropic))]]
        checks.append(_homogeneous_parts("totalistic", parts, coarse, space, "isotropic", "arrangement"))
    return checks


def _homogeneous(name: str, windows: WindowCounts, space: RuleSpace, wider: str, what: str) -> Check:
    return _homogeneous_parts(name, windows, space.entry_of, space, wider, what)


def _homogeneous_parts(
    name: str, parts: WindowCounts, entry_of: np.ndarray, space: RuleSpace, wider: str, what: str
) -> Check:
    log_e = np.array(
        [log_e_dependence(parts.visits[entry_of == u], parts.alive[entry_of == u]) for u in range(len(space))]
    )
    tested = [u for u in range(len(space)) if (parts.visits[entry_of == u] > 0).sum() > 1]
    total = combine(log_e[tested]) if tested else 0.0
    passed = total < -np.log(LEVEL)
    if not tested:
        says = f"Not tested: no entry was seen in more than one {what}."
    elif passed:
        says = f"{len(tested)} entries were seen in more than one {what}; none depends on it."
    else:
        worst = [space.names[u] for u in np.argsort(-log_e) if log_e[u] > -np.log(LEVEL)]
        says = f"The outcome of {worded_list(worst)} depends on the {what}, which no {space.family} law does. Try --space {wider}."
    return Check(name, bool(passed), p_value(total), says)


def cycle(recordings: Sequence[Trajectory], space: RuleSpace) -> Check | None:
    """Return the failed check that says where and when cells did not age as they must, and what they did; None where all did."""
    places, moves, told = [], [], 0
    for number, recording in enumerate(recordings):
        before, after = recording.values[:-1], recording.values[1:]
        wrong = aged_wrongly(before, after, states_of(recording))
        told += int((((before != 0) | (after > 1)) & (before != MISSING) & (after != MISSING)).sum())
        at = np.argwhere(wrong)
        places.append(np.column_stack([np.full(len(at), number), at]))
        moves.append(np.stack([before[wrong], after[wrong]], -1))
    place, states = np.concatenate(places), states_of(recordings[0])
    if not len(place):
        return None
    kinds, counts = np.unique(np.concatenate(moves), axis=0, return_counts=True)
    often = [f"{a} → {b} ({counts[k]} ×)" for k in np.argsort(-counts, kind="stable")[:4] for a, b in [kinds[k]]]
    cure = (
        "Generations may lie between the frames: record every one. Or the states are numbered otherwise: 0 is dead, 1 alive, 2 and more "
        "the ages, the youngest first. Or the law is of another family."
        if len(place) > _STRUCTURAL * told
        else "Cells were misread there, or frames are not the law's: leave them out, or mark the cells as missing (255). "
        f"{_majority(recordings, space)}"
    )
    says = (
        f"Cells did not age as those of {states} states do, {len(place)} of {told} that had to: from {worded_list(often)}. "
        f"{_where(place, len(recordings))} {cure}"
    )
    return Check("ageing", False, 0.0, says)


def _majority(recordings: Sequence[Trajectory], space: RuleSpace) -> str:
    """How well the law of most looks foretells them, cells that aged wrongly being left out: what was misread is nearly always one of them."""
    counts = count_windows([without_wrong(recording) for recording in recordings]).pool(space)
    lives = 2 * counts.alive > counts.visits
    right, looks = int(np.maximum(counts.alive, counts.visits - counts.alive)[:-1].sum()), int(counts.visits[:-1].sum())
    return f"Without them {shortened(str(space.written(lives)))} foretells {right} of {looks} looks."


def _where(place: np.ndarray, recordings: int) -> str:
    """Where and when things lie, given as (recording, frame, row, column): the step, the stretch of rows and columns, the first of all."""
    first, last = place.min(0), place.max(0)
    number, frame, row, col = place[0]
    of = f" of recording {number + 1}" if recordings > 1 else ""
    if (first[:2] == last[:2]).all():
        when = f"All lie in the step from frame {frame} to {frame + 1}{of}"
    else:
        steps = len(np.unique(place[:, :2], axis=0))
        when = f"They lie in {steps} steps, the first from frame {frame} to {frame + 1}{of}"
    return f"{when}, in rows {first[2]} to {last[2]} and columns {first[3]} to {last[3]}, the first in row {row}, column {col}."


def cure_of_the_edge(recordings: Sequence[Trajectory], space: RuleSpace) -> str:
    """Return the sentence that names the boundaries, shifted tori too, under which no entry gives two outcomes."""
    given = recordings[0].boundary or "torus"
    rows, cols = recordings[0].values.shape[1:]
    shifts = [f"torus+{dx},0" for dx in range(1, cols)] + [f"torus+0,{dy}" for dy in range(1, rows)]
    shifts = [] if space.is_line else shifts
    others = [*BOUNDARIES, *(shifts if len(shifts) <= _MOST_SHIFTS else [])]
    fitting = [other for other in others if other != given and _fits(recordings, other, space)]
    cutout = (
        "this is a window of a larger world: try --boundary window, and windows that cross its edge are not counted."
    )
    if not fitting:
        return f"No plane, mirror or torus, shifted ones among them, removes them: its edge is of another kind, as a cylinder's, or {cutout}"
    named = " or ".join(fitting[:3]) + (f" and {len(fitting) - 3} more" if len(fitting) > 3 else "")
    return f"Under {named} none is left: try --boundary {fitting[0]}. Or {cutout}"


def _fits(recordings: Sequence[Trajectory], other: str, space: RuleSpace) -> bool:
    """Whether no entry gives two outcomes under another boundary; a few frames refute most."""
    few = [replace(item, boundary=other, values=item.values[:3], times=item.times[:3]) for item in recordings[:2]]
    if count_windows(few).pool(space).mixed.any():
        return False
    return not count_windows([replace(item, boundary=other) for item in recordings]).pool(space).mixed.any()


def neighbourhood(recordings: Sequence[Trajectory], classes: np.ndarray) -> float:
    """Return the log e-value against "cells two steps away do not matter".

    Two features are tried, the sixteen cells two steps away (two, of a line) one by one and their number of living ones; the e-values are
    averaged. Only cells at least two away from the edge are used, so that no boundary is assumed.

    Args:
        recordings: clean trajectories.
        classes: class of every window, shape (512,); windows of a class must have one probability.
    """
    large = _large(recordings)
    if not large:
        return 0.0
    outer = _OUTER if large[0].values.shape[1] > 1 else [(0, -2), (0, 2)]
    each = [combine(_feature_dependence(large, classes, 2, partial(_outer_cell, offset=offset), 2)) for offset in outer]
    count = partial(_outer_count, outer=outer)
    together = combine(_feature_dependence(large, classes, len(outer) + 1, count, 2))
    return average(np.array([average(np.array(each)), together]))


def memory(recordings: Sequence[Trajectory], classes: np.ndarray, windows: WindowCounts) -> float:
    """Return the log e-value against "given the window, the frame before does not matter".

    A cell is a surprise when it went against the majority of its window. A misread cell is one, and so are outcomes of the
    windows it lies in; an automaton that merely throws coins forgets. The feature is the number of surprises in
    the window: none, one, more.

    Args:
        recordings: clean trajectories; those of two frames say nothing.
        classes: class of every window, shape (512,).
        windows: the tally of the recordings, for the majority.
    """
    pooled = WindowCounts(*(np.bincount(classes, part)[classes] for part in (windows.visits, windows.alive)))
    majority = (2 * pooled.alive > pooled.visits).astype(np.uint8)
    long = [recording for recording in recordings if len(recording) > 2]
    if not long:
        return 0.0
    return combine(_feature_dependence(long, classes, 3, partial(_surprises, majority=majority), 0))


def simultaneity(recordings: Sequence[Trajectory], classes: np.ndarray) -> float:
    """Return the log e-value against "cells of one frame are drawn independently, given the frame before".

    Cells are taken row by row; the feature is how many of the four neighbours already taken (north-west to north-east, and west; of a
    line the one to the west) just came to life, less those that just died. A law, with chance or without, updates all cells at once and makes no
    difference; where cells are updated one after the other, some have seen what became of others.

    Args:
        recordings: clean trajectories.
        classes: class of every window, shape (512,); windows of a class must have one probability.
    """
    large = _large(recordings)
    return combine(_feature_dependence(large, classes, 3, _just_changed, 1)) if large else 0.0


def _large(recordings: Sequence[Trajectory]) -> list[Trajectory]:
    """Those with five rows and columns at least, or lines of so many cells."""
    return [
        item
        for item in recordings
        if item.values.shape[1] in (1, *range(5, item.values.shape[1] + 1)) and item.values.shape[2] >= 5
    ]


_OUTER = [(dr, dc) for dr in range(-2, 3) for dc in range(-2, 3) if max(abs(dr), abs(dc)) == 2]

Feature = Callable[[Trajectory, int], np.ndarray | None]


def _feature_dependence(
    recordings: Sequence[Trajectory], classes: np.ndarray, values: int, feature: Feature, margin: int
) -> np.ndarray:
    """Log e-values, one a class, against "the outcome does not depend on the feature".

    Args:
        feature: (recording, frame) -> whole numbers below ``values``, one a cell at least ``margin`` away from the edge;
            None where the frame has none.
    """
    size = int(classes.max()) + 1
    visits, alive = (np.zeros(size * values, np.int64) for _ in range(2))
    for recording in recordings:
        rows, cols = recording.values.shape[1:]
        # Surprises lie in windows of windows: beyond two cells from an unknown edge they are known.
        depth = max(margin, 2) if is_cutout(recording) else margin
        down = depth if rows > 1 else 0  # a line has no edge above and below
        spare = depth - margin
        inside = (slice(down, rows - down), slice(depth, cols - depth))
        for frame in range(min(len(recording) - 1, 1 + _MOST_VISITS // recording.values[0].size)):
            extra = feature(recording, frame)
            if extra is None:
                continue
            extra = extra[spare if down else 0 : len(extra) - (spare if down else 0), spare : extra.shape[1] - spare]
            window = stepping.windows(recording.values[frame], edge_of(recording))[inside]
            key = (classes[window] * values + extra).ravel()
            visits += np.bincount(key, minlength=size * values)
            alive += np.bincount(key[recording.values[frame + 1][inside].ravel() == 1], minlength=size * values)
    table = np.stack([visits, alive]).reshape(2, size, values)
    testable = (table[0] > 0).sum(1) > 1
    return log_e_dependence(table[0, testable], table[1, testable])


def _outer_cell(recording: Trajectory, frame: int, *, offset: tuple[int, int]) -> np.ndarray:
    rows, cols = recording.values.shape[1:]
    (down, right), rim = offset, 2 if rows > 1 else 0
    return recording.values[frame, rim + down : rows - rim + down, 2 + right : cols - 2 + right]


def _outer_count(recording: Trajectory, frame: int, *, outer: Sequence[tuple[int, int]]) -> np.ndarray:
    return np.array([_outer_cell(recording, frame, offset=offset) for offset in outer]).sum(0, dtype=np.int64)


def _just_changed(recording: Trajectory, frame: int) -> np.ndarray:
    change = recording.values[frame + 1].astype(np.int64) - recording.values[frame]
    rows, cols = change.shape
    if rows == 1:
        return np.sign(change[:, : cols - 2]) + 1
    taken = [change[1 + dr : rows - 1 + dr, 1 + dc : cols - 1 + dc] for dr, dc in ((-1, -1), (-1, 0), (-1, 1), (0, -1))]
    return np.sign(np.sum(taken, axis=0)) + 1


def _surprises(recording: Trajectory, frame: int, *, majority: np.ndarray) -> np.ndarray | None:
    if frame == 0:
        return None
    boundary = edge_of(recording)
    expected = majority[stepping.windows(recording.values[frame - 1], boundary)]
    around = stepping.windows(expected ^ recording.values[frame], boundary)
    return np.minimum(_ONES[around], 2)


_ONES = np.array([bin(window).count("1") for window in range(WINDOWS)])

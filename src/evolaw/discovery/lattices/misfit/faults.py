"""Where and when does a recording contradict itself? A fault is a part of it without which one law explains the rest.

    equal frames   frames that were written twice
    step, frame    a foreign, lost or half-written frame; several of them; a blank one, from which a law cannot have made the next
    cut            another law from a frame on
    alternating    every second step another law
    region         rows, columns or a rectangle: stuck cells, another law there, a bad patch
    blocks         the outcome depends on whether row, column and time are even: a block (Margolus) automaton

A fault is named when no entry gives two outcomes outside it (or, for a partition, within any part), and when the bet on it refutes
every one law of the space, chance included, with an e-value above the number of candidates over 0.01 (`Transitions.log_e`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.spine.e_values import LEVEL
from evolaw.trajectory import Trajectory

__all__ = ["Fault", "box_of", "cut_at", "find_blank", "find_fault", "named_step", "only_step", "without"]

_MOST_SHARE = 0.5
"""A region larger than this share of the board is not the fault: the rest is."""

_MOST_BAD_STEPS = 0.34
_BANDS = 128
"""Longest side on which every band of rows or columns is tried."""


@dataclass(frozen=True, eq=False)
class Fault:
    """A part of a recording that contradicts the rest.

    Attributes:
        cause: one of the words of the module, "step" and "frame" being one: "step".
        where: the part in words, to follow "All contradictions lie in".
        log_e: log e-value against every one law of the space, chance included; candidates are allowed for.
        labels: part of every transition; 0 is what remains without the fault, where there is such a part.
        parts: how many parts there are.
        steps: the bad steps; empty where the fault is a place.
        box: rows and columns of the bad place (first row, last row, first column, last column), maybe wrapping; None for a time.
        between: whether the parts are recordings, the law changing from one to the next.
        margin: whether the part is a margin around the board.
        drifts: whether the part merely has other probabilities, and contradicts nothing outright.
    """

    cause: str
    where: str
    log_e: float
    labels: np.ndarray
    parts: int = 2
    steps: tuple[int, ...] = ()
    box: tuple[int, int, int, int] | None = None
    between: bool = False
    margin: bool = False
    drifts: bool = False


def find_fault(recordings: Sequence[Trajectory], seen: Transitions, space: RuleSpace) -> Fault | None:
    """Return the fault that leaves the rest without a contradiction; None when there is none.

    Args:
        recordings: clean recordings that contradict themselves.
        seen: their transitions.
        space: rule space.

    Notes:
        Cost: some thirty passes over the transitions, and the square of a side for bands.
    """
    for candidates in (_times, _places, _parities):
        found = [fault for fault in candidates(recordings, seen, space) if fault.log_e > -np.log(LEVEL)]
        if found:
            return max(found, key=lambda fault: fault.log_e)
    return None


def find_blank(recordings: Sequence[Trajectory], seen: Transitions, space: RuleSpace) -> Fault | None:
    """Return the step out of a board of equal cells that holds all contradictions; None when there is none.

    A law without chance makes a board of equal cells of another, so either the frame is no part of the recording, as where a camera
    was still dark, or the one entry it shows is a coin. Where that entry was seldom seen elsewhere no e-value tells the two apart, and
    the fault may have none.
    """
    if len(seen.origin) < 2:
        return None
    tallies = seen.counts(seen.step, len(seen.origin), space.entry_of)
    for step, (owner, frame) in enumerate(seen.origin):
        begin = recordings[owner].values[frame]
        if begin.min() != begin.max() or "question" in recordings[owner].about:
            continue
        mixed = np.flatnonzero((tallies[step, 1] > 0) & (tallies[step, 1] < tallies[step, 0]))
        if mixed.size == 1 and not _mixed(tallies.sum(0) - tallies[step]):
            where = f"{named_step(seen, step)}, out of a board of equal cells: that frame is none of the law's, or {space.names[mixed[0]]} is a coin"
            return _of_steps(seen, space, (step,), "step", where, len(seen.origin))
    return None


def without(recordings: Sequence[Trajectory], seen: Transitions, fault: Fault) -> list[Trajectory]:
    """Return the recordings without the fault: cut at bad steps, missing cells at bad places."""
    kept: list[Trajectory] = []
    for number, recording in enumerate(recordings):
        if fault.box is not None:
            values = recording.values.copy()
            values[:, _inside(fault.box, recording.values.shape[1:])] = MISSING
            kept.append(replace(recording, values=values))
            continue
        bad = {frame for step, (owner, frame) in enumerate(seen.origin) if owner == number and step in fault.steps}
        cuts = [-1, *sorted(bad), len(recording) - 1]
        for first, last in pairwise(cuts):
            part = slice(first + 1, last + 1)
            if last - first > 1:
                kept.append(replace(recording, values=recording.values[part], times=recording.times[part]))
    return kept


# -- times ------------------------------------------------------------------------------------------------------------


def _times(recordings: Sequence[Trajectory], seen: Transitions, space: RuleSpace) -> Iterator[Fault]:
    count = len(seen.origin)
    if count < 2:
        return
    tallies = seen.counts(seen.step, count, space.entry_of)
    total = tallies.sum(0)
    equal = tuple(
        step
        for step, (owner, frame) in enumerate(seen.origin)
        if np.array_equal(recordings[owner].values[frame], recordings[owner].values[frame + 1])
    )
    if equal and len(equal) < count and not _mixed(total - tallies[list(equal)].sum(0)):
        fault = _of_steps(seen, space, equal, "equal frames", f"steps between equal frames, {_frames(seen, equal)}", 1)
        if fault.log_e > -np.log(LEVEL):
            yield fault
            return
    single = [step for step in range(count) if not _mixed(total - tallies[step])]
    if len(single) == 1 or (single and count > 2):
        best = max(
            (_of_steps(seen, space, (step,), "step", named_step(seen, step), count) for step in single), key=_strength
        )
        if best.log_e > -np.log(LEVEL):
            yield best
            return
    blank = [step for step, (owner, frame) in enumerate(seen.origin) if _is_beside_blank(recordings[owner], frame)]
    if 2 < len(blank) < count and not _mixed(total - tallies[blank].sum(0)):
        where = f"the steps into and out of frames whose cells are all equal, {_frames(seen, blank)}"
        yield _of_steps(seen, space, tuple(blank), "step", where, count)
        return
    pairs = [
        step
        for step in range(count - 1)
        if seen.origin[step][0] == seen.origin[step + 1][0] and not _mixed(total - tallies[step] - tallies[step + 1])
    ]
    if pairs and count > 3:
        yield max((_of_frame(seen, space, step, count) for step in pairs), key=_strength)
    surprising = np.bincount(seen.step[seen.surprises(space)], minlength=count)
    bad = tuple(np.flatnonzero(surprising).tolist())
    if 2 < len(bad) <= _MOST_BAD_STEPS * count and not _mixed(total - tallies[list(bad)].sum(0)):
        yield _of_steps(seen, space, bad, "step", f"the steps {_frames(seen, bad)}", 2 ** min(count, 1000))
    yield from _cuts(seen, space, tallies, total)
    for period in (2, 3):
        labels = seen.frame % period
        if count > 2 * period and not any(_mixed(part) for part in seen.counts(labels, period, space.entry_of)):
            where = f"steps of different {'parity' if period == 2 else 'remainder by three'}: laws take turns"
            yield Fault("alternating", where, seen.log_e(labels, period, space) - np.log(2), labels, period)


def _is_beside_blank(recording: Trajectory, frame: int) -> bool:
    """Whether exactly one of a frame and the next is of equal cells."""
    before, after = (board.min() == board.max() for board in recording.values[frame : frame + 2])
    return bool(before != after)


def only_step(seen: Transitions, space: RuleSpace) -> str | None:
    """Return the name of the one step, or of the two around one frame, that holds all contradictions however few; None where none does."""
    count = len(seen.origin)
    tallies = seen.counts(seen.step, count, space.entry_of)
    total = tallies.sum(0)
    for step in range(count if count > 2 else 0):
        if not _mixed(total - tallies[step]):
            return named_step(seen, step)
    for step in range(count - 1 if count > 3 else 0):
        if seen.origin[step][0] == seen.origin[step + 1][0] and not _mixed(total - tallies[step] - tallies[step + 1]):
            return _of_frame(seen, space, step, count).where
    return None


def _cuts(seen: Transitions, space: RuleSpace, tallies: np.ndarray, total: np.ndarray) -> Iterator[Fault]:
    """Another law from a frame on, within one recording."""
    count = len(tallies)
    before = np.cumsum(tallies, 0)
    for cut in range(2, count - 1):
        if not _mixed(before[cut - 1]) and not _mixed(total - before[cut - 1]):
            log_e = seen.log_e((seen.step >= cut).astype(np.int64), 2, space) - np.log(count)
            yield cut_at(seen, cut, log_e)
            return


def cut_at(seen: Transitions, cut: int, log_e: float) -> Fault:
    """Return the fault that the law changes before a step: at a frame, or at the recording that begins there."""
    owner, frame = seen.origin[cut]
    between = seen.origin[cut - 1][0] != owner
    where = (
        f"recording {owner} and recording {owner + 1}"
        if between
        else f"the steps before and after frame {frame}{_of_which(seen, cut)}"
    )
    return Fault("cut", where, log_e, (seen.step >= cut).astype(np.int64), 2, between=between)


def _of_steps(
    seen: Transitions, space: RuleSpace, steps: tuple[int, ...], cause: str, where: str, candidates: int
) -> Fault:
    labels = np.isin(seen.step, steps).astype(np.int64)
    return Fault(cause, where, seen.log_e(labels, 2, space) - float(np.log(float(candidates))), labels, 2, steps)


def _of_frame(seen: Transitions, space: RuleSpace, step: int, count: int) -> Fault:
    where = f"the steps into and out of frame {seen.origin[step + 1][1]}{_of_which(seen, step)}"
    return _of_steps(seen, space, (step, step + 1), "step", where, count)


def named_step(seen: Transitions, step: int) -> str:
    """Name a step by its frames, and by its recording where there are several."""
    frame = seen.origin[step][1]
    return f"the step from frame {frame} to {frame + 1}{_of_which(seen, step)}"


def _of_which(seen: Transitions, step: int) -> str:
    return f" of recording {seen.origin[step][0] + 1}" if seen.origin[-1][0] else ""


def _frames(seen: Transitions, steps: Sequence[int]) -> str:
    shown = ", ".join(f"{seen.origin[step][1]} to {seen.origin[step][1] + 1}" for step in steps[:6])
    return shown + (f" and {len(steps) - 6} more" if len(steps) > 6 else "")


# -- places -----------------------------------------------------------------------------------------------------------


def _places(recordings: Sequence[Trajectory], seen: Transitions, space: RuleSpace) -> Iterator[Fault]:
    rows, cols = seen.shape
    margin = _margin(recordings, seen, space)
    if margin is not None:
        yield margin
    for inside, box in _boxes(seen, space):
        share = _length(box[:2], rows) * _length(box[2:], cols) / (rows * cols)
        if share <= _MOST_SHARE and seen.is_consistent(~inside, space):
            yield _of_box(seen, space, inside, box)
            break
    for where, size, is_row in ((seen.row, rows, True), (seen.col, cols, False)):
        band = _band(seen, where, size, space) if size <= _BANDS else None
        if band is not None:
            inside = _within(where, band)
            yield _of_box(seen, space, inside, (*band, 0, cols - 1) if is_row else (0, rows - 1, *band))


def _margin(recordings: Sequence[Trajectory], seen: Transitions, space: RuleSpace) -> Fault | None:
    """A margin of cells that never change around a board whose own edge is somewhere inside."""
    first = recordings[0].values
    still = (first == first[0, 0, 0]).all(0)
    if len({recording.values.shape[1:] for recording in recordings}) > 1 or still.all() or min(seen.shape) < 5:
        return None
    for recording in recordings[1:]:
        still &= (recording.values == first[0, 0, 0]).all(0)
    moving = [np.flatnonzero(~still.all(axis)) for axis in (1, 0)]
    box = [(int(places[0]), int(places[-1])) for places in moving]
    if any(low < 1 or high > size - 2 or high - low < 3 for (low, high), size in zip(box, seen.shape, strict=True)):
        return None
    (top, bottom), (left, right) = box
    inside = (seen.row > top) & (seen.row < bottom) & (seen.col > left) & (seen.col < right)
    if not seen.is_consistent(inside, space):
        return None
    log_e = seen.log_e((~inside).astype(np.int64), 2, space) - np.log(np.prod(seen.shape))
    where = f"the margin of cells that never change, around rows {top} to {bottom} and columns {left} to {right}"
    return Fault("region", where, float(log_e), (~inside).astype(np.int64), 2, margin=True)


def _boxes(seen: Transitions, space: RuleSpace) -> Iterator[tuple[np.ndarray, tuple[int, int, int, int]]]:
    """Rectangles that hold the surprises: by the law of all cells, and by that of the cells outside the densest surprises."""
    rows, cols = seen.shape
    outside = np.ones(seen.window.size, bool)
    for share in (0.25, 0.0):
        surprising = seen.surprises(space, outside)
        place = seen.row * cols + seen.col
        often = np.bincount(place[surprising], minlength=rows * cols)
        dense = surprising & (often[place] > share * often.max())
        spans = (_span(np.unique(at[dense]), size) for at, size in ((seen.row, rows), (seen.col, cols)))
        down, across = spans
        down, across = (
            (0, size - 1) if _length(span, size) >= size - 2 else span for span, size in ((down, rows), (across, cols))
        )
        outside = ~(_within(seen.row, down) & _within(seen.col, across))
        yield ~outside, (*down, *across)


def _of_box(seen: Transitions, space: RuleSpace, inside: np.ndarray, box: tuple[int, int, int, int]) -> Fault:
    rows, cols = seen.shape
    return box_of(seen, box, seen.log_e(inside.astype(np.int64), 2, space) - 2 * np.log(rows) - 2 * np.log(cols))


def box_of(seen: Transitions, box: tuple[int, int, int, int], log_e: float) -> Fault:
    """Return the fault that lies in a rectangle (first row, last row, first column, last column), maybe wrapping."""
    inside = _within(seen.row, box[:2]) & _within(seen.col, box[2:])
    named = [_lines("row", box[:2], seen.shape[0]), _lines("column", box[2:], seen.shape[1])]
    return Fault("region", ", ".join(name for name in named if name), log_e, inside.astype(np.int64), 2, box=box)


def _band(seen: Transitions, where: np.ndarray, size: int, space: RuleSpace) -> tuple[int, int] | None:
    """Two neighbouring bands, maybe wrapping, each with a law of its own without a contradiction."""
    tallies = seen.counts(where, size, space.entry_of)
    total = tallies.sum(0)
    for first in range(size):
        run = np.zeros_like(total)
        length = 0
        while length < size - 1 and not _mixed(run + tallies[(first + length) % size]):
            run = run + tallies[(first + length) % size]
            length += 1
        if length and not _mixed(total - run):
            return (first, (first + length - 1) % size)
    return None


def _span(places: np.ndarray, size: int) -> tuple[int, int]:
    """The shortest stretch of a circle that holds all places: the complement of the widest gap."""
    if not places.size:
        return 0, 0
    gaps = np.diff(np.append(places, places[0] + size))
    widest = int(gaps.argmax())
    return int(places[(widest + 1) % places.size]), int(places[widest])


def _length(span: tuple[int, int], size: int) -> int:
    return (span[1] - span[0]) % size + 1


def _within(places: np.ndarray, span: tuple[int, int]) -> np.ndarray:
    first, last = span
    return (places >= first) & (places <= last) if first <= last else (places >= first) | (places <= last)


def _inside(box: tuple[int, int, int, int], shape: Sequence[int]) -> np.ndarray:
    """Which cells of a board lie in a box, bool (rows, cols)."""
    rows, cols = np.arange(shape[0]), np.arange(shape[1])
    result: np.ndarray = _within(rows, box[:2])[:, None] & _within(cols, box[2:])[None]
    return result


def _lines(name: str, span: tuple[int, int], size: int) -> str:
    first, last = span
    if _length(span, size) == size:
        return ""
    return f"{name} {first}" if first == last else f"{name}s {first} to {last}"


# -- parities ---------------------------------------------------------------------------------------------------------


def _parities(recordings: Sequence[Trajectory], seen: Transitions, space: RuleSpace) -> Iterator[Fault]:
    """Block automata: a cell's outcome depends on its place in a 2 x 2 block and on that block; the grid may move every step."""
    if seen.shape[0] == 1 or seen.window.max(initial=0) >= WINDOWS:
        return  # a line has no blocks, and cells that age move in none
    labels = 4 * (seen.row % 2) + 2 * (seen.col % 2) + seen.frame % 2
    for moves, words in ((1, "row, column and time"), (0, "row and column")):
        for down in (0, 1):
            for right in (0, 1):
                low = (seen.row + moves * seen.frame + down) % 2
                late = (seen.col + moves * seen.frame + right) % 2
                context = _block(seen.window, low, late) + 16 * (2 * low + late)
                visits = np.bincount(context, minlength=64)
                alive = np.bincount(context[seen.alive], minlength=64)
                if not ((alive > 0) & (alive < visits)).any():
                    gain = seen.log_e_of(visits, alive) - np.log(8)
                    where = f"whether {words} are even, as in a block (Margolus) automaton"
                    yield Fault("blocks", where, gain, labels, 8)
                    return


def _block(window: np.ndarray, low: np.ndarray, late: np.ndarray) -> np.ndarray:
    """The four cells of the block in which the centre of a window lies in row ``low`` and column ``late``, as a number."""
    top, left = 1 - low, 1 - late
    cells = [window >> (8 - 3 * (top + row) - (left + col)) & 1 for row in (0, 1) for col in (0, 1)]
    result: np.ndarray = 8 * cells[0] + 4 * cells[1] + 2 * cells[2] + cells[3]
    return result


def _mixed(tally: np.ndarray) -> bool:
    """Whether an entry gave both outcomes; ``tally`` has the shape (2, entries)."""
    return bool(((tally[1] > 0) & (tally[1] < tally[0])).any())


def _strength(fault: Fault) -> float:
    return fault.log_e

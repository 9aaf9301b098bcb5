"""Recordings that show something else than the states: another reading of them leaves no contradiction.

    inverted   Golly shows every odd generation of a rule with B0 and without S8 inverted, so that empty space stays dark; or a picture's
               colours were exchanged in some of the frames
    axes       an array with rows, columns and times where times, rows and columns were expected; boards written flat, taken for a line
    large      every cell drawn as k x k equal ones
    order      frames in reverse, sorted by names ("10" before "2"), or mixed up
    turned     frames turned or mirrored against each other
    moved      a camera that follows, or a board shifted between frames

All are told by the same e-value as larger laws: betting on the table of the other reading pays,

    e = prod_windows B(k + 1, n - k + 1) / max_theta prod_windows theta^k (1 - theta)^(n - k),

numerator over the other reading, denominator over the given one [wasserman2020], divided by the number of readings that were tried: 2, 49 or
one a frame still left, for every step. Frames are put right one after the other: a reading of the next frame that contradicts
what was seen so far is given up at once, and so few are left at every step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, TypeVar

import numpy as np
from scipy.special import betaln, gammaln

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import CUTOUT, WindowCounts, contradicted, count_windows, log_best
from evolaw.discovery.spine.e_values import LEVEL, p_value
from evolaw.discovery.spine.evidence import Check
from evolaw.trajectory import Trajectory

__all__ = ["Display", "check_axes", "find_display", "find_order", "undo_inversion"]

_ORDERS = {(1, 2, 0): "cols, times, rows", (2, 0, 1): "rows, cols, times"}
"""Orders of axes that are tried: how the given ones are rearranged, and what they then were."""

_SIDE, _FRAMES = 64, 40
"""Other readings are looked for on so large a part of the boards, and over so many frames of a recording."""
_SHUFFLED = 24
"""So many frames are put in order at most."""
_FAR = 6
"""Cells by which a frame may have moved."""
_TRIES = 60
"""Readings tried a step, on average, before none is thought to fit; of moves twice as many as there are."""

_Move = tuple[int, int]
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Display:
    """Another reading under which nothing contradicts itself.

    Attributes:
        says: what was done to the frames, and how to undo it.
        log_e: log e-value against every law of the recording as it stands.
        counts: the windows of the other reading.
    """

    says: str
    log_e: float
    counts: WindowCounts


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
    log_e = _log_e(count_windows(upright), counts, space, np.log(2))
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
    if space.is_line:
        return _check_line(recordings, counts, space)
    for order, names in _ORDERS.items():
        turned = [_turned(recording, order) for recording in recordings]
        if min(min(recording.values.shape) for recording in turned) < 3:
            continue
        log_e = _log_e(count_windows(turned), counts, space, np.log(len(_ORDERS)))
        if log_e is not None:
            frames, rows, cols = recordings[0].values.shape
            right = turned[0].values.shape
            says = (
                f"Read as {frames} frames of {rows} x {cols} cells the recording contradicts itself everywhere; with its axes read as "
                f"{names}, {right[0]} frames of {right[1]} x {right[2]}, nothing inside the boards does. Put times first."
            )
            return Check("axes", False, p_value(log_e), says)
    return None


def _check_line(recordings: Sequence[Trajectory], counts: WindowCounts, space: RuleSpace) -> Check | None:
    """The same for a line, whose times may run along the rows, or whose cells may be boards written flat."""
    if min(recording.values.shape[0] for recording in recordings) < 3:
        return _check_flat(recordings, counts)
    log_e = _log_e(count_windows([_turned(recording, (2, 1, 0)) for recording in recordings]), counts, space, 0.0)
    if log_e is None:
        return _check_flat(recordings, counts)
    frames, _, cells = recordings[0].values.shape
    says = (
        f"Read as {frames} frames of a line of {cells} cells the recording contradicts itself; with its axes exchanged, {cells} frames of "
        f"{frames} cells, nothing inside the line does. Put times first."
    )
    return Check("axes", False, p_value(log_e), says)


def _check_flat(recordings: Sequence[Trajectory], counts: WindowCounts) -> Check | None:
    """Boards whose rows were written one after the other, as `ravel` and `savetxt` do: the squarest boards first."""
    cells = recordings[0].values.shape[2]
    heights = [rows for rows in range(math.isqrt(cells), 2, -1) if cells % rows == 0]
    shapes = [shape for rows in heights for shape in sorted({(rows, cells // rows), (cells // rows, rows)})]
    if any(recording.values.shape[2] != cells for recording in recordings):
        return None
    isotropic = RuleSpace.named("isotropic")
    for rows, cols in shapes:
        boards = [
            replace(recording, values=recording.values.reshape(-1, rows, cols), boundary=CUTOUT)
            for recording in recordings
        ]
        log_e = _log_e(count_windows(boards), counts, isotropic, float(np.log(len(shapes))))
        if log_e is not None:
            frames = len(recordings[0])
            says = (
                f"Read as {frames} frames of a line of {cells} cells the recording contradicts itself; as boards of {rows} x {cols} "
                f"written flat, row after row, nothing inside the boards does. Give them their shape, in Python values.reshape(-1, {rows}, {cols})."
            )
            return Check("axes", False, p_value(log_e), says)
    return None


def find_order(recordings: Sequence[Trajectory], space: RuleSpace) -> Display | None:
    """Return the opposite order of frames, or that of their numbers, if nothing contradicts itself in it; arguments as of `find_display`."""
    return _find((_sorted,), recordings, space)


def find_display(recordings: Sequence[Trajectory], space: RuleSpace) -> Display | None:
    """Return another reading of the frames under which nothing contradicts itself: drawn large, mixed up, inverted or moved; else None.

    Args:
        recordings: clean recordings of consecutive generations that contradict themselves.
        space: rule space.

    Notes:
        Cost: some hundred passes over two frames of 64 x 64 cells.
    """
    two = () if space.ages else (_upright,)  # what is exchanged are two states
    return _find((_large, _mixed_up, *two, _turned_round, _moved), recordings, space)


_Reading = tuple[str, WindowCounts, float]
"""What was done to the frames, the windows of the other reading, and the logarithm of the number of readings."""


_Reader = Callable[[Sequence[Trajectory], Sequence[Trajectory], RuleSpace], _Reading | None]


def _find(readers: Iterable[_Reader], recordings: Sequence[Trajectory], space: RuleSpace) -> Display | None:
    """The first reading on whose table betting pays; frames are put in order, or moved, within one recording only."""
    parts = [_part(recording) for recording in recordings]
    given = count_windows(parts)
    for read in readers if len(parts) == 1 and len(parts[0]) > 2 else (_large,):
        found = read(parts, recordings, space)
        log_e = None if found is None else _log_e(found[1], given, space, found[2])
        if found is not None and log_e is not None:
            return Display(found[0], log_e, found[1])
    return None


def _part(recording: Trajectory) -> Trajectory:
    """The middle of the first frames, a cut-out where it is not the whole board."""
    values = recording.values[:_FRAMES]
    at = [slice(max(0, (size - _SIDE) // 2), max(0, (size - _SIDE) // 2) + _SIDE) for size in values.shape[1:]]
    cut = values[:, at[0], at[1]]
    boundary = recording.boundary if cut.shape == values.shape else CUTOUT
    return replace(recording, values=cut, times=np.arange(len(cut)), boundary=boundary)


def _large(parts: Sequence[Trajectory], whole: Sequence[Trajectory], space: RuleSpace) -> _Reading | None:
    """Every cell drawn as k x k equal ones."""
    smallest = min(min(recording.values.shape[1:]) for recording in whole)
    for side in range(smallest // 3, 1, -1):
        looks = (slice(1), slice(None))  # the first frame refutes most
        if all(_is_large(recording.values[look], side) for look in looks for recording in whole):
            small = [recording.values[:, ::side, ::side] for recording in whole]
            counts = count_windows([replace(each, values=values) for each, values in zip(whole, small, strict=True)])
            says = f"Every cell is drawn as {side} x {side} equal ones. Keep one of each, in Python values[:, ::{side}, ::{side}]"
            # The large cells tell the small ones without remainder: both readings foretell the same frames, not each its own share.
            more = float(counts.visits.sum()) - float(count_windows(parts).visits.sum())
            return says, counts, float(np.log(smallest) + more * np.log(2))
    return None


def _is_large(values: np.ndarray, side: int) -> bool:
    """Whether frames consist of squares of equal cells."""
    if values.shape[1] % side or values.shape[2] % side:
        return False
    return np.array_equal(values[:, ::side, ::side].repeat(side, 1).repeat(side, 2), values)


def _sorted(parts: Sequence[Trajectory], whole: Sequence[Trajectory], space: RuleSpace) -> _Reading | None:
    """Frames of one recording in the opposite order, or sorted by names."""
    first = whole[0]
    named = np.argsort(sorted(range(len(first)), key=str))
    for order, says in (
        (np.arange(len(first))[::-1], "The frames are in the opposite order. Turn it round, in Python values[::-1]"),
        (named, "The frames were sorted by name, 10 before 2. Sort them by number"),
    ):
        counts = count_windows([_part(replace(first, values=first.values[order], times=np.arange(len(first))))])
        if _is_sound(counts, space):
            return says, counts, float(np.log(2))
    return None


def _mixed_up(parts: Sequence[Trajectory], whole: Sequence[Trajectory], space: RuleSpace) -> _Reading | None:
    """Frames of one recording in any order."""
    part, count = parts[0], len(parts[0])
    if count > _SHUFFLED or len(whole[0]) > count:
        return None
    pairs = {
        (i, j): counts
        for i, j in product(range(count), repeat=2)
        if i != j and _is_sound(counts := _pair(part, part.values[i], part.values[j]), space)
    }
    if len({i for i, _ in pairs}) < count - 1:
        return None

    def nexts(chosen: tuple[int, ...]) -> Iterable[tuple[int, WindowCounts | None]]:
        if not chosen:
            return ((i, None) for i in range(count))
        return ((j, pairs[chosen[-1], j]) for j in range(count) if j not in chosen and (chosen[-1], j) in pairs)

    found = _chain(count, nexts, space)
    if found is None:
        return None
    order = ", ".join(map(str, found[0]))
    says = f"The frames are mixed up. Put them in this order, counted from 0: {order}"
    return says, found[1], float(gammaln(count + 1))


def _upright(parts: Sequence[Trajectory], whole: Sequence[Trajectory], space: RuleSpace) -> _Reading | None:
    """Dead and alive exchanged in some of the frames; as the first frame is, so are the others put."""
    part = parts[0]
    both = (part.values, np.where(part.values == MISSING, MISSING, 1 - part.values).astype(np.uint8))

    def nexts(chosen: tuple[int, ...]) -> Iterable[tuple[int, WindowCounts | None]]:
        if not chosen:
            return [(0, None)]
        at, last = len(chosen), chosen[-1]
        return ((turn, _pair(part, both[last][at - 1], both[turn][at])) for turn in (0, 1))

    found = _chain(len(part), nexts, space)
    if found is None:
        return None
    turned = [place for place, turn in enumerate(found[0]) if turn]
    says = f"Against the first frame, dead and alive are exchanged in frames {_listed(turned)}. Exchange them back"
    return says, found[1], len(part) * float(np.log(2))


def _turned_round(parts: Sequence[Trajectory], whole: Sequence[Trajectory], space: RuleSpace) -> _Reading | None:
    """Frames turned or mirrored; all are put as the first is."""
    if parts[0].values.shape[1] == 1:
        return None
    part = parts[0]
    square = part.values.shape[1] == part.values.shape[2]
    ways = [(turn, flip) for turn in range(4) for flip in (0, 1) if square or turn % 2 == 0]
    put = {(turn, flip): np.rot90(part.values, turn, (1, 2))[:, :, :: 1 - 2 * flip] for turn, flip in ways}

    def nexts(chosen: tuple[_Move, ...]) -> Iterable[tuple[_Move, WindowCounts | None]]:
        if not chosen:
            return [((0, 0), None)]
        at, last = len(chosen), chosen[-1]
        likely = [last, *(way for way in ways if way != last)]
        return ((way, _pair(part, put[last][at - 1], put[way][at])) for way in likely)

    found = _chain(len(part), nexts, space)
    if found is None:
        return None
    odd = [place for place, way in enumerate(found[0]) if way != (0, 0)]
    says = f"Against the first frame, frames {_listed(odd)} are turned or mirrored. Turn them back"
    return says, found[1], len(part) * float(np.log(len(ways)))


def _moved(parts: Sequence[Trajectory], whole: Sequence[Trajectory], space: RuleSpace) -> _Reading | None:
    """Everything moved between frames: a camera that follows, or boards shifted against each other."""
    part = replace(parts[0], boundary=CUTOUT)
    down, right = (min(_FAR, (size - 1) // 3) for size in part.values.shape[1:])
    moves = sorted(
        product(range(-down, down + 1), range(-right, right + 1)), key=lambda move: move[0] ** 2 + move[1] ** 2
    )

    def nexts(chosen: tuple[_Move, ...]) -> Iterable[tuple[_Move, WindowCounts | None]]:
        if not chosen:
            return [((0, 0), None)]
        at, last = len(chosen), chosen[-1]
        likely = [last, *(move for move in moves if move != last)]
        return ((move, _pair(part, part.values[at - 1], _back(part.values[at], move))) for move in likely)

    found = _chain(len(part), nexts, space, 2 * len(moves))
    if found is None:
        return None
    steps = found[0][1:]
    if len(set(steps)) == 1:
        how = f"From frame to frame everything moves by {_way(steps[0])}, as before a camera that follows"
    else:
        told = [f"{place} to {place + 1} by {_way(move)}" for place, move in enumerate(steps) if move != (0, 0)]
        how = f"The frames are shifted against each other: {', '.join(told[:6])}{' and more' if len(told) > 6 else ''}"
    return f"{how}. Shift them back", found[1], len(steps) * float(np.log(len(moves)))


def _listed(places: Sequence[int]) -> str:
    return ", ".join(map(str, places[:12])) + (" and more" if len(places) > 12 else "")


def _way(move: _Move) -> str:
    """A move in words."""
    down, right = move
    words = [f"{abs(down)} {'down' if down > 0 else 'up'}"] if down else []
    words += [f"{abs(right)} {'right' if right > 0 else 'left'}"] if right else []
    return " and ".join(words) or "nothing"


def _back(frame: np.ndarray, move: _Move) -> np.ndarray:
    """A frame moved back; what comes in over the edge is missing."""
    shifted = np.full_like(frame, MISSING)
    to, of = zip(
        *(
            (slice(max(0, -by), size - max(0, by)), slice(max(0, by), size - max(0, -by)))
            for by, size in zip(move, frame.shape, strict=True)
        ),
        strict=True,
    )
    shifted[to] = frame[of]
    return shifted


def _pair(recording: Trajectory, before: np.ndarray, after: np.ndarray) -> WindowCounts:
    return count_windows([replace(recording, values=np.stack([before, after]), times=np.arange(2))])


def _is_sound(counts: WindowCounts, space: RuleSpace) -> bool:
    return not contradicted(counts.pool(space), space).any()


def _chain(
    length: int,
    nexts: Callable[[tuple[_T, ...]], Iterable[tuple[_T, WindowCounts | None]]],
    space: RuleSpace,
    each: int = _TRIES,
) -> tuple[tuple[_T, ...], WindowCounts] | None:
    """The first row of readings, one a frame, under which nothing contradicts itself, and its windows; None where none is soon found."""
    tries = each * length
    nothing = WindowCounts(*np.zeros((2, space.entry_of.size), np.int64))
    open_: list[tuple[Any, tuple[_T, ...], WindowCounts]] = [(iter(nexts(())), (), nothing)]
    while open_ and tries:
        rest, chosen, counts = open_[-1]
        for choice, more in rest:
            tries -= 1
            joined = counts if more is None else counts + more
            if _is_sound(joined, space):
                if len(chosen) + 1 == length:
                    return (*chosen, choice), joined
                row = (*chosen, choice)
                open_.append((iter(nexts(row)), row, joined))
                break
            if not tries:
                break
        else:
            open_.pop()
    return None


def _inverted(recording: Trajectory) -> Trajectory:
    values = recording.values.copy()
    odd = np.round(recording.times).astype(np.int64) % 2 == 1
    values[odd] = np.where(values[odd] == MISSING, MISSING, 1 - values[odd])
    return replace(recording, values=values)


def _turned(recording: Trajectory, order: tuple[int, int, int]) -> Trajectory:
    values = recording.values.transpose(order)
    return replace(recording, values=values, times=np.arange(len(values)), boundary=CUTOUT)


def _log_e(other: WindowCounts, given: WindowCounts, space: RuleSpace, candidates: float) -> float | None:
    """The log e-value of another reading without contradictions; None where it has some, or where betting on it does not pay.

    ``candidates`` is the logarithm of the number of readings that were tried.
    """
    table = other.pool(space)
    if contradicted(table, space).any():
        return None
    if (
        space.ages and contradicted(given, space)[-1]
    ):  # no law at all, with chance or without, foretells what the cycle forbids
        given = WindowCounts(given.visits[:-1], given.alive[:-1])
    seen = table.visits > 0
    bets = betaln(table.alive[seen] + 1.0, table.visits[seen] - table.alive[seen] + 1.0)
    # The readings may hold different numbers of outcomes: each is judged by what it gains over coins.
    gain = float(bets.sum()) + float(other.visits.sum()) * np.log(2)
    log_e = gain - (log_best(given) + float(given.visits.sum()) * np.log(2)) - candidates
    return log_e if log_e > -np.log(LEVEL) else None

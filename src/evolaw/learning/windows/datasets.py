"""From trajectories to what a network learns from, and how much of the law that shows.

A network whose reach is one 3x3 window is a function of 512 windows. A batch of boards enters its loss only through

    visits[w] = number of cells whose window was w,    births[w] = how many of them were alive one step later

so a batch *is* that pair of histograms: nothing is lost, and a step costs 512 evaluations however many cells it saw. Wider
networks and skipped generations need the boards themselves; `BoardPairs` keeps them.

Successive frames of one board are near-duplicates, so every split is by board, never by frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, display
from evolaw.arrays import MISSING, read_only
from evolaw.automata import evolution, stepping
from evolaw.automata.rules.rule import Rule, entries
from evolaw.errors import ArgumentError
from evolaw.randomness import Source, source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = [
    "BoardPairs",
    "WindowPairs",
    "biased_recording",
    "board_pairs",
    "random_recordings",
    "training_batches",
    "window_cells",
    "window_pairs",
]

WINDOWS = 512
_CELLS_AT_ONCE = 2**22
_CELL_BITS = (1 << np.arange(8, -1, -1)).astype(np.int64)


@dataclass(frozen=True, eq=False)
class WindowPairs:
    """What was seen of each window, one item a pair of successive frames.

    Attributes:
        visits: cells seen with each window, shape (items, 512).
        births: how many of them were alive one step later, shape (items, 512).
        boards: the board each item comes from, shape (items,).
    """

    visits: np.ndarray
    births: np.ndarray
    boards: np.ndarray

    def __post_init__(self) -> None:
        for name in ("visits", "births"):
            object.__setattr__(self, name, read_only(checks.shape(getattr(self, name), name, ("items", WINDOWS))))
        object.__setattr__(self, "boards", read_only(checks.shape(self.boards, "boards", (len(self.visits),))))

    def __len__(self) -> int:
        return len(self.visits)

    @property
    def contradictions(self) -> np.ndarray:
        """The windows that were followed by both states, most visited first."""
        total, alive = self.visits.sum(0), self.births.sum(0)
        found = np.flatnonzero((alive > 0) & (alive < total))
        return found[np.argsort(-total[found], kind="stable")]

    def require_one_outcome(self) -> None:
        """Refuse a recording in which one window was followed by both states: no rule of 3x3 windows does that."""
        found = self.contradictions
        if found.size:
            window, total, alive = int(found[0]), self.visits.sum(0), self.births.sum(0)
            more = f", and {found.size - 1} more windows were followed by both" if found.size > 1 else ""
            raise ArgumentError(
                f"The recording contradicts itself: of the cells with window {window:09b}, {alive[window]} were alive one step "
                f"later and {total[window] - alive[window]} dead{more}. No certain law of 3x3 windows does this, so none can "
                f"be learned: cells were misread, generations skipped, the neighbourhood is larger, or chance is part of the "
                f"law. `evolaw discover` says which; pass chance=True (--chance) to learn probabilities."
            )

    def coverage(self, space: str = "isotropic") -> dict[str, int]:
        """Return the visits of every entry of a space, by entry name."""
        total = self.visits.sum(0)
        return {name: int(total[windows].sum()) for name, windows in entries(space).items()}

    def split(self, share: float, *, rng: Any) -> tuple[WindowPairs, WindowPairs]:
        """Return (training, held out): whole boards, about ``share`` of them held out; at least one on each side."""
        share = checks.probability(share, "share")
        known = np.unique(self.boards)
        checks.require(
            len(known) > 1, "share", "leave boards on both sides", "one of a single board", "Record more boards."
        )
        order = source(rng).stream("split").generator().permutation(known)
        count = min(max(round(share * len(known)), 1), len(known) - 1)
        held = np.isin(self.boards, order[:count])
        return self._take(~held), self._take(held)

    def first(self, boards: int) -> WindowPairs:
        """Return the items of the first boards."""
        return self._take(np.isin(self.boards, np.unique(self.boards)[:boards]))

    def _take(self, chosen: np.ndarray) -> WindowPairs:
        return WindowPairs(self.visits[chosen], self.births[chosen], self.boards[chosen])

    def __repr__(self) -> str:
        seen = self.coverage("isotropic")
        facts = [
            ("pairs of frames", len(self)),
            ("boards", len(np.unique(self.boards))),
            ("windows seen", f"{int((self.visits.sum(0) > 0).sum())} of 512"),
            ("isotropic entries seen", f"{sum(count > 0 for count in seen.values())} of {len(seen)}"),
        ]
        return display.lines("WindowPairs", facts)


@dataclass(frozen=True, eq=False)
class BoardPairs:
    """Boards on a torus and what they became ``steps`` generations later.

    Attributes:
        windows: the window of every cell before, uint16, shape (items, rows, cols); the middle bit is the cell.
        after: the cells ``steps`` generations later, uint8, the same shape.
        steps: generations between.
        boards: the board each item comes from, shape (items,).
    """

    windows: np.ndarray
    after: np.ndarray
    steps: int
    boards: np.ndarray

    def __post_init__(self) -> None:
        for name in ("windows", "after", "boards"):
            object.__setattr__(self, name, read_only(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.windows)

    def __repr__(self) -> str:
        rows, cols = self.after.shape[1:]
        facts = [("pairs of frames", f"{len(self)} of {rows} x {cols}"), ("generations apart", self.steps)]
        return display.lines("BoardPairs", facts)


@told
def window_pairs(recordings: Trajectory | Sequence[Trajectory]) -> WindowPairs:
    """Count windows and what followed them in recordings of consecutive generations.

    Args:
        recordings: lattice trajectories, uint8, 255 = missing; windows with a missing cell, and missing outcomes, are
            left out. A board is a repetition of a recording.

    Raises:
        ArgumentError: nothing can be learned: no two consecutive generations, states that are not 0 and 1, or a
            recording in which nothing ever changes.

    Example:
        >>> from evolaw.automata import evolve
        >>> blinker = np.pad(np.ones((1, 3), np.uint8), 3)
        >>> window_pairs(evolve("B3/S23", blinker, 2)).visits.sum(1)
        array([63, 63])
    """
    stacks = _stacks(recordings)
    visits, births, boards, first = [], [], [], 0
    for stack in stacks:
        seen, alive = _count(*stack)
        visits.append(seen.reshape(-1, WINDOWS))
        births.append(alive.reshape(-1, WINDOWS))
        boards.append(np.repeat(np.arange(first, first + seen.shape[0]), seen.shape[1]))
        first += seen.shape[0]
    if not sum(map(len, visits)):
        gap = min(int(np.diff(times).min()) for _, times, _ in stacks)
        raise ArgumentError(
            f"No two frames are one generation apart, so no step was seen. Record consecutive generations, or learn through "
            f"the {gap} generations between the frames: board_pairs(…, steps={gap}), on the command line --steps {gap}."
        )
    _require_change(stacks)
    pairs = WindowPairs(np.concatenate(visits), np.concatenate(births), np.concatenate(boards))
    checks.require(bool(pairs.visits.any()), "recordings", "show a whole window", "missing cells in every window")
    return pairs


@told
def board_pairs(recordings: Trajectory | Sequence[Trajectory], steps: int = 1) -> BoardPairs:
    """Collect pairs of fully observed frames ``steps`` generations apart, of boards on a torus.

    Raises:
        ArgumentError: there is no such pair, boards are not on a torus or of different size, states are not 0 and 1, or
            nothing ever changes.
    """
    steps = checks.integer(steps, "steps", least=1)
    stacks = _stacks(recordings)
    windows: list[np.ndarray] = []
    after: list[np.ndarray] = []
    boards: list[int] = []
    first = 0
    for values, times, boundary in stacks:
        fits = boundary == "torus"
        checks.require(fits, "recordings", "be on a torus to be learned through skipped generations", boundary)
        when = {int(time): k for k, time in enumerate(times)}
        for k, later in ((k, when[time + steps]) for time, k in when.items() if time + steps in when):
            whole = np.flatnonzero(~(values[:, [k, later]] == MISSING).any((1, 2, 3)))
            windows.extend(stepping.windows(values[whole, k]))
            after.extend(values[whole, later])
            boards.extend(first + whole)
        first += len(values)
    if not windows:
        raise ArgumentError(
            f"No two complete frames are {steps} generations apart, so there is nothing to learn from. "
            f"Check `steps` against the times of the recording."
        )
    sizes = sorted({frame.shape for frame in after})
    checks.require(len(sizes) == 1, "recordings", "hold boards of one size", sizes)
    _require_change(stacks)
    return BoardPairs(np.stack(windows), np.stack(after), steps, np.array(boards))


@told
def random_recordings(
    rule: Rule | str, boards: int, *, size: int = 32, density: float = 0.38, steps: int = 1, rng: Any
) -> Trajectory:
    """Record a rule from random boards on a torus: axes ("boards", "times", "rows", "cols").

    Args:
        rule: the law.
        boards: number of independent boards.
        size: side of the torus.
        density: probability that a cell is alive at the start; 0.38 is near the critical density for learning Life.
        steps: generations to record.
        rng: seed or generator.

    References:
        springer2021, section 5.
    """
    stream = source(rng).stream("start")
    start = stream.chance(0, (checks.integer(boards, "boards", least=1), size, size), density).astype(np.uint8)
    return evolution.evolve(Rule(rule), start, steps, rng=rng)


@told
def biased_recording(
    rule: Rule | str,
    *,
    size: int = 64,
    density: float = 0.1,
    region: float = 1.0,
    pattern: Any = None,
    begin: int = 0,
    steps: int = 20,
    rng: Any,
) -> Trajectory:
    """Record one biased trajectory, the report's situation: few states, unevenly seen.

    Args:
        rule: the law.
        size: side of the torus.
        density: probability of life inside the region at generation 0.
        region: share of the side that is filled, a centred square; the rest starts dead.
        pattern: a small board put in the middle instead of a random start.
        begin: generations that pass unseen before the recording starts.
        steps: generations recorded.
        rng: seed or generator.
    """
    size, begin = checks.integer(size, "size", least=1), checks.integer(begin, "begin", least=0)
    board = np.zeros((size, size), np.uint8)
    if pattern is None:
        side = max(1, round(checks.probability(region, "region") * size))
        filled: np.ndarray = source(rng).stream("start").chance(0, (side, side), density).astype(np.uint8)
    else:
        filled = np.asarray(pattern, np.uint8)
    checks.require(max(filled.shape) <= size, "pattern", f"fit into {size} cells", filled.shape)
    row, col = ((size - length) // 2 for length in filled.shape)
    board[row : row + filled.shape[0], col : col + filled.shape[1]] = filled
    whole = evolution.evolve(Rule(rule), board, begin + steps, times=range(begin, begin + steps + 1), rng=rng)
    return Trajectory(whole.values, whole.times, whole.axes, whole.law, boundary=whole.boundary, seed=whole.seed)


def training_batches(pairs: WindowPairs, batches: int, epoch: int, rng: Source) -> tuple[np.ndarray, np.ndarray]:
    """Deal the items into batches, anew in each epoch: (visits, births), each of shape (batches, 512).

    Where there are fewer items than batches, they are dealt again from the first.
    """
    order = rng.stream(f"epoch {epoch}").generator().permutation(len(pairs))
    parts = np.array_split(np.resize(order, max(batches, len(pairs))), batches)
    return tuple(  # type: ignore[return-value]
        np.stack([table[part].sum(0) for part in parts]).astype(np.float32) for table in (pairs.visits, pairs.births)
    )


def window_cells() -> np.ndarray:
    """Return the nine cells of every window, north-west first, float32 of shape (512, 9)."""
    return ((np.arange(WINDOWS)[:, None] & _CELL_BITS) > 0).astype(np.float32)


def _stacks(recordings: Trajectory | Sequence[Trajectory]) -> list[tuple[np.ndarray, np.ndarray, str]]:
    """Each recording as (values of shape (boards, times, rows, cols), times, boundary), checked."""
    given = [recordings] if isinstance(recordings, Trajectory) else list(recordings)
    checks.require(len(given) > 0, "recordings", "hold at least one recording", "empty")
    for recording in given:
        fits = recording.axes[-3:] == ("times", "rows", "cols") and recording.values.dtype == np.uint8
        checks.require(fits, "recordings", "be lattices of bytes on axes (times, rows, cols)", recording.axes)
        odd = np.setdiff1d(recording.values, [0, 1, MISSING])
        fix = "Cells of more than two states that age are asked about with `evolaw discover`."
        checks.require(odd.size == 0, "recordings", f"hold states 0, 1 and {MISSING} (missing)", odd[:5].tolist(), fix)
        fix = "One frame shows no step; record more."
        checks.require(len(recording) > 1, "recordings", "show at least two frames", "one frame", fix)
    return [(each.values.reshape(-1, *each.values.shape[-3:]), each.times, each.boundary or "torus") for each in given]


def _count(values: np.ndarray, times: np.ndarray, boundary: str) -> tuple[np.ndarray, np.ndarray]:
    """Visits and births of every pair of successive generations, each of shape (boards, pairs, 512)."""
    pairs = np.flatnonzero(np.diff(times) == 1)
    counts = np.zeros((2, len(values), len(pairs), WINDOWS), np.int32)
    together = max(1, _CELLS_AT_ONCE // values[0].size)
    for first in range(0, len(values), together):
        before, after = (values[first : first + together, pairs + k] for k in (0, 1))
        windows = stepping.windows(np.where(before == MISSING, 0, before), boundary)
        unseen = after == MISSING
        if (before == MISSING).any():  # a window is unseen when it holds an unseen cell
            unseen |= stepping.windows((before == MISSING).astype(np.uint8), boundary) > 0
        address = np.arange(unseen.shape[0] * len(pairs)).reshape(*unseen.shape[:2], 1, 1) * WINDOWS + windows
        for table, chosen in zip(counts, (~unseen, ~unseen & (after == 1)), strict=True):
            part = table[first : first + together]
            part[...] = np.bincount(address[chosen], minlength=part.size).reshape(part.shape)
    return counts[0], counts[1]


def _require_change(stacks: list[tuple[np.ndarray, np.ndarray, str]]) -> None:
    """Refuse recordings that no other law than "everything stays as it is" is needed for."""
    for values, _, _ in stacks:
        before, after = values[:, :-1], values[:, 1:]
        if ((before != after) & (before != MISSING) & (after != MISSING)).any():
            return
    states = np.setdiff1d(np.concatenate([np.unique(values) for values, _, _ in stacks]), [MISSING]).tolist()
    if not states:
        raise ArgumentError("Every cell of the recording is missing, so there is nothing to learn from.")
    what = "every cell is dead" if states == [0] else "every cell is alive" if states == [1] else "no cell changes"
    raise ArgumentError(
        f"The recording is constant: {what}, so a network would only learn to copy cells. "
        f"Record a board on which something moves."
    )

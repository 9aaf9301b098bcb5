"""Is the neighbourhood larger than 3x3? Networks that see more are set against every law that sees 3x3 windows.

Networks that see 3x3, 5x5 and 7x7 cells, and one that also sees the frame before, foretell the recording portion by
portion, each portion before it is learned from (`learning.windows.receptive_fields`). The best table of 512 windows and probabilities is chosen in
hindsight, so

    e = [q_5x5 + q_7x7] / 2 / max_theta prod_windows theta^k (1 - theta)^(n - k)

is an e-value against "some law of 3x3 windows, with chance or without, drew each cell given the frame before": its expectation is
at most 1, whatever the networks do [wasserman2020]. A larger neighbourhood is claimed when e is above 1/0.01 and when the
wider view also outbids the frame before by that factor, because misread cells and laws with memory make the 3x3 table fail as
well. The second bar compares two learned predictions; it has no guarantee, and its false alarms were counted.

Which of the outer cells matter: those whose values, dealt anew among the cells, cost the network more than four standard errors
and 1 % of its gain. A network that sees only them must then keep 97 % of the gain; else their mirror images are added, else
all cells are named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from evolaw.arrays import MISSING
from evolaw.automata import stepping
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.discovery.lattices.model.rule_space import WINDOWS
from evolaw.discovery.lattices.model.window_counts import WindowCounts, edge_of, log_best, whole_windows
from evolaw.discovery.spine.e_values import LEVEL, worded_e
from evolaw.errors import MissingExtra
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["LEAST_CELLS", "Surroundings", "ask_networks", "examine", "worded_cells"]

LEAST_CELLS = 2000
"""Cells needed before networks are asked."""

_FARTHEST, _PAST = 3, 2
_NOW = [(down, right) for down in range(-_FARTHEST, _FARTHEST + 1) for right in range(-_FARTHEST, _FARTHEST + 1)]
_BEFORE = [(down, right) for down in range(-_PAST, _PAST + 1) for right in range(-_PAST, _PAST + 1)]
_KEPT, _CLEAR, _SMALLEST = 0.97, 4.0, 0.01
_TRIALS = 8192

Cell = tuple[int, int]
Answer = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Surroundings:
    """What the networks say of the neighbourhood.

    Attributes:
        reach: 1 where 3x3 windows suffice or nothing larger was proved, 2 for 5x5, 3 for 7x7.
        log_e: log e-value against every law of 3x3 windows.
        past_log_e: the same log e-value of the network that sees 3x3 cells and the frame before.
        over_past: log of the ratio of what the wider view and what the frame before foretold.
        gain: nats a cell that the wider view gains over the best 3x3 table.
        left: nats a cell that it still misses; 0 is a deterministic law fully learned.
        cells: outer cells (down, right) that suffice beside the 3x3 window; empty where ``reach`` is 1.
        repeated: contexts, a window with the values of those cells, that were seen more than once.
        mixed: how many of them gave both outcomes.
        tried: cells bet on.
    """

    reach: int
    log_e: float
    past_log_e: float
    over_past: float
    gain: float
    left: float
    tried: int
    cells: tuple[Cell, ...] = ()
    repeated: int = 0
    mixed: int = 0

    @property
    def remembers(self) -> bool:
        """Whether the frame before refutes the 3x3 table and outbids every view of one frame."""
        return self.past_log_e > -np.log(LEVEL) and self.over_past < np.log(LEVEL)

    @property
    def says(self) -> str:
        """The result in a sentence or two."""
        counted = f"{self.tried:,} cells, each foretold before it was learned from"
        if self.reach == 1:
            return f"Networks that see 5 x 5 and 7 x 7 cells foretell no better than 3 x 3 windows ({counted})."
        side = 2 * self.reach + 1
        return (
            f"The neighbourhood is larger than 3 x 3: a network that sees {side} x {side} cells foretells the next frame with "
            f"{self.gain:.2g} nats a cell less than the best law of 3 x 3 windows, chance included, which is refuted at "
            f"e = {worded_e(self.log_e)} ({counted}). It needs {worded_cells(self.cells, self.reach)} beside the window; of "
            f"{self.repeated:,} such surroundings that were seen more than once {self.mixed:,} had both outcomes."
        )


@dataclass(frozen=True, eq=False)
class _Seen:
    features: np.ndarray
    windows: np.ndarray
    alive: np.ndarray


def examine(recordings: Sequence[Trajectory], rng: Source) -> Surroundings | None:
    """Ask networks whether cells beyond the 3x3 window matter.

    Args:
        recordings: trajectories of consecutive generations, one board each; missing cells are allowed.
        rng: seed of the networks.

    Returns:
        None where fewer than `LEAST_CELLS` cells have a whole window and a seen outcome.

    Raises:
        MissingExtra: the packages of the extra ``learn`` are not installed.

    Notes:
        At most 2^16 cells are used, evenly chosen, so that the time does not grow with the recording: about two seconds on
        one core, five where a larger neighbourhood is found, and as much again to compile.
    """
    from evolaw.learning.windows.receptive_fields import MOST_CELLS, bet

    seen = _look(recordings, MOST_CELLS, rng)
    if len(seen.alive) < LEAST_CELLS:
        return None
    sights = np.stack([_sight(1), _sight(2), _sight(3), _sight(1, _PAST)])
    bets = bet(seen.features, seen.windows, seen.alive, sights, rng)
    total = bets.log_chance.sum(1)
    best_table = log_best(_tally(seen, bets.first))
    log_e = float(np.logaddexp(total[1], total[2]) - np.log(2) - best_table)
    wide = 2 if total[1] + np.log(1 / LEVEL) > total[2] else 3
    past_log_e, over_past = float(total[3] - best_table), float(total[wide - 1] - total[3])
    tried = bets.log_chance.shape[1]
    gain, left = float(total[wide - 1] - best_table) / tried, float(-total[wide - 1]) / tried
    if log_e < -np.log(LEVEL) or over_past < -np.log(LEVEL):
        return Surroundings(1, log_e, past_log_e, over_past, gain, left, tried)
    costs = _costs(seen, bets.first, wide, lambda cells, odds: bets.answer(cells, odds)[wide - 1], bets.table, rng)
    worth = float(total[wide - 1] - total[0]) / tried
    single = [cell for cell, (mean, error) in costs.items() if mean > max(_CLEAR * error, _SMALLEST * worth)]
    mirrored = [cell for cell in costs if {_orbit(cell)} & {_orbit(other) for other in single}]
    choices = [single, mirrored, list(costs)]
    views = np.stack([_sight(1) | _only(cells) for cells in ([], *choices)])
    again = bet(seen.features, seen.windows, seen.alive, views, Source(rng.stream("fewer cells").key[0]))
    narrow, *totals = again.log_chance.sum(1)
    bar = narrow + _KEPT * (totals[-1] - narrow)
    cells = next(cells for cells, value in zip(choices, totals, strict=True) if value >= bar)
    return Surroundings(wide, log_e, past_log_e, over_past, gain, left, tried, tuple(cells), *_contexts(seen, cells))


def ask_networks(recordings: Sequence[Trajectory], rng: Source) -> Surroundings | str:
    """Return what `examine` finds, or the reason in words why networks could not be asked."""
    try:
        found = examine(recordings, rng)
    except MissingExtra as missing:
        return f"Not tested: {missing}"
    return found or f"Not tested: fewer than {LEAST_CELLS:,} cells and their windows were seen."


def worded_cells(cells: Sequence[Cell], reach: int) -> str:
    """Name outer cells: "all 16 outer cells", "the 4 cells 2 away along the rows and columns", or one by one.

    Example:
        >>> worded_cells([(-2, 0), (0, -2), (0, 2), (2, 0)], 2)
        'the 4 cells 2 away along rows and columns'
        >>> worded_cells([(-2, 1)], 2)
        'the cell 2 up and 1 right'
    """
    outer = [cell for cell in _NOW if 2 <= max(map(abs, cell)) <= reach]
    if set(cells) == set(outer):
        return f"all {len(outer)} outer cells"
    for far in range(2, reach + 1):
        for form, words in (
            ((0, far), f"{far} away along rows and columns"),
            ((far, far), f"{far} away along diagonals"),
        ):
            if set(cells) == {cell for cell in outer if _orbit(cell) == form}:
                return f"the {len(cells)} cells {words}"
    named = [
        " and ".join(filter(None, (_way(down, "down", "up"), _way(right, "right", "left")))) for down, right in cells
    ]
    shown = "; ".join(named[:8]) + (f"; and {len(named) - 8} more" if len(named) > 8 else "")
    return f"the cell {shown}" if len(named) == 1 else f"the {len(named)} cells {shown}"


def _way(distance: int, positive: str, negative: str) -> str:
    return f"{abs(distance)} {positive if distance > 0 else negative}" if distance else ""


def _orbit(cell: Cell) -> Cell:
    low, high = sorted(map(abs, cell))
    return low, high


def _sight(reach: int, past: int = -1) -> np.ndarray:
    now = [max(map(abs, cell)) <= reach for cell in _NOW]
    return np.array(now + [max(map(abs, cell)) <= past for cell in _BEFORE])


def _only(cells: Sequence[Cell]) -> np.ndarray:
    return np.array([cell in cells for cell in _NOW] + [False] * len(_BEFORE))


def _tally(seen: _Seen, first: int) -> WindowCounts:
    windows, alive = seen.windows[first:], seen.alive[first:]
    return WindowCounts(np.bincount(windows, minlength=WINDOWS), np.bincount(windows[alive], minlength=WINDOWS))


def _look(recordings: Sequence[Trajectory], most: int, rng: Source) -> _Seen:
    """Features, windows and outcomes of at most so many cells, in the order of time."""
    usable = [whole_windows(recording) for recording in recordings]
    total = sum(int(mask.sum()) for mask in usable)
    chance = rng.stream("cells").generator()
    chosen = np.sort(chance.choice(total, most, replace=False)) if total > most else np.arange(total)
    parts, start = [], 0
    for recording, mask in zip(recordings, usable, strict=True):
        places = np.flatnonzero(mask)
        mine = chosen[(chosen >= start) & (chosen < start + len(places))] - start
        start += len(places)
        parts.append(_features(recording, np.unravel_index(places[mine], mask.shape)))
    return _Seen(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _features(recording: Trajectory, places: tuple[np.ndarray, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, edge = recording.values, parse_boundary(edge_of(recording))
    coded = np.where(values == MISSING, 0, 2 * (values == 1).astype(np.int8) - 1).astype(np.int8)
    around = edge.extend(coded, _FARTHEST)
    frame, row, col = places
    now = [around[frame, row + _FARTHEST + down, col + _FARTHEST + right] for down, right in _NOW]
    older = np.maximum(frame - 1, 0)
    before = [
        np.where(frame > 0, around[older, row + _FARTHEST + down, col + _FARTHEST + right], 0)
        for down, right in _BEFORE
    ]
    windows = stepping.windows((values[:-1] == 1).astype(np.uint8), edge)[places]
    return np.stack([*now, *before], -1).astype(np.int8), windows.astype(np.int64), values[1:][places] == 1


def _contexts(seen: _Seen, cells: Sequence[Cell]) -> tuple[int, int]:
    """How many windows with these cells were seen more than once, and how many of those had both outcomes."""
    values = seen.features[:, [_NOW.index(cell) for cell in cells]]
    whole = (values != 0).all(1)
    numbers = (values[whole] > 0) @ (1 << np.arange(len(cells), dtype=np.int64))
    _, context, visits = np.unique(numbers * WINDOWS + seen.windows[whole], return_inverse=True, return_counts=True)
    alive = np.bincount(context[seen.alive[whole]], minlength=len(visits))
    return int((visits > 1).sum()), int(((alive > 0) & (alive < visits)).sum())


def _costs(
    seen: _Seen, first: int, reach: int, answer: Answer, table: np.ndarray, rng: Source
) -> dict[Cell, tuple[float, float]]:
    """Mean and standard error of the nats that each outer cell is worth to a network, its values dealt anew."""
    chance = rng.stream("dealt anew").generator()
    span = np.arange(first, len(seen.alive))
    trial = np.sort(chance.choice(span, min(_TRIALS, len(span)), replace=False))
    cells, alive, odds = seen.features[trial], seen.alive[trial], table[seen.windows[trial]]
    plain = _losses(answer(cells, odds), alive)
    costs = {}
    for cell in (cell for cell in _NOW if 2 <= max(map(abs, cell)) <= reach):
        place = _NOW.index(cell)
        dealt = cells.copy()
        dealt[:, place] = chance.permutation(cells[:, place])
        worse = _losses(answer(dealt, odds), alive) - plain
        costs[cell] = float(worse.mean()), float(worse.std() / np.sqrt(len(worse)))
    return costs


def _losses(logits: np.ndarray, alive: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, np.where(alive, -logits, logits))

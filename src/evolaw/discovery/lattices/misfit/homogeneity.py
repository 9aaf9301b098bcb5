"""Do coins keep their bias: over steps, over places, over parities? Asked before an entry is called probabilistic.

A law with chance gives an entry both outcomes, so no part of a recording contradicts another outright. But each entry has one
probability; a split of the recording under which the probabilities differ speaks against any one law with the e-value

    e = max over the splits of a family of  e(split) / number of splits,       family in steps, cuts, bands, rectangles, parities

where e(split) is `log_e_dependence`, combined over the entries. Under one law with chance each is an e-value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy.special import logsumexp

from evolaw.discovery.lattices.misfit.faults import Fault, box_of, cut_at, named_step
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.spine.e_values import combine, log_e_dependence
from evolaw.trajectory import Trajectory

__all__ = ["ageing_neighbours", "find_drift"]

_STRIPS, _PATCHES = 24, 8
_MOST_STEPS = 400
_GRIDS = 5
"""Partitions by parities that are tried."""


def find_drift(seen: Transitions, classes: np.ndarray) -> Fault | None:
    """Return the split under which probabilities differ most; None where the recording is too short to be split.

    Args:
        seen: transitions of clean recordings.
        classes: class of every window, shape (512,); windows of a class must have one probability.

    Notes:
        Cost: some thousand e-values of as many entries.
    """
    families = (_steps(seen, classes), _places(seen, classes), _parities(seen, classes))
    found = [fault for family in families for fault in family]
    best = max(found, key=lambda fault: fault.log_e, default=None)
    return None if best is None else replace(best, drifts=True)


def _steps(seen: Transitions, classes: np.ndarray) -> Iterator[Fault]:
    count = len(seen.origin)
    if not 2 <= count <= _MOST_STEPS:
        return
    tallies = seen.counts(seen.step, count, classes)
    total, before = tallies.sum(0), np.cumsum(tallies, 0)
    single = _splits(tallies, total)
    step = int(single.argmax())
    labels = (seen.step == step).astype(np.int64)
    yield Fault("step", named_step(seen, step), float(single[step] - np.log(count)), labels, 2, (step,))
    if count > 3:
        cuts = _splits(before[1 : count - 2], total)
        cut = int(cuts.argmax()) + 2
        yield cut_at(seen, cut, float(cuts.max() - np.log(count)))


def _places(seen: Transitions, classes: np.ndarray) -> Iterator[Fault]:
    rows, cols = seen.shape
    rim = ((seen.row % (rows - 1)) == 0) | ((seen.col % (cols - 1)) == 0) if min(rows, cols) > 2 else seen.row < 0
    yield Fault(
        "boundary", "windows that cross the edge", _e(seen, rim.astype(np.int64), 2, classes), rim.astype(np.int64)
    )
    strips = [np.linspace(0, size, min(_STRIPS, size) + 1).astype(int) for size in (rows, cols)]
    for axis, where in enumerate((seen.row, seen.col)):
        edges = strips[axis]
        if len(edges) < 4:
            continue
        tallies = seen.counts(np.searchsorted(edges, where, side="right") - 1, len(edges) - 1, classes)
        before = np.concatenate([np.zeros_like(tallies[:1]), np.cumsum(tallies, 0)])
        bands = [(a, b) for a in range(len(edges) - 1) for b in range(a + 1, len(edges)) if b - a < len(edges) - 1]
        each = _splits(np.array([before[b] - before[a] for a, b in bands]), before[-1])
        a, b = bands[int(each.argmax())]
        band = (int(edges[a]), int(edges[b]) - 1)
        box = (*band, 0, cols - 1) if axis == 0 else (0, rows - 1, *band)
        yield box_of(seen, box, float(each.max() - np.log(len(bands))))
    grid = [np.linspace(0, size, min(_PATCHES, size) + 1).astype(int) for size in (rows, cols)]
    high, wide = (len(each) - 1 for each in grid)
    row, col = (
        np.searchsorted(edge, at, side="right") - 1 for edge, at in zip(grid, (seen.row, seen.col), strict=True)
    )
    tallies = seen.counts(row * wide + col, high * wide, classes).reshape(high, wide, 2, -1)
    area = np.pad(tallies.cumsum(0).cumsum(1), ((1, 0), (1, 0), (0, 0), (0, 0)))
    boxes = [
        (a, b, c, d)
        for a in range(high)
        for b in range(a + 1, high + 1)
        for c in range(wide)
        for d in range(c + 1, wide + 1)
        if 2 * (b - a) * (d - c) <= high * wide
    ]
    if len(boxes) > 1:
        a, b, c, d = np.array(boxes).T
        each = _splits(area[b, d] - area[a, d] - area[b, c] + area[a, c], area[-1, -1])
        a, b, c, d = boxes[int(each.argmax())]
        box = (int(grid[0][a]), int(grid[0][b]) - 1, int(grid[1][c]), int(grid[1][d]) - 1)
        yield box_of(seen, box, float(each.max() - np.log(len(boxes))))


def _parities(seen: Transitions, classes: np.ndarray) -> Iterator[Fault]:
    if len(seen.origin) > 3:
        labels = seen.frame % 2
        yield Fault(
            "alternating", "steps of different parity: laws take turns", _e(seen, labels, 2, classes), labels, 2
        )
    row, col, time = seen.row % 2, seen.col % 2, seen.frame % 2
    for labels, parts, where in (
        (4 * row + 2 * col + time, 8, "whether row, column and time are even, as in a block automaton"),
        (row, 2, "whether the row is even, as where every second row of a hexagonal lattice is shifted"),
        (col, 2, "whether the column is even, as where every second column of a hexagonal lattice is shifted"),
        ((row + col) % 2, 2, "the square of a checkerboard, black or white, on which a cell lies"),
        ((row + col + time) % 2, 2, "the square of a checkerboard: black and white cells are updated in turn"),
    ):
        yield Fault("blocks", where, _e(seen, labels, parts, classes) - np.log(_GRIDS), labels, parts)


def ageing_neighbours(recordings: Sequence[Trajectory], seen: Transitions, classes: np.ndarray) -> float:
    """Return the log e-value against "neighbours that age do not matter": the feature is whether none, one or more do.

    Args:
        recordings: clean recordings of cells that age.
        seen: their transitions.
        classes: class of every window; windows of a class must have one probability.
    """
    around = np.zeros(seen.window.size, np.int64)
    for step, (owner, frame) in enumerate(seen.origin):
        ageing = (recordings[owner].values[frame] > 1).astype(np.int64)
        beside = sum(np.roll(ageing, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)) - ageing
        chosen = seen.step == step
        around[chosen] = beside[seen.row[chosen], seen.col[chosen]]
    return _e(seen, np.minimum(around, 2), 3, classes)


def _e(seen: Transitions, labels: np.ndarray, parts: int, classes: np.ndarray) -> float:
    counts = seen.counts(labels, parts, classes)
    testable = (counts[:, 0] > 0).sum(0) > 1
    return combine(log_e_dependence(counts[:, 0, testable].T, counts[:, 1, testable].T)) if testable.any() else 0.0


def _splits(parts: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The log e-values of parts against their rests, shape (splits,); tallies have the shapes (splits, 2, classes) and (2, classes).

    That of `e_values.combine`, over the classes seen on both sides of each split.
    """
    rest = total - parts
    both = (parts[:, 0] > 0) & (rest[:, 0] > 0)
    pairs = np.stack([parts, rest], -1)
    log_e = np.where(both, log_e_dependence(pairs[:, 0], pairs[:, 1]), -np.inf)
    many = np.where(both, np.logaddexp(0, log_e) - np.log(2), 0.0).sum(1)
    one = logsumexp(log_e, axis=1) - np.log(np.maximum(both.sum(1), 1))
    result: np.ndarray = np.where(both.any(1), np.logaddexp(one, many) - np.log(2), 0.0)
    return result

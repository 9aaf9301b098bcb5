"""Constraint propagation: what the seen cells force upon hidden cells and undecided entries of a deterministic law.

Cells and entries are variables with domain {0}, {1} or {0, 1}. Every cell and generation gives one constraint

    s_{t+1}(c) = theta_u,        u the entry of the window of c at time t

For each constraint the set S of windows that are still possible is a mask of 512 bits: windows that fit the known cells around
c, and whose entry can still give an outcome that s_{t+1}(c) can still have. An empty S is a contradiction. A cell that has one
value in all of S is forced, an outcome that no window of S gives is excluded, and an entry is forced when S lies inside it and
the outcome is known. These are repeated until nothing changes. Every conclusion is a proof: if the law is deterministic and in
the space, it holds. That not everything true is concluded is why `version_space` searches on.

References: mackworth1977 (arc consistency), elser2021 (rule and unseen states from gaps in time).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from evolaw.arrays import MISSING, read_only
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of, inner, is_cutout
from evolaw.trajectory import Trajectory

__all__ = ["OPEN", "Film", "Knowledge", "neighbour_cells", "propagate"]

OPEN = 2
"""Domain {0, 1} of a cell or an entry."""

_POWERS = 3 ** np.arange(8, -1, -1)
_CHUNK = 1 << 15


@dataclass(frozen=True, eq=False)
class Film:
    """The constraints of one recording.

    Attributes:
        neighbours: the nine cells of every window, north-west first, shape (cells, 9); -1 stands for the dead outside.
        users: the constraints in which a cell is an input, shape (cells, ...), padded with -1.
        frames: number of generations from the first frame to the last.
        caused: cells that follow the law from the cells seen, shape (caused,): all, but for the rim of a cut-out.
    """

    neighbours: np.ndarray
    users: np.ndarray
    frames: int
    caused: np.ndarray

    @classmethod
    def of(cls, recording: Trajectory) -> tuple[Film, np.ndarray]:
        """Return the constraints of a recording and its cells, every generation a frame, hidden ones `OPEN`.

        The cells have shape (frames, rows * cols + 1); the last column is the outside: dead, or unknown beyond a cut-out.
        """
        rows, cols = recording.values.shape[-2:]
        times = np.round(recording.times - recording.times[0]).astype(np.int64)
        cells = np.full((int(times[-1]) + 1, rows * cols + 1), OPEN, np.int8)
        seen = recording.values.reshape(len(times), -1)
        cells[times, :-1] = np.where(seen == MISSING, OPEN, seen)
        cells[:, -1] = OPEN if is_cutout(recording) else 0
        caused = np.arange(rows * cols).reshape(rows, cols)[inner(recording, 1)].ravel()
        neighbours, users = _geometry(rows, cols, edge_of(recording), caused.size)
        return cls(neighbours, users, len(cells), caused), cells


@dataclass(eq=False)
class Knowledge:
    """What is known so far: entry values and, for each recording, the cells of every generation.

    Attributes:
        theta: 0, 1 or `OPEN`, shape (entries,), int8.
        cells: one array (frames, cells + 1) of 0, 1 or `OPEN` a recording, int8.
    """

    theta: np.ndarray
    cells: list[np.ndarray]

    def copy(self) -> Knowledge:
        """Return an independent copy."""
        return Knowledge(self.theta.copy(), [cells.copy() for cells in self.cells])


def propagate(space: RuleSpace, films: list[Film], knowledge: Knowledge) -> bool:
    """Draw every conclusion of the constraints, in place.

    Args:
        space: rule space.
        films: constraints, one a recording.
        knowledge: what is known; it grows.

    Returns:
        Whether no contradiction was met; after one, ``knowledge`` is of no more use.

    Notes:
        Cost a round: 9 look-ups and about 30 operations on 8 words for each constraint that still has an open input; a
        later round looks only at constraints whose cells changed, or at all after a change of an entry.
    """
    settled = -1
    while settled != (settled := int((knowledge.theta != OPEN).sum())):
        for film, cells in zip(films, knowledge.cells, strict=True):
            if not _settle(space, film, cells, knowledge.theta):
                return False
    return True


def _settle(space: RuleSpace, film: Film, cells: np.ndarray, theta: np.ndarray) -> bool:
    """Propagate within one recording until nothing changes."""
    count = film.neighbours.shape[0]
    everything = (np.arange(film.frames - 1)[:, None] * count + film.caused).ravel()
    todo = everything
    while todo.size:
        before = theta.copy()
        changed: list[np.ndarray] = []
        for start in range(0, todo.size, _CHUNK):
            part = _round(space, film, cells, theta, todo[start : start + _CHUNK])
            if part is None:
                return False
            changed.append(part)
        if (theta != before).any():
            todo = everything
        else:
            todo = _touched(film, np.concatenate(changed))
    return True


def _touched(film: Film, places: np.ndarray) -> np.ndarray:
    """The constraints that look at the changed cells, in order; a place is frame * cells + cell."""
    count = film.neighbours.shape[0]
    looks = np.zeros((film.frames - 1) * count, bool)
    for start in range(0, places.size, _CHUNK):
        frame, cell = np.divmod(places[start : start + _CHUNK], count)
        users = film.users[cell]
        used = (users >= 0) & (frame < film.frames - 1)[:, None]
        looks[(frame[:, None] * count + users)[used]] = True
        as_outcome = frame > 0
        if film.caused.size < count:
            as_outcome &= np.isin(cell, film.caused)
        looks[((frame - 1) * count + cell)[as_outcome]] = True
    return np.flatnonzero(looks)


def _round(
    space: RuleSpace, film: Film, cells: np.ndarray, theta: np.ndarray, constraints: np.ndarray
) -> np.ndarray | None:
    """Draw the direct conclusions of some constraints; return the places of the changed cells, None if contradictory."""
    count = film.neighbours.shape[0]
    frame, cell = np.divmod(constraints, count)
    inputs = cells[frame[:, None], film.neighbours[cell]]
    outcome = cells[frame + 1, cell]
    is_open = (inputs == OPEN).any(1)
    direct = _direct(space, theta, inputs[~is_open], outcome[~is_open])
    if direct is None:
        return None
    # Constraints with open inputs: rows are (forced inputs, forced outcome), OPEN where nothing is forced.
    masked = _masked(space, theta, inputs[is_open], outcome[is_open])
    if masked is None:
        return None
    places = [((frame + 1) * count + cell)[~is_open]]
    values = [direct]
    around = film.neighbours[cell[is_open]]
    forced_inputs, forced_outcome = masked
    places += [(frame[is_open, None] * count + around).ravel(), ((frame + 1) * count + cell)[is_open]]
    values += [forced_inputs.ravel(), forced_outcome]
    return _write(cells, count, np.concatenate(places), np.concatenate(values))


def _direct(space: RuleSpace, theta: np.ndarray, inputs: np.ndarray, outcome: np.ndarray) -> np.ndarray | None:
    """Windows known whole: the outcome teaches the entry and the entry the outcome. Returns forced outcomes."""
    entry = space.entries_at(inputs)
    known = outcome != OPEN
    for value in (0, 1):
        taught = entry[known & (outcome == value)]
        if (theta[taught] == 1 - value).any():
            return None
        theta[taught] = value
    return np.where(known, OPEN, theta[entry]).astype(np.int8)


def _masked(
    space: RuleSpace, theta: np.ndarray, inputs: np.ndarray, outcome: np.ndarray
) -> tuple[np.ndarray, np.ndarray] | None:
    """Windows with open cells: the conclusions from the set S of possible windows."""
    masks = _masks(space.name)
    fitting = _fitting()[inputs.astype(np.int64) @ _POWERS]
    value_of = theta[space.entry_of]
    to_one, to_zero = fitting & _pack(value_of != 0), fitting & _pack(value_of != 1)
    possible = np.where((outcome == 1)[:, None], to_one, np.where((outcome == 0)[:, None], to_zero, fitting))
    if not possible.any(1).all():
        return None
    entry = space.entry_of[_first_bit(possible)]
    inside = (outcome != OPEN) & (theta[entry] == OPEN)
    inside[inside] = ~(possible[inside] & ~masks[entry[inside]]).any(1)
    for value in (0, 1):
        taught = entry[inside & (outcome == value)]
        if (theta[taught] == 1 - value).any():
            return None
        theta[taught] = value
    forced = np.full(inputs.shape, OPEN, np.int8)
    for i, mask in enumerate(_alive()):
        forced[~(possible & mask).any(1), i] = 0
        forced[~(possible & ~mask).any(1), i] = 1
    forced[inputs != OPEN] = OPEN
    free = outcome == OPEN
    forced_outcome = np.where(free & ~to_one.any(1), 0, np.where(free & ~to_zero.any(1), 1, OPEN))
    return forced, forced_outcome.astype(np.int8)


def _write(cells: np.ndarray, count: int, places: np.ndarray, values: np.ndarray) -> np.ndarray | None:
    """Set forced cells and return their places; None when two constraints force different values."""
    told = values != OPEN
    places, values = places[told], values[told]
    frame, cell = np.divmod(places, count)
    cells[frame, cell] = values
    return None if (cells[frame, cell] != values).any() else places


@cache
def _geometry(rows: int, cols: int, boundary: str, caused: int) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours and users; where fewer cells are caused than there are, windows that cross the edge are no constraints."""
    neighbours = neighbour_cells(rows, cols, boundary)
    whole = (neighbours >= 0).all(1) if caused < rows * cols else np.ones(rows * cols, bool)
    cell, constraint = neighbours[whole].ravel(), np.repeat(np.flatnonzero(whole), 9)
    order = np.argsort(cell, kind="stable")
    cell, constraint = cell[order], constraint[order]
    first = np.searchsorted(cell, np.arange(rows * cols))
    last = np.searchsorted(cell, np.arange(rows * cols), side="right")
    width = int((last - first).max())
    slots = first[:, None] + np.arange(width)
    users = np.where(slots < last[:, None], constraint[np.minimum(slots, cell.size - 1)], -1)
    return read_only(neighbours), read_only(users)


def neighbour_cells(rows: int, cols: int, boundary: str) -> np.ndarray:
    """Return the nine cells of every window, north-west first, shape (rows * cols, 9); -1 for the dead outside.

    Example:
        >>> neighbour_cells(3, 3, "plane")[0]
        array([-1, -1, -1, -1,  0,  1, -1,  3,  4])
    """
    numbered = parse_boundary(boundary).extend(np.arange(1, rows * cols + 1).reshape(rows, cols), 1) - 1
    shifted = [numbered[y : y + rows, x : x + cols] for y in range(3) for x in range(3)]
    return np.stack(shifted, axis=-1).reshape(-1, 9)


def _pack(windows: np.ndarray) -> np.ndarray:
    """Sets of windows, booleans (..., 512), as masks of 8 words."""
    return np.ascontiguousarray(np.packbits(windows, axis=-1, bitorder="little")).view(np.uint64)


def _first_bit(masks: np.ndarray) -> np.ndarray:
    """The lowest window in each mask, shape (n, 8) -> (n,); masks are not empty."""
    word = (masks != 0).argmax(1)
    bits = masks[np.arange(len(masks)), word]
    return word * 64 + np.bitwise_count((bits & (~bits + np.uint64(1))) - np.uint64(1)).astype(np.int64)


@cache
def _alive() -> np.ndarray:
    """For each of the nine cells the windows in which it is alive, shape (9, 8)."""
    windows = np.arange(WINDOWS)
    return read_only(_pack(np.stack([windows >> (8 - i) & 1 == 1 for i in range(9)])))


@cache
def _fitting() -> np.ndarray:
    """The windows that fit nine domains, for each base-3 number of the domains, shape (3**9, 8)."""
    codes = np.arange(3**9)
    masks = np.full((3**9, 8), ~np.uint64(0))
    for i, alive in enumerate(_alive()):
        digit = codes // _POWERS[i] % 3
        masks[digit == 1] &= alive
        masks[digit == 0] &= ~alive
    return read_only(masks)


@cache
def _masks(name: str) -> np.ndarray:
    """The windows of every entry of a space, shape (entries, 8)."""
    space = RuleSpace.named(name)
    return read_only(_pack(space.entry_of == np.arange(len(space))[:, None]))

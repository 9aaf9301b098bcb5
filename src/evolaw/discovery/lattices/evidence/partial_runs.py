"""Laws run on boards with missing cells, all at once, one bit a law: a hidden cell stays unknown only as long as a law needs it.

For every cell of a later generation two bits a law are kept: may it be alive (A), may it be dead (D)? One is 0 where every filling of
the unknown cells leads to one state. With P_j for "j of the neighbours may be alive", over the eight neighbours i,

    P_j <- (P_j and D_i) or (P_{j-1} and A_i),          A(c) = OR_j P_j and (D_c and B_j or A_c and S_j),     D(c) likewise of not B, not S

A law that leads to a known cell with the other state is refuted; that proves it, whatever was hidden. So more of a later frame can be
compared than where whole light cones were seen (`exhaustive`). Cells around which least is hidden come first: they refute most.

This looks at one cell of a later frame at a time, and forward only. The few laws that are left are tried to the end, one by one
(`still_consistent`): what a seen cell says of the hidden ones before it, through all frames at once (`constraints`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence.constraints import neighbour_cells, propagate
from evolaw.discovery.lattices.evidence.proofs import beginning
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import edge_of, is_cutout
from evolaw.trajectory import Trajectory

__all__ = ["still_consistent", "still_possible"]

_WORDS = 1 << 13
"""Words of one layer of a patch, to stay within the processor's caches."""
_MOST_WORDS = 1 << 27
"""Words of all layers that are computed at most, some ten seconds; what is compared later could only refute more."""
_ROUNDS = (0.0, 1 / 16, 1 / 4, 1.0)
"""Shares of the cells of a frame that are compared one after the other, those around which least is hidden first."""
_MOST_TRIED = 1 << 23
"""Cells of all laws together that are tried to the end, some twenty seconds."""
_NEIGHBOURS = (0, 1, 2, 3, 5, 6, 7, 8)
_ALL = ~np.uint64(0)


def still_possible(laws: np.ndarray, recordings: Sequence[Trajectory]) -> np.ndarray:
    """Return which outer-totalistic laws contradict no cell that they make known, bool of shape (laws,).

    Args:
        laws: entry values 0 and 1 in the order of the outer-totalistic space, shape (laws, 18).
        recordings: trajectories with axes ("times", "rows", "cols"), 255 where a cell is missing; gaps may differ.

    Notes:
        Cost: about 200 operations on laws / 64 words for a cell that is compared, nine times as many for each generation beyond two.

    Example:
        >>> film = Trajectory([[[0, 255, 0]] * 3, [[1, 1, 1]] * 3], [0, 1], ("times", "rows", "cols"), boundary="plane")
        >>> still_possible(np.stack([np.zeros(18, int), np.ones(18, int)]), [film])
        array([False,  True])
    """
    left, spent = np.arange(len(laws)), 0
    tables = _Tables(laws)
    for pair, cells in _in_turn(recordings):
        while cells.size and left.size and spent < _MOST_WORDS:
            size = max(1, _WORDS // tables.words)
            patch, cells = cells[:size], cells[size:]
            refuted, cost = pair.refuted(tables, patch)
            spent += cost
            sound = np.unpackbits(refuted.view(np.uint8), bitorder="little")[: left.size] == 0
            if not sound.all():
                left = left[sound]
                tables = _Tables(laws[left])
    possible = np.zeros(len(laws), bool)
    possible[left] = True
    return possible


def still_consistent(laws: np.ndarray, recordings: Sequence[Trajectory], space: RuleSpace) -> tuple[np.ndarray, bool]:
    """Return which laws let some course of the hidden cells through, as far as constraints tell, and whether that was looked into.

    Args:
        laws: entry values 0 and 1, shape (laws, entries). One law alone is not tried.
        recordings: as for `still_possible`.
        space: the space of the laws.

    Returns:
        Bool of shape (laws,); and whether every law left was tried on the whole of every recording, or all agree.

    Notes:
        Cost: some microseconds a cell and law. Of many laws or long recordings the first frames are tried, of the laws that this
        leaves more frames, as far as `_MOST_TRIED` cells go.
    """
    possible, tried, before = np.ones(len(laws), bool), 0, 0
    longest = max(len(item) for item in recordings)
    while (laws[possible] != laws[possible][:1]).any() and before < longest:
        cells = int(possible.sum()) * sum(item.values[0].size * int(np.diff(item.times).mean()) for item in recordings)
        frames = min((_MOST_TRIED - tried) // cells, longest)
        if frames < min(3, longest) or frames <= before:
            return possible, False
        parts = [replace(item, values=item.values[:frames], times=item.times[:frames]) for item in recordings]
        for number in np.flatnonzero(possible):
            films, knowledge = beginning(parts, space, laws[number].astype(np.float64))
            possible[number] = propagate(space, films, knowledge)
        tried, before = tried + frames * cells, frames
    return possible, True


class _Tables:
    """The entries of laws as bit vectors, and what a window with hidden cells may lead to under each."""

    def __init__(self, laws: np.ndarray) -> None:
        padded = np.pad(np.asarray(laws, np.uint8).T, ((0, 0), (0, -len(laws) % 64)))
        self.theta = np.ascontiguousarray(np.packbits(padded, axis=1, bitorder="little")).view(np.uint64)
        self.words = max(1, self.theta.shape[1])
        self._led: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def leads_to(self, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What windows of these kinds (`_kinds`) may lead to, alive and dead, each of shape (windows, words)."""
        used, place = np.unique(kinds, return_inverse=True)
        both = [self._led.setdefault(int(kind), self._of(int(kind))) for kind in used]
        alive, dead = (np.stack([each[which] for each in both]) for which in (0, 1))
        return alive[place.ravel()], dead[place.ravel()]

    def _of(self, kind: int) -> tuple[np.ndarray, np.ndarray]:
        if kind in self._led:
            return self._led[kind]
        centre, (least, hidden) = kind // 81, divmod(kind % 81, 9)
        states = (0, 1) if centre == 2 else (centre,)
        entries = self.theta[[9 * state + count for state in states for count in range(least, least + hidden + 1)]]
        return np.bitwise_or.reduce(entries, 0), np.bitwise_or.reduce(~entries, 0)


class _Pair:
    """A frame and the next, flattened, with what lies outside as last cell: dead, or hidden beyond a cut-out's edge."""

    def __init__(self, before: np.ndarray, after: np.ndarray, gap: int, around: np.ndarray, outside: int) -> None:
        self.after, self.gap, self.around, self.outside = after.ravel(), gap, around, outside
        cells = np.append(before.ravel(), np.uint8(outside))[around]
        hidden, near = cells == MISSING, list(_NEIGHBOURS)
        centre = np.where(hidden[:, 4], 2, cells[:, 4])
        alive = (cells[:, near] == 1).sum(1)
        self.kinds = 81 * centre.astype(np.int64) + 9 * alive + hidden[:, near].sum(1)
        around_hidden = hidden.sum(1)
        for _ in range(gap - 1):
            around_hidden = np.append(around_hidden, 9 if outside == MISSING else 0)[around].sum(1)
        seen = np.flatnonzero(self.after != MISSING)
        self.order = seen[np.argsort(around_hidden[seen], kind="stable")]

    def refuted(self, tables: _Tables, patch: np.ndarray) -> tuple[np.ndarray, int]:
        """The laws that lead a cell of the patch to the other state, one bit a law, and how many words that took."""
        layers = [patch]
        for _ in range(self.gap - 1):
            needed = np.unique(self.around[layers[-1]])
            layers.append(needed[needed >= 0])
        cells = layers.pop()
        cost = cells.size
        alive, dead = tables.leads_to(self.kinds[cells])
        rim = np.full((1, tables.words), _ALL if self.outside == MISSING else np.uint64(0))
        while layers:
            wanted = layers.pop()
            place = np.where(self.around[wanted] < 0, cells.size, np.searchsorted(cells, self.around[wanted]))
            alive, dead = _next(tables.theta, np.concatenate([alive, rim]), np.concatenate([dead, rim | _ALL]), place)
            cells = wanted
            cost += 8 * cells.size
        wrong = np.where(self.after[cells][:, None] == 1, ~alive, ~dead)
        refuted: np.ndarray = np.bitwise_or.reduce(wrong, axis=0)
        return refuted, cost * tables.words


def _in_turn(recordings: Sequence[Trajectory]) -> Iterator[tuple[_Pair, np.ndarray]]:
    """Each pair of frames with the cells to compare there, a round of all pairs for each share of `_ROUNDS`."""
    around = [neighbour_cells(item.values.shape[1], item.values.shape[2], edge_of(item)) for item in recordings]
    for first, last in pairwise(_ROUNDS):
        for item, cells in zip(recordings, around, strict=True):
            outside = MISSING if is_cutout(item) else 0
            gaps = np.diff(item.times).astype(int)
            for before, after, gap in zip(item.values[:-1], item.values[1:], gaps, strict=True):
                pair = _Pair(before, after, int(gap), cells, outside)
                start, stop = (int(share * pair.order.size) for share in (first, last))
                yield pair, np.sort(pair.order[start:stop])


def _next(theta: np.ndarray, alive: np.ndarray, dead: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What cells may be one generation later; ``place`` holds the rows of their nine cells in ``alive`` and ``dead``."""
    counts = [np.full((len(place), theta.shape[1]), _ALL)]
    for neighbour in _NEIGHBOURS:
        live, die = alive[place[:, neighbour]], dead[place[:, neighbour]]
        more = [counts[0] & die]
        more += [(here & die) | (below & live) for below, here in pairwise(counts)]
        counts = [*more, counts[-1] & live]
    lives, dies = alive[place[:, 4]], dead[place[:, 4]]
    led = []
    for entries in (theta, ~theta):
        born, stays = np.zeros_like(lives), np.zeros_like(lives)
        for count, possible in enumerate(counts):
            born |= possible & entries[count]
            stays |= possible & entries[9 + count]
        led.append((born & dies) | (stays & lives))
    return led[0], led[1]

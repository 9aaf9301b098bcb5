"""Functions of five cells made of one another: any function is two gates away once some twenty are there.

A function of five cells is a 32-bit table, bit 16 x_0 + 8 x_1 + ... + x_4; table and complement count as one function (a gate
takes either), and the one whose value for dead cells is 0 stands for both: the *normal* one. With N signals there are

    128 N (N - 1) (N - 2) / 6 gates of three signals, and
    f = gate(h, d, e)  exactly if  h = f ^ s  for one of 8 functions s of the signals d, e,

where classes of (d, e) on which f is constant are passed over. So whether f is two gates away is asked by looking up f ^ s, for
all d, e and s, among the functions that one gate makes: of 2^31 functions, 14 signals reach a hundredth, 30 nearly all.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from evolaw.automata.engine.netlists import Network

__all__ = ["Pool", "normal"]

_WHOLE = (1 << 32) - 1
_SLOT_BITS = 20
_NOTHING = 1  # no normal table is odd
_ASKED = 400_000  # functions looked up to choose one gate
_BATCHES = 24


def normal(table: int) -> int:
    """Return the table or its complement, whichever is 0 for dead cells."""
    return table ^ _WHOLE if table & 1 else table


class Pool:
    """Signals that are functions of five cells.

    Args:
        network: where gates are written.
        cells: signals of the five cells.
        chance: draws the gates that are thrown in.

    Attributes:
        signals: signal by normal table.
    """

    def __init__(self, network: Network, cells: tuple[int, ...], chance: np.random.Generator) -> None:
        self.network, self.chance = network, chance
        self.signals: dict[int, int] = {}
        self._triples = np.zeros((0, 3), np.int64)
        self._classes = np.zeros((0, 8), np.uint32)
        self._changes = np.zeros(1, np.uint32)
        self._made_by_one = _Lookup(_SLOT_BITS)
        for place, cell in enumerate(cells):
            self._hold(sum(1 << point for point in range(32) if point >> (4 - place) & 1), cell)

    def extend(self, wanted: np.ndarray) -> None:
        """Make one of the wanted normal tables by one or two gates, or else throw in the gate that brings most near."""
        near = np.flatnonzero(self._made_by_one.holds(wanted))
        if near.size:
            self._make(int(wanted[near[0]]))
            return
        inner = wanted[:, None] ^ self._changes
        found = np.flatnonzero(self._made_by_one.holds(inner))
        if not found.size:
            self._throw_in(wanted, inner)
            return
        found = self.chance.permutation(found)[: self._affordable(len(wanted))]
        which = found // len(self._changes)
        near = self._near_with(inner.ravel()[found], wanted)
        near[which, np.arange(len(found))] = False
        best = int(np.argmax(near.sum(axis=0)))
        self._make(int(inner.ravel()[found[best]]))
        self._make(int(wanted[which[best]]))

    def _affordable(self, wanted: int) -> int:
        """Of how many gates one step may ask what they bring near."""
        return max(8, _ASKED // (wanted * 5 * len(self.signals)))

    def _near_with(self, gates: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Whether a wanted table is two gates away if a gate is added whose signal is next to the last: (wanted, gates)."""
        held = np.array(list(self.signals), np.uint32)
        return np.asarray(self._made_by_one.holds(wanted[:, None, None] ^ _changes(gates, held)).any(axis=2))

    def _make(self, table: int) -> None:
        on = self._classes & np.uint32(table)
        choice = int(np.argmax(((on == 0) | (on == self._classes)).all(axis=1)))
        gate = sum(1 << value for value in range(8) if on[choice, value])
        held = list(self.signals.values())
        a, b, c = (held[i] for i in self._triples[choice])
        self._hold(table, self.network.gate(gate, a, b, c))

    def _hold(self, table: int, signal: int) -> None:
        held = np.array(list(self.signals), np.uint32)
        one = np.array([table], np.uint32)
        pairs = _pairs(len(held))
        classes = _classes(one[:, None], held[pairs[:, 0]], held[pairs[:, 1]])[0]
        self._made_by_one.add(_one_gate(classes))
        self._triples = np.concatenate([self._triples, np.insert(pairs, 0, len(held), axis=1)])
        self._classes = np.concatenate([self._classes, classes])
        self._changes = np.concatenate([self._changes, _changes(one, held)[0]])
        self.signals[table] = signal

    def _throw_in(self, wanted: np.ndarray, inner: np.ndarray) -> None:
        """Of gates drawn by chance, add the one after which most of the wanted tables are two gates away."""
        held = np.array(list(self.signals), np.uint32)
        possible = self._made_by_one.some(self.chance, 2000)
        possible = possible[~np.isin(possible, held) & (possible != 0)]
        drawn = possible[: self._affordable(len(wanted))]
        gained = self._near_with(drawn, wanted).sum(axis=0)
        if gained.any():
            self._make(int(drawn[np.argmax(gained)]))
            return
        needed = _Lookup(int(inner.size).bit_length() + 1)
        needed.add(inner)
        pairs = _pairs(len(held))
        batch = max(1, _ASKED // (128 * len(pairs)))
        for first in range(0, min(_BATCHES * batch, len(possible)), batch):
            drawn = possible[first : first + batch]
            classes = _classes(drawn[:, None], held[pairs[:, 0]], held[pairs[:, 1]])
            gained = needed.holds(_one_gate(classes)).any(axis=2).sum(axis=1)
            if gained.any():
                self._make(int(drawn[np.argmax(gained)]))
                return
        points = np.bitwise_count(possible[: _BATCHES * batch]).astype(np.int64)
        self._make(int(possible[np.argmin(np.abs(points - 16))]))


class _Lookup:
    """A set of normal tables that may forget some: one table a slot."""

    def __init__(self, bits: int) -> None:
        self.shift = np.uint32(32 - bits)
        self.slots = np.full(1 << bits, _NOTHING, np.uint32)

    def place(self, tables: np.ndarray) -> np.ndarray:
        return (tables * np.uint32(0x9E3779B1)) >> self.shift

    def add(self, tables: np.ndarray) -> None:
        self.slots[self.place(tables)] = tables

    def some(self, chance: np.random.Generator, most: int) -> np.ndarray:
        held = np.flatnonzero(self.slots != _NOTHING)
        return self.slots[
            chance.permutation(held)[:most] if len(held) < 8 * most else np.unique(chance.choice(held, most))
        ]

    def holds(self, tables: np.ndarray) -> np.ndarray:
        return self.slots[self.place(tables)] == tables


def _pairs(count: int) -> np.ndarray:
    return np.array(list(combinations(range(count), 2)), np.int64).reshape(-1, 2)


def _normals(tables: np.ndarray) -> np.ndarray:
    return tables ^ (np.uint32(0) - (tables & np.uint32(1)))


def _classes(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    """Points by the input that three signals give a gate, shape (..., 8)."""
    found = []
    for value in range(8):
        a, b, c = (s if value >> (2 - place) & 1 else ~s for place, s in enumerate((first, second, third)))
        found.append(a & b & c)
    return np.stack(np.broadcast_arrays(*found), axis=-1)


def _one_gate(classes: np.ndarray) -> np.ndarray:
    """The normal tables of all gates, by classes: shape (..., 128)."""
    tables = np.zeros((*classes.shape[:-1], 1), np.uint32)
    for value in range(1, 8):
        tables = np.concatenate([tables, tables | classes[..., value, None]], axis=-1)
    return _normals(tables)


def _changes(new: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The functions s of a new signal alone, or of it and one held, without complements: shape (new, 1 + 5 held)."""
    one, other = new[:, None], held[None, :]
    both = [one ^ other, one & other, one & ~other, ~one & other, one | other]
    return np.concatenate([one, *both], axis=1)

"""Any law on 3x3 windows as gates.

Two ways, and the smaller network is taken. *Expansion* (Shannon): the law is cut into halves by one cell after another, equal
and opposite halves are shared, and a rest of four or five cells that two gates can do is done so. It suits laws with
structure. *Reuse*: five cells choose among the up to 32 laws of the four other cells; each of those is one gate on any three
signals already there, earlier ones of the 32 included, and a gate is thrown in where none can go on. Every gate made widens what the
next can use, so that a law without any structure needs about 65 gates, where expansion alone needs 100.

References:
    shannon1949: the expansion and its sharing.
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from evolaw.automata.neighbourhoods import WINDOWS
from evolaw.automata.networks import Logic, Network, pruned

__all__ = ["window_logic"]

_ORDERS_TRIED = 4
_BOTTOMS = ((0, 2, 6, 8), (1, 3, 5, 7))
"""Sets of four cells whose laws are made by reuse: corners, edges."""
_THROWN_IN = 40  # gates considered where none can go on
_ALL = (1 << WINDOWS) - 1
_SET = tuple(sum(1 << w for w in range(WINDOWS) if w >> (8 - place) & 1) for place in range(9))


class _Expansion(Network):
    """Shannon's expansion in one order of the nine cells; functions are whole numbers of 512 bits."""

    def __init__(self, order: tuple[int, ...], pairs: bool = True) -> None:
        super().__init__(9, [])
        self.order, self.pairs = order, pairs
        self.known: dict[int, int] = {_SET[place]: place for place in range(9)}

    def half(self, function: int, place: int, value: int) -> int:
        """The function with one cell held, as a function that ignores the cell."""
        bit = 1 << (8 - place)
        if value:
            kept = function & _SET[place]
            return kept | kept >> bit
        kept = function & ~_SET[place] & _ALL
        return kept | kept << bit

    def support(self, function: int) -> list[int]:
        return [p for p in self.order if self.half(function, p, 0) != self.half(function, p, 1)]

    def signal(self, function: int) -> tuple[int, bool]:
        """A signal that is the function, or its opposite (True)."""
        if function in self.known:
            return self.known[function], False
        if function ^ _ALL in self.known:
            return self.known[function ^ _ALL], True
        cells = self.support(function)
        if len(cells) <= 3:
            made = self.apply(function, [(p, False) for p in cells], [_SET[p] for p in cells])
        else:
            made = (self.paired(function, cells) if self.pairs and len(cells) <= 5 else None) or self.split(
                function, cells[0]
            )
        self.known[function] = made
        return made, False

    def split(self, function: int, place: int) -> int:
        low, high = self.half(function, place, 0), self.half(function, place, 1)
        parts, tables = [(place, False)], [_SET[place]]
        for part in (low, high):
            if part not in (0, _ALL) and part not in tables and part ^ _ALL not in tables:
                parts.append(self.signal(part))
                tables.append(part)
        return self.apply(function, parts, tables)

    def paired(self, function: int, cells: list[int]) -> int | None:
        """Two gates: one on three cells, one on it and two cells; None where that is not enough."""
        for p, q in combinations(cells, 2):
            quarters = [[self.half(self.half(function, p, i), q, j) for j in (0, 1)] for i in (0, 1)]
            others = [cell for cell in cells if cell not in (p, q)]
            if len(others) == 3:
                inner = self.common([*quarters[0], *quarters[1]])
                if inner:
                    return self.two(function, inner, p, q)
            elif len(others) == 2:
                for first, second, pairs in ((p, q, quarters), (q, p, list(map(list, zip(*quarters, strict=True))))):
                    clear, set_ = self.common(pairs[0]), self.common(pairs[1])
                    if clear is not None and set_ is not None:
                        inner = (clear & ~_SET[first] & _ALL) | (set_ & _SET[first])
                        return self.two(function, inner, first, second)
        return None

    def common(self, functions: list[int]) -> int | None:
        """The one function of which all are copies, opposites or constants; 0 if all are constant, None if there is none."""
        kinds = {min(f, f ^ _ALL) for f in functions} - {0}
        return None if len(kinds) > 1 else (kinds.pop() if kinds else 0)

    def two(self, function: int, inner: int, p: int, q: int) -> int:
        return self.apply(function, [self.signal(inner), (p, False), (q, False)], [inner, _SET[p], _SET[q]])

    def apply(self, function: int, parts: list[tuple[int, bool]], tables: list[int]) -> int:
        """The last gate: read its table off the function, given the functions of its inputs."""
        while len(parts) < 3:
            parts, tables = [*parts, parts[0]], [*tables, tables[0]]
        table = 0
        for value in range(8):
            where = _ALL
            for place, (own, (_, opposite)) in enumerate(zip(tables, parts, strict=True)):
                is_set = bool(value >> (2 - place) & 1) != opposite
                where &= own if is_set else own ^ _ALL
            if where & function:
                table |= 1 << value
        return self.gate(table, *(signal for signal, _ in parts))


def window_logic(values: np.ndarray) -> Logic:
    """Build the network of any law.

    Args:
        values: next state by window, 0 or 1, shape (512,).

    Returns:
        A network of about 65 gates for a law without structure, and fewer for most isotropic laws.
    """
    function = int.from_bytes(np.packbits(values, bitorder="little").tobytes(), "little")
    constant = {0: 0x00, _ALL: 0xFF}.get(function)
    if constant is not None:
        return Logic((), (0, 1, 2), ((constant, 0, 1, 2),), 9)
    chance = np.random.default_rng(0)  # what is tried is part of the method, not of any result
    orders: list[tuple[int, ...]] = [(4, 1, 3, 5, 7, 0, 2, 6, 8), (0, 2, 6, 8, 1, 3, 5, 7, 4)]
    while len(orders) < _ORDERS_TRIED:
        orders.append(tuple(int(p) for p in chance.permutation(9)))
    networks = [_finished(_Expansion(order), function) for order in orders]
    if min(network.size for network in networks) > 30:  # few gates are not beaten by reuse
        for bottom in _BOTTOMS:
            expansion = _Expansion((*(p for p in range(9) if p not in bottom), *bottom), pairs=False)
            _reuse(expansion, function, bottom, chance)
            networks.append(_finished(expansion, function))
    return min(networks, key=lambda network: network.size)


def _finished(expansion: _Expansion, function: int) -> Logic:
    output, is_opposite = expansion.signal(function)
    if is_opposite or output < 9:
        output = expansion.gate(0x0F if is_opposite else 0xF0, output, output, output)
    return pruned(Logic((), (0, 1, 2), tuple(expansion.gates), output))


# --- reuse: functions of four cells are 16-bit tables, taken or opposed so that their value for dead cells is 0 --------


def _normal(table: int) -> int:
    return table ^ 0xFFFF if table & 1 else table


def _on_inputs(first: int | np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    """Classes of the 16 points by the input that three signals give a gate, shape (..., 8)."""
    signals = (np.asarray(first, np.uint16), second, third)
    classes = []
    for value in range(8):
        parts = [s if value >> (2 - place) & 1 else ~s for place, s in enumerate(signals)]
        classes.append(parts[0] & parts[1] & parts[2])
    return np.stack(np.broadcast_arrays(*classes), axis=-1)


def _makes(classes: np.ndarray, tables: int | np.ndarray) -> np.ndarray:
    """Whether a gate with these classes can have this table: it is constant on every class."""
    on = classes & np.asarray(tables, np.uint16)
    return ((on == 0) | (on == classes)).all(axis=-1)


class _Pool:
    """Signals that are functions of four cells, and every choice of three of them."""

    def __init__(self, network: Network, cells: tuple[int, ...]) -> None:
        self.network = network
        self.tables: list[int] = []
        self.signals: list[int] = []
        self.triples = np.zeros((0, 3), np.int64)
        self.classes = np.zeros((0, 8), np.uint16)
        for place, cell in enumerate(cells):
            self._hold(sum(1 << point for point in range(16) if point >> (3 - place) & 1), cell)

    def with_new(self, table: int) -> tuple[np.ndarray, np.ndarray]:
        """The choices of three that a new signal would add."""
        pairs = np.array(list(combinations(range(len(self.tables)), 2)), np.int64).reshape(-1, 2)
        held = np.array(self.tables, np.uint16)
        added = np.column_stack([np.full(len(pairs), len(self.tables)), pairs])
        return added, _on_inputs(table, held[pairs[:, 0]], held[pairs[:, 1]])

    def find(self, table: int, start: int = 0) -> int | None:
        """A choice of three, from number ``start`` on, of which one gate makes the table."""
        fits = _makes(self.classes[start:], table)
        return start + int(np.argmax(fits)) if fits.any() else None

    def make(self, table: int, choice: int) -> None:
        gate = sum(1 << value for value in range(8) if int(self.classes[choice, value]) & table)
        a, b, c = (self.signals[i] for i in self.triples[choice])
        self._hold(table, self.network.gate(gate, a, b, c))

    def _hold(self, table: int, signal: int) -> None:
        added, classes = self.with_new(table)
        self.triples = np.concatenate([self.triples, added])
        self.classes = np.concatenate([self.classes, classes])
        self.tables.append(table)
        self.signals.append(signal)


def _reuse(expansion: _Expansion, function: int, bottom: tuple[int, ...], chance: np.random.Generator) -> None:
    """Make all laws of the bottom cells that the other five choose among, and tell the expansion their signals."""
    rests = [function]
    for place in expansion.order[:5]:
        rests = [expansion.half(rest, place, value) for rest in rests for value in (0, 1)]
    windows = [sum(bit << (8 - p) for bit, p in zip(bits, bottom, strict=True)) for bits in product((0, 1), repeat=4)]
    tables = {rest: sum((rest >> window & 1) << i for i, window in enumerate(windows)) for rest in rests}
    pool = _Pool(expansion, bottom)
    wanted = dict.fromkeys(_normal(table) for table in tables.values())
    seen = {table: 0 for table in wanted if table and table not in pool.tables}
    while seen:
        for table in list(seen):
            choice = pool.find(table, seen[table])
            if choice is not None:
                pool.make(table, choice)
                del seen[table]
                break
            seen[table] = len(pool.classes)
        else:
            _throw_in(pool, np.array(list(seen), np.uint16), chance)
    signals = dict(zip(pool.tables, pool.signals, strict=True))
    for rest, table in tables.items():
        if _normal(table):
            expansion.known[rest if table == _normal(table) else rest ^ _ALL] = signals[_normal(table)]


def _throw_in(pool: _Pool, wanted: np.ndarray, chance: np.random.Generator) -> None:
    """Add the gate, of some drawn by chance, that lets most of the wanted tables be made next."""
    best: tuple[int, int, int] | None = None
    for _ in range(_THROWN_IN):
        choice, gate = int(chance.integers(len(pool.classes))), int(chance.integers(1, 255))
        points = pool.classes[choice]
        table = _normal(sum(int(points[value]) for value in range(8) if gate >> value & 1))
        if table == 0 or table in pool.tables:
            continue
        _, classes = pool.with_new(table)
        gained = int(_makes(classes, wanted[:, None, None]).any(axis=1).sum())
        if best is None or gained > best[0]:
            best = gained, table, choice
    if best is not None:
        pool.make(best[1], best[2])

"""A law's table as logic: a short network of three-input functions that computes 512 cells at once on vectors of bits.

A *gate* (table, a, b, c) computes bit 4 x_a + 2 x_b + x_c of an 8-bit table from three earlier signals. A `Logic` has two
parts, because neighbouring rows share work when a vector of cells is followed down the board: the gates of one row see its
(west, centre, east) cells, and what they *carry* is used three times, as the row above, the row itself and the row below;
the gates of the cell see the carried signals of those three rows.

Counting laws (outer-totalistic) add up: each row gives its sum as two bits, ten gates in all give the four bits of n, the
number of live cells in the window with its centre, and two to five more gates decide from n and the centre. Other laws are
cut into halves by one cell after another (Shannon's expansion, shared where halves are equal or opposite) until a function
of four cells is left, which two gates can often do.

References:
    shannon1949: the expansion and its sharing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations

import numpy as np

from evolaw.automata.neighbourhoods import CENTRE, WINDOWS, alive_neighbours

__all__ = [
    "MAJORITY",
    "SELECT",
    "XOR",
    "Gate",
    "Logic",
    "counting_entries",
    "counting_rows",
    "counting_sum",
    "counting_windows",
    "logic_of",
]

Gate = tuple[int, int, int, int]
"""(table, a, b, c): the signals a, b, c are numbered, inputs first, then gates in their order."""

XOR, MAJORITY, SELECT = 0x96, 0xE8, 0xCA
"""Tables of the sum's low bit, the sum's high bit, and ``b if a else c`` (`SELECT`)."""
_ORDERS_TRIED = 12


@dataclass(frozen=True)
class Logic:
    """The network of one law.

    Attributes:
        row: gates of a row; signals 0, 1, 2 are its west, centre and east cells.
        carried: signals of a row that the cell's gates see.
        cell: gates of the cell; the first signals are the carried ones of the row above, the row itself, the row below.
        output: the signal that is the cell's next state.
    """

    row: tuple[Gate, ...]
    carried: tuple[int, ...]
    cell: tuple[Gate, ...]
    output: int

    @property
    def size(self) -> int:
        """Number of gates."""
        return len(self.row) + len(self.cell)

    def table(self) -> np.ndarray:
        """Return the law that the network computes, evaluated window by window, shape (512,)."""
        windows = np.arange(WINDOWS)
        cells = [(windows >> (8 - place)) & 1 for place in range(9)]
        signals: list[np.ndarray] = []
        for first in (0, 3, 6):
            row = _evaluate(self.row, cells[first : first + 3])
            signals += [row[signal] for signal in self.carried]
        return _evaluate(self.cell, signals)[self.output].astype(np.uint8)


def counting_rows() -> tuple[tuple[Gate, ...], tuple[int, ...]]:
    """Return the gates of a row that counts its cells, and what it carries: low bit, high bit, centre."""
    return ((XOR, 0, 1, 2), (MAJORITY, 0, 1, 2)), (3, 4, 1)


def counting_sum() -> tuple[tuple[Gate, ...], tuple[int, int, int, int]]:
    """Return the gates that add three rows up, and the signals of n: bits of weight 1, 2, 4, 8."""
    gates = (
        (XOR, 0, 3, 6),  # 9: n's lowest bit
        (MAJORITY, 0, 3, 6),  # 10: weight 2
        (XOR, 1, 4, 7),  # 11: weight 2
        (MAJORITY, 1, 4, 7),  # 12: weight 4
        (0x3C, 10, 11, 10),  # 13 = 10 xor 11: n's second bit; the third input is ignored
        (0x78, 12, 10, 11),  # 14 = 12 xor (10 and 11): n's third bit
        (0x80, 12, 10, 11),  # 15: n's fourth bit
    )
    return gates, (9, 13, 14, 15)


def counting_windows() -> np.ndarray:
    """Return for each window its entry among births of 0..8 and survivals of 0..8 neighbours, shape (512,)."""
    return alive_neighbours() + 9 * ((np.arange(WINDOWS) & CENTRE) > 0)


def counting_entries(table: np.ndarray) -> np.ndarray | None:
    """Return births of 0..8 and survivals of 0..8 neighbours, shape (18,), or None if the law does not only count."""
    entries = np.empty(18, dtype=np.uint8)
    entries[counting_windows()] = table
    return entries if np.array_equal(entries[counting_windows()], table) else None


@lru_cache(maxsize=1024)
def logic_of(table: bytes) -> Logic:
    """Build the network of a law.

    Args:
        table: the 512 values of `Rule.table`, one byte each.

    Returns:
        A network that computes exactly this law: 9 to 17 gates for a counting law, at most 127 for any law.

    Notes:
        2 ms for a counting law, about 0.1 s for a law without structure. Results are remembered.

    Example:
        >>> from evolaw.automata.rules import Rule
        >>> logic_of(Rule("B3/S23").table.tobytes()).size
        10
    """
    values = np.frombuffer(table, dtype=np.uint8)
    entries = counting_entries(values)
    return _expanded(values) if entries is None else _counting(entries)


def _evaluate(gates: tuple[Gate, ...], inputs: list[np.ndarray]) -> list[np.ndarray]:
    signals = list(inputs)
    for table, a, b, c in gates:
        signals.append((table >> (4 * signals[a] + 2 * signals[b] + signals[c])) & 1)
    return signals


# --- laws that count -------------------------------------------------------------------------------------------------


def _points() -> list[tuple[int, int, int, int, int]]:
    """What can occur: the bits of n (0..9) from the lowest, and the centre."""
    pairs = [(n, c) for n in range(10) for c in (0, 1) if c <= n <= 8 + c]
    return [(n & 1, n >> 1 & 1, n >> 2 & 1, n >> 3 & 1, c) for n, c in pairs]


def _classes(values: list[int]) -> list[int]:
    """Sets of points, as bits, on which each of the eight inputs of a last gate holds."""
    return [sum(1 << point for point, value in enumerate(values) if value == wanted) for wanted in range(8)]


@cache
def _single_gates() -> tuple[list[tuple[int, int, int]], np.ndarray]:
    """Every choice of three signals out of five, with its eight classes of points."""
    points, triples = _points(), list(combinations(range(5), 3))
    classes = [_classes([4 * p[x] + 2 * p[y] + p[z] for p in points]) for x, y, z in triples]
    return triples, np.array(classes, dtype=np.uint32)


@cache
def _double_gates() -> tuple[list[tuple[int, tuple[int, int, int], tuple[int, int]]], np.ndarray]:
    """Every gate on three of five signals followed by one on it and two signals, with the last gate's classes."""
    points = _points()
    kinds, classes = [], []
    for triple in combinations(range(5), 3):
        x, y, z = triple
        for inner in range(1, 128):  # the opposite gate serves as well
            first = [inner >> (4 * p[x] + 2 * p[y] + p[z]) & 1 for p in points]
            for pair in combinations(range(5), 2):
                kinds.append((inner, triple, pair))
                classes.append(
                    _classes([4 * g + 2 * p[pair[0]] + p[pair[1]] for g, p in zip(first, points, strict=True)])
                )
    return kinds, np.array(classes, dtype=np.uint32)


def _counting(entries: np.ndarray) -> Logic:
    row, carried = counting_rows()
    gates, bits = counting_sum()
    names = (*bits, 5)  # five signals: the bits of n, and the centre carried by the middle row
    network = _Network(9, list(gates))
    wanted = 0
    for point, (b0, b1, b2, b3, centre) in enumerate(_points()):
        n = b0 + 2 * b1 + 4 * b2 + 8 * b3
        wanted |= int(entries[n - centre + 9 * centre]) << point
    output = _decide(network, names, wanted, (1 << len(_points())) - 1)
    return _pruned(Logic(row, carried, tuple(network.gates), output))


def _decide(network: _Network, names: tuple[int, ...], wanted: int, care: int) -> int:
    """Add gates for the function that is ``wanted`` on the points of ``care``, whatever it is elsewhere."""

    def fitting(classes: np.ndarray) -> int | None:
        seen = classes & np.uint32(care)
        on = seen & np.uint32(wanted)
        fits = ((on == 0) | (on == seen)).all(axis=1)
        return int(np.argmax(fits)) if fits.any() else None

    def table(classes: np.ndarray) -> int:
        return sum(1 << value for value in range(8) if int(classes[value]) & care & wanted)

    triples, classes = _single_gates()
    found = fitting(classes)
    if found is not None:
        return network.gate(table(classes[found]), *(names[s] for s in triples[found]))
    kinds, classes = _double_gates()
    found = fitting(classes)
    if found is not None:
        inner, triple, pair = kinds[found]
        first = network.gate(inner, *(names[s] for s in triple))
        return network.gate(table(classes[found]), first, *(names[s] for s in pair))
    best: tuple[int, _Network, int] | None = None
    for signal in range(5):
        trial = _Network(network.inputs, list(network.gates))
        clear = sum(1 << i for i, p in enumerate(_points()) if not p[signal])
        if care & clear in (0, care):
            continue
        otherwise = _decide(trial, names, wanted, care & clear)
        then = _decide(trial, names, wanted, care & ~clear)
        output = trial.gate(SELECT, names[signal], then, otherwise)
        if best is None or len(trial.gates) < best[0]:
            best = len(trial.gates), trial, output
    assert best is not None
    network.gates[:] = best[1].gates
    return best[2]


# --- any law ---------------------------------------------------------------------------------------------------------


class _Network:
    """Gates under construction; an equal gate is not written twice."""

    def __init__(self, inputs: int, gates: list[Gate]) -> None:
        self.inputs, self.gates = inputs, gates

    def gate(self, table: int, a: int, b: int, c: int) -> int:
        wanted = (table, a, b, c)
        if wanted not in self.gates:
            self.gates.append(wanted)
        return self.inputs + self.gates.index(wanted)


_ALL = (1 << WINDOWS) - 1
_SET = tuple(sum(1 << w for w in range(WINDOWS) if w >> (8 - place) & 1) for place in range(9))


class _Expansion(_Network):
    """Shannon's expansion in one order of the nine cells; functions are whole numbers of 512 bits."""

    def __init__(self, order: tuple[int, ...]) -> None:
        super().__init__(9, [])
        self.order = order
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
            made = (self.paired(function, cells) if len(cells) <= 5 else None) or self.split(function, cells[0])
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


def _expanded(values: np.ndarray) -> Logic:
    function = int.from_bytes(np.packbits(values, bitorder="little").tobytes(), "little")
    constant = {0: 0x00, _ALL: 0xFF}.get(function)
    if constant is not None:
        return Logic((), (0, 1, 2), ((constant, 0, 1, 2),), 9)
    chance = np.random.default_rng(0)  # the orders tried are part of the method, not of any result
    orders = {tuple(range(9)), (4, 1, 3, 5, 7, 0, 2, 6, 8), (0, 2, 6, 8, 1, 3, 5, 7, 4)}
    while len(orders) < _ORDERS_TRIED:
        orders.add(tuple(int(p) for p in chance.permutation(9)))
    best: Logic | None = None
    for order in sorted(orders):
        expansion = _Expansion(order)
        output, opposite = expansion.signal(function)
        if opposite or output < 9:
            output = expansion.gate(0x0F if opposite else 0xF0, output, output, output)
        if best is None or len(expansion.gates) < len(best.cell):
            best = Logic((), (0, 1, 2), tuple(expansion.gates), output)
    assert best is not None
    return _pruned(best)


def _pruned(logic: Logic) -> Logic:
    """Drop the cell's gates that do not reach the output."""
    inputs = 3 * len(logic.carried)
    needed, stack = set(), [logic.output]
    while stack:
        signal = stack.pop()
        if signal >= inputs and signal not in needed:
            needed.add(signal)
            stack += logic.cell[signal - inputs][1:]
    number = {signal: signal for signal in range(inputs)}
    gates: list[Gate] = []
    for signal in sorted(needed):
        table, a, b, c = logic.cell[signal - inputs]
        number[signal] = inputs + len(gates)
        gates.append((table, number[a], number[b], number[c]))
    return Logic(logic.row, logic.carried, tuple(gates), number[logic.output])

"""Any law on 3x3 windows as gates.

Two ways, and the smaller network is taken. *Expansion* (Shannon): the law is cut into halves by one cell after another, equal
and opposite halves are shared, and a rest of four or five cells that two gates can do is done so. It suits laws with
structure. *Reuse*: four cells are held, so that the law is put together from 16 functions of the five other cells, and those are
made of one another (`resubstitution`). A law without any structure takes about 57 gates so, where expansion alone takes 100.

References:
    shannon1949: the expansion and its sharing.
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np

from evolaw.automata.engine.netlists import Logic, Network, pruned
from evolaw.automata.engine.resubstitution import Pool, normal
from evolaw.automata.grid.neighbourhoods import WINDOWS

__all__ = ["window_logic"]

_ORDERS_TRIED = 4
_BOTTOMS = ((0, 2, 6, 8, 4), (1, 3, 5, 7, 4))
"""Sets of five cells whose functions are made by reuse: corners or edges, and the centre."""
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
        A network of about 57 gates for a law without structure, and fewer for most isotropic laws.
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


def _reuse(expansion: _Expansion, function: int, bottom: tuple[int, ...], chance: np.random.Generator) -> None:
    """Make functions of the bottom cells from which the law follows, and tell the expansion the law's signal.

    Of the two halves of a function and their exclusive or, any two give the function by one gate. Four cells are held, so the
    law has 3 x 3 x 3 x 3 rests; 16 are enough, two of three along each axis.
    """
    top = expansion.order[:4]
    rests = [function]
    for place in top:
        rests = [part for rest in rests for part in _parts(expansion, rest, place)]
    windows = [sum(bit << (8 - p) for bit, p in zip(bits, bottom, strict=True)) for bits in product((0, 1), repeat=5)]
    tables = [normal(sum((rest >> window & 1) << i for i, window in enumerate(windows))) for rest in rests]
    by_part = np.array(tables, np.uint32).reshape(3, 3, 3, 3)
    pool = Pool(expansion, bottom, chance)
    missing = by_part != 0
    for cell in pool.signals:
        missing &= by_part != cell
    while lacking := int(_lacking(missing)):
        without = missing & (by_part != by_part.reshape(-1, 1, 1, 1, 1))
        pool.extend(np.unique(by_part.ravel()[_lacking(without) < lacking]))
        missing = by_part != 0
        for table in pool.signals:
            missing &= by_part != table
    for rest, table in zip(rests, tables, strict=True):
        if table in pool.signals:
            expansion.known[rest ^ _ALL if rest & 1 else rest] = pool.signals[table]
    _join(expansion, function, top)


def _parts(expansion: _Expansion, function: int, place: int) -> tuple[int, int, int]:
    low, high = expansion.half(function, place, 0), expansion.half(function, place, 1)
    return low, high, low ^ high


def _lacking(missing: np.ndarray) -> np.ndarray:
    """How many rests are lacking if along each of the last four axes the best two of three are taken."""
    count = missing.astype(np.int8)
    for _ in range(4):
        count = count.sum(axis=-1, dtype=np.int8) - count.max(axis=-1)
    return count


def _join(expansion: _Expansion, function: int, top: tuple[int, ...]) -> bool:
    """Make a function's signal of two of its parts, if they can be made; say whether there is one."""
    if function in (0, _ALL) or function in expansion.known or function ^ _ALL in expansion.known:
        return True
    if not top:
        return False
    parts = [part for part in _parts(expansion, function, top[0]) if _join(expansion, part, top[1:])][:2]
    if len(parts) < 2:
        return False
    inputs, tables = [(top[0], False)], [_SET[top[0]]]
    for part in parts:
        if part not in (0, _ALL) and part not in tables and part ^ _ALL not in tables:
            inputs.append(expansion.signal(part))
            tables.append(part)
    expansion.known[function] = expansion.apply(function, inputs, tables)
    return True

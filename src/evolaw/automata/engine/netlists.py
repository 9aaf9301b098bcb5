"""Networks of three-input gates: the form in which a law is computed on vectors of bits.

A *gate* (table, a, b, c) computes bit 4 x_a + 2 x_b + x_c of an 8-bit table from three earlier signals. A `Logic` has two
parts, because neighbouring rows share work when a vector of cells is followed down the board: the gates of one row see its
(west, centre, east) cells, and what they *carry* is used three times, as the row above, the row itself and the row below;
the gates of the cell see the carried signals of those three rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.automata.grid.neighbourhoods import WINDOWS

__all__ = ["MAJORITY", "SELECT", "XOR", "Gate", "Logic", "Network", "pruned"]

Gate = tuple[int, int, int, int]
"""(table, a, b, c): the signals a, b, c are numbered, inputs first, then gates in their order."""

XOR, MAJORITY, SELECT = 0x96, 0xE8, 0xCA
"""Tables of the sum's low bit, the sum's high bit, and ``b if a else c`` (`SELECT`)."""


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


class Network:
    """Gates under construction; an equal gate is not written twice.

    Attributes:
        inputs: number of signals that are given.
        gates: the gates so far.
    """

    def __init__(self, inputs: int, gates: list[Gate]) -> None:
        self.inputs, self.gates = inputs, gates

    def gate(self, table: int, a: int, b: int, c: int) -> int:
        """Return the signal of a gate, which is written if it is new."""
        wanted = (table, a, b, c)
        if wanted not in self.gates:
            self.gates.append(wanted)
        return self.inputs + self.gates.index(wanted)


def pruned(logic: Logic) -> Logic:
    """Return the network without the cell's gates that do not reach the output."""
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


def _evaluate(gates: tuple[Gate, ...], inputs: list[np.ndarray]) -> list[np.ndarray]:
    signals = list(inputs)
    for table, a, b, c in gates:
        signals.append((table >> (4 * signals[a] + 2 * signals[b] + signals[c])) & 1)
    return signals

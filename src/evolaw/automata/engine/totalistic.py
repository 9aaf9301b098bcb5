"""Counting laws as gates: the sum of the window, and the decision from it.

Each row gives its sum as two bits, seven gates add three rows up to the four bits of n, the number of live cells in the window with
its centre, and one to five more gates decide from n and the centre. All pairs of gates were listed once for all;
where two do not suffice, the decision is halved by one of its five signals.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np

from evolaw.automata.engine.netlists import MAJORITY, SELECT, XOR, Gate, Logic, Network, pruned
from evolaw.automata.grid.neighbourhoods import CENTRE, WINDOWS, alive_neighbours

__all__ = ["counting_entries", "counting_logic", "counting_rows", "counting_sum", "counting_windows"]


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


def counting_logic(entries: np.ndarray) -> Logic:
    """Build the network of a counting law.

    Args:
        entries: births of 0..8 and survivals of 0..8 neighbours, shape (18,).

    Returns:
        A network of at most 13 gates in all laws met so far.
    """
    row, carried = counting_rows()
    gates, bits = counting_sum()
    names = (*bits, 5)  # five signals: the bits of n, and the centre carried by the middle row
    network = Network(9, list(gates))
    wanted = 0
    for point, (b0, b1, b2, b3, centre) in enumerate(_points().tolist()):
        n = b0 + 2 * b1 + 4 * b2 + 8 * b3
        wanted |= int(entries[n - centre + 9 * centre]) << point
    output = _decide(network, names, wanted, (1 << len(_points())) - 1)
    return pruned(Logic(row, carried, tuple(network.gates), output))


def _decide(network: Network, names: tuple[int, ...], wanted: int, care: int) -> int:
    """Add gates for the function that is ``wanted`` on the points of ``care``, whatever it is elsewhere."""

    def fitting(classes: np.ndarray) -> tuple[int, ...] | None:
        seen = classes & np.uint32(care)
        on = seen & np.uint32(wanted)
        fits = ((on == 0) | (on == seen)).all(axis=-1)
        return tuple(int(i) for i in np.unravel_index(np.argmax(fits), fits.shape)) if fits.any() else None

    def table(classes: np.ndarray) -> int:
        return sum(1 << value for value in range(8) if int(classes[value]) & care & wanted)

    def signals(places: tuple[int, ...]) -> list[int]:
        return [names[place] for place in places]

    _, classes = _single_gates()
    found = fitting(classes)
    if found is not None:
        return network.gate(table(classes[found]), *signals(_TRIPLES[found[0]]))
    classes = _double_gates()
    found = fitting(classes)
    if found is not None:
        inner, triple, pair = found
        first = network.gate(inner + 1, *signals(_TRIPLES[triple]))
        return network.gate(table(classes[found]), first, *signals(_PAIRS[pair]))
    halved: list[tuple[Network, int]] = []
    for signal in range(5):
        clear = sum(1 << i for i, point in enumerate(_points()) if not point[signal])
        if care & clear in (0, care):
            continue
        trial = Network(network.inputs, list(network.gates))
        otherwise = _decide(trial, names, wanted, care & clear)
        then = _decide(trial, names, wanted, care & ~clear)
        halved.append((trial, trial.gate(SELECT, names[signal], then, otherwise)))
    best, output = min(halved, key=lambda choice: len(choice[0].gates))
    network.gates[:] = best.gates
    return output


@cache
def _points() -> np.ndarray:
    """What can occur: the bits of n (0..9) from the lowest, and the centre; shape (18, 5)."""
    pairs = [(n, c) for n in range(10) for c in (0, 1) if c <= n <= 8 + c]
    return np.array([(n & 1, n >> 1 & 1, n >> 2 & 1, n >> 3 & 1, c) for n, c in pairs])


def _classes(inputs: np.ndarray) -> np.ndarray:
    """Sets of points, as bits, on which each of the eight inputs of a gate holds: (..., points) -> (..., 8)."""
    bits = 1 << np.arange(inputs.shape[-1], dtype=np.uint32)
    return np.stack([(bits * (inputs == value)).sum(axis=-1, dtype=np.uint32) for value in range(8)], axis=-1)


def _inputs(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    return 4 * first + 2 * second + third


_TRIPLES = list(combinations(range(5), 3))
_PAIRS = list(combinations(range(5), 2))


@cache
def _single_gates() -> tuple[np.ndarray, np.ndarray]:
    """The input of a gate on each triple of the five signals at each point, (triples, points); and its classes."""
    points = _points().T
    inputs = np.stack([_inputs(*points[list(triple)]) for triple in _TRIPLES])
    return inputs, _classes(inputs)


@cache
def _double_gates() -> np.ndarray:
    """Classes of a last gate on (a first gate on a triple) and a pair of signals: (tables 1..127, triples, pairs, 8)."""
    inputs, _ = _single_gates()
    points = _points().T
    first = np.arange(1, 128)[:, None, None] >> inputs & 1  # the opposite first gate serves as well
    return np.stack([_classes(_inputs(first, *points[list(pair)])) for pair in _PAIRS], axis=2)

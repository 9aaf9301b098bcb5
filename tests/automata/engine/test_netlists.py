"""Networks of gates under construction."""

from __future__ import annotations

import numpy as np

from evolaw.automata.engine.netlists import MAJORITY, SELECT, XOR, Logic, Network, pruned


def test_an_equal_gate_is_written_once() -> None:
    network = Network(9, [])
    first = network.gate(XOR, 0, 1, 2)
    second = network.gate(MAJORITY, 0, 1, first)
    assert network.gate(XOR, 0, 1, 2) == first == 9
    assert second == 10
    assert len(network.gates) == 2


def test_gates_that_lead_nowhere_are_dropped() -> None:
    gates = ((XOR, 0, 1, 2), (MAJORITY, 3, 4, 5), (XOR, 6, 7, 9), (SELECT, 9, 10, 11))
    whole = Logic((), (0, 1, 2), gates, 11)
    kept = pruned(whole)
    assert kept.cell == ((XOR, 0, 1, 2), (XOR, 6, 7, 9))
    np.testing.assert_array_equal(kept.table(), whole.table())


def test_a_table_is_read_window_by_window() -> None:
    copy_north = Logic((), (0, 1, 2), ((0xF0, 1, 1, 1),), 9)
    np.testing.assert_array_equal(copy_north.table(), np.arange(512) >> 7 & 1)
    select = Logic((), (0, 1, 2), ((SELECT, 4, 0, 8),), 9)  # north-west if the centre lives, else south-east
    windows = np.arange(512)
    np.testing.assert_array_equal(select.table(), np.where(windows & 16, windows >> 8 & 1, windows & 1))

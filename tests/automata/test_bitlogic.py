"""Networks of gates: each computes exactly its law, and stays small."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.bitlogic import counting_entries, counting_windows, logic_of
from evolaw.automata.rules import Rule, entries

CHANCE = np.random.default_rng(20261122)


def isotropic() -> np.ndarray:
    table = np.zeros(512, np.uint8)
    for windows in entries("isotropic").values():
        table[windows] = CHANCE.integers(2)
    return table


@pytest.mark.parametrize("text", ["B3/S23", "B/S", "B012345678/S012345678", "B1357/S02468", "B0123478/S01234678"])
def test_counting_laws_need_few_gates(text: str) -> None:
    table = Rule(text).table
    logic = logic_of(table.tobytes())
    np.testing.assert_array_equal(logic.table(), table)
    assert logic.size <= 13


def test_random_counting_laws() -> None:
    for _ in range(100):
        entries_ = CHANCE.integers(0, 2, 18, dtype=np.uint8)
        table = entries_[counting_windows()]
        logic = logic_of(table.tobytes())
        np.testing.assert_array_equal(logic.table(), table)
        assert logic.size <= 13
        np.testing.assert_array_equal(counting_entries(table), entries_)


def test_random_isotropic_laws() -> None:
    for _ in range(5):
        table = isotropic()
        logic = logic_of(table.tobytes())
        np.testing.assert_array_equal(logic.table(), table)
        assert logic.size <= 110


def test_random_laws() -> None:
    for _ in range(5):
        table = CHANCE.integers(0, 2, 512, dtype=np.uint8)
        logic = logic_of(table.tobytes())
        np.testing.assert_array_equal(logic.table(), table)
        assert counting_entries(table) is None
        assert logic.size <= 115


@pytest.mark.parametrize("place", range(9))
def test_laws_that_copy_or_oppose_one_cell(place: int) -> None:
    copy = (np.arange(512) >> (8 - place) & 1).astype(np.uint8)
    for table in (copy, 1 - copy):
        logic = logic_of(table.tobytes())
        np.testing.assert_array_equal(logic.table(), table)


def test_parity_of_all_cells_is_a_short_chain() -> None:
    table = (np.bitwise_count(np.arange(512, dtype=np.uint64)) & 1).astype(np.uint8)
    table[0b111_000_000] ^= 1  # no counting law: the expansion has to find the sharing
    logic = logic_of(table.tobytes())
    np.testing.assert_array_equal(logic.table(), table)
    assert logic.size <= 25

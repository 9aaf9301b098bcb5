"""Any law as gates: exact, and of about 57 gates without any structure."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.engine.shannon import window_logic
from evolaw.automata.rules.rule import Rule, entries

CHANCE = np.random.default_rng(20261122)


@pytest.mark.slow
@pytest.mark.parametrize("space", [pytest.param("isotropic", marks=pytest.mark.slow), "general"])
def test_random_laws(space: str) -> None:
    for _ in range(4):
        table = np.zeros(512, np.uint8)
        for windows in entries(space).values():
            table[windows] = CHANCE.integers(2)
        logic = window_logic(table)
        np.testing.assert_array_equal(logic.table(), table)
        assert logic.size <= 62


@pytest.mark.slow
def test_sparse_laws() -> None:
    for alive in (1, 2, 5, 40):
        table = np.zeros(512, np.uint8)
        table[CHANCE.permutation(512)[:alive]] = 1
        for law in (table, 1 - table):
            np.testing.assert_array_equal(window_logic(law).table(), law)


@pytest.mark.parametrize("place", range(9))
def test_laws_that_copy_or_oppose_one_cell(place: int) -> None:
    copy = (np.arange(512) >> (8 - place) & 1).astype(np.uint8)
    for table in (copy, 1 - copy):
        logic = window_logic(table)
        np.testing.assert_array_equal(logic.table(), table)
        assert logic.size == 1


def test_constant_laws() -> None:
    for value in (0, 1):
        table = np.full(512, value, np.uint8)
        np.testing.assert_array_equal(window_logic(table).table(), table)


def test_structure_is_found() -> None:
    parity = (np.bitwise_count(np.arange(512, dtype=np.uint64)) & 1).astype(np.uint8)
    logic = window_logic(parity)
    np.testing.assert_array_equal(logic.table(), parity)
    assert logic.size <= 6  # the least is four
    assert window_logic(Rule("B2-a/S12").table).size <= 40

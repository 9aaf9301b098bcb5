"""Counting laws: exact, and of few gates."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.engine.totalistic import counting_entries, counting_logic, counting_windows
from evolaw.automata.rules.rule import Rule

CHANCE = np.random.default_rng(20261122)


@pytest.mark.parametrize(
    ("text", "most"),
    [("B3/S23", 10), ("B/S", 13), ("B012345678/S012345678", 13), ("B1357/S02468", 13), ("B0123478/S01234678", 10)],
)
def test_known_laws(text: str, most: int) -> None:
    table = Rule(text).table
    entries = counting_entries(table)
    assert entries is not None
    logic = counting_logic(entries)
    np.testing.assert_array_equal(logic.table(), table)
    assert logic.size <= most


def test_random_laws_need_at_most_thirteen_gates() -> None:
    for _ in range(150):
        entries = CHANCE.integers(0, 2, 18, dtype=np.uint8)
        table = entries[counting_windows()]
        logic = counting_logic(entries)
        np.testing.assert_array_equal(logic.table(), table)
        np.testing.assert_array_equal(counting_entries(table), entries)
        assert logic.size <= 13


def test_a_law_that_does_more_than_count_has_no_entries() -> None:
    assert counting_entries(Rule("B2-a/S12").table) is None

"""Every gate of three inputs, on all eight inputs at once."""

from __future__ import annotations

import pytest

from evolaw.automata.engine.gates import Operations, three_inputs

WORDS = Operations(both=int.__and__, unlike=int.__xor__, opposite=lambda a: a ^ 255, none=0)


@pytest.mark.parametrize("table", range(256))
def test_a_gate_is_its_table(table: int) -> None:
    # bit number 4 a + 2 b + c of the three constants runs through all inputs, so the value must be the table itself
    assert three_inputs(WORDS, table, 0b11110000, 0b11001100, 0b10101010) == table

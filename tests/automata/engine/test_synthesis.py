"""Every law gets a network that is exactly this law."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.engine.synthesis import logic_of
from evolaw.automata.rules.rule import Rule


@pytest.mark.parametrize("text", ["B3/S23", "B/S", "B2-a/S12", "B3/S2-i34q", "B13/S012V", "B2/S34H"])
def test_named_laws(text: str) -> None:
    table = Rule(text).table
    np.testing.assert_array_equal(logic_of(table.tobytes()).table(), table)


def test_counting_laws_share_their_rows_and_others_carry_cells() -> None:
    assert len(logic_of(Rule("B3/S23").table.tobytes()).row) == 2
    assert logic_of(Rule("B2-a/S12").table.tobytes()).carried == (0, 1, 2)

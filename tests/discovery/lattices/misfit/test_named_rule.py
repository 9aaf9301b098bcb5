"""What a recording says of itself is held beside what it shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import discover

BOARD = np.random.default_rng(3).integers(0, 2, (48, 48)).astype(np.uint8)


@pytest.mark.parametrize(("name", "holds"), [("B3/S23", True), ("B36/S23", False)])
def test_a_rule_of_another_name_is_contradicted(name: str, holds: bool) -> None:
    film = replace(evolve("B3/S23", BOARD, 6), law=name)
    found = [check for check in discover(film, rng=0).checks if check.name == "named rule"]
    assert [check.passed for check in found] == [holds]
    assert name in found[0].says and ("B6" in found[0].says) is not holds


@pytest.mark.parametrize("name", [None, "no rule"])
def test_what_names_no_rule_is_not_compared(name: str | None) -> None:
    film = replace(evolve("B3/S23", BOARD, 6), law=name)
    assert "named rule" not in [check.name for check in discover(film, rng=0).checks]

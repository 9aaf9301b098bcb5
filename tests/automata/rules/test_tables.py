"""Tables say the law: counts against plain loops, and the narrowest family."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.rules import tables
from evolaw.automata.rules.reading import parse_rule


@pytest.mark.parametrize(
    ("neighbourhood", "cells"),
    [("moore", [0, 1, 2, 3, 5, 6, 7, 8]), ("vonneumann", [1, 3, 5, 7]), ("hexagonal", [0, 1, 3, 5, 7, 8])],
)
def test_tables_from_counts(neighbourhood: str, cells: list[int]) -> None:
    table = tables.table_from_counts({2: 0.25, 3: 1.0}, {0: 0.5, 4: 1.0}, neighbourhood)
    for window in range(512):
        bits = f"{window:09b}"
        alive = sum(bits[cell] == "1" for cell in cells)
        expected = {"0": {2: 0.25, 3: 1.0}, "1": {0: 0.5, 4: 1.0}}[bits[4]].get(alive, 0.0)
        assert table[window] == expected


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("B3/S23", "moore-counts"),
        ("B2/S13V", "vonneumann-counts"),
        ("B2/S34H", "hexagonal-counts"),
        ("B3/S2-i34q", "isotropic"),
        ("MAPFpBmyg", "vonneumann"),
        ("MAPAQIDBAUGBwgJCgsMDQ4PEA", "hexagonal"),
        ("B/S", "moore-counts"),
    ],
)
def test_narrowest_family(text: str, family: str) -> None:
    assert tables.family(parse_rule(text).probabilities) == family


def test_an_unsymmetric_table_is_general() -> None:
    assert tables.family((np.arange(512) & 64 > 0).astype(float)) == "moore"


@pytest.mark.parametrize(
    ("shape", "radius", "count"),
    [("moore", 1, 8), ("moore", 5, 120), ("vonneumann", 1, 4), ("vonneumann", 3, 24), ("circular", 2, 20)],
)
def test_neighbour_counts(shape: str, radius: int, count: int) -> None:
    assert tables.neighbour_count(shape, radius) == count


def test_tables_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        parse_rule("B3/S23").probabilities[0] = 1

"""Entries as little windows, laid out as the map of their space."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from evolaw.automata.rules.rule import entries as entries_of
from evolaw.report.entrymap import arrange, glyph, views

Make = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(
    ("space", "shape"),
    [("outer-totalistic", [[9], [9]]), ("isotropic", None), ("general", [[32] * 16]), ("elementary", [[8]])],
)
def test_every_entry_has_its_place_once(document: Make, space: str, shape: list[list[int]] | None) -> None:
    groups = arrange(space, views(document(space)))
    names = [cell.name for group in groups for row in group.rows for cell in row.cells]
    assert sorted(names) == sorted(entries_of(space))
    counts = [[len(row.cells) for row in group.rows] for group in groups]
    assert counts == (shape or [[1, 2, 6, 10, 13, 10, 6, 2, 1]] * 2)


def test_the_general_map_is_in_window_order(document: Make) -> None:
    (group,) = arrange("general", views(document("general")))
    assert [int(cell.name, 2) for row in group.rows for cell in row.cells] == list(range(512))


def test_shades_tell_decades_and_never(document: Make) -> None:
    found = document("outer-totalistic")
    for entry, visits in zip(found["entries"], (0, 1, 9, 10, 100, 999, 1000, 10**6, 0.4), strict=False):
        entry["visits"] = visits
    assert [view.shade for view in views(found)[:9]] == [0, 1, 1, 2, 3, 3, 4, 4, 0]


def test_a_glyph_draws_exactly_the_living_cells() -> None:
    for window in range(512):
        drawn = {(int(x), int(y)) for x, y in re.findall(r"M(\d) (\d)h1v1h-1z", glyph(window))}
        assert drawn == {(k % 3, k // 3) for k in range(9) if window >> (8 - k) & 1}

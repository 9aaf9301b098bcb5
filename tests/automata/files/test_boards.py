"""Patterns and grids: suffixes both ways, where Golly puts a pattern, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.files.boards import Grid, Pattern, parse_grid, require_cells
from evolaw.errors import ArgumentError, ParseError


@pytest.mark.parametrize(
    ("suffix", "grid", "written"),
    [
        (":T30,20", Grid(20, 30), ":T30,20"),
        ("t30,20", Grid(20, 30), ":T30,20"),
        (":T 30 , 20", Grid(20, 30), ":T30,20"),
        (":T7", Grid(7, 7), ":T7,7"),
        (":P30,20", Grid(20, 30, "plane"), ":P30,20"),
        (":T30+5,20", Grid(20, 30, "torus+5,0"), ":T30+5,20"),
        (":T30,20-2", Grid(20, 30, "torus+0,18"), ":T30,20+18"),
        (":T30+30,20", Grid(20, 30), ":T30,20"),
    ],
)
def test_suffixes_are_read_and_written(suffix: str, grid: Grid, written: str) -> None:
    assert parse_grid(suffix) == grid
    assert grid.suffix == written
    assert parse_grid(written) == grid


@pytest.mark.parametrize(
    ("suffix", "says"),
    [
        (":K30*,20", "Klein bottle"),
        (":C4,3", "cross-surface"),
        (":S30", "sphere"),
        (":T0,20", "infinite"),
        (":P30,0", "infinite"),
        (":T30+1,20+1", "only one may be shifted"),
        (":T30*,20", "twists"),
        (":P30+1,20", "shifts edges"),
        (":Q3,4", "must be :T"),
        (":", "not one of the forms"),
        (":T" + "9" * 5000, "not one of the forms"),
        (":T3,4,5", "not one of the forms"),
    ],
)
def test_other_grids_are_refused_with_the_reason(suffix: str, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_grid(suffix, source="a.rle", line=3, column=9)
    assert (caught.value.source, caught.value.line, caught.value.column) == ("a.rle", 3, 9)


def test_unknown_boundary_of_a_grid_is_refused() -> None:
    with pytest.raises(ArgumentError, match="`boundary` must be torus, plane"):
        Grid(3, 4, "reflecting")
    with pytest.raises(ArgumentError, match="`rows`"):
        Grid(0, 4)


def test_a_pattern_without_position_lies_in_the_middle_as_golly_places_it() -> None:
    board = Pattern(np.ones((1, 3))).placed(5, 5)
    assert np.argwhere(board).tolist() == [[2, 1], [2, 2], [2, 3]]


def test_a_position_counts_from_the_middle_of_the_grid() -> None:
    board = Pattern(np.ones((1, 1)), position=(-2, 1)).placed(4, 5)
    assert np.argwhere(board).tolist() == [[3, 0]]


def test_dead_rims_may_hang_over_but_live_cells_may_not() -> None:
    cells = np.zeros((3, 9), np.uint8)
    cells[1, 4] = 1
    assert Pattern(cells).placed(1, 1).tolist() == [[1]]
    with pytest.raises(ArgumentError, match="hold the whole pattern"):
        Pattern(np.ones((1, 3))).placed(1, 2)


def test_boards_hold_zeros_and_ones_and_nobody_can_write_to_them() -> None:
    with pytest.raises(ArgumentError, match="hold 0 and 1 only"):
        Pattern(np.full((2, 2), 2))
    with pytest.raises(ArgumentError, match="shape"):
        Pattern(np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        Pattern(np.zeros((1, 1))).board[0, 0] = 1


def test_empty_patterns_are_legal() -> None:
    empty = Pattern(np.zeros((0, 0)))
    assert empty.population == 0
    assert empty.placed(2, 3).sum() == 0
    assert "0 x 0" in repr(empty)
    assert "<table>" in empty._repr_html_()


def test_too_many_cells_are_refused_with_numbers() -> None:
    with pytest.raises(ParseError, match="1000000 x 1000000") as caught:
        require_cells(10**6, 10**6, source="x", line=2, column=3)
    assert str(caught.value).startswith("x:2:3: ")
    require_cells(2**14, 2**14, source="x")

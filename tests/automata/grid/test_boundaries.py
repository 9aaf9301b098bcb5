"""Boundaries, cell by cell against their definitions."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.grid.boundaries import Boundary, parse_boundary
from evolaw.errors import ArgumentError


def mirrored(i: int, size: int) -> int:
    """The cell seen in mirrors standing at both edges."""
    i %= 2 * size
    return i if i < size else 2 * size - 1 - i


def expected(board: np.ndarray, boundary: str, y: int, x: int) -> int:
    rows, cols = board.shape
    inside = 0 <= y < rows and 0 <= x < cols
    if boundary == "plane":
        return int(board[y, x]) if inside else 0
    if boundary == "reflecting":
        return int(board[mirrored(y, rows), mirrored(x, cols)])
    dx, dy = (int(part) for part in boundary.partition("+")[2].split(",")) if "+" in boundary else (0, 0)
    if dx:
        while not 0 <= y < rows:
            y, x = (y + rows, x - dx) if y < 0 else (y - rows, x + dx)
    elif dy:
        while not 0 <= x < cols:
            x, y = (x + cols, y - dy) if x < 0 else (x - cols, y + dy)
    return int(board[y % rows, x % cols])


@pytest.mark.parametrize("radius", [1, 3])
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (2, 3), (5, 7)])
@pytest.mark.parametrize("boundary", ["torus", "plane", "reflecting", "torus+2,0", "torus+-3,0", "torus+0,3"])
def test_every_cell_beyond_the_edge(boundary: str, shape: tuple[int, int], radius: int) -> None:
    boards = np.random.default_rng(0).integers(0, 2, (2, *shape), np.uint8)
    around = parse_boundary(boundary).extend(boards, radius)
    assert around.shape == (2, shape[0] + 2 * radius, shape[1] + 2 * radius)
    for y in range(-radius, shape[0] + radius):
        for x in range(-radius, shape[1] + radius):
            for board, found in zip(boards, around[:, y + radius, x + radius], strict=True):
                assert found == expected(board, boundary, y, x), (y, x)


def test_lines() -> None:
    line = np.array([1, 2, 3], np.uint8)
    ends = {"torus": [3, 1], "plane": [0, 0], "reflecting": [1, 3]}
    for name, (west, east) in ends.items():
        np.testing.assert_array_equal(parse_boundary(name).extend_line(line, 1), [west, 1, 2, 3, east])
    with pytest.raises(ArgumentError, match="no shift"):
        parse_boundary("torus+1,0").extend_line(line, 1)


@pytest.mark.parametrize("name", ["torus", "plane", "reflecting", "torus+5,0", "torus+0,-2"])
def test_names_round_trip(name: str) -> None:
    assert str(parse_boundary(name)) == name
    assert parse_boundary(parse_boundary(name)) == parse_boundary(name)


def test_no_shift_is_the_plain_torus() -> None:
    assert parse_boundary("torus+0,0") == Boundary("torus")


@pytest.mark.parametrize(
    "wrong", ["torsu", "torus+1", "torus+1,2", "torus+dx,dy", "torus+" + "9" * 50 + ",0", "", None, 3]
)
def test_wrong_names_are_refused(wrong: object) -> None:
    with pytest.raises(ArgumentError, match="`boundary`"):
        parse_boundary(wrong)  # type: ignore[arg-type]


def test_a_suggestion_is_made() -> None:
    with pytest.raises(ArgumentError, match="Did you mean reflecting"):
        parse_boundary("refecting")

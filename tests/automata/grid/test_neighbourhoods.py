"""Windows are numbered from the north-west, and turn as boards turn."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.grid import neighbourhoods
from evolaw.automata.stepping import windows


def picture(window: int) -> np.ndarray:
    return np.array([int(bit) for bit in f"{window:09b}"]).reshape(3, 3)


def number(cells: np.ndarray) -> int:
    return int("".join(str(int(cell)) for cell in cells.ravel()), 2)


def test_alive_neighbours_leave_the_centre_out() -> None:
    counted = [int(picture(w).sum() - picture(w)[1, 1]) for w in range(512)]
    np.testing.assert_array_equal(neighbourhoods.alive_neighbours(), counted)
    orthogonal = [int(sum(picture(w)[[0, 1, 1, 2], [1, 0, 2, 1]])) for w in range(512)]
    np.testing.assert_array_equal(neighbourhoods.alive_neighbours(neighbourhoods.VON_NEUMANN), orthogonal)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_rotation(turns: int) -> None:
    turned = [number(np.rot90(picture(w), turns)) for w in range(512)]
    np.testing.assert_array_equal(neighbourhoods.rotate_windows(turns), turned)


def test_reflection() -> None:
    mirrored = [number(picture(w)[:, ::-1]) for w in range(512)]
    np.testing.assert_array_equal(neighbourhoods.reflect_windows(), mirrored)


def test_windows_of_a_turned_board_are_the_turned_windows() -> None:
    board = (np.random.default_rng(0).random((6, 9)) < 0.5).astype(np.uint8)
    for turns in range(4):
        expected = np.rot90(neighbourhoods.rotate_windows(turns)[windows(board)], turns)
        np.testing.assert_array_equal(windows(np.rot90(board, turns)), expected)
    expected = neighbourhoods.reflect_windows()[windows(board)][:, ::-1]
    np.testing.assert_array_equal(windows(board[:, ::-1]), expected)


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (neighbourhoods.VON_NEUMANN, ["N", "W", "C", "E", "S"]),
        (neighbourhoods.HEXAGONAL, ["S", "SE", "W", "C", "E", "NW", "N"]),
        (511, ["NW", "N", "NE", "W", "C", "E", "SW", "S", "SE"]),
    ],
)
def test_inner_windows_follow_their_order(cells: int, order: list[str]) -> None:
    places = {"NW": 0, "N": 1, "NE": 2, "W": 3, "C": 4, "E": 5, "SW": 6, "S": 7, "SE": 8}
    expected = [int("".join(f"{w:09b}"[places[name]] for name in order), 2) for w in range(512)]
    np.testing.assert_array_equal(neighbourhoods.inner_windows(cells), expected)


def test_ignores() -> None:
    depends_on_north_east = (np.arange(512) & 64) > 0
    assert not neighbourhoods.ignores(depends_on_north_east, neighbourhoods.HEXAGONAL)
    assert neighbourhoods.ignores((np.arange(512) & 256) > 0, neighbourhoods.HEXAGONAL)
    assert not neighbourhoods.ignores((np.arange(512) & 256) > 0, neighbourhoods.VON_NEUMANN)


@pytest.mark.parametrize("radius", [1, 2, 3, 7])
def test_half_widths_hold_the_cells_of_their_definition(radius: int) -> None:
    definitions = {
        "moore": lambda x, y: True,
        "vonneumann": lambda x, y: abs(x) + abs(y) <= radius,
        "circular": lambda x, y: x * x + y * y <= radius * radius + radius,
    }
    span = range(-radius, radius + 1)
    for shape, inside in definitions.items():
        widths = neighbourhoods.half_widths(shape, radius)
        assert [2 * width + 1 for width in widths] == [sum(inside(x, y) for x in span) for y in span], shape

"""The place of a bounding box on a torus is found from shifted answers, or refused, never guessed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.boxes.placement import Crop, locate
from evolaw.errors import BoxError


def asker(board: np.ndarray, asked: list[tuple[int, int]]):  # type: ignore[no-untyped-def]
    def ask(down: int, right: int) -> Crop:
        asked.append((down, right))
        return Crop.of(np.roll(board, (down, right), (0, 1)))

    return ask


def test_crops() -> None:
    assert Crop.of(np.zeros((3, 4), np.uint8)).cells.shape == (0, 0)
    board = np.zeros((3, 4), np.uint8)
    board[1, 1:3] = 1
    assert Crop.of(board).cells.tolist() == [[1, 1]]


@pytest.mark.parametrize("density", [0.5, 0.2])
def test_ordinary_boards_need_one_question(density: float) -> None:
    draw = np.random.default_rng(0)
    cut = 0
    for _ in range(100):
        board = (draw.random((8, 64)) < density).astype(np.uint8)
        board[: draw.integers(0, 3)] = 0
        board[:, 64 - int(draw.integers(0, 6)) :] = 0
        asked: list[tuple[int, int]] = []
        np.testing.assert_array_equal(locate(Crop.of(board), board.shape, asker(board, asked), 4), board)
        cut += Crop.of(board).cells.shape != board.shape
        assert len(asked) == (Crop.of(board).cells.shape != board.shape)
    assert cut > 50


@settings(deadline=None, max_examples=200)
@given(st.integers(1, 9), st.integers(1, 12), st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.2, 0.6]))
def test_a_wrong_place_is_never_returned(rows: int, cols: int, seed: int, density: float) -> None:
    board = (np.random.default_rng(seed).random((rows, cols)) < density).astype(np.uint8)
    if not board.any():
        return
    try:
        found = locate(Crop.of(board), board.shape, asker(board, []), 6)
    except BoxError:
        return
    np.testing.assert_array_equal(found, board)


def test_one_cell_cannot_be_found_and_the_message_says_what_to_do() -> None:
    board = np.zeros((5, 8), np.uint8)
    board[2, 3] = 1
    asked: list[tuple[int, int]] = []
    with pytest.raises(
        BoxError, match=r"1 x 1 cells of a torus of 5 x 8.*3 shifted questions.*HashLife.*\{after\}\.mc"
    ):
        locate(Crop.of(board), board.shape, asker(board, asked), 3)
    assert len(asked) == 3


def test_contradicting_answers_are_an_error() -> None:
    draw = np.random.default_rng(1)
    board = draw.integers(0, 2, (9, 20), dtype=np.uint8)
    board[:, -1] = 0
    board[:, -2] = 1

    def ask(down: int, right: int) -> Crop:
        return Crop.of(draw.integers(0, 2, (9, 20), dtype=np.uint8))

    with pytest.raises(BoxError, match="contradict each other"):
        locate(Crop.of(board), board.shape, ask, 4)

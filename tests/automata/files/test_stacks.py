"""Stacks of boards from strangers: what can be read two ways is refused with both ways named."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.files.stacks import as_states
from evolaw.errors import ArgumentError, ParseError


def stack(dtype: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2, (3, 4, 5)).astype(dtype)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, float])
def test_zeros_and_ones_of_any_type_are_read(dtype: type) -> None:
    states, notes = as_states(stack(dtype), "x")
    assert states.dtype == np.uint8 and np.array_equal(states, stack()) and not notes


def test_a_channel_is_dropped_and_said() -> None:
    states, notes = as_states(stack()[..., None], "x")
    assert np.array_equal(states, stack()) and "(3, 4, 5, 1)" in notes[0]


def test_pictures_need_a_word() -> None:
    with pytest.raises(ParseError, match="--alive 255"):
        as_states(stack() * 255, "x")
    assert np.array_equal(as_states(stack() * 255, "x", alive=255)[0], stack())
    with pytest.raises(ParseError, match=r"--threshold"):
        as_states(stack() * 200 + 20, "x")
    assert np.array_equal(as_states(stack() * 200 + 20, "x", threshold=100)[0], stack())


def test_255_beside_living_cells_is_not_seen() -> None:
    values = stack()
    values[0, 0, 0] = 255
    assert as_states(values, "x")[0][0, 0, 0] == 255


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (np.zeros(4, int), r"\(time, cells\) for a line"),
        (np.zeros((0, 4, 4)), "at least one cell"),
        (np.zeros((2, 2, 2), complex), "whole numbers"),
        (np.full((2, 2, 2), np.nan), "0, 1 and 255"),
        (np.full((2, 3, 3, 3), 7), "colours"),
    ],
)
def test_what_is_no_stack_is_named(values: np.ndarray, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        as_states(values, "x")


def test_one_reading_at_a_time() -> None:
    with pytest.raises(ArgumentError, match="alive"):
        as_states(stack(), "x", alive=1, threshold=0)


def test_two_axes_are_a_line_over_time_and_that_is_said() -> None:
    states, notes = as_states(np.array([[0, 1, 0], [1, 0, 1]]), "mine.npy")
    assert states.shape == (2, 3) and "2 rows" in notes[0] and "line of 3 cells" in notes[0]

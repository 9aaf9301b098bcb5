"""Stacks of boards from strangers: what can be read two ways is refused with both ways named."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.files.stacks import are_ageing, are_cells, as_states, order_of_ages
from evolaw.automata.rules.generations import Generations
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


def test_cells_that_are_no_number_were_not_seen_however_the_others_are_read() -> None:
    """A threshold once took them for dead: NaN lies above nothing."""
    for name, low, high in (("alive", 0, 7), ("threshold", 3, 6.5), (None, 0, 1)):
        values = np.where(stack() == 1, float(high), float(low))
        values[1, 2, 0] = np.nan
        given = {"alive": {"alive": 7}, "threshold": {"threshold": 5}}.get(str(name), {})
        states, notes = as_states(values, "x", **given)
        assert states[1, 2, 0] == 255 and np.array_equal(np.where(states == 255, stack(), states), stack())
        assert notes[0] == "The 1 cells that are no number (NaN) were read as not seen."
    assert as_states(np.array([[0, np.nan, 1.0]]), "x")[1][0].startswith("The 1 rows")


def test_numbers_of_cells_are_told_from_other_numbers() -> None:
    real = stack().astype(float)
    assert are_cells(real) and are_cells(stack().astype(bool)) and are_cells(np.where(real == 0, 255, real))
    assert not any(map(are_cells, (real / 2, real * 0, np.full(3, np.nan), real + 1j, np.array(["0", "1"]))))


@pytest.mark.parametrize("law", ["/2/3", "345/2/4", "12/34/3", "3456/2/6", "2/13/21"])
def test_labels_of_any_meaning_are_put_in_the_order_of_their_ages(law: str) -> None:
    """However the states are numbered, and whether the living may stay or not; a circle that was not seen whole says nothing."""
    states, chance = Generations(law).states, np.random.default_rng(2)
    film = evolve(law, chance.integers(0, 2, (24, 24)), states + 4).values
    numbers = chance.permutation(states)
    assert order_of_ages(numbers[film], states) == numbers.tolist()
    assert order_of_ages(film[: states - 1], int(film[: states - 1].max()) + 1) is None
    assert order_of_ages(chance.integers(0, states, film.shape), states) is None


def test_states_that_age_are_told_from_other_numbers() -> None:
    film = evolve("345/2/4", np.random.default_rng(3).integers(0, 2, (20, 20)), 6).values
    assert are_ageing(film) and are_ageing(film.astype(float)) and are_ageing(film[None])
    assert are_ageing(np.where(np.random.default_rng(4).random(film.shape) < 0.1, np.nan, film))
    for other in (
        film[0],
        film[::2],
        (4 - film) % 4,
        film == 1,
        film + 0.5,
        film * 7,
        film[:1],
        film.astype(np.int64) - 1,
    ):
        assert not are_ageing(np.asarray(other))
    with pytest.raises(ParseError, match="save every generation, and number them 0 dead, 1 alive"):
        as_states(film[::2], "x")


@pytest.mark.parametrize("shape", [(20, 1, 9), (20, 9, 1)])
def test_boards_one_cell_high_or_wide_are_lines(shape: tuple[int, ...]) -> None:
    cells = np.random.default_rng(0).integers(0, 2, (20, 9)).astype(np.uint8)
    states, notes = as_states(cells.reshape(shape), "mine.npy")
    assert np.array_equal(states, cells) and "are lines" in notes[0]


def test_one_hot_channels_become_states() -> None:
    cells = np.random.default_rng(0).integers(0, 2, (6, 9, 8))
    states, notes = as_states(np.stack([1 - cells, cells], -1), "mine.npy")
    assert np.array_equal(states, cells) and "one-hot" in notes[0]
    twice = np.stack([cells, cells], -1)
    assert as_states(twice, "mine.npy")[0].shape == twice.shape

"""Letters of cells of many states."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.files.cell_letters import apart, letter
from evolaw.automata.files.rle import parse_rle, write_rle
from evolaw.errors import ArgumentError, ParseError


def test_letters_are_counted_as_golly_counts_them() -> None:
    """Written out: . then A to X, then the same behind p, q, …, y; the 255 letters are all different."""
    named = [".", *"ABCDEFGHIJKLMNOPQRSTUVWX"]
    named += [prefix + name for prefix in "pqrstuvwxy" for name in "ABCDEFGHIJKLMNOPQRSTUVWX"]
    assert [letter(state) for state in range(256)] == named[:256]
    assert named[255] == "yO"


def test_every_state_is_read_back() -> None:
    states = np.arange(255)
    text = "".join(f"{1 + state % 3}{letter(state)}" for state in states).encode()
    single, found, places = apart(text)
    cells = [(int(state), text[place : place + 1].decode()) for state, place in zip(found, places, strict=True)]
    assert [state for state, mark in cells if not mark.isdigit()] == states.tolist()
    assert set(single.decode()) == {*"123.A"}


@pytest.mark.parametrize("states", [3, 4, 26, 255])
def test_boards_come_back(states: int) -> None:
    rng = np.random.default_rng(states)
    for shape in ((1, 1), (3, 200), (40, 33)):
        board = np.where(rng.random(shape) < 0.6, 0, rng.integers(0, states, shape)).astype(np.uint8)
        pattern = parse_rle(write_rle(board, rule=f"B2/S/{states}", topology="torus"))
        assert np.array_equal(pattern.board, board) and pattern.rule == f"B2/S/{states}"
        assert np.array_equal(pattern.placed(*shape), board)


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("x = 3, y = 1, rule = /2/3\nA2 B\n 3C!", 3, 3, "C is a state that a rule of 3 states does not have"),
        ("x = 3, y = 1, rule = B2/S/30\nApA\nBpZ!", 3, 2, "'p' means nothing"),
        ("x = 3, y = 1, rule = B2/S/30\n.qA!", 2, 3, "qA is a state that a rule of 30 states"),
    ],
)
def test_letters_that_the_rule_does_not_have_are_named_where_they_stand(
    text: str, line: int, column: int, says: str
) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_rle(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_board_of_other_states_is_not_written() -> None:
    with pytest.raises(ArgumentError, match="hold the 3 states of /2/3, from 0"):
        write_rle([[0, 3]], rule="/2/3")
    with pytest.raises(ArgumentError, match="hold 0 and 1 only"):
        write_rle([[0, 2]], rule="B3/S23")

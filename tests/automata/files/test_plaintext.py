"""Drawn and listed patterns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.files.plaintext import parse_life106, parse_picture
from evolaw.errors import ParseError

GLIDER = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]


@pytest.mark.parametrize(
    "text",
    [
        "!Name: Glider\n!\n!a comment\n.O.\n..O\nOOO\n",
        ".O\r\n..O\r\nOOO",
        ".*.\n..*\n***",
        "010\n001\n111\n\n",
        "0 1 0\n0 0 1\n1 1 1",
        "0,1,0\n0,0,1\n1,1,1",
    ],
)
def test_pictures(text: str) -> None:
    assert parse_picture(text).board.tolist() == GLIDER


def test_names_comments_and_blank_rows_are_kept() -> None:
    pattern = parse_picture("!Name: Two blinkers\n!found early\nOOO\n\nOOO\n")
    assert (pattern.name, pattern.comments) == ("Two blinkers", ("found early",))
    assert pattern.board.tolist() == [[1, 1, 1], [0, 0, 0], [1, 1, 1]]


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("!x\n.O\n..?O", 3, 3, "'\\?' means nothing"),
        ("010\n01\n111", 2, 3, "2 cells and the first one 3"),
        ("010\n0111\n111", 2, 4, "4 cells and the first one 3"),
    ],
)
def test_faults_of_pictures(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_picture(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_lists_of_cells_keep_their_place() -> None:
    pattern = parse_life106("#Life 1.06\n#D found by hand\n0 -1\n1 0\n-1 1\n0 1\n1 1\n")
    assert pattern.board.tolist() == GLIDER
    assert (pattern.position, pattern.comments) == ((-1, -1), ("D found by hand",))
    assert parse_life106("#Life 1.06\n").population == 0


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("#Life 1.06\n0 1\n3 x\n", 3, 3, "two whole numbers"),
        ("#Life 1.06\nx\n", 2, 1, "two whole numbers"),
        ("#Life 1.06\n0 0\n999999999 999999999", None, None, "1000000000 x 1000000000"),
        ("#Life 1.06\n-999999999999999999 0\n999999999999999999 0", None, None, "more than"),
        ("#Life 1.06\n" + "9" * 5000 + " 0", 2, 1, "18 digits"),
    ],
)
def test_faults_of_lists(text: str, line: int | None, column: int | None, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_life106(text)
    assert (caught.value.line, caught.value.column) == (line, column)


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=".O*01! \n\r,xé", max_size=80), st.text(alphabet="-+0123456789 ,\n#x\x85", max_size=80))
def test_fuzz(picture: str, listing: str) -> None:
    for parse, text in ((parse_picture, picture), (parse_life106, "#Life 1.06\n" + listing)):
        try:
            parse(text)
        except ParseError as error:
            assert error.line is None or error.line >= 1

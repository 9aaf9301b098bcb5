"""MCell's patterns: Life's family is read, other games are named."""

from __future__ import annotations

import pytest

from evolaw.automata.files.formats import parse_pattern
from evolaw.automata.files.mcell import parse_mcell
from evolaw.errors import ParseError

HEAD = "#MCell 4.00\n#GAME Life\n#RULE 23/36\n#BOARD 40x30\n"


def test_the_glider_of_mcell() -> None:
    found = parse_pattern(HEAD + "#D a glider\n#L .A$..A$AAA\n")
    assert found.board.tolist() == [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
    assert found.rule == "B36/S23" and found.comments == ("a glider",)
    assert found.grid is not None and (found.grid.rows, found.grid.cols, found.grid.boundary) == (30, 40, "torus")


def test_a_plane_and_long_runs() -> None:
    found = parse_mcell(HEAD + "#WRAP 0\n#L 12A$\n#L 3.2A")
    assert found.grid is not None and found.grid.boundary == "plane"
    assert found.board.shape == (2, 12) and found.board[1].tolist()[:6] == [0, 0, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#MCell 4.00\n#GAME Generations\n#RULE 2/3/4\n#L A", "Generations"),
        ("#MCell 4.00\n#GAME Life\n#L .B", "'B'"),
        (HEAD, "no line #L"),
        ("#MCell 4.00\nhello", "begins with #"),
        ("#MCell 4.00\n#RULE x\n#L A", "23/3"),
        ("#MCell 4.00\n#BOARD 2x2\n#L 5A", "does not hold"),
        ("#MCell 4.00\n#L 99999999999A", "digits"),
    ],
)
def test_what_is_not_read_is_named(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        parse_mcell(text)

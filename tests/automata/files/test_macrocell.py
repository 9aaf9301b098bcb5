"""Macrocell files: as Golly writes them, and what is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.files.boards import Grid
from evolaw.automata.files.macrocell import parse_macrocell
from evolaw.automata.files.rle import write_rle
from evolaw.errors import ParseError

GLIDER = "[M2] (golly 3.3)\n#R B3/S23:T10,10\n#G 8\n#C hi\n$$$$$$.......*$\n$$$$*$.*$**$\n4 1 2 0 0\n"


def test_a_file_written_by_golly() -> None:
    pattern = parse_macrocell(GLIDER)
    assert (pattern.rule, pattern.grid, pattern.generation) == ("B3/S23", Grid(10, 10), 8)
    assert pattern.comments == ("hi",)
    assert pattern.population == 5
    assert np.argwhere(pattern.placed(10, 10)).tolist() == [[2, 5], [3, 6], [4, 4], [4, 5], [4, 6]]


@pytest.mark.skipif(shutil.which("bgolly") is None, reason="bgolly (package golly) is not installed")
@pytest.mark.parametrize("size", [(1, 1), (7, 9), (16, 16), (33, 70), (64, 8), (200, 3)])
def test_golly_returns_the_board_it_was_given(tmp_path: Path, size: tuple[int, int]) -> None:
    board = np.random.default_rng(size).integers(0, 2, size, dtype=np.uint8)
    board[board.shape[0] // 2, board.shape[1] // 2] = 1
    before, after = tmp_path / "before.rle", tmp_path / "after.mc"
    before.write_text(write_rle(board, rule="B3/S23", topology="torus"))
    command = ["bgolly", "-q", "-q", "-a", "HashLife", "-m", "0", "-o", str(after), str(before)]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    np.testing.assert_array_equal(parse_macrocell(after.read_text()).placed(*size), board)


def test_empty_and_nested() -> None:
    assert parse_macrocell("[M2]\n#R B3/S23\n$\n4 0 0 0 0").population == 0
    assert parse_macrocell("[M2]").board.shape == (0, 0)
    pattern = parse_macrocell("[M2]\n*$\n4 1 1 1 1\n5 2 0 0 2")
    assert pattern.population == 8
    assert pattern.board.shape == (25, 25)
    assert pattern.position == (-16, -15)


def test_cells_of_many_states_come_in_fours() -> None:
    pattern = parse_macrocell("[M2]\n#R /2/4\n1 0 2 1 0\n1 3 3 0 3\n2 1 0 0 2\n3 0 0 0 3")
    assert pattern.rule == "/2/4" and pattern.position == (0, 1)
    np.testing.assert_array_equal(pattern.board, [[0, 2, 0, 0], [1, 0, 0, 0], [0, 0, 3, 3], [0, 0, 0, 3]])
    assert parse_macrocell("[M2]\n#R /2/4\n1 0 0 0 0\n2 1 1 0 0").board.size == 0


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("[M2]\n*$\n4 1 0 2 0", 3, 7, "does not stand before"),
        ("[M2]\n*$\n5 1 0 0 0", 3, 3, "must have level 4"),
        ("[M2]\n1 0 0 0 1", 2, 1, "Name the rule"),
        ("[M2]\n#R /2/3\n1 0 0 3 1", 3, 7, "3 is a state that a rule of 3 states does not have"),
        ("[M2]\n#R /2/3\n0 0 0 0 1", 3, 1, "The level is 0"),
        ("[M2]\n*$\n61 1 0 0 0", 3, 1, "more than the 60"),
        ("[M2]\n*$\n4 1 0 0", 3, 1, "five whole numbers"),
        ("[M2]\n.x$", 2, 2, "leaf"),
        ("[M2]\n.........*$", 2, 1, "leaf"),
        ("[M2]\n$$$$$$$$$*", 2, 1, "leaf"),
        ("[M2]\n#R B3/S23:S4\n*$", 2, 10, "sphere"),
    ],
)
def test_faults(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_macrocell(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_quadtree_bomb_is_refused_by_its_bounding_box() -> None:
    levels = "\n".join(f"{level} {level - 3} {level - 3} {level - 3} {level - 3}" for level in range(4, 61))
    with pytest.raises(ParseError, match="more than the"):
        parse_macrocell(f"[M2]\n*$\n{levels}")


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(["*$", "$", ".*$*", "4 1 0 0 1", "5 2 2 0 0", "4 9 9 9 9", "#R x:T", "#G 3", "zz", "6 3 3 3 3"])
    )
)
def test_fuzz(lines: list[str]) -> None:
    try:
        parse_macrocell("\n".join(["[M2]", *lines]))
    except ParseError as error:
        assert error.line is not None

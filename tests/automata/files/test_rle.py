"""RLE: what comes back is what was written, every fault has its line and column, and hostile files cost nothing."""

from __future__ import annotations

import time
import tracemalloc

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.files.boards import Grid
from evolaw.automata.files.rle import parse_rle, write_rle
from evolaw.errors import ArgumentError, ParseError

GLIDER = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
BOARDS = arrays.arrays(np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 90)), elements=st.integers(0, 1))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_full_file(end: str) -> None:
    lines = [
        "#N Glider",
        "#O Richard Guy",
        "#C the smallest ship",
        "#CXRLE Pos=-1,2 Gen=3480106827776",
        "x = 3, y = 3, rule = B3/S23:T30+5,20",
        "bo$2b",
        "# in between",
        "o$3",
        "o! and whatever follows: x = 9, zzz",
        "#C below",
    ]
    pattern = parse_rle(end.join(lines))
    assert pattern.board.tolist() == GLIDER
    assert (pattern.name, pattern.rule, pattern.grid) == ("Glider", "B3/S23", Grid(20, 30, "torus+5,0"))
    assert (pattern.position, pattern.generation) == ((-1, 2), 3480106827776)
    assert pattern.comments == ("By Richard Guy", "the smallest ship", "in between", "below")


GLIDER_TEXT = "x = 3, y = 3, rule = B3/S23:T30,20\nbo$2bo$3o!"


@pytest.mark.parametrize(
    "text",
    [
        "bo$bbo$ooo!",
        "x=3,y=3\nbo$2bo$3o!",
        "x = 3 , y = 3 , rule = B3/S23\n.A$..A$3A!",
        "  X = 3, Y = 3, RULE = B3/S23\n b o $ 2 b o $ 3 o !",
        "#R 0 0\n\n\nx = 0, y = 0\nbo$2bo$3o$$$$!",
        b"#C \xff\xfe\nx = 3, y = 3\nbo$2bo$3o!",
        "x = 1, y = 1\nbo9b$2bo$3o!",
    ],
)
def test_forms_of_one_glider(text: str | bytes) -> None:
    assert parse_rle(text).board.tolist() == GLIDER


def test_the_header_sets_the_size_and_the_cells_may_exceed_it() -> None:
    assert parse_rle("x = 4, y = 2\no!").board.shape == (2, 4)
    assert parse_rle("x = 0, y = 0\n3o!").board.shape == (1, 3)
    assert parse_rle("x = 5, y = 5, rule = B3/S23:T5,5\n!").board.shape == (5, 5)
    assert parse_rle("3$2bo!").board.shape == (4, 3)
    assert parse_rle("!").board.shape == (0, 0)


@pytest.mark.parametrize("length", range(len(GLIDER_TEXT)))
def test_a_text_that_was_cut_short_is_refused(length: int) -> None:
    """Wherever it is cut; before, a third of the glider was read as a smaller board."""
    part = GLIDER_TEXT[:length]
    says = "cut short" if "\n" in part and not part[-1].isdigit() else None
    with pytest.raises(ParseError, match=says):
        parse_rle(part)


def test_old_comment_letters_name_rule_and_corner() -> None:
    pattern = parse_rle("#r B36/S23\n#P -3 4\no!")
    assert (pattern.rule, pattern.position) == ("B36/S23", (-3, 4))


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("x = 1000000000, y = 1000000000\no!", 1, 1, "1000000000 x 1000000000"),
        ("x = 3, y = 3\n999999999o!", 2, 10, "999999999"),
        ("x = 3, y = 3\nbo$\n999999999b$9o$999999999bo!", 3, 25, "1000000000"),
        ("999999999$o!", 1, 11, "1000000000"),
        ("x = 3, y = 3\nbo$\n99999999999o!", 3, 1, "more than 10 digits"),
        ("x = 3, y = 3\nbo$0b!", 2, 4, "run length is 0"),
        ("x = 3, y = 3\nbo$\r\n  2bC!", 3, 5, "more than two states"),
        ("x = 3, y = 3\npA!", 2, 1, "more than two states"),
        ("x = 3, y = 3\nbo$é!", 2, 4, "'é' means nothing"),
        ("x = 3, y = 3\nbo$q!", 2, 4, "'q' means nothing"),
        ("x = 3, y = 3\nbo$12", 2, 4, "must be followed by"),
        ("x = 3 y = 3\no!", 1, 1, "must read like"),
        ("x = -3, y = 3\no!", 1, 1, "must read like"),
        ("#C hi\nx = " + "9" * 30 + ", y = 3\no!", 2, 5, "18 digits"),
        ("x = 3, y = 3, rule = B3/S23:K3,4\no!", 1, 28, "Klein bottle"),
        ("x = 3, y = 3, rule = B3/S23:T999999999,9\no!", 1, 28, "999999999"),
        ("#CXRLE Pos=a\no!", 1, 12, "Pos must be"),
        ("#C\n#CXRLE Gen=-5\no!", 2, 12, "Gen must be"),
    ],
)
def test_faults_are_named_with_line_and_column(text: str, line: int, column: int, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_rle(text, source="a.rle")
    assert (caught.value.source, caught.value.line, caught.value.column) == ("a.rle", line, column)


def test_hostile_text_costs_no_memory() -> None:
    bombs = ["x = 1000000000, y = 1000000000\no!", "9999999999o" * 1000, "9999999999$" * 1000 + "o", "1" * 10**6]
    tracemalloc.start()
    try:
        for bomb in bombs:
            with pytest.raises(ParseError):
                parse_rle(bomb)
        assert tracemalloc.get_traced_memory()[1] < 60 * 2**20
    finally:
        tracemalloc.stop()


def test_wide_and_tall_in_different_blocks_is_still_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evolaw.automata.files.rle._BLOCK", 12)
    for text, column in (("20000bobobo$20000$3bo$$$$$$$$$$$$", 21), ("x = 20000, y = 1\n20000$o", 7)):
        with pytest.raises(ParseError, match=r"2000[0-9] x 2000[0-9]|20001 x 20000") as caught:
            parse_rle(text)
        assert caught.value.column == column
    assert parse_rle("2000bobobo$2000$3bo!").board.shape == (2002, 2005)


def test_runs_that_cross_blocks_and_long_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    board = np.random.default_rng(0).integers(0, 2, (40, 70), dtype=np.uint8)
    text = write_rle(board, rule="B3/S23", topology="torus")
    header, _, body = text.partition("\n")
    for block in (12, 13, 17, 100):
        monkeypatch.setattr("evolaw.automata.files.rle._BLOCK", block)
        np.testing.assert_array_equal(parse_rle(text).board, board)
        np.testing.assert_array_equal(parse_rle(header + "\n" + body.replace("\n", "")).board, board)


@given(BOARDS)
def test_written_and_read_is_the_same(board: np.ndarray) -> None:
    text = write_rle(board, rule="B3/S23", topology="plane", position=(-7, 9), generation=12, name="n", comments=["c"])
    pattern = parse_rle(text)
    np.testing.assert_array_equal(pattern.board, board)
    assert max(len(line) for line in text.splitlines()) <= 70
    assert (pattern.rule, pattern.position, pattern.generation) == ("B3/S23", (-7, 9), 12)
    assert pattern.grid == Grid(*board.shape, "plane")
    assert (pattern.name, pattern.comments) == ("n", ("c",))


def test_the_writer_refuses_what_it_could_not_read_back() -> None:
    with pytest.raises(ArgumentError, match="`name` must be one line"):
        write_rle(GLIDER, name="a\nb")
    with pytest.raises(ArgumentError, match="`rule` must be given"):
        write_rle(GLIDER, topology="torus")
    with pytest.raises(ArgumentError, match="`board` must hold 0 and 1"):
        write_rle([[2]])
    with pytest.raises(ArgumentError, match="`board` must have shape"):
        write_rle([0, 1])


def _outcome(text: str | bytes) -> None:
    """Reading gives a pattern or a ParseError, soon."""
    start = time.perf_counter()
    try:
        assert parse_rle(text).board.size <= 2**28
    except ParseError as error:
        assert error.exit_code == 3
    assert time.perf_counter() - start < 5


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet="bo$!.A0123456789 \n\r#xy=,:TPKB/SCpqZé", max_size=200))
def test_fuzz_texts(text: str) -> None:
    _outcome(text)


@settings(deadline=None, max_examples=100)
@given(BOARDS, st.data())
def test_fuzz_mutations(board: np.ndarray, data: st.DataObject) -> None:
    text = bytearray(write_rle(board, rule="B3/S23", topology="torus+1,0", position=(0, 0)), "ascii")
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(text) - 1))
        kind = data.draw(st.sampled_from("rid"))
        if kind == "r":
            text[place] = data.draw(st.integers(0, 255))
        elif kind == "i":
            text[place:place] = data.draw(st.sampled_from([b"9999", b"$", b"x=1", b"#", b"\n", b"!"]))
        else:
            del text[place : place + data.draw(st.integers(1, 9))]
            text = text or bytearray(b"!")
    _outcome(bytes(text))

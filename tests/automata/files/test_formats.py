"""Formats are told apart by suffix, else by how a text begins."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evolaw.automata.files.formats import parse_pattern, read_bytes, read_pattern
from evolaw.errors import ParseError

GLIDER = [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
TEXTS = {
    "glider.rle": "x = 3, y = 3, rule = B3/S23\nbo$2bo$3o!",
    "glider.cells": "!Name: Glider\n.O.\n..O\nOOO\n",
    "glider.mc": "[M2] (x)\n#R B3/S23\n.*$..*$***$\n4 1 0 0 0",
    "glider.lif": "#Life 1.06\n0 0\n1 1\n-1 2\n0 2\n1 2\n",
    "glider.txt": "010\n001\n111\n",
    "bare.txt": "bo$2bo$3o!",
    "digits.txt": "# note\n3$bo$2bo$3o!",
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_format(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(TEXTS[name])
    wanted = [[0] * 3] * 3 + GLIDER if name == "digits.txt" else GLIDER
    assert read_pattern(file).board.tolist() == wanted
    assert parse_pattern(TEXTS[name]).board.tolist() == wanted


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "a.rle"
    file.write_bytes(b"\xef\xbb\xbf" + TEXTS["glider.rle"].encode())
    assert read_pattern(file).population == 5


def test_missing_files_folders_and_large_files(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=r"no such file.*Check the path"):
        read_pattern(tmp_path / "none.rle")
    with pytest.raises(ParseError, match="This is a folder"):
        read_pattern(tmp_path)
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 5) == b"12345"
    with pytest.raises(ParseError, match="larger than the 4 bytes"):
        read_bytes(tmp_path / "a", 4)


def test_errors_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "bad.rle"
    file.write_text("x = 3, y = 3\nbz!")
    with pytest.raises(ParseError, match=r"bad\.rle:2:2: 'z'"):
        read_pattern(file)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.cells", b"\n" * 2**19),
        ("a.cells", b".\n" * 2**19),
        ("a.mc", b"[M2]\n" + b"\n" * 2**20),
        ("a.lif", b"#Life 1.06\n" + b"\n" * 2**24),
        ("a.rle", b"#\n" * 2**20),
        ("a.rle", b"x = 1, y = 1\n" + b"#\n" * 2**20),
        ("a.rle", b"x = 1, y = 1, rule = " + b" " * 2**22 + b"a"),
        ("a.rle", b"#CXRLE " + b"a" * 2**22),
    ],
)
def test_files_of_very_many_or_long_lines_are_refused_soon(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    start = time.perf_counter()
    with pytest.raises(ParseError):
        read_pattern(tmp_path / name)
    assert time.perf_counter() - start < 60


@pytest.mark.slow
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120) | st.text(alphabet="#Life 1.06[M]x=,y!\nbo$.O01*R", max_size=120).map(str.encode))
def test_fuzz_files(tmp_path: Path, data: bytes) -> None:
    for suffix in ("", ".rle", ".cells", ".mc"):
        file = tmp_path / f"a{suffix}"
        file.write_bytes(data)
        try:
            read_pattern(file)
        except ParseError as error:
            assert str(file) in str(error)

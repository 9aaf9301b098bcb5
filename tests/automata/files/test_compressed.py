"""Packed patterns are read like the file inside, and no bomb is inflated."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import pytest

from evolaw.automata.files.compressed import inflated
from evolaw.automata.files.formats import read_pattern
from evolaw.errors import ParseError

GLIDER = b"x = 3, y = 3, rule = B3/S23\nbo$2bo$3o!"


def test_golly_s_packed_patterns_are_read(tmp_path: Path) -> None:
    (tmp_path / "glider.rle.gz").write_bytes(gzip.compress(GLIDER))
    with zipfile.ZipFile(tmp_path / "glider.zip", "w") as archive:
        archive.writestr("g.rle", GLIDER)
    for name in ("glider.rle.gz", "glider.zip"):
        assert read_pattern(tmp_path / name).population == 5


def test_bombs_torn_and_full_archives_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(10**6)))
    with pytest.raises(ParseError, match="larger than"):
        inflated(tmp_path / "bomb.gz", 1000)
    (tmp_path / "torn.gz").write_bytes(gzip.compress(GLIDER)[:-9])
    with pytest.raises(ParseError, match="unpacked"):
        inflated(tmp_path / "torn.gz", 1000)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.rle", GLIDER)
        archive.writestr("b.rle", GLIDER)
    with pytest.raises(ParseError, match=r"a\.rle, b\.rle"):
        inflated(tmp_path / "two.zip", 1000)
    (tmp_path / "bad.zip").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ParseError, match="unpacked"):
        inflated(tmp_path / "bad.zip", 1000)

"""Paths and texts as people have them: named, read, or told what is wrong with them."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from evolaw.automata.files.formats import read_pattern
from evolaw.automata.files.recordings import holds_boards, read_recording
from evolaw.discovery.diffusions.files.tracks import read_tracks
from evolaw.discovery.lattices.series.series import read_series
from evolaw.documents import write_document
from evolaw.errors import ParseError
from evolaw.josephson.fitting.tables import read_table
from evolaw.storage import Run
from evolaw.textfiles import decoded, first_lines, missing, read_text, require_file, require_path, require_plain

READERS = (read_pattern, read_recording, read_tracks, read_series, read_table, Run.open)


@pytest.mark.parametrize("path", ["", " ", "\t\n", "a\0b"])
def test_a_path_that_names_nothing_is_not_the_current_folder(path: str) -> None:
    for use in (*READERS, require_path, lambda path: Run.create(path, about={}), lambda path: write_document(path, "")):
        with pytest.raises(ParseError, match=r"The path is empty|zero byte"):
            use(path)


def test_where_nothing_is_what_may_be_meant_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("glider.rle", "a.csv"):
        Path(name).write_text("1")
    for path, says in {
        "a.csv ": "without the blank at its end there is",
        "~/a.csv": "no shell replaces ~",
        "*.png": "none here that the pattern fits",
        "glidr.rle": r"Did you mean glider\.rle\?",
        "nothing-like-it": "Check the path",
        "nowhere/a.csv": "Check the path",
    }.items():
        with pytest.raises(ParseError, match=says):
            require_file(path)


def test_what_is_no_file_is_named_for_what_it_is(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path, says in {
        tmp_path: "This is a folder",
        "/dev/zero": "no plain file",
        tmp_path / "fifo": "no plain file",
    }.items():
        for use in (require_file, lambda path: read_text(path, 10)):
            with pytest.raises(ParseError, match=says):
                use(path)
    with pytest.raises(ParseError, match="cannot be read: File name too long"):
        require_plain("x" * 5000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_reader_of_text_knows_the_ways_of_writing_it(tmp_path: Path, encoding: str, end: str) -> None:
    def written(name: str, text: str) -> Path:
        data = text.replace("\n", end).encode(encoding)
        (tmp_path / name).write_bytes(b"\xfe\xff" + data if encoding == "utf-16-be" else data)
        return tmp_path / name

    track = read_tracks(written("t.csv", "t,x\n0,1.5\n0.1,1.25\n"))[0]
    assert (track.times.tolist(), track.values[:, 0].tolist()) == ([0, 0.1], [1.5, 1.25])
    boards = written("b.csv", "0,1\n1,0\n\n1,0\n0,1\n")
    assert holds_boards(boards) and read_recording(boards).values.tolist() == [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]
    assert read_pattern(written("g.rle", "x = 3, y = 3, rule = B3/S23\nbob$2bo$3o!\n")).population == 5
    curve = read_table(written("iv.csv", "current (uA), voltage (mV)\n0, 0\n1, 0.5\n2, 2\n"))
    assert curve.columns["current"] == pytest.approx([0, 1e-6, 2e-6])
    table = "# rows=8 cols=8 start_density=0.5\nrun,time,density\n0,0,0.5\n0,1,0.25\n"
    assert read_series(written("s.csv", table)).values.tolist() == [[[0.25]]]
    assert first_lines(tmp_path / "t.csv")[0] == "t,x"


def test_other_bytes_are_refused_and_not_read_as_signs(tmp_path: Path) -> None:
    text = "电流 (uA), 电压 (mV)\n0, 0\n1, 0.5\n2, 2\n"
    for data, says in {
        text.encode("gbk"): "no UTF-8 text from byte 0 on",
        b"t,x\n0,1\n0.1,\xff\n": "no UTF-8 text from byte 12 on",
        gzip.compress(text.encode()): "packed. Unpack it",
        b"PK\x03\x04" + bytes(40): "packed. Unpack it",
    }.items():
        (tmp_path / "a.csv").write_bytes(data)
        for use in (read_tracks, read_series, read_table):
            with pytest.raises(ParseError, match=says):
                use(tmp_path / "a.csv")
    (tmp_path / "a.csv").rename(tmp_path / "a.csv.gz")
    with pytest.raises(ParseError, match="packed"):
        read_tracks(tmp_path / "a.csv.gz")
    (tmp_path / "long.csv").write_text("x" * 11)
    with pytest.raises(ParseError, match=r"larger than the 10 B"):
        read_text(tmp_path / "long.csv", 10)
    assert decoded(b"Schr\xf6dinger", "a", tolerant=True) == "Schr\ufffddinger"


def test_a_pipe_is_told_from_a_missing_file() -> None:
    assert "not from a pipe" in str(missing(Path("-")))

"""Documents: whole or absent, bounded, and lines that survive being torn."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolaw import documents
from evolaw.errors import ParseError, StorageError


def test_documents_are_whole_or_absent(tmp_path: Path) -> None:
    documents.write_document(tmp_path / "a.txt", "old")
    with pytest.raises(StorageError, match="cannot be written"):
        documents.write_document(tmp_path / "missing" / "a.txt", "new")
    documents.write_document(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_text() == "new"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]


def test_a_pipe_is_written_into_and_a_link_stays_a_link(tmp_path: Path) -> None:
    """Renamed over, a device such as /dev/null would be gone; as the administrator it was."""
    pipe, heard = tmp_path / "pipe", []
    os.mkfifo(pipe)
    with pytest.raises(StorageError, match="cannot be written"):
        documents.write_document(pipe, "nobody reads")
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    reader = threading.Thread(target=lambda: heard.append(os.read(end, 100)))
    documents.write_document(pipe, "somebody reads")
    reader.start()
    reader.join(5)
    os.close(end)
    assert heard == [b"somebody reads"] and pipe.is_fifo()
    behind, link = tmp_path / "behind.txt", tmp_path / "link.txt"
    behind.write_text("old")
    link.symlink_to(behind)
    assert documents.write_document(link, "new") == link
    assert link.is_symlink() and behind.read_text() == "new"
    assert sorted(item.name for item in tmp_path.iterdir()) == ["behind.txt", "link.txt", "pipe"]
    with pytest.raises(ParseError, match="zero byte"):
        documents.write_document("a\0b", "x")


@pytest.mark.parametrize("torn", ["", '{"a": 1', "rubbish\n", "\n"])
def test_lines_after_a_torn_one_are_read(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "lines"
    documents.append_lines(path, [{"a": 0}])
    with path.open("a") as file:
        file.write(torn)
    documents.append_lines(path, [{"b": np.int64(2)}])
    assert list(documents.read_lines(path)) == [{"a": 0}, {"b": 2}]


def test_json_is_bounded_and_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.json"
    path.write_text(documents.to_json({"values": np.arange(3), "one": np.float64(0.5), "名": "生命"}))
    assert documents.read_json(path) == {"values": [0, 1, 2], "one": 0.5, "名": "生命"}
    monkeypatch.setattr(documents, "_MAX_JSON", 10)
    with pytest.raises(StorageError, match="larger than 10 bytes"):
        documents.read_json(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_bytes(content)
    try:
        assert isinstance(documents.read_json(path), dict)
    except StorageError as error:
        assert str(path) in str(error)

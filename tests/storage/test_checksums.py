"""Every byte of a run is vouched for; what a kill may leave is told from damage."""

from __future__ import annotations

import contextlib
import json
import zlib
from pathlib import Path

import numpy as np
import pytest

from evolaw.errors import StorageError
from evolaw.storage import Run


def a_run(path: Path) -> Run:
    with Run.create(path, about={"kind": "test"}) as run:
        run.write("values", np.arange(6.0), ("cells",))
        run.document("note.txt", "first")
        (path / "deeper").mkdir()
        run.document("deeper/note.txt", "other")
        run.record({"loss": 0.5})
        run.record({"loss": 0.25})
    return Run.open(path)


def files_of(path: Path) -> list[Path]:
    return sorted(file for file in path.rglob("*") if file.is_file())


def test_no_flipped_bit_goes_unnoticed(tmp_path: Path) -> None:
    """Every third bit of the documents that the run keeps of itself, flipped one by one: none goes unnoticed."""
    a_run(tmp_path / "run")
    for name in ("manifest.json", "progress.json", "records.jsonl"):
        file = tmp_path / "run" / name
        whole = file.read_bytes()
        for bit in range(0, 8 * len(whole), 3):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            file.write_bytes(damaged)
            try:
                noticed = bool(Run.open(tmp_path / "run").verify())
            except StorageError:
                noticed = True
            assert noticed, (name, bit)
        file.write_bytes(whole)
    assert Run.open(tmp_path / "run").verify() == []


def test_every_byte_lies_under_a_checksum(tmp_path: Path) -> None:
    a_run(tmp_path / "run")
    for file in files_of(tmp_path / "run"):
        whole = file.read_bytes()
        for place in {0, len(whole) // 2, len(whole) - 1}:
            damaged = bytearray(whole)
            damaged[place] ^= 0x20
            file.write_bytes(damaged)
            with contextlib.suppress(StorageError):
                assert Run.open(tmp_path / "run").verify(), (file, place)
        file.write_bytes(whole)


@pytest.mark.parametrize("name", ["records.jsonl", "checksums.jsonl"])
def test_lost_lines_are_noticed(tmp_path: Path, name: str) -> None:
    a_run(tmp_path / "run")
    file = tmp_path / "run" / name
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(lines[:-1]))
    assert "ends after" in Run.open(tmp_path / "run").verify()[0]
    file.unlink()
    assert "is missing" in Run.open(tmp_path / "run").verify()[0]


def test_a_kill_between_the_line_and_its_document_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with pytest.raises(KeyboardInterrupt), Run.create(path, about={}) as run:
        run.document("note.txt", "first")
        raise KeyboardInterrupt
    data = b"second"
    entry = (
        json.dumps({"document": "note.txt", "bytes": len(data), "crc32": zlib.crc32(data)}).removesuffix("}").encode()
    )
    with (path / "checksums.jsonl").open("ab") as file:
        file.write(entry + f', "seal": "{zlib.crc32(entry):08x}"}}\n'.encode())
    assert Run.open(path).verify() == []
    (path / "note.txt").write_bytes(b"third")
    assert "note.txt is damaged" in Run.open(path).verify()[0]
    with Run.resume(path) as run:
        run.document("note.txt", "fourth")
    assert Run.open(path).verify() == []
    (path / "note.txt").write_bytes(data)
    assert "note.txt is damaged" in Run.open(path).verify()[0]


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", ""])
def test_documents_stay_inside(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageError, match="inside the run"), Run.create(tmp_path / "run", about={}) as run:
        run.document(name, "x")


def test_a_damaged_document_is_not_handed_out(tmp_path: Path) -> None:
    run = a_run(tmp_path / "run")
    assert run.read_document("note.txt") == b"first"
    (tmp_path / "run" / "note.txt").write_bytes(b"fyrst")
    with pytest.raises(StorageError, match=r"note\.txt is damaged"):
        run.read_document("note.txt")


def test_a_document_may_be_the_one_before_the_last_only_where_a_kill_may_be_the_reason(tmp_path: Path) -> None:
    with contextlib.suppress(KeyboardInterrupt), Run.create(tmp_path / "run", about={}) as run:
        for text in ("first", "second", "third"):
            run.document("note.txt", text)
        raise KeyboardInterrupt
    note = tmp_path / "run" / "note.txt"
    for text, sound in (("third", True), ("second", True), ("first", False)):
        note.write_text(text)
        assert (Run.open(tmp_path / "run").verify() == []) == sound, text
    with Run.resume(tmp_path / "run"):
        note.write_text("second")
    assert "damaged" in Run.open(tmp_path / "run").verify()[0]


@pytest.mark.parametrize(("times", "sound"), [(1, True), (2, False)])
def test_a_document_may_be_missing_only_where_a_kill_may_be_the_reason(tmp_path: Path, times: int, sound: bool) -> None:
    with contextlib.suppress(KeyboardInterrupt), Run.create(tmp_path / "run", about={}) as run:
        for _ in range(times):
            run.document("note.txt", "text")
        raise KeyboardInterrupt
    (tmp_path / "run" / "note.txt").unlink()
    assert (Run.open(tmp_path / "run").verify() == []) == sound
    with Run.resume(tmp_path / "run"):
        pass
    assert "lost" in Run.open(tmp_path / "run").verify()[0]


def test_a_single_number_is_an_array_too(tmp_path: Path) -> None:
    with Run.create(tmp_path / "run", about={}) as run:
        run.write("value", np.float64(0.5), ())
    assert Run.open(tmp_path / "run").read("value") == 0.5
    assert Run.open(tmp_path / "run").verify() == []

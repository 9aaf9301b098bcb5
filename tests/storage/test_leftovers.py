"""What may be cleared away for a new run, and what may not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evolaw.errors import StorageError
from evolaw.storage import Run
from evolaw.storage.leftovers import clear, remove_empty


def a_failed_run(path: Path, frames: int) -> None:
    with pytest.raises(ZeroDivisionError), Run.create(path, about={}) as run:
        series = run.series("values", (6, 4), np.uint8, ("times", "cells"), chunk_frames=2)
        series.append(np.ones((frames, 4), np.uint8))
        raise ZeroDivisionError


def test_a_run_that_failed_before_its_first_commit_blocks_nothing(tmp_path: Path) -> None:
    a_failed_run(tmp_path / "run", 1)
    assert Run.open(tmp_path / "run").state == "failed"
    with Run.create(tmp_path / "run", about={"second": True}) as run:
        run.write("values", np.zeros(3), ("cells",))
    assert Run.open(tmp_path / "run").about == {"second": True}
    assert Run.open(tmp_path / "run").verify() == []


def test_what_was_committed_is_never_cleared(tmp_path: Path) -> None:
    a_failed_run(tmp_path / "run", 2)
    with pytest.raises(StorageError, match="already exists"):
        Run.create(tmp_path / "run", about={})
    assert Run.open(tmp_path / "run").read("values").sum() == 8


@pytest.mark.parametrize("name", ["notes.txt", "records.jsonl", "report.html", "data"])
def test_what_is_not_a_leftover_is_never_cleared(tmp_path: Path, name: str) -> None:
    a_failed_run(tmp_path, 1)
    (tmp_path / name).write_text("mine")
    with pytest.raises(StorageError, match="already exists"):
        clear(tmp_path)
    assert (tmp_path / name).read_text() == "mine" and (tmp_path / "manifest.json").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").write_text("mine")
    (tmp_path / "run" / "data.zarr").symlink_to(tmp_path / "precious")
    with pytest.raises(StorageError, match="already exists"):
        clear(tmp_path / "run")
    assert (tmp_path / "precious" / "file").exists()


def test_only_what_is_empty_is_removed(tmp_path: Path) -> None:
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "x").touch()
    for name in ("empty", "full"):
        remove_empty(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["full"]


def test_torn_files_are_leftovers_and_other_hidden_ones_are_not(tmp_path: Path) -> None:
    a_failed_run(tmp_path / "run", 1)
    (tmp_path / "run" / ".progress.json.7.tmp").write_text("{")
    clear(tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []
    for name in (".settings", "draft.tmp"):
        a_failed_run(tmp_path / name, 1)
        (tmp_path / name / name).write_text("mine")
        with pytest.raises(StorageError, match="already exists"):
            clear(tmp_path / name)
        assert (tmp_path / name / name).exists()


def test_a_link_with_the_name_of_a_leftover_is_none(tmp_path: Path) -> None:
    a_failed_run(tmp_path / "run", 1)
    (tmp_path / "run" / ".x.7.tmp").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="already exists"):
        clear(tmp_path / "run")


def test_work_without_arrays_is_committed_work(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), Run.create(tmp_path / "run", about={}) as run:
        run.reach(3)
        raise ZeroDivisionError
    with pytest.raises(StorageError, match="already exists"):
        clear(tmp_path / "run")
    assert Run.open(tmp_path / "run").cursor == 3


def test_a_clearing_that_is_cut_short_leaves_no_half_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The manifest goes first: what is left is no run, and is cleared by the next try."""

    def full(path: Path) -> None:
        raise OSError(28, "No space left on device")

    a_failed_run(tmp_path / "run", 1)
    monkeypatch.setattr("shutil.rmtree", full)
    with pytest.raises(StorageError, match="No space left"):
        clear(tmp_path / "run")
    assert not (tmp_path / "run" / "manifest.json").exists()
    monkeypatch.undo()
    Run.create(tmp_path / "run", about={})


def test_pieces_of_documents_and_chunks_are_swept_when_a_run_goes_on(tmp_path: Path) -> None:
    """A kill in the middle of a chunk leaves zarr's piece of it, CHUNK.HEX.partial, beside the chunks."""
    a_failed_run(tmp_path / "run", 3)
    chunk = next(file for file in (tmp_path / "run" / "data.zarr").rglob("c/*/*") if file.is_file())
    pieces = [chunk.with_name(f"{chunk.name}.46bbb04484a1.partial"), tmp_path / "run" / ".progress.json.tmp"]
    for piece in pieces:
        piece.write_bytes(b"torn")
    with Run.resume(tmp_path / "run") as run:
        run.series("values", (6, 4), np.uint8, ("times", "cells"), chunk_frames=2).append(np.ones((4, 4), np.uint8))
    assert not any(piece.exists() for piece in pieces) and chunk.exists()
    assert Run.open(tmp_path / "run").verify() == []

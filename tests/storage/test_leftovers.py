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

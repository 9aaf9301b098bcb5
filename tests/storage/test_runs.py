"""Run directories: round trips, faults that must be seen, and kills at random moments."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from evolaw.errors import StorageError
from evolaw.storage import Run, list_runs, runs, zarr_arrays

FRAMES, SIDE, CHUNK = 60, 16, 4

WRITER = f"""
import sys, time
import numpy as np
from evolaw.randomness import source
from evolaw.storage import Run

path, mode, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
noise = source(5).stream("noise")
run = Run.create(path, about={{"kind": "test"}}) if mode == "new" else Run.resume(path)
with run:
    series = run.series("values", ({FRAMES}, {SIDE}, {SIDE}), np.uint8, ("times", "rows", "cols"), chunk_frames={CHUNK})
    board = run.read("values", series.cursor - 1, series.cursor)[0] if series.cursor else np.zeros(({SIDE}, {SIDE}), np.uint8)
    print("ready", flush=True)
    for step in range(series.cursor, {FRAMES}):
        board = board ^ noise.chance(step, board.shape, 0.1)
        series.append(board[None])
        time.sleep(pause)
"""


def start(path: Path, mode: str, pause: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), mode, str(pause)], stdout=subprocess.PIPE)


def killed_run(folder: Path, rng: np.random.Generator, kills: int) -> Path:
    path = folder / "killed"
    mode = "new"
    for _ in range(kills):
        process = start(path, mode, 0.003)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(rng.uniform(0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
        run = Run.open(path)
        assert run.state in {"interrupted", "done"}
        assert run.verify() == []
        if run.state == "done":
            return path
        mode = "resume"
    process = start(path, mode, 0)
    assert process.communicate(timeout=60) and process.returncode == 0
    return path


def assert_killed_equals_whole(folder: Path, kills: int) -> None:
    whole = folder / "whole"
    process = start(whole, "new", 0)
    assert process.communicate(timeout=60) and process.returncode == 0
    path = killed_run(folder, np.random.default_rng(kills), kills)
    assert Run.open(path).state == "done"
    np.testing.assert_array_equal(Run.open(path).read("values"), Run.open(whole).read("values"))
    chunks = [p.relative_to(whole) for p in (whole / "data.zarr").rglob("c/*/*/*")]
    assert len(chunks) == FRAMES // CHUNK
    assert all((whole / chunk).read_bytes() == (path / chunk).read_bytes() for chunk in chunks)


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    assert_killed_equals_whole(tmp_path, kills=3)


@pytest.mark.slow
def test_a_run_killed_twenty_times_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    assert_killed_equals_whole(tmp_path, kills=20)


def make(path: Path, frames: int = 10, written: int = 10) -> Run:
    """A run of ``frames`` boards, all dead but one cell, of which ``written`` are appended, in chunks of 3."""
    values = np.zeros((frames, 4, 4), np.uint8)
    values[5:, 1, 1] = 1
    try:
        with Run.create(path, about={"kind": "test", "name": "薄"}) as run:
            series = run.series("values", values.shape, np.uint8, ("times", "rows", "cols"), chunk_frames=3)
            for frame in values[:written]:
                series.append(frame[None])
            if written < frames:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    return Run.open(path)


def test_round_trip_in_uneven_blocks(tmp_path: Path) -> None:
    values = np.arange(10 * 6, dtype=np.int32).reshape(10, 2, 3)
    with Run.create(tmp_path / "r", about={"a": 1}) as run:
        series = run.series("values", values.shape, values.dtype, ("times", "rows", "cols"), chunk_frames=4)
        for block in np.split(values, [1, 6, 7]):
            series.append(block)
    run = Run.open(tmp_path / "r")
    np.testing.assert_array_equal(run.read("values"), values)
    np.testing.assert_array_equal(run.read("values", 3, 7), values[3:7])
    assert (run.state, run.cursor, run.about) == ("done", 10, {"a": 1})
    assert run.verify() == []


def test_xarray_opens_the_data(tmp_path: Path) -> None:
    import xarray

    make(tmp_path / "r")
    dataset = xarray.open_zarr(tmp_path / "r" / "data.zarr", consolidated=False)
    assert dataset["values"].dims == ("times", "rows", "cols")
    assert int(dataset["values"].sum()) == 5


def test_only_committed_frames_are_read(tmp_path: Path) -> None:
    run = make(tmp_path / "r", written=8)
    assert run.state == "interrupted"
    assert len(run.read("values")) == 6
    with pytest.raises(StorageError, match="6 are committed"):
        run.read("values", 0, 8)


def test_a_lost_chunk_is_an_error_and_never_dead_cells(tmp_path: Path) -> None:
    run = make(tmp_path / "r")
    (tmp_path / "r" / "data.zarr" / "values" / "c" / "0" / "0" / "0").unlink()
    with pytest.raises(StorageError, match="frames 0 to 3 of values are lost"):
        run.read("values")
    assert len(run.read("values", 3, 10)) == 7
    assert len(run.verify()) == 1


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_chunk_is_an_error(tmp_path: Path, damage: str) -> None:
    run = make(tmp_path / "r")
    chunk = tmp_path / "r" / "data.zarr" / "values" / "c" / "1" / "0" / "0"
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 1
    chunk.write_bytes({"flip": bytes(data), "cut": bytes(data[:-3]), "empty": b""}[damage])
    with pytest.raises(StorageError, match="fails its checksum"):
        run.read("values")


def test_a_torn_line_of_checksums_loses_nothing_that_comes_later(tmp_path: Path) -> None:
    path = tmp_path / "r"
    make(path, written=8)
    with (path / "checksums.jsonl").open("a") as file:
        file.write('{"chunk": "values/c/2/0')
    with Run.resume(path) as run:
        series = run.series("values", (10, 4, 4), np.uint8, ("times", "rows", "cols"))
        series.append(np.ones((4, 4, 4), np.uint8))
    assert Run.open(path).verify() == []
    assert Run.open(path).read("values")[6:].all()


def test_a_torn_record_is_left_out(tmp_path: Path) -> None:
    with Run.create(tmp_path / "r", about={}) as run:
        run.record({"loss": np.float64(0.5)})
        run.record({"loss": 0.25})
    with (tmp_path / "r" / "records.jsonl").open("a") as file:
        file.write('{"loss": 0.1')
    assert list(Run.open(tmp_path / "r").records()) == [{"loss": 0.5}, {"loss": 0.25}]


def test_two_writers_are_refused(tmp_path: Path) -> None:
    process = start(tmp_path / "r", "new", 0.05)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        assert Run.open(tmp_path / "r").state == "running"
        with pytest.raises(StorageError, match="being written by another process"):
            Run.resume(tmp_path / "r")
    finally:
        process.kill()
        process.wait(30)
        process.stdout.close()


def test_a_lock_of_another_host_is_stale_when_nothing_moves(tmp_path: Path) -> None:
    make(tmp_path / "r", written=8)
    (tmp_path / "r" / "lock").write_text(json.dumps({"host": "elsewhere", "pid": 1, "since": 0}))
    with pytest.raises(StorageError, match="another process"):
        Run.resume(tmp_path / "r")
    old = time.time() - 3600
    os.utime(tmp_path / "r" / "progress.json", (old, old))
    with Run.resume(tmp_path / "r"):
        pass


def test_misuse_has_a_sentence(tmp_path: Path) -> None:
    run = make(tmp_path / "r")
    for call, words in [
        (lambda: Run.create(tmp_path / "r", about={}), "already exists"),
        (lambda: Run.open(tmp_path / "nowhere"), "not a directory"),
        (lambda: Run.open(tmp_path), "manifest.json is missing"),
        (lambda: Run.resume(tmp_path / "r"), "is finished"),
        (lambda: run.record({}), "reading only"),
        (lambda: run.read("phase"), "holds no array phase; it holds values"),
    ]:
        with pytest.raises(StorageError, match=words):
            call()


def test_too_many_frames_are_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="holds 2 frames; 3 were appended"),
        Run.create(tmp_path / "r", about={}) as run,
    ):
        run.series("values", (2, 1), np.uint8, ("times", "cells")).append(np.zeros((3, 1), np.uint8))
    assert Run.open(tmp_path / "r").state == "failed"


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"schema": 99}', "\x00\xff" * 10, "[" * 100_000])
def test_a_spoiled_manifest_is_refused(tmp_path: Path, content: str) -> None:
    make(tmp_path / "r")
    (tmp_path / "r" / "manifest.json").write_text(content)
    with pytest.raises(StorageError):
        Run.open(tmp_path / "r")


def test_a_huge_claim_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    run = make(tmp_path / "r")
    header = tmp_path / "r" / "data.zarr" / "values" / "zarr.json"
    document = json.loads(header.read_text())
    document["shape"] = [10, 2**30, 2**30]
    header.write_text(json.dumps(document))
    with pytest.raises(StorageError, match=r"zarr\.json is damaged"):
        run.read("values")
    with pytest.raises(StorageError, match="claims"):
        zarr_arrays.open_array(tmp_path / "r", "values", writing=False)


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name)
        time.sleep(0.01)
    (tmp_path / "other").mkdir()
    assert [run.path.name for run in list_runs(tmp_path)] == ["two", "one"]
    assert list_runs(tmp_path / "nowhere") == []


@pytest.mark.parametrize("killed_at", ["progress.json", "manifest.json"])
def test_a_creation_cut_short_leaves_a_place_to_start_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at: str
) -> None:
    """Killed just before each of the two files of a creation is in place."""

    def write(path: Path, content: str | bytes) -> Path:
        if path.name == killed_at:
            path.with_name(f".{path.name}.1.tmp").write_bytes(b"{")
            raise SystemExit(137)
        return whole(path, content)

    whole = runs.write_document
    monkeypatch.setattr(runs, "write_document", write)
    with pytest.raises(SystemExit):
        Run.create(tmp_path / "run", about={})
    monkeypatch.undo()
    with Run.create(tmp_path / "run", about={"kind": "test"}) as run:
        assert run.state == "running"
    assert Run.open(tmp_path / "run").state == "done"


def test_resuming_sweeps_up_torn_files_and_reaching_says_how_far(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Run.create(tmp_path / "run", about={}) as run:
        run.reach(3)
        raise KeyboardInterrupt
    (tmp_path / "run" / "deeper").mkdir()
    torn = [tmp_path / "run" / ".progress.json.7.tmp", tmp_path / "run" / "deeper" / ".x.8.tmp"]
    for file in torn:
        file.write_bytes(b"{")
    with Run.resume(tmp_path / "run") as run:
        assert run.cursor == 3
        assert not any(file.exists() for file in torn)


def test_a_lost_or_damaged_document_is_found(tmp_path: Path) -> None:
    with Run.create(tmp_path / "run", about={}) as run:
        for content in ("first", "second"):
            run.document("note.txt", content)
    assert run.verify() == []
    (tmp_path / "run" / "note.txt").write_text("secone")
    assert "note.txt is damaged" in run.verify()[0]
    (tmp_path / "run" / "note.txt").unlink()
    assert "note.txt is lost" in run.verify()[0]


def test_frames_of_many_commits_are_all_vouched_for(tmp_path: Path) -> None:
    values = np.arange(90, dtype=np.float64).reshape(30, 3)
    with Run.create(tmp_path / "run", about={}) as run:
        series = run.series("values", values.shape, float, ("times", "cells"), chunk_frames=4)
        for part in np.split(values, [5, 6, 20]):
            series.append(part)
    assert np.array_equal(Run.open(tmp_path / "run").read("values"), values)
    assert Run.open(tmp_path / "run").verify() == []


@pytest.mark.parametrize("fault", [None, ZeroDivisionError("mine")])
def test_the_first_fault_is_told_where_the_last_commit_fails_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception | None
) -> None:
    def full(path: Path, content: str | bytes) -> Path:
        raise StorageError("the disk is full")

    with pytest.raises(type(fault) if fault else StorageError), Run.create(tmp_path / "run", about={}):
        monkeypatch.setattr(runs, "write_document", full)
        if fault:
            raise fault

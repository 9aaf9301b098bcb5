"""A disk that is full or read-only, and directories that vanish: exit code 3 with a sentence, what was committed stays and goes on."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import documents
from evolaw.automata.evolution import evolve
from evolaw.cli.main import run as command
from evolaw.discovery import discover
from evolaw.errors import StorageError
from evolaw.storage import Run

FRAMES = 40
LIFE = ["simulate", "B3/S23", "--size", "24", "--steps", str(FRAMES - 1), "--seed", "7"]


def frames() -> np.ndarray:
    start = (np.random.default_rng(2).random((16, 16)) < 0.4).astype(np.uint8)
    return evolve("B3/S23", start, FRAMES - 1).values


def write(path: Path, values: np.ndarray) -> None:
    """Write a run from its cursor to its end, resuming one that is there."""
    begun = (path / "manifest.json").exists()
    with Run.resume(path) if begun else Run.create(path, about={"kind": "test"}) as run:
        series = run.series("values", values.shape, np.uint8, ("times", "rows", "cols"), chunk_frames=4)
        run.record({"from": series.cursor})
        for frame in values[series.cursor :]:
            series.append(frame[None])


def assert_whole(path: Path, values: np.ndarray) -> int:
    """What is committed is there, byte for byte."""
    if not (path / "manifest.json").exists():
        return 0
    run = Run.open(path)
    assert run.verify() == []
    committed = len(run.read("values")) if "values" in run.arrays() else 0
    assert np.array_equal(run.read("values") if committed else values[:0], values[:committed])
    return committed


@pytest.mark.sampled(3)
@pytest.mark.parametrize("seed", range(30))
def test_a_disk_that_fills_at_any_moment_loses_nothing_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """The n-th flush or rename of the writing, n drawn, and all that follow for a while find no space."""
    values, path = frames(), tmp_path / "run"
    rng = np.random.default_rng(seed)
    full_from = int(rng.integers(1, 70))
    full_until = full_from + int(rng.integers(1, 4))
    calls = 0
    real = {name: getattr(os, name) for name in ("fsync", "replace", "link")}

    def limited(name: str) -> Any:
        def call(*arguments: Any) -> Any:
            nonlocal calls
            calls += 1
            if full_from <= calls < full_until:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real[name](*arguments)

        return call

    for name in real:
        monkeypatch.setattr(documents.os, name, limited(name))
    with pytest.raises(StorageError, match="No space left on device"):
        for _ in range(60):
            write(path, values)
            shutil.rmtree(path)
    monkeypatch.undo()
    before = assert_whole(path, values)
    write(path, values)
    assert Run.open(path).state == "done"
    assert assert_whole(path, values) == FRAMES >= before


SCRIPT = """
import resource, sys
import evolaw.cli.main, numpy, zarr, evolaw.automata.stepping
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
raise SystemExit(evolaw.cli.main.run(sys.argv[2:]))
"""


@pytest.mark.parametrize("most", [0, 400, *(pytest.param(most, marks=pytest.mark.slow) for most in (150, 1000))])
def test_a_file_that_may_not_grow_is_exit_3_and_the_run_goes_on(tmp_path: Path, most: int) -> None:
    path = tmp_path / "run"
    big = [*LIFE[:3], "512", *LIFE[4:]]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(most), *big, "--out", str(path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 3, done.stderr
    assert "cannot be written: File too large" in done.stderr and "Traceback" not in done.stderr
    again = ["simulate", "--resume", str(path)] if (path / "manifest.json").exists() else [*big, "--out", str(path)]
    assert command(again) == 0
    assert Run.open(path).verify() == []


def test_a_failed_out_leaves_nothing_that_blocks_the_next_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run"
    replace = os.replace

    def full(*arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(documents.os, "replace", full)
    assert command([*LIFE, "--out", str(path)]) == 3
    assert not path.exists()
    monkeypatch.setattr(documents.os, "replace", replace)
    assert command([*LIFE, "--out", str(path)]) == 0


def test_a_result_that_is_saved_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full at the k-th flush, for every k: a finding half saved once was in the way of the next try."""
    recording = evolve("B3/S23", frames()[0], 3)
    finding, path = discover(recording, rng=0), tmp_path / "run"
    flush, calls, full_at = os.fsync, 0, 0

    def limited(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == full_at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    monkeypatch.setattr(documents.os, "fsync", limited)
    for result in (finding, recording):
        full_at, calls = 0, 0
        result.save(path)
        needed = calls
        shutil.rmtree(path)
        for full_at in range(1, needed + 1):
            calls = 0
            with pytest.raises(StorageError, match="No space left"):
                result.save(path)
            assert not path.exists(), full_at
        full_at = 0
        result.save(path)
        assert Run.open(path).verify() == []
        shutil.rmtree(path)
    path.mkdir()
    (path / "lock").touch()
    with pytest.raises(KeyboardInterrupt), Run.create(path, about={}, whole=True) as run:
        run.record({"a": 1})
        raise KeyboardInterrupt
    assert path.is_dir() and not list(path.iterdir()), "the folder was there before"


def test_a_directory_removed_while_it_is_written_is_told(tmp_path: Path) -> None:
    values, path = frames(), tmp_path / "run"
    with pytest.raises(StorageError, match="was removed or taken over"), Run.create(path, about={}) as run:
        series = run.series("values", values.shape, np.uint8, ("times", "rows", "cols"), chunk_frames=4)
        series.append(values[:8])
        shutil.rmtree(path)
        series.append(values[8:])


def test_a_run_taken_over_by_another_is_not_written_further(tmp_path: Path) -> None:
    values, path = frames(), tmp_path / "run"
    with pytest.raises(StorageError, match="taken over"), Run.create(path, about={}) as run:
        series = run.series("values", values.shape, np.uint8, ("times", "rows", "cols"), chunk_frames=4)
        series.append(values[:8])
        (path / "lock").unlink()
        with Run.resume(path) as other:
            rest = other.series("values", values.shape, np.uint8, ("times", "rows", "cols"))
            rest.append(values[8:])
        series.append(values[8:])
    assert Run.open(path).state == "done"
    assert assert_whole(path, values) == FRAMES


def test_a_read_only_place_is_exit_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """/proc takes no directories from anybody, the administrator included."""
    for place in ("/proc/evolaw/run", str(tmp_path / "file" / "run")):
        (tmp_path / "file").touch()
        assert command([*LIFE, "--out", place]) == 3
        assert "cannot be created" in capsys.readouterr().err

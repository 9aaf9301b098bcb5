"""Running the command line: in this process where that suffices, in one of its own where it must be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.cli.main import run
from evolaw.randomness import source

COMMAND = [sys.executable, "-c", "from evolaw.cli.main import run; raise SystemExit(run())"]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test works in an empty directory and leaves the signal handlers as they were."""
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.chdir(tmp_path)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def evolaw(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Call evolaw in this process; returns an object with code, out and err."""

    def call(*arguments: object) -> Any:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, out, err)

    return call


@pytest.fixture
def command() -> list[str]:
    """The words that start evolaw as a process of its own."""
    return list(COMMAND)


@pytest.fixture
def evolaw_process() -> Callable[..., Any]:
    """Call evolaw as a process of its own."""

    def call(*arguments: object, **environment: str) -> Any:
        words = [*COMMAND, *(str(argument) for argument in arguments)]
        return subprocess.run(
            words, capture_output=True, text=True, timeout=120, env=os.environ | environment, check=False
        )

    return call


@pytest.fixture
def life_thin(tmp_path: Path) -> Path:
    """A thin recording of Life: B8, S7 and S8 are hardly ever visited."""
    start = source(3).stream("start").chance(0, (32, 32), 0.1).astype(np.uint8)
    path = tmp_path / "thin.npz"
    recording = evolve("B3/S23", start, 20)
    np.savez(path, states=recording.values, times=recording.times)
    return path

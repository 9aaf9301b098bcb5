"""What surrounds a command fails with a sentence and the documented exit code, never as a bug of ours."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evolaw.cli import environment
from evolaw.cli.main import run

STARTED = "from evolaw.cli.main import run; raise SystemExit(run())"


def shell(words: str, command: str, **variables: str) -> Any:
    """Run evolaw from a shell, whose signs lead its streams elsewhere."""
    line = f"exec '{sys.executable}' -c '{STARTED}' {command} {words}"
    return subprocess.run(
        ["/bin/sh", "-c", line],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        env=os.environ | variables,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [(">&-", "standard output is closed"), (">/dev/full", "No space left on device")],
)
def test_an_output_that_takes_nothing_is_said(words: str, said: str) -> None:
    done = shell(words, "explain schemes")
    assert done.returncode == 3
    assert said in done.stderr
    assert "fault of evolaw" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.sampled(2)
@pytest.mark.parametrize("words", ["2>&-", "2>/dev/full"])
def test_without_a_place_for_errors_the_exit_code_tells(words: str) -> None:
    assert shell(words, "explain no-such-word").returncode == 3
    done = shell(words, "explain conflict")
    assert (done.returncode, "conflict" in done.stdout) == (0, True)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_signs_an_output_does_not_have_are_written_plainly(encoding: str) -> None:
    done = shell("", "explain B2a", PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert "#" in done.stdout


@pytest.mark.parametrize(("encoding", "word"), [("cp1252", "neighbours"), ("ascii", "neighbours"), ("gb18030", "邻居")])
def test_chinese_is_spoken_where_the_output_has_its_characters(
    monkeypatch: pytest.MonkeyPatch, encoding: str, word: str
) -> None:
    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding=encoding) for name in ("stdout", "stderr")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    assert run(["explain", "B2a", "--lang", "zh"]) == 0
    said = {name: (stream.flush(), stream.buffer.getvalue().decode(encoding))[1] for name, stream in streams.items()}
    assert word in said["stdout"] and "??" not in said["stdout"]
    assert ("has no Chinese characters" in said["stderr"]) == (word == "neighbours")


@pytest.mark.slow
def test_a_platform_that_is_absent_is_named() -> None:
    done = shell("", 'simulate "dX = dW" --paths 2', JAX_PLATFORMS="nonsense")
    assert done.returncode == 3
    assert "JAX_PLATFORMS is 'nonsense'" in done.stderr


def test_flags_that_are_none_are_named() -> None:
    done = shell("", 'simulate "dX = dW" --paths 2', XLA_FLAGS="--xla_nonsense=1")
    assert done.returncode == 3
    assert "XLA_FLAGS is '--xla_nonsense=1'" in done.stderr


def test_flags_that_everybody_has_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_force_host_platform_device_count=2")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    assert environment.flag_fault() is None


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "value", "command"),
    [
        ("JAX_ENABLE_X64", "maybe", 'simulate "dX = dW" --paths 2'),
        ("MPLBACKEND", "nonsense", "simulate B3/S23 --size 8 --steps 1 --figure a.png"),
    ],
)
def test_settings_of_libraries_that_are_none_are_named(tmp_path: Path, name: str, value: str, command: str) -> None:
    done = shell("", command.replace("a.png", str(tmp_path / "a.png")), **{name: value})
    assert done.returncode == 3, done.stderr
    assert f"{name} is '{value}'" in done.stderr and "fault of evolaw" not in done.stderr


def test_a_file_written_to_the_output_arrives_there() -> None:
    """A device is written into, and not renamed over."""
    done = shell("| cat", "simulate B3/S23 --size 8 --steps 1 --rle /dev/stdout")
    assert "x = 8, y = 8, rule = B3/S23" in done.stdout and not done.stderr


def test_a_directory_that_is_gone_is_said(tmp_path: Path) -> None:
    place = tmp_path / "gone"
    place.mkdir()
    line = f"cd {place} && rmdir {place} && exec '{sys.executable}' -c '{STARTED}' simulate B3/S23 --steps 1 --out run"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "fault of evolaw" not in done.stderr


def test_what_is_no_fault_of_the_surroundings_stays_one_of_ours() -> None:
    assert environment.explained(ValueError("no")) is None
    assert "cannot be read or written" in str(environment.explained(OSError(28, "No space left on device")))


def test_linear_algebra_takes_one_thread_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    from evolaw.cli.environment import calm_linear_algebra

    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    calm_linear_algebra()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    calm_linear_algebra()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "3"

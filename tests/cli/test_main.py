"""The command as a whole: exit codes, what it loads, what a failure says."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from evolaw import errors
from evolaw.cli import doctor
from evolaw.told import told

HEAVY = ("jax", "llvmlite", "matplotlib", "scipy", "numpy", "sympy", "xarray", "zarr", "pandas", "PIL", "jinja2")


def test_help_loads_nothing_heavy() -> None:
    """`evolaw --help` is what a newcomer runs first; it must answer at once."""
    program = (
        "import sys, json\nfrom evolaw.cli.main import run\ncode = run(['--help'])\n"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]), file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1]) == []
    assert "discover" in done.stdout


@pytest.mark.slow
def test_help_is_fast(evolaw_process: Callable[..., Any]) -> None:
    """Under 0.3 s of processor time, which other work on the machine does not lengthen; the best of five."""
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert evolaw_process("--help").returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.3


def test_version(evolaw: Callable[..., Any]) -> None:
    done = evolaw("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("evolaw ")


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (("discovr",), "discover"),
        (("discover", "x.npz", "--spce", "isotropic"), "--space"),
        (("runs", "lst"), "list"),
    ],
)
def test_usage_errors_exit_2_and_suggest(
    evolaw: Callable[..., Any], arguments: tuple[str, ...], suggestion: str
) -> None:
    done = evolaw(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert suggestion in done.stderr


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        (("simulate", "B3/S23", "--start", "glidr"), "glider"),
        (("explain", "undeterminate"), "undetermined"),
        (("simulate", "B3/S2x"), "letters a c e i k n"),
        (("report", "nowhere"), "not a directory"),
    ],
)
def test_bad_input_exits_3_and_suggests(
    evolaw: Callable[..., Any], arguments: tuple[str, ...], suggestion: str
) -> None:
    done = evolaw(*arguments)
    assert done.returncode == 3
    assert done.stdout == ""
    assert suggestion in " ".join(done.stderr.split())
    assert "evolaw explain" in done.stderr


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.NumericalError("the sum became infinite"), 4),
        (errors.CheckFailed("a chunk is lost"), 5),
        (errors.BoxError("it hangs"), 3),
        (KeyboardInterrupt(), 130),
        (SystemExit(143), 143),
        (ZeroDivisionError("division by zero"), 1),
    ],
)
def test_exit_codes(
    evolaw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(doctor, "examine", fail)
    assert evolaw("doctor").returncode == code


def test_what_a_function_does_not_foresee_is_a_bug_with_its_cause(
    evolaw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public function that fails inside with arguments of the right kinds: exit code 1, the failure itself, and how to report it."""

    @told
    def examine(number: int = 0) -> None:
        raise IndexError("list index out of range")

    monkeypatch.setattr(doctor, "examine", lambda: examine(3))
    done = evolaw("doctor")
    assert done.returncode == 1
    assert "IndexError: list index out of range" in done.stderr and "report it" in done.stderr
    assert "Traceback" not in done.stderr and "IndexError" in evolaw("doctor", "--debug").stderr


def test_a_bug_says_how_to_report_it(evolaw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ZeroDivisionError("division [by] zero")

    monkeypatch.setattr(doctor, "examine", fail)
    done = evolaw("doctor")
    assert "ZeroDivisionError: division [by] zero" in done.stderr
    assert "report it" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in evolaw("doctor", "--debug").stderr


def test_a_reader_that_leaves_early_is_no_bug() -> None:
    """`evolaw explain --all | head -1` ends quietly."""
    program = f"{sys.executable} -c 'from evolaw.cli.main import run; raise SystemExit(run())' explain --all | head -1"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("# Glossary")
    assert "rror" not in done.stderr


@pytest.mark.sampled(2)
@pytest.mark.parametrize("words", ["--help --lang zh", "simulate --help"])
def test_help_that_nobody_reads_ends_well(words: str) -> None:
    """Rich and click make an exit with code 1 of a broken pipe, and `evolaw --help | head` would fail in a script."""
    program = f"(sleep 0.2; {sys.executable} -m evolaw {words}) | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_the_package_runs_as_the_command() -> None:
    shown = [
        subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60).stdout
        for words in (["-m", "evolaw", "-V"], ["-m", "evolaw", "--version"])
    ]
    assert shown[0] == shown[1] and shown[0].startswith("evolaw ")


def test_a_program_keeps_its_own_signals(evolaw: Callable[..., Any]) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    evolaw("explain", "torus")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before

"""`evolaw junction …`: every sub-command once, on little work; its numbers are those of the library."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolaw.cli import terminal
from evolaw.storage import Run

SI = ("--ic", "1 uA", "--r", "10 Ohm", "--temperature", "4.2 K")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("iv", "--ic", "1", "--r", "10 Ohm", "--temperature", "4.2 K"), "no unit"),
        (("iv", "--ic", "1 uV", "--r", "10 Ohm", "--temperature", "4.2 K"), "unit of a voltage"),
        (("iv", *SI, "--c", "-1 pF"), "--c must be zero or positive"),
        (("iv", "--ic", "1 uA", "--r", "10 Ohm", "--temperature", "-4 K"), "temperature"),
        (("iv", *SI, "--noise", "0.1"), "noise"),
        (("iv",), "noise"),
        (("iv", "--noise", "0.1", "--bias", "0.5,0.4"), "rise strictly"),
        (("iv", "--noise", "0.1", "--damping", "50", "--dt", "0.5"), "Use --dt 0.008"),
        (("switching", "--noise", "0.1", "--ramp", "3 uA/s"), "ramp"),
        (("iv", "--noise", "0.1", "--figure", "x.gif"), "figure"),
        (("array", "--kind", "heap"), "kind"),
        (("array", "--load", "1,2"), "load"),
        # what an experimenter types: units left out, swapped, unknown, with a decimal comma; another quantity's
        (
            ("iv", "--ic", "1 uA", "--r", "10", "--temperature", "4.2 K"),
            "Option --r must be a resistance with its unit",
        ),
        (("iv", "--ic", "10 Ohm", "--r", "1 uA", "--temperature", "4.2 K"), "unit of a resistance 'Ohm'"),
        (("iv", "--ic", "1 uA", "--r", "10 Ohm", "--temperature", "4.2 C"), "unknown unit 'C'"),
        (("iv", "--ic", "1,5 uA", "--r", "10 Ohm", "--temperature", "4.2 K"), "decimals with a point"),
        (("iv", "--ic", "1 MA", "--r", "10 Ohm", "--temperature", "4.2 K"), "--ic must be in ampere"),
        (("iv", *SI, "--c", "1 F"), "--c must be in farad"),
        (("iv", *SI, "--c", "0"), "--c must be a capacitance with its unit"),
        (("iv", *SI, "--bias", "1 uA"), "shares of the critical current"),
        (("iv", "--noise", "0.1", "--bias", "0.1:2:0.1"), "whole COUNT"),
        (("iv", "--noise", "-0.1"), "--noise must be zero or positive"),
        (("iv", "--damping", "-1", "--noise", "0.1"), "--damping must be positive"),
        (("switching", *SI, "--ramp", "3 uA"), "--ramp must be a ramp with its unit"),
        (("switching", *SI, "--ramp", "3 uA/s", "--rate", "1e-4"), "left out beside --rate"),
        (("hysteresis", "--noise", "0.05", "--rate", "1e-12"), "Use a rate of at least"),
        (("escape", "--noise", "0.1", "--escapes", "0"), "--escapes"),
        (("array", "--kind", "pair", "--coupling", "-5"), "--coupling must be zero or positive"),
        (("array", "--kind", "ring", "--size", "4", "--fluxons", "9"), "at most one a cell"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_3(
    evolaw: Callable[..., Any], arguments: tuple[str, ...], says: str
) -> None:
    done = evolaw("junction", *arguments)
    assert done.returncode == 3 and says in done.stderr


VERBS = {
    "iv": ("iv", "--noise", 0.2, "--bias", "0.5,1.5", "--paths", 20_000, "--duration", 1),
    "hysteresis": ("hysteresis", "--damping", 0.5, "--noise", 0.05, "--rate", 4e-3, "--points", 20, "--paths", 20_000),
    "switching": ("switching", "--damping", 0.5, "--noise", 0.05, "--rate", 1e-2, "--count", 20_000),
    "escape": ("escape", "--damping", 0.5, "--noise", 0.3, "--bias", "0.4,0.5,0.6", "--escapes", 40),
    "density": ("density", "--noise", 0.5, "--paths", 17_000, "--bins", 8, "--dt", 0.1),
    "averages": ("averages", "--noise", 0.5, "--bias", "0.5,1", "--paths", 20_000, "--duration", 3),
    "array": ("array", "--kind", "pair", "--noise", "0.1,0.2", "--paths", 20_000, "--duration", 2, "--dt", 0.1),
}


def contents(path: Path) -> dict[str, bytes]:
    """Every array of a run and its result, as bytes."""
    run = Run.open(path)
    assert run.state == "done" and run.verify() == []
    arrays = {name: run.read(name).tobytes() for name in run.arrays()}
    return arrays | {"result.json": (path / "result.json").read_bytes()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "verb", ["iv", "escape", *(pytest.param(v, marks=pytest.mark.slow) for v in VERBS if v not in ("iv", "escape"))]
)
def test_a_stopped_measurement_goes_on_to_the_same_bytes(
    evolaw: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Stopped after the first commit, continued by `resume`, and by the same command again."""
    words = ("junction", *VERBS[verb], "--json")
    assert evolaw(*words, "--out", "whole").returncode == 0

    @contextlib.contextmanager
    def stops(title: str) -> Any:
        def report(done: int, total: int, words: str = "") -> None:
            if done < total:
                raise KeyboardInterrupt

        yield report

    with monkeypatch.context() as patch:
        patch.setattr(terminal, "bar", stops)
        for out in ("one", "two"):
            done = evolaw(*words, "--out", out)
            assert done.returncode == 130 and f"evolaw junction resume {out}" in done.stderr
            assert Run.open(out).state == "interrupted" and Run.open(out).cursor > 0
    assert f"evolaw junction resume {Path('one')}" in evolaw("runs", "show", "one").stdout
    assert evolaw("junction", "resume", "one", "--json").returncode == 0
    assert "going on" in evolaw(*words, "--out", "two").stderr
    assert contents(Path("one")) == contents(Path("two")) == contents(Path("whole"))
    assert "finished" in evolaw("junction", "resume", "one").stderr


@pytest.mark.slow
def test_a_killed_process_goes_on_to_the_same_bytes(command: list[str], evolaw: Callable[..., Any]) -> None:
    """SIGKILL as soon as something is committed: eight chunks of half a second each, one of which is there by then."""
    words = [
        "junction",
        "iv",
        "--noise",
        "0.2",
        "--bias",
        "0.5:1.5:8",
        "--paths",
        "8192",
        "--duration",
        "300",
        "--json",
        "--out",
    ]
    assert evolaw(*words, "whole").returncode == 0
    process = subprocess.Popen([*command, *words, "killed"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 100
    while time.monotonic() < deadline and not (Path("killed/progress.json").exists() and Run.open("killed").cursor):
        time.sleep(0.05)
    process.kill()
    process.wait()
    before = Run.open("killed").cursor
    assert 0 < before < 8 * 8192
    assert evolaw("junction", "resume", "killed").returncode == 0
    assert contents(Path("killed")) == contents(Path("whole"))


def test_what_is_no_measurement_is_not_resumed(evolaw: Callable[..., Any]) -> None:
    evolaw("simulate", "B3/S23", "--size", 8, "--steps", 2, "--out", "life")
    done = evolaw("junction", "resume", "life")
    assert done.returncode == 3 and "no measurement to continue" in done.stderr

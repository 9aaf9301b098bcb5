"""Values and command lines of every kind, wrong in every way, against every public function and every command.

What comes back is a result or a sentence of ours, never another library's error, and in time. The draws are made in processes of their
own (`nonsense`, `nonsense_commands`), which a hang or a fatal signal ends without ending the tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
WINGS = (
    "analysis",
    "automata",
    "discovery",
    "ito",
    "josephson",
    "josephson.formulas",
    "learning",
    "markov",
    "report",
    "score",
    "sde",
    "storage",
)
COMMANDS = (
    "ask",
    "discover",
    "doctor",
    "explain",
    "ito",
    "junction fit",
    "junction iv",
    "junction resume",
    "learn",
    "order",
    "report",
    "runs list",
    "runs show",
    "runs verify",
    "score sample",
    "score train",
    "simulate",
)
QUICK = {"josephson": 3, "learning": 4, "score": 3, "sde": 5}
"""Draws a function where each may compile something; else 25."""


FEW = {
    "junction fit": 6,
    "junction iv": 6,
    "learn": 8,
    "order": 8,
    "score sample": 6,
    "score train": 4,
    "simulate": 12,
}
"""Draws a command where each may compile something; else 25."""


def drawn(script: str, name: str, draws: int) -> list[str]:
    """Run a script of draws in a child; return its failures, or why it did not come to its end."""
    words = [sys.executable, str(HERE / script), name, str(draws), "0"]
    environment = os.environ | {"JAX_PLATFORMS": "cpu"}
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=110, env=environment, check=False)
    except subprocess.TimeoutExpired as error:
        return [f"no end after {error.timeout:.0f} s: {(error.stdout or b'')[-500:]!r}"]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    failures = [json.dumps(line) for line in lines if "wrong" in line]
    if not any("done" in line for line in lines):
        failures.append(f"ended by {done.returncode}: {done.stderr[-500:]}")
    return failures


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("wing", WINGS)
def test_wrong_values_are_answered_by_a_sentence(wing: str) -> None:
    assert drawn("nonsense.py", wing, QUICK.get(wing, 25)) == []


@pytest.mark.slow
@pytest.mark.timeout(150)
@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_command_lines_are_answered_by_a_sentence(command: str) -> None:
    assert drawn("nonsense_commands.py", command, FEW.get(command, 25)) == []


def test_a_draw_of_wrong_values_is_answered_by_a_sentence() -> None:
    """The same for one small wing, few draws: that the fuzzer runs at all."""
    assert drawn("nonsense.py", "storage", 3) == []


def test_the_fuzzer_sees_a_foreign_exception_and_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fuzzer that cannot fail would prove nothing."""
    monkeypatch.syspath_prepend(str(HERE))
    import signal

    import nonsense
    import probing

    def endless(value: object) -> None:
        while True:
            pass

    before = signal.signal(signal.SIGALRM, probing.ring)
    monkeypatch.setattr(nonsense, "LIMIT", 0.2)
    try:
        assert str(nonsense.failure(lambda value: value + 1, ["a"], {}, False)).startswith("TypeError")
        assert nonsense.failure(endless, [1], {}, False) == "no answer in 0 s"
        assert nonsense.failure(abs, [-1], {}, False) is None
    finally:
        signal.signal(signal.SIGALRM, before)

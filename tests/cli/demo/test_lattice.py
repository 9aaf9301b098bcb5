"""`evolaw demo`: the secret stays in the box, the evidence finds it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evolaw.automata.rules.rule import Rule
from evolaw.cli.demo.lattice import Secret
from evolaw.storage import Run


def test_the_demo_finds_the_secret_and_writes_everything(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    found = json.loads(evolaw("demo", "--json").stdout)
    open_ = [entry for entry in found["entries"] if entry["decision"] == "undetermined"]
    assert open_, "the recording must be thin, or there is nothing to show"
    assert all(entry["visits"] == 0 or entry["decision"] != "conflict" for entry in found["entries"])
    assert found["right_after_one_question"] == 102
    assert (tmp_path / "report.html").stat().st_size > 10_000
    assert Run.open(found["run"]).state == "done"
    assert Rule(found["secret"]) == Secret(0).reveal()


def test_a_second_demo_does_not_disturb_the_first(evolaw: Callable[..., Any]) -> None:
    first, second = (json.loads(evolaw("demo", "--json").stdout) for _ in range(2))
    assert first["run"] != second["run"]
    assert first["entries"] == second["entries"]


def test_the_recording_does_not_tell_the_rule() -> None:
    recording = Secret(1).recording()
    assert recording.law is None
    assert recording.about == {}
    assert Secret(1).reveal() != Secret(2).reveal()


def test_the_text_is_short(evolaw: Callable[..., Any]) -> None:
    text = evolaw("demo").stdout
    assert len(text.splitlines()) <= 18
    assert "Right: 102 of 102 entries." in text

"""`evolaw runs`: listing, showing, verifying."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import documents
from evolaw.storage import Run


@pytest.fixture
def two_runs(evolaw: Callable[..., Any]) -> None:
    for seed in (1, 2):
        evolaw("simulate", "B3/S23", "--size", 16, "--steps", 8, "--seed", seed, "--out", f"runs/life-{seed}")


def test_list_shows_the_newest_first(evolaw: Callable[..., Any], two_runs: None) -> None:
    (Path("runs") / "no run").mkdir()
    facts = json.loads(evolaw("runs", "list", "--json").stdout)
    assert [run["name"] for run in facts["runs"]] == ["life-2", "life-1"]
    lines = evolaw("runs", "list").stdout.splitlines()
    assert "life-2" in lines[0]
    assert "done" in lines[0]
    assert "B3/S23" in lines[0]


def test_list_of_nothing(evolaw: Callable[..., Any]) -> None:
    assert "no runs" in evolaw("runs", "list").stdout
    assert evolaw("runs", "list", "elsewhere").returncode == 3


def test_show_says_what_was_run(evolaw: Callable[..., Any], two_runs: None) -> None:
    facts = json.loads(evolaw("runs", "show", "runs/life-1", "--json").stdout)
    assert facts["state"] == "done"
    assert facts["cursor"] == 9
    assert facts["arrays"] == ["times", "values"]
    assert facts["manifest"]["about"]["settings"]["seed"] == 1
    assert "B3/S23" in evolaw("runs", "show", "runs/life-1").stdout


def test_show_says_how_to_go_on(evolaw: Callable[..., Any], two_runs: None) -> None:
    progress = Path("runs/life-1/progress.json")
    progress.write_text(documents.sealed(documents.read_json(progress) | {"state": "interrupted"}))
    assert "evolaw simulate --resume runs/life-1" in evolaw("runs", "show", "runs/life-1").stdout


def test_verify_finds_one_flipped_byte(evolaw: Callable[..., Any], two_runs: None) -> None:
    assert evolaw("runs", "verify", "runs/life-1").returncode == 0
    chunk = Path("runs/life-1/data.zarr/values/c/0/0/0")
    data = bytearray(chunk.read_bytes())
    data[len(data) // 2] ^= 1
    chunk.write_bytes(data)
    done = evolaw("runs", "verify", "runs/life-1")
    assert done.returncode == 5
    assert "damaged" in done.stderr
    facts = evolaw("runs", "verify", "runs/life-1", "--json")
    assert facts.returncode == 5
    assert json.loads(facts.stdout)["intact"] is False


def test_show_draws_what_a_run_holds(evolaw: Callable[..., Any], two_runs: None) -> None:
    """A picture and a film of a trajectory; a measurement of a junction is drawn by its own verb, which is named."""
    for name in ("life.svg", "life.gif"):
        told = json.loads(evolaw("runs", "show", "runs/life-1", "--figure", name, "--json").stdout)
        assert told["figure"] == name and Path(name).stat().st_size > 1000
    assert "life.svg" in evolaw("runs", "show", "runs/life-1", "--figure", "life.svg").stdout
    header = {"kind": "curve", "resume": "junction resume"}
    with Run.create("runs/curve", about=header) as run:
        run.write("bias", np.zeros(3), ("bias",))
    refused = evolaw("runs", "show", "runs/curve", "--figure", "a.svg")
    assert refused.returncode == 3 and "evolaw junction resume runs/curve --figure a.svg" in refused.stderr
    assert not Path("a.svg").exists()

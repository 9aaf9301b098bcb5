"""`evolaw discover STATISTICS.csv`: the law behind a table, and options that make no sense there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import Finding
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.series.series import series_of, write_series

KNOWN = ",".join(
    f"{name}={int(name in ('B3', 'S2', 'S3'))}" for name in RuleSpace.named("outer-totalistic").names if name != "B6"
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    start = np.random.default_rng(0).random((20, 64, 64)) < 0.35
    series = series_of(evolve("B36/S23", start.astype(np.uint8), 24), start_density=0.35)
    path = tmp_path / "densities.csv"
    path.write_text(write_series(series), encoding="utf-8")
    return path


def test_a_table_gives_a_law(evolaw: Callable[..., Any], table: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = evolaw("discover", table, "--known", KNOWN, "--json", "--out", tmp_path / "run", "--report", page)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["law"]["most_probable"] == "B36/S23" and document["source"] == str(table)
    sixth = document["entries"][6]
    assert (sixth["name"], sixth["decision"], sixth["basis"]) == ("B6", "present", "rollout")
    kept = Finding.load(tmp_path / "run").to_json()
    assert kept == {name: document[name] for name in kept}, "the command adds how it was asked"
    assert "B36/S23" in page.read_text(encoding="utf-8")
    assert evolaw("ask", tmp_path / "run").returncode == 0


def test_the_command_is_repeatable(evolaw: Callable[..., Any], table: Path) -> None:
    first, again = (evolaw("discover", table, "--known", KNOWN, "--json", "--seed", 3).stdout for _ in range(2))
    assert first == again


@pytest.mark.parametrize(
    "option",
    [
        ("--every", 2),
        ("--flip", "auto"),
        ("--boundary", "plane"),
        ("--box", "box {before} {after} {steps}", "--ask", 1),
    ],
)
def test_options_of_boards_are_refused(evolaw: Callable[..., Any], table: Path, option: tuple[Any, ...]) -> None:
    done = evolaw("discover", table, "--known", KNOWN, *option)
    assert done.returncode == 3 and "table of statistics" in done.stderr


def test_faults_of_the_table_are_told_with_their_line(evolaw: Callable[..., Any], table: Path) -> None:
    text = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([*text[:4], "0,3", *text[5:]]), encoding="utf-8")
    done = evolaw("discover", table, "--known", KNOWN)
    assert done.returncode == 3 and "densities.csv:5: The line has 2 cells instead of 3." in " ".join(
        done.stderr.split()
    )
    assert evolaw("discover", table.with_name("none.csv"), "--known", KNOWN).returncode == 3
    assert evolaw("discover", table).returncode == 3


def test_rollouts_by_request(evolaw: Callable[..., Any], table: Path, tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    recording = evolve("B36/S23", (chance.random((32, 32)) < 0.4).astype(np.uint8), 8, every=2)
    np.savez(tmp_path / "thin.npz", states=recording.values, times=recording.times)
    done = evolaw(
        "discover",
        tmp_path / "thin.npz",
        "--evidence",
        "rollout",
        "--known",
        "B0=0,B1=0,B4=0,B7=0,B8=0,S0=0,S7=0,S8=0",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    entries = json.loads(done.stdout)["entries"]
    assert {entry["basis"] for entry in entries} <= {"known", "rollout", "joint"}
    assert {entry["name"] for entry in entries if entry["decision"] == "present"} <= {"B3", "B6", "S2", "S3"}
    assert evolaw("discover", table, "--known", KNOWN, "--evidence", "roll").returncode == 3
    assert evolaw("discover", tmp_path / "thin.npz", "--evidence", "roll").returncode == 3

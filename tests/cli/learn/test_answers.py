"""Learned laws and leagues from their runs: simulated like any rule, reported again, spoken of with reserve."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule, entries
from evolaw.cli.learn.answers import law_of_run, remark
from evolaw.errors import ArgumentError, StorageError
from evolaw.learning.windows.architecture_study import run_league
from evolaw.learning.windows.cnn import Cnn
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.objective import Record


@pytest.fixture
def life() -> LearnedLaw:
    visited = np.full(512, 3)
    births = np.where(Rule("B3/S23").table == 1, 3, 0)
    history = ((Record(1, 0.01, 0, (1.0, 1.0), 0.5),),)
    return LearnedLaw(np.asarray(Cnn.life().window_logits())[None], visited, history, (Cnn.life(),), births)


def test_a_learned_law_is_simulated_like_its_rule(evolaw: Callable[..., Any], tmp_path: Path, life: LearnedLaw) -> None:
    life.save(tmp_path / "law")
    by_law = json.loads(evolaw("simulate", "law", "--steps", 20, "--out", "one", "--json").stdout)
    by_rule = json.loads(evolaw("simulate", "B3/S23", "--steps", 20, "--out", "two", "--json").stdout)
    assert by_law["law"] == "B3/S23"
    assert by_law["population_last"] == by_rule["population_last"]


@pytest.mark.slow
def test_a_law_of_chance_is_simulated_with_its_chances(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    soup = (np.random.default_rng(2).random((32, 32)) < 0.4).astype(np.uint8)
    np.savez(tmp_path / "noisy.npz", states=evolve("B3/S23~0.05", soup, 10, rng=1).values)
    evolaw("learn", "noisy.npz", "--chance", "--epochs", 2, "--net", "table", "--out", "law")
    law = LearnedLaw.load(tmp_path / "law")
    rule = Rule(str(law_of_run("law")))
    assert not rule.is_deterministic
    assert rule.probabilities == pytest.approx(law.rule(hard=False).probabilities)
    assert evolaw("simulate", "law", "--steps", 2, "--size", 8).returncode == 0


def test_a_discovered_rule_is_simulated_too(evolaw: Callable[..., Any], life_thin: Path) -> None:
    evolaw("discover", life_thin, "--out", "found")
    assert law_of_run("found") == "B3/S23"
    assert evolaw("simulate", "found", "--steps", 2, "--size", 8).returncode == 0


def test_what_is_no_law_is_refused(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    assert law_of_run("B3/S23") is law_of_run("nowhere") is None
    evolaw("simulate", "B3/S23", "--steps", 2, "--size", 8, "--out", "boards")
    done = evolaw("simulate", "boards")
    assert (done.returncode, "run of a learned law or of a finding" in done.stderr) == (3, True)
    with pytest.raises(ArgumentError, match="a run of trajectory"):
        law_of_run("boards")


def test_a_damaged_network_is_an_error(evolaw: Callable[..., Any], tmp_path: Path, life: LearnedLaw) -> None:
    life.save(tmp_path / "law")
    file = tmp_path / "law" / "networks.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    for arguments in (("simulate", "law"), ("report", "law")):
        done = evolaw(*arguments)
        assert (done.returncode, "networks.safetensors is damaged" in done.stderr) == (3, True)
    with pytest.raises(StorageError, match="damaged"):
        law_of_run("law")
    assert evolaw("runs", "verify", "law").returncode == 5


@pytest.mark.slow
def test_laws_and_leagues_are_reported_from_their_runs(
    evolaw: Callable[..., Any], tmp_path: Path, life: LearnedLaw
) -> None:
    evolaw("learn", "B3/S23", "--net", "table", "--epochs", 2, "--out", "law", "--report", "first.html")
    assert evolaw("report", "law").stdout.strip() == str(Path("law") / "report.html")
    assert (tmp_path / "law" / "report.html").read_text("utf-8") == (tmp_path / "first.html").read_text("utf-8")
    life.save(tmp_path / "saved")
    assert "网络所持的规律" in Path(evolaw("report", "saved", "--lang", "zh").stdout.strip()).read_text("utf-8")
    run_league(names=["orbit-table"], seeds=2, epochs=2, batches=2, boards=2, size=8, rng=0).save(tmp_path / "league")
    page = Path(evolaw("report", "league", "--report", "league.html").stdout.strip()).read_text("utf-8")
    assert "orbit-table" in page


def test_the_remark_says_what_the_law_is_worth(life: LearnedLaw) -> None:
    assert remark(life, chance=False) == ""
    unsettled = replace(life, history=((Record(1, 0.5, None, None, 1.0),),))
    assert "loss of 0.5 nats a cell" in remark(unsettled, chance=False)
    assert remark(unsettled, chance=True) == ""
    wrong = life.holding({"B3": 0}, "outer-totalistic")
    count = len(entries("outer-totalistic")["B3"])
    assert f"On {count} windows that the recording shows" in remark(wrong, chance=False)
    blind = replace(
        life, visited=np.where(np.arange(512) < 7, 0, 3), births=np.where(np.arange(512) < 7, 0, life.births)
    )
    assert "7 of 512 windows were never seen" in remark(blind, chance=False)

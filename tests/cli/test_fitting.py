"""`evolaw learn`: what it finds, what it says of its limits, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.stepping import evolve
from evolaw.cli.fitting import NETS
from evolaw.learning.league import ARCHITECTURES
from evolaw.learning.surrogate import LearnedLaw


def record(path: Path, states: np.ndarray, **more: Any) -> Path:
    np.savez(path, states=states, **more)
    return path


@pytest.fixture
def soup() -> np.ndarray:
    return (np.random.default_rng(2).random((32, 32)) < 0.4).astype(np.uint8)


def test_a_rule_is_learned_and_written(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("learn", "B36/S23", "--json", "--out", "run", "--report", "page.html")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["rule"] == "B36/S23"
    assert found["windows_wrong"] == {"seen": 0, "unseen": 0}
    assert found["windows_seen"] == 512
    assert len(found["filters"]) == 16
    assert found["remark"] == ""
    law = LearnedLaw.load(tmp_path / "run")
    assert str(law.rule()) == "B36/S23"
    assert law.history[0][-1].window_errors == 0
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "B36/S23" in page
    assert page.count("data:image/svg+xml;base64,") == 3


def test_a_recording_is_learned_with_its_limits_said(evolaw: Callable[..., Any], life_thin: Path) -> None:
    done = evolaw("learn", life_thin, "--net", "table", "--seeds", 2)
    assert done.returncode == 0, done.stderr
    assert "2 x OrbitTable(isotropic)" in done.stdout
    assert "of 512 windows were never seen" in done.stderr


def test_every_net_is_an_architecture() -> None:
    assert set(NETS.values()) <= set(ARCHITECTURES)


@pytest.mark.parametrize("states, says", [(0, "every cell is dead"), (1, "every cell is alive")])
def test_a_constant_recording_is_refused(evolaw: Callable[..., Any], tmp_path: Path, states: int, says: str) -> None:
    path = record(tmp_path / "constant.npz", np.full((4, 8, 8), states, np.uint8))
    done = evolaw("learn", path)
    assert done.returncode == 3
    assert says in done.stderr
    assert "only learn to copy" in done.stderr
    assert done.stdout == ""


def test_one_frame_is_refused(evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray) -> None:
    done = evolaw("learn", record(tmp_path / "one.npz", soup[None]))
    assert done.returncode == 3
    assert "One frame shows no step" in done.stderr


def test_a_contradictory_recording_is_refused_unless_chance_is_meant(
    evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray
) -> None:
    path = record(tmp_path / "noisy.npz", evolve("B3/S23~0.05", soup, 10, rng=1).values)
    done = evolaw("learn", path)
    assert done.returncode == 3
    assert "contradicts itself" in done.stderr
    assert "--chance" in done.stderr
    assert evolaw("learn", path, "--chance", "--epochs", 2).returncode == 0


def test_states_that_are_not_binary_are_refused(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("learn", record(tmp_path / "grey.npz", np.full((3, 4, 4), 7, np.uint8)))
    assert done.returncode == 3
    assert "must hold 0, 1 and 255" in done.stderr


def test_skipped_generations_need_steps(evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray) -> None:
    values = evolve("B3/S23", soup, 8, every=2).values
    path = record(tmp_path / "thin.npz", values, times=np.arange(0, 9, 2))
    done = evolaw("learn", path)
    assert done.returncode == 3
    assert "generations between the frames" in done.stderr
    done = evolaw("learn", path, "--steps", 2, "--epochs", 1, "--restarts", 1)
    assert done.returncode == 0, done.stderr
    assert "has not settled" in done.stderr


def test_what_is_neither_file_nor_rule(evolaw: Callable[..., Any]) -> None:
    done = evolaw("learn", "nowhere.npz")
    assert done.returncode == 3
    assert "neither a file that exists nor a rule" in done.stderr
    done = evolaw("learn", "B3/S23", "--net", "tabel")
    assert done.returncode == 3
    assert "Did you mean table?" in done.stderr


def test_a_league(evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(ARCHITECTURES):
        if name not in ("cnn2-x8", "orbit-table"):
            monkeypatch.delitem(ARCHITECTURES, name)
    monkeypatch.setattr("evolaw.learning.league.run_league.__defaults__", ("B3/S23", tuple(ARCHITECTURES)))
    done = evolaw("learn", "B3/S23", "--league", "--seeds", 2, "--epochs", 3, "--report", "page.html", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [each["name"] for each in found["standings"]] == ["cnn2-x8", "orbit-table"]
    assert found["standings"][1]["successes"] == 2
    assert "orbit-table" in (tmp_path / "page.html").read_text(encoding="utf-8")
    done = evolaw("learn", "B3/S23", "--league", "--steps", 2)
    assert done.returncode == 3
    assert "league" in done.stderr

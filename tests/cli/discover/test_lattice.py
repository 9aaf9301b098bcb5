"""Frames of cells at the command line: how files become one recording, and what options say of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.files.recordings import read_recording
from evolaw.discovery import discover
from evolaw.discovery.lattices.model.rule_space import RuleSpace


def document(done: Any) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_options_override_what_the_recording_says(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """Frames two generations apart without times: --every 2 tells."""
    start = (np.random.default_rng(1).random((24, 24)) < 0.4).astype(np.uint8)
    np.savez(tmp_path / "second.npz", states=evolve("B3/S23", start, 4, every=2).values)
    found = json.loads(evolaw("discover", "second.npz", "--every", 2, "--json").stdout)
    wrong = [e["name"] for e in found["entries"] if e["decision"] == "present" and e["name"] not in ("B3", "S2", "S3")]
    assert wrong == []
    assert found["law"]["most_probable"] == "B3/S23"


@pytest.mark.slow
def test_python_and_the_command_line_give_the_same_finding(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """Also where rollouts ask a network: there is one way to it."""
    space, chance = RuleSpace.named("isotropic"), np.random.default_rng([1, 31])
    law = chance.integers(0, 2, len(space)).astype(float)
    start = (chance.random((32, 32)) < 0.4).astype(np.uint8)
    film = evolve(space.rule(law), start, 21, every=3)
    np.savez(tmp_path / "third.npz", states=film.values, times=film.times)
    known = ",".join(f"{space.names[place]}={law[place]:g}" for place in chance.permutation(len(law))[:30])
    options = ("--space", "isotropic", "--known", known, "--evidence", "rollout", "--seed", 3, "--json")
    typed = json.loads(evolaw("discover", "third.npz", *options).stdout)
    called = discover(read_recording(tmp_path / "third.npz"), "isotropic", known=known, evidence="rollout", rng=3)
    assert called.facts["simulator_asked"] >= 1
    found = called.to_json() | {"source": ""}
    assert {name: typed[name] for name in found} | {"source": ""} == found


def test_frames_from_the_shell_are_one_recording(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    from evolaw.automata.files.rle import write_rle

    boards = evolve("B36/S23", np.random.default_rng(1).integers(0, 2, (24, 24)), 6).values
    for number, board in enumerate(boards):
        (tmp_path / f"f{number}.rle").write_text(write_rle(board, rule="B36/S23", topology="torus"))
    names = [f"f{number}.rle" for number in range(len(boards))]
    listed = document(evolaw("discover", *names, "--json"))
    assert listed["law"]["most_probable"] == "B36/S23" and len(listed["entries"]) == 18


def test_boards_in_a_csv_are_told_from_statistics(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    boards = evolve("B36/S23", np.random.default_rng(1).integers(0, 2, (24, 24)), 6).values
    text = "\n\n".join("\n".join(",".join(map(str, row)) for row in board) for board in boards)
    (tmp_path / "boards.csv").write_text(text + "\n")
    assert document(evolaw("discover", "boards.csv", "--json"))["law"]["most_probable"] == "B36/S23"


def test_what_means_alive_can_be_said(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    boards = evolve("B36/S23", np.random.default_rng(1).integers(0, 2, (24, 24)), 6).values
    np.save(tmp_path / "grey.npy", boards * 255)
    refused = evolaw("discover", "grey.npy")
    assert refused.returncode == 3 and "--alive 255" in refused.stderr
    done = evolaw("discover", "grey.npy", "--alive", 255, "--json")
    assert document(done)["law"]["most_probable"] == "B36/S23" and "read as alive" in done.stderr

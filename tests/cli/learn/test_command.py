"""`evolaw learn`: what it finds, what it says of its limits, and what it refuses."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.learning.loop.checkpoints import Training
from evolaw.learning.windows.architecture_study import ARCHITECTURES
from evolaw.learning.windows.cnn import Cnn
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.storage import Run


def record(path: Path, states: np.ndarray, **more: Any) -> Path:
    np.savez(path, states=states, **more)
    return path


@pytest.fixture
def soup() -> np.ndarray:
    return (np.random.default_rng(2).random((32, 32)) < 0.4).astype(np.uint8)


@pytest.mark.slow
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
    assert [str(net) for net in law.nets] == found["networks"]
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "B36/S23" in page
    assert page.count("<img") == 4


def test_a_recording_is_learned_with_its_limits_said(evolaw: Callable[..., Any], life_thin: Path) -> None:
    done = evolaw("learn", life_thin, "--net", "table", "--seeds", 2)
    assert done.returncode == 0, done.stderr
    assert "2 x OrbitTable(isotropic)" in done.stdout
    assert "of 512 windows were never seen" in done.stderr


def make_sources(folder: Path, soup: np.ndarray) -> None:
    """One file or run for each way in which a source can teach nothing."""
    states = {
        "dead": np.zeros((4, 8, 8), np.uint8),
        "alive": np.ones((4, 8, 8), np.uint8),
        "still": np.stack([np.pad(np.ones((2, 2), np.uint8), 3)] * 3),
        "hidden": np.full((3, 8, 8), 255, np.uint8),
        "one": soup[None],
        "none": np.zeros((0, 8, 8), np.uint8),
        "noisy": evolve("B3/S23~0.05", soup, 10, rng=1).values,
        "wide": evolve("R5,C0,M1,S34..58,B34..45,NM", soup, 4).values,
        "grey": np.full((3, 4, 4), 7, np.uint8),
        "real": np.random.default_rng(0).random((3, 8, 8)),
        "nan": np.full((3, 4, 4), np.nan),
        "flat": np.zeros((3, 8), np.uint8),
        "good": evolve("B3/S23", soup, 6).values,
    }
    for name, values in states.items():
        record(folder / f"{name}.npz", values)
    record(folder / "thin.npz", states["good"][::2], times=np.arange(0, 7, 2))
    np.savez(folder / "other.npz", boards=states["good"])
    (folder / "empty.npz").touch()
    (folder / "text.npz").write_text("B3/S23")
    (folder / "folder").mkdir()
    life = LearnedLaw(np.asarray(Cnn.life().window_logits())[None], None, ((),), (Cnn.life(),))
    life.save(folder / "law")
    evolve("B3/S23", soup, 2).save(folder / "recording")


BAD_SOURCES = {
    "dead.npz": "every cell is dead, so a network would only learn to copy cells",
    "alive.npz": "every cell is alive, so a network would only learn to copy cells",
    "still.npz": "no cell changes, so a network would only learn to copy cells",
    "hidden.npz": "Every cell of the recording is missing, so there is nothing to learn",
    "one.npz": "One frame shows no step; record more",
    "none.npz": "at least one cell",
    "noisy.npz": "contradicts itself: of the cells with window 000000000,",
    "wide.npz": "No certain law of 3x3 windows does this, so none can be learned",
    "grey.npz": "must hold 0, 1 and 255 (missing), but is 7 at (0, 0, 0)",
    "real.npz": "must hold 0, 1 and 255 (missing), but is 0.",
    "nan.npz": "no cell is a number",
    "flat.npz": "lattices of bytes on axes (times, rows, cols)",
    "thin.npz": "on the command line --steps 2",
    "other.npz": "holds no array 'states'; it holds boards",
    "empty.npz": "damaged or is no .npz file",
    "text.npz": "damaged or is no .npz file",
    "folder": "holds no frames",
    "law": "It holds a law; `evolaw simulate law --out OTHER` records it",
    "nowhere.npz": "neither a file that exists nor a rule",
    "B3/S2x": "fails in column 6: 'x' is no arrangement of 2 neighbours",
    "": "neither a file that exists nor a rule",
    "W30": "must be a rule of 3x3 windows on a board, but is 'W30'",
    "R5,C0,M1,S34..58,B34..45,NM": "must be a rule of 3x3 windows on a board",
    "B/S012345678": "no cell changes",
    "dX = -X dt + dW": "neither a file that exists nor a rule",
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("source", BAD_SOURCES)
def test_a_source_that_teaches_nothing_is_refused_with_the_reason(
    evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray, source: str
) -> None:
    make_sources(tmp_path, soup)
    done = evolaw("learn", source, "--out", "run")
    assert (done.returncode, done.stdout) == (3, "")
    assert BAD_SOURCES[source] in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists(), "a training that cannot begin leaves no directory behind"


BAD_OPTIONS = {
    ("--seeds", 100_000_000): "--seeds must be a whole number from 1 to 4096, but is 100000000",
    ("--seeds", 0): "--seeds must be a whole number from 1 to 4096, but is 0",
    ("--epochs", 0): "--epochs must be a whole number from 1 to 1000000",
    ("--epochs", 10**11): "does not settle; try --restarts or another --net",
    ("--steps", 10**9): "--steps must be a whole number from 1 to 1000",
    ("--steps", 0): "--steps must be",
    ("--restarts", 1000): "--restarts must be",
    ("--net", "tabel"): "Did you mean table?",
    ("--net", "resnet"): "must be one of cnn, cnn3, quadratic, d4, table",
    ("--seed", -1): "--seed must be a whole number from 0 to 3402",
    ("--lang", "fr"): "--lang must be one of en, zh",
    ("--report", "nowhere/page.html"): "must lie in a directory that exists",
    ("--report", "folder"): "must be a file",
    ("--out", "good.npz"): "already exists",
    ("--out", "recording"): "holds no training that could go on, but a trajectory",
    ("--out", "law"): "holds no training that could go on, but a learned law",
    ("--resume", "recording"): "or else --resume RUN",
    ("--league", "--steps", 2): "--steps must be left out with --league",
    ("--league", "--net", "d4"): "--net must be left out with --league",
    ("--league", "--chance"): "--chance must be left out with --league",
    ("--league", "--out", "law"): "but a learned law",
    ("--league", "--epochs", 10**6): "--seeds must need at most",
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("options", BAD_OPTIONS, ids=lambda options: " ".join(map(str, options)))
def test_an_option_that_cannot_work_is_refused_with_the_reason(
    evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray, options: tuple[Any, ...]
) -> None:
    make_sources(tmp_path, soup)
    done = evolaw("learn", "B3/S23", *options)
    assert (done.returncode, done.stdout) == (3, "")
    assert BAD_OPTIONS[options] in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_chance_is_learned_where_it_is_meant(evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray) -> None:
    make_sources(tmp_path, soup)
    assert "--chance" in evolaw("learn", "noisy.npz").stderr
    assert evolaw("learn", "noisy.npz", "--chance", "--epochs", 2).returncode == 0


@pytest.mark.slow
def test_skipped_generations_need_steps(evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray) -> None:
    values = evolve("B3/S23", soup, 8, every=2).values
    path = record(tmp_path / "thin.npz", values, times=np.arange(0, 9, 2))
    done = evolaw("learn", path)
    assert done.returncode == 3
    assert "--steps 2" in done.stderr
    done = evolaw("learn", path, "--steps", 2, "--epochs", 1, "--restarts", 1)
    assert done.returncode == 0, done.stderr
    assert "has not settled" in done.stderr


@pytest.mark.slow
def test_a_league(evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(ARCHITECTURES):
        if name not in ("cnn2-x8", "orbit-table"):
            monkeypatch.delitem(ARCHITECTURES, name)
    monkeypatch.setattr(
        "evolaw.learning.windows.architecture_study.run_league.__wrapped__.__defaults__",
        ("B3/S23", tuple(ARCHITECTURES)),
    )
    done = evolaw("learn", "B3/S23", "--league", "--seeds", 2, "--epochs", 3, "--report", "page.html", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [each["name"] for each in found["standings"]] == ["cnn2-x8", "orbit-table"]
    assert found["standings"][1]["successes"] == 2
    assert "orbit-table" in (tmp_path / "page.html").read_text(encoding="utf-8")
    done = evolaw("learn", "B3/S23", "--league", "--seeds", 2, "--epochs", 3, "--out", "run", "--json")
    assert same_but_clocks(json.loads(done.stdout), found)
    again = evolaw("learn", "--resume", "run", "--json")
    assert "finished before" in again.stderr
    assert json.loads(again.stdout) == json.loads(done.stdout)


def same_but_clocks(one: Any, other: Any) -> bool:
    """Whether two JSON documents agree, seconds left out."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            name == "seconds" or same_but_clocks(one[name], other[name]) for name in one
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same_but_clocks, one, other))
    return bool(one == other)


@pytest.mark.slow
def test_the_same_command_shows_a_finished_training_again(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    options = ("B3/S23", "--net", "table", "--epochs", 2, "--seeds", 2, "--out", "run")
    first = evolaw("learn", *options, "--json")
    again = evolaw("learn", *options, "--json")
    assert "run: finished before, so nothing is trained" in again.stderr
    assert json.loads(again.stdout) == json.loads(first.stdout)
    assert json.loads(evolaw("learn", "--resume", "run", "--json").stdout) == json.loads(first.stdout)
    other = evolaw("learn", *options[:-2], "--seed", 1, "--out", "run")
    assert other.returncode == 3
    assert "another training" in other.stderr
    refused = evolaw("learn", "--resume", "run", "--net", "d4")
    assert (refused.returncode, "--net must be left out with --resume" in refused.stderr) == (3, True)
    shown = evolaw("runs", "show", "run").stdout
    assert "committed  4 epochs" in shown
    assert evolaw("runs", "verify", "run").returncode == 0


@pytest.mark.slow
def test_a_stopped_training_says_how_to_go_on(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("B3/S23", "--net", "table", "--epochs", 3, "--seeds", 2)
    commit, commits = Training.commit, []

    def stop_at_four(self: Training, *given: Any) -> None:
        commit(self, *given)
        commits.append(given[0])
        if len(commits) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Training, "commit", stop_at_four)
    stopped = evolaw("learn", *options, "--out", "run")
    assert stopped.returncode == 130
    assert "Continue with: evolaw learn --resume run" in stopped.stderr
    assert "continue with: evolaw learn --resume run" in evolaw("runs", "show", "run").stdout
    done = evolaw("learn", "--resume", "run", "--json")
    assert "run: going on after 4 epochs" in done.stderr
    assert len(commits) == 6
    assert json.loads(done.stdout) == json.loads(evolaw("learn", *options, "--json").stdout)


@pytest.mark.slow
def test_a_changed_recording_is_not_gone_on_with(evolaw: Callable[..., Any], tmp_path: Path, soup: np.ndarray) -> None:
    record(tmp_path / "life.npz", evolve("B3/S23", soup, 6).values)
    assert evolaw("learn", "life.npz", "--epochs", 1, "--out", "run").returncode == 0
    record(tmp_path / "life.npz", evolve("B3/S23", soup, 7).values)
    done = evolaw("learn", "--resume", "run")
    assert done.returncode == 3
    assert "another training: data is 6 pairs" in done.stderr


@pytest.mark.slow
def test_a_command_killed_twenty_times_ends_in_the_same_bytes(tmp_path: Path, command: list[str]) -> None:
    """The very command line, killed at random moments from its first breath on."""

    def start(path: str) -> subprocess.Popen[bytes]:
        words = [*command, "learn", "B36/S23", "--net", "table", "--seeds", "4", "--epochs", "30", "--out", path]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def content(path: str) -> list[tuple[str, bytes]]:
        folder = tmp_path / path
        files = [*folder.rglob("*.safetensors"), *(folder / "data.zarr").rglob("*")]
        return sorted((str(file.relative_to(folder)), file.read_bytes()) for file in files if file.is_file())

    def cursor() -> int:
        return Run.open(tmp_path / "killed").cursor if (tmp_path / "killed" / "manifest.json").exists() else 0

    start("straight").communicate(timeout=120)
    chance = np.random.default_rng(5)
    for kill in range(20):
        killed, goal = start("killed"), cursor() + int(chance.integers(0, 9))
        if kill % 4 == 0:
            time.sleep(chance.uniform(0.0, 2.0))  # while it starts
        else:
            while cursor() < goal and killed.poll() is None:
                time.sleep(0.01)
        killed.kill()
        killed.communicate()
    assert cursor() > 20
    process = start("killed")
    out, _ = process.communicate(timeout=120)
    assert (process.returncode, b"B36/S23" in out) == (0, True)
    assert content("killed") == content("straight")

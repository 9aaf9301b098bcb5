"""Trainings in run directories: killed at random moments they end in the same bytes; other trainings are kept apart."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import documents
from evolaw.automata.rules.rule import Rule
from evolaw.errors import StorageError
from evolaw.learning.loop import checkpoints
from evolaw.learning.loop.training import State
from evolaw.learning.windows.cnn import Cnn, read_logits
from evolaw.learning.windows.datasets import WindowPairs, board_pairs, random_recordings, window_pairs
from evolaw.learning.windows.equivariant import OrbitTable
from evolaw.learning.windows.learned_law import LearnedLaw, fit
from evolaw.learning.windows.objective import Schedule, resume
from evolaw.storage import Run

SCRIPT = """
import sys, time
from evolaw.learning.windows.cnn import Cnn
from evolaw.learning.windows.datasets import random_recordings, window_pairs
from evolaw.learning.windows.learned_law import fit
from evolaw.learning.windows.objective import Schedule
pairs = window_pairs(random_recordings("B3/S23", 32, size=16, rng=1))
schedule = Schedule(epochs=8, batches=4, learning_rate=0.2, average=0.5, patience=3)
nets = [Cnn.random((3,), rng=seed) for seed in range(3)]
print("ready", flush=True)
fit(nets, pairs, schedule=schedule, keep=2, rng=0, truth="B3/S23", out=sys.argv[1],
    progress=lambda *facts: time.sleep(float(sys.argv[2])))
"""
SCHEDULE = Schedule(epochs=3, batches=4)


@pytest.fixture(scope="module")
def pairs() -> WindowPairs:
    return window_pairs(random_recordings("B3/S23", 32, size=16, rng=1))


def nets(count: int = 3) -> list[Cnn]:
    return [Cnn.random((3,), rng=seed) for seed in range(count)]


def content(path: Path) -> dict[str, bytes]:
    """Every byte of a finished run that is no clock: networks, checkpoints, arrays, and records without their seconds."""
    files = {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}
    clocks = {"manifest.json", "progress.json", "checksums.jsonl", "records.jsonl"}
    found = {name: data for name, data in files.items() if name not in clocks}
    history = [[replace(record, seconds=0) for record in records] for records in LearnedLaw.load(path).history]
    return found | {"history": repr(history).encode()}


def run_script(path: Path, pause: float = 0.0) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(path), str(pause)], stdout=subprocess.PIPE)


def finish(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a training; its exit code."""
    process.communicate(timeout=120)
    return process.returncode


def cursor(path: Path) -> int:
    return Run.open(path).cursor if (path / "manifest.json").exists() else 0


def killed_and_finished(path: Path, kills: int, chance: np.random.Generator) -> list[int]:
    """Kill the training so often, each time a random while after some more epochs, then let it finish; the epochs at each kill."""
    reached: list[int] = []
    while len(reached) < kills:
        process, goal = run_script(path, pause=0.05), cursor(path) + int(chance.integers(0, 24 // kills + 1))
        assert process.stdout is not None
        process.stdout.readline()
        while cursor(path) < goal and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        ended = finish(process)
        reached.append(cursor(path))
        if reached[-1]:
            recorded = len({(line["member"], line["epoch"]) for line in Run.open(path).records()})
            assert recorded - reached[-1] in (0, 1), "a kill loses at most one epoch"
        if ended == 0:
            break
    assert finish(run_script(path)) == 0
    return reached


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = tmp_path_factory.mktemp("straight") / "run"
    assert finish(run_script(path)) == 0
    return content(path)


@pytest.mark.slow  # processes of their own; that each moment of a commit may be the last is held below
@pytest.mark.parametrize("kills", [1, 20])
def test_a_killed_training_ends_in_the_same_bytes(tmp_path: Path, straight: dict[str, bytes], kills: int) -> None:
    reached = killed_and_finished(tmp_path / "run", kills, np.random.default_rng(kills))
    assert max(reached) > 0, "no kill came late enough to mean anything"
    assert content(tmp_path / "run") == straight
    assert Run.open(tmp_path / "run").verify() == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("step", ["record", "checkpoint", "reach", "networks", "arrays"])
def test_no_moment_of_a_commit_is_a_bad_one(
    tmp_path: Path, pairs: WindowPairs, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Stopped right before each thing a training writes, in the middle of it, it goes on to the same bytes."""

    def training() -> LearnedLaw:
        return fit(nets(2), pairs, schedule=SCHEDULE, rng=0, out=tmp_path / "run")

    calls = 0

    def cut(real: Callable[..., Any], at: int) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == at:
                raise SystemExit(137)
            return real(*arguments, **options)

        return call

    place, name, at = {
        "record": (Run, "record", 5),
        "checkpoint": (checkpoints, "pack_state", 5),
        "reach": (Run, "reach", 5),
        "networks": (checkpoints, "write_result", 1),
        "arrays": (Run, "write", 2),
    }[step]
    whole = fit(nets(2), pairs, schedule=SCHEDULE, rng=0, out=tmp_path / "whole")
    monkeypatch.setattr(place, name, cut(getattr(place, name), at))
    with pytest.raises(SystemExit):
        training()
    monkeypatch.undo()
    with pytest.raises(StorageError, match=r"not finished: \d epochs are committed"):
        LearnedLaw.load(tmp_path / "run")
    assert np.array_equal(training().logits, whole.logits)
    assert content(tmp_path / "run") == content(tmp_path / "whole")


def test_a_finished_training_is_read_and_not_repeated(tmp_path: Path, pairs: WindowPairs) -> None:
    told: list[int] = []
    first = fit(nets(), pairs, schedule=SCHEDULE, keep=2, rng=0, truth="B3/S23", out=tmp_path / "run")
    again = fit(
        nets(),
        pairs,
        schedule=SCHEDULE,
        keep=2,
        rng=0,
        truth="B3/S23",
        out=tmp_path / "run",
        progress=lambda done, *_: told.append(done),
    )
    alone = fit(nets(), pairs, schedule=SCHEDULE, keep=2, rng=0, truth="B3/S23")
    assert not told
    for law in (first, again):
        assert np.array_equal(law.logits, alone.logits)
        assert np.array_equal(law.visited, pairs.visits.sum(0))
        assert [[record.loss for record in records] for records in law.history] == [
            [record.loss for record in records] for records in alone.history
        ]
        assert [read_logits(net).tobytes() for net in law.nets] == [read_logits(net).tobytes() for net in alone.nets]


def test_another_training_is_kept_apart(tmp_path: Path, pairs: WindowPairs) -> None:
    given: dict[str, Any] = {"nets": nets(), "pairs": pairs, "schedule": SCHEDULE, "rng": 0, "truth": "B3/S23"}
    fit(**given, out=tmp_path / "run")
    others: dict[str, tuple[str, Any]] = {
        "networks": ("nets", [*nets(2), Cnn.random((3,), rng=9)]),
        "data": ("pairs", window_pairs(random_recordings("B3/S23", 32, size=16, rng=2))),
        "epochs": ("schedule", replace(SCHEDULE, epochs=4)),
        "average": ("schedule", replace(SCHEDULE, average=0.5)),
        "seed": ("rng", 1),
        "truth": ("truth", Rule("B36/S23")),
        "keep": ("keep", 1),
    }
    for name, (argument, value) in others.items():
        with pytest.raises(StorageError, match=f"another training: {name} is .* there and .* here"):
            fit(**(given | {argument: value}), out=tmp_path / "run")
    boards = board_pairs(random_recordings("B3/S23", 8, size=8, steps=2, rng=1), 2)
    with pytest.raises(StorageError, match="another training: data"):
        fit(**(given | {"pairs": boards}), out=tmp_path / "run")


def test_a_run_of_something_else_is_left_alone(tmp_path: Path, pairs: WindowPairs) -> None:
    random_recordings("B3/S23", 1, size=8, rng=1).save(tmp_path / "recording")
    saved = fit(nets(1), pairs, schedule=SCHEDULE, rng=0).save(tmp_path / "saved")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "letter.txt").write_text("dear reader")
    for path, says in (
        (tmp_path / "recording", "but a trajectory"),
        (saved, "no training that could go on"),
        (tmp_path / "folder", "already exists"),
    ):
        with pytest.raises(StorageError, match=says):
            fit(nets(1), pairs, schedule=SCHEDULE, rng=0, out=path)


def unfinish(progress: Path) -> None:
    """Let a finished training be one that was interrupted at the very end."""
    progress.write_text(documents.sealed(documents.read_json(progress) | {"state": "interrupted"}))


def test_damage_is_named(tmp_path: Path, pairs: WindowPairs, monkeypatch: pytest.MonkeyPatch) -> None:
    def training() -> LearnedLaw:
        return fit(nets(2), pairs, schedule=SCHEDULE, rng=0, out=tmp_path / "run")

    training()
    networks, progress = tmp_path / "run" / "networks.safetensors", tmp_path / "run" / "progress.json"
    whole = networks.read_bytes()
    networks.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert "networks.safetensors is damaged" in Run.open(tmp_path / "run").verify()[0]
    with pytest.raises(StorageError, match=r"networks\.safetensors is damaged"):
        LearnedLaw.load(tmp_path / "run")
    networks.write_bytes(whole)
    unfinish(progress)
    with Run.resume(tmp_path / "run") as run:
        run.document("networks.safetensors", checkpoints.pack_networks(nets(3)))
    with pytest.raises(StorageError, match="3 networks and the logits of 2"):
        LearnedLaw.load(tmp_path / "run")
    unfinish(progress)
    records = tmp_path / "run" / "records.jsonl"
    lines = records.read_text().splitlines(keepends=True)
    records.write_text("".join(lines[1:]))
    with pytest.raises(StorageError, match=r"records\.jsonl is damaged"):
        training()
    facts = documents.read_json(progress)
    lines_left = facts["lines"] | {"records": records.stat().st_size}
    progress.write_text(documents.sealed(facts | {"lines": lines_left}))
    with pytest.raises(StorageError, match="record of epoch 1 of network 0 is lost"):
        training()
    records.write_text("".join(lines))
    broken = tmp_path / "run" / "checkpoints" / "network-001.safetensors"
    broken.write_bytes(broken.read_bytes()[:-9])
    with pytest.raises(StorageError, match=r"network-001\.safetensors is damaged"):
        training()
    broken.unlink()
    assert len(training()) == 2


@pytest.mark.slow
def test_checkpoints_hold_the_states(tmp_path: Path, pairs: WindowPairs) -> None:
    law = fit(OrbitTable.flat(), pairs, schedule=SCHEDULE, rng=0, out=tmp_path / "run", about={"source": "x"})
    state = resume(tmp_path / "run" / "checkpoints" / "network-000.safetensors")
    assert isinstance(state, State)
    assert state.epoch == 3
    assert np.array_equal(read_logits(state.trained), law.logits[0])
    about = Run.open(tmp_path / "run").about
    assert about["source"] == "x"
    assert about["training"]["networks"].startswith("1 x OrbitTable(isotropic), weights ")
    assert jnp.isfinite(state.memory[1][0].count)

"""What every kind of run promises: each flipped bit is noticed, each damaged document is a sentence, nothing hangs or is mixed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import evolaw
from evolaw import score, sde
from evolaw.automata.evolution import evolve
from evolaw.cli.main import run as command
from evolaw.discovery import discover
from evolaw.documents import read_json, sealed
from evolaw.errors import EvolawError, StorageError
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.trajectories.equation_training import fit_equation
from evolaw.learning.windows.architecture_study import run_league
from evolaw.learning.windows.datasets import random_recordings, window_pairs
from evolaw.learning.windows.equivariant import OrbitTable
from evolaw.learning.windows.learned_law import fit
from evolaw.learning.windows.objective import Schedule
from evolaw.storage import Run, list_runs
from evolaw.trajectory import Trajectory


def soup(frames: int = 6) -> Trajectory:
    start = (np.random.default_rng(2).random((12, 12)) < 0.4).astype(np.uint8)
    return evolve("B3/S23", start, frames)


def ou(**options: Any) -> Any:
    process = sde.SDE(lambda t, x, p: -x, lambda t, x, p: 1.0, noise="scalar")
    return sde.solve(process, sde.EulerMaruyama(), 1.0, [0, 0.5, 1], steps=4, paths=8, rng=0, chunk=4, **options)


def league(path: Path) -> None:
    run_league(names=["orbit-table"], seeds=2, epochs=2, batches=2, boards=2, size=8, rng=0, out=path)


def training(path: Path) -> None:
    pairs = window_pairs(random_recordings("B3/S23", 8, size=8, rng=1))
    fit(OrbitTable.flat(), pairs, schedule=Schedule(epochs=2, batches=2), rng=0, out=path)


def curve(path: Path) -> None:
    """A junction without inertia at two biases, in the run of a command line."""
    words = [
        "junction",
        "iv",
        "--noise",
        "0.5",
        "--bias",
        "0.5,1.5",
        "--paths",
        "8",
        "--duration",
        "5",
        "--out",
        str(path),
    ]
    assert command(words) == 0


def fitted(path: Path) -> None:
    """What `junction fit` writes of a curve of its own equation."""
    current = np.linspace(0.1, 2, 24)
    voltage = np.sqrt(np.maximum(current**2 - 1, 0)) + np.random.default_rng(0).normal(0, 0.01, 24)
    lines = [f"{i:.4f}, {v:.5f}, 0.01" for i, v in zip(current, voltage, strict=True)]
    table = path.with_name("curve.csv")
    table.write_text("current (uA), voltage (mV), voltage error (mV)\n" + "\n".join(lines) + "\n")
    assert command(["junction", "fit", str(table), "--out", str(path)]) == 0


def equation(path: Path) -> None:
    x = np.zeros(4001)
    for k, kick in enumerate(np.random.default_rng(1).normal(0, 0.1, 4000)):
        x[k + 1] = 0.98 * x[k] + kick
    track = Trajectory(x[:, None], 0.02 * np.arange(4001), ("times", "dim"))
    discover(track, library="poly:1", diffusion="1", rng=0).save(path)


def score_model(path: Path) -> None:
    score.fit(
        score.MLP(width=8, depth=1), np.random.default_rng(0).normal(size=(64, 2)), score.VP(), steps=4, rng=0, out=path
    )


def learned_equation(path: Path) -> None:
    walk = np.cumsum(np.random.default_rng(2).normal(size=(400, 2)), axis=0) * 0.1
    track = Trajectory(walk, 0.01 * np.arange(400), ("times", "dim"))
    fit_equation(track, schedule=Optimisation(epochs=2, batches=2), rng=0, out=path)


KINDS: dict[str, Callable[[Path], Any]] = {
    "trajectory": lambda path: soup().save(path),
    "finding": lambda path: discover(soup(), "outer-totalistic", rng=0).save(path),
    "lattice": lambda path: command(["simulate", "B3/S23", "--size", "12", "--steps", "6", "--out", str(path)]),
    "paths": lambda path: ou(out=path),
    "statistics": lambda path: ou(out=path, statistics=sde.Moments()),
    "learned law": training,
    "league": league,
}
MORE: dict[str, Callable[[Path], Any]] = {
    "junction": curve,
    "junction fit": fitted,
    "equation": equation,
    "score model": score_model,
    "learned equation": learned_equation,
}
"""Kinds that take long to make, for the slow tests."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("runs")

    class Made(dict[str, Path]):
        """Each is made when it is first asked for."""

        def __missing__(self, kind: str) -> Path:
            self[kind] = folder / kind.replace(" ", "-")
            (KINDS | MORE)[kind](self[kind])
            return self[kind]

    return Made()


def noticed(path: Path) -> bool:
    """Whether damage is told; anything but our own errors escapes."""
    try:
        return bool(Run.open(path).verify())
    except StorageError:
        return True


def flip_bits(path: Path, copy: Path, count: int, seed: int) -> list[str]:
    """Flip single bits, drawn evenly over all bits of all files; return the places where nothing was noticed."""
    shutil.copytree(path, copy)
    rng = np.random.default_rng(seed)
    files = sorted(file for file in copy.rglob("*") if file.is_file())
    ends = np.cumsum([file.stat().st_size for file in files])
    missed = []
    for byte in rng.integers(0, ends[-1], count):
        number = int(np.searchsorted(ends, byte, side="right"))
        place, bit = int(byte - (ends[number - 1] if number else 0)), int(rng.integers(8))
        whole = files[number].read_bytes()
        damaged = bytearray(whole)
        damaged[place] ^= 1 << bit
        files[number].write_bytes(damaged)
        if not noticed(copy):
            missed.append(f"{files[number].relative_to(copy)}:{place}:{bit}")
        with contextlib.suppress(EvolawError):
            evolaw.load(copy)
        files[number].write_bytes(whole)
    assert not noticed(copy)
    return missed


@pytest.mark.sampled(5)
@pytest.mark.parametrize("kind", KINDS)
def test_flipped_bits_are_noticed(runs: dict[str, Path], tmp_path: Path, kind: str) -> None:
    assert not noticed(runs[kind])
    assert flip_bits(runs[kind], tmp_path / "copy", 25, seed=1) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS | MORE)
def test_of_five_hundred_flipped_bits_none_goes_unnoticed(runs: dict[str, Path], tmp_path: Path, kind: str) -> None:
    assert flip_bits(runs[kind], tmp_path / "copy", 500, seed=2) == []


def reseal(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a document as somebody would who knows how to seal it."""
    document = read_json(path)
    change(document)
    path.write_text(sealed(document))


DAMAGE: dict[str, bytes] = {
    "empty": b"",
    "half an object": b'{"schema": 2, "created"',
    "a list": b"[]\n",
    "null": b"null",
    "a number": b"1e999",
    "many digits": b'{"schema": ' + b"9" * 10_000 + b"}",
    "not UTF-8": b"\xff\xfe{\x00}",
    "NUL": b"\x00" * 100,
    "deep": b"[" * 200_000,
    "no seal": b'{"schema": 2, "created": "now", "about": {}, "made_with": {}}\n',
    "half a seal": b'{\n "schema": 2,\n "seal": "0000',
    "a wrong seal": b'{\n "schema": 2,\n "seal": "00000000"\n}\n',
    "another schema": b'{"schema": 99}',
    "schema is text": b'{"schema": "2"}',
}
FIELDS: list[tuple[str, Any]] = [
    ("schema", None), ("schema", True), ("created", 3), ("about", []), ("about", None), ("made_with", "x"),
    ("state", "asleep"), ("state", None), ("cursor", -1), ("cursor", "3"), ("cursor", 1.5), ("cursor", True), ("cursor", 10**30),
    ("series", []), ("series", {"values": "4"}), ("series", {"values": -1}), ("series", {"values": 10**9}), ("updated", 0),
    ("lines", {"checksums": 10**9}), ("lines", {"records": -4}), ("lines", {"checksums": "x"}),
]  # fmt: skip
ABOUT: list[tuple[str, Any]] = [
    ("kind", "trajectory"), ("kind", 7), ("kind", None), ("axes", 3), ("axes", ["times"]), ("axes", ["a", "b", "c"]), ("axes", None),
    ("recordings", 3), ("recordings", [{"axes": []}]), ("facts", 5), ("training", 1), ("training", {}), ("names", [1]), ("names", 0),
]  # fmt: skip


def assert_told(path: Path, *, must: bool = True) -> None:
    """Everything that opens a run either works or raises an error of ours; with ``must``, verifying or loading tells."""
    told = noticed(path)
    for use in (
        evolaw.load,
        Trajectory.load,
        lambda path: Run.open(path).read("values"),
        lambda path: Run.open(path).state,
    ):
        try:
            use(path)
        except EvolawError as error:
            told = True
            assert str(error).strip()
    list_runs(path.parent)
    for words in (["runs", "show", str(path)], ["runs", "list", str(path.parent)], ["runs", "verify", str(path)]):
        assert command(words) in (0, 3, 5)
    assert told or not must


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", ["manifest.json", "progress.json", "checksums.jsonl", "records.jsonl"])
@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("kind", ["learned law"])
def test_a_damaged_document_is_a_sentence(
    runs: dict[str, Path], tmp_path: Path, kind: str, damage: str, name: str
) -> None:
    shutil.copytree(runs[kind], tmp_path / "run")
    (tmp_path / "run" / name).write_bytes(DAMAGE[damage])
    assert_told(tmp_path / "run")


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_field_of_another_form_is_a_sentence(runs: dict[str, Path], tmp_path: Path, field: str, value: Any) -> None:
    """Sealed rightly, so that the schema alone can tell."""
    shutil.copytree(runs["lattice"], tmp_path / "run")
    for name in ("manifest.json", "progress.json"):
        if field in read_json(tmp_path / "run" / name):
            reseal(tmp_path / "run" / name, lambda document: document.update({field: value}))
    assert_told(tmp_path / "run")


@pytest.mark.slow  # every kind of run is copied and opened for every form
@pytest.mark.parametrize(("field", "value"), ABOUT)
def test_a_header_of_another_form_is_a_sentence(runs: dict[str, Path], tmp_path: Path, field: str, value: Any) -> None:
    for kind in KINDS | MORE:
        copy = tmp_path / kind.replace(" ", "-")
        shutil.copytree(runs[kind], copy)
        reseal(copy / "manifest.json", lambda document: document["about"].update({field: value}))
        assert_told(copy, must=False)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", ["manifest.json", "progress.json", "checksums.jsonl", "records.jsonl", "lock"])
@pytest.mark.parametrize("special", ["/dev/zero", "fifo", "folder", "nowhere"])
@pytest.mark.timeout(60)
def test_a_pipe_or_a_device_is_not_waited_for(runs: dict[str, Path], tmp_path: Path, name: str, special: str) -> None:
    path = tmp_path / "run"
    shutil.copytree(runs["learned law"], path)
    (path / name).unlink(missing_ok=True)
    if special == "fifo":
        os.mkfifo(path / name)
    elif special == "folder":
        (path / name).mkdir()
    else:
        (path / name).symlink_to(special)
    assert_told(path, must=name != "lock")


def test_runs_of_schema_1_are_read_and_continued(tmp_path: Path) -> None:
    """Written as the first version wrote them: without seals, headers and sizes of lines."""
    path = tmp_path / "old"
    with (
        contextlib.suppress(KeyboardInterrupt),
        Run.create(path, about={"kind": "trajectory", "axes": ["times", "cells"]}) as run,
    ):
        run.write("times", np.arange(4), ("times",))
        run.series("values", (4, 3), np.uint8, ("times", "cells"), chunk_frames=2).append(np.ones((2, 3), np.uint8))
        run.record({"loss": 1.0})
        raise KeyboardInterrupt
    for name in ("manifest.json", "progress.json"):
        document = read_json(path / name)
        document.pop("lines", None)
        (path / name).write_text(
            json.dumps(document | ({"schema": 1} if name == "manifest.json" else {}), indent=1) + "\n"
        )
    for name in ("checksums.jsonl", "records.jsonl"):
        lines = [json.loads(line) for line in (path / name).read_text().splitlines()]
        plain = [{key: value for key, value in line.items() if key != "seal"} for line in lines]
        (path / name).write_text(
            "".join(json.dumps(line) + "\n" for line in plain if "data.zarr" not in line.get("document", ""))
        )
    old = Run.open(path)
    assert (old.state, old.verify(), old.arrays()) == ("interrupted", [], ["times", "values"])
    assert Trajectory.load(path).values.tolist() == [[1, 1, 1], [1, 1, 1]]
    with Run.resume(path) as run:
        series = run.series("values", (4, 3), np.uint8, ("times", "cells"))
        series.append(np.zeros((2, 3), np.uint8))
        run.record({"loss": 0.5})
    assert Run.open(path).verify() == []
    assert list(Run.open(path).records()) == [{"loss": 1.0}, {"loss": 0.5}]
    assert Trajectory.load(path).values.sum() == 6

"""`evolaw simulate` of processes: right numbers, the same bytes after a kill, and lost paths told without losing the rest."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import documents, sde
from evolaw.storage import Run
from evolaw.trajectory import Trajectory

OU = ("simulate", "ornstein-uhlenbeck", "--set", "theta=2", "--set", "sigma=0.8")


def stored(path: Path) -> dict[str, bytes]:
    """Every byte of the arrays of a run."""
    store = path / "data.zarr"
    return {str(file.relative_to(store)): file.read_bytes() for file in sorted(store.rglob("*")) if file.is_file()}


@pytest.mark.slow
def test_the_run_holds_the_paths_of_the_solver(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw(
        *OU, "--scheme", "milstein", "--start", 0.5, "--times", "0,0.25,1", "--dt", 0.05, "--paths", 300,
        "--seed", 7, "--out", "run", "--json",
    )  # fmt: skip
    run = Trajectory.load(tmp_path / "run")
    process = sde.ornstein_uhlenbeck(rate=2.0, scale=0.8)
    truth = sde.solve(process, sde.Milstein(), 0.5, [0, 0.25, 1], dt=0.05, paths=300, rng=7)
    assert np.array_equal(run.values, truth.values)
    assert np.array_equal(run.times, truth.times)
    assert (run.law, run.scheme, run.seed, run.axes) == ("Ornstein–Uhlenbeck", "milstein", 7, truth.axes)
    facts = json.loads(done.stdout)
    assert np.allclose(facts["mean"], truth.values.mean(axis=0))
    assert np.allclose(facts["variance"], truth.values.var(axis=0, ddof=1))
    assert facts["exact"]["mean"][2][0] == pytest.approx(0.5 * np.exp(-2.0))
    assert facts["exact"]["variance"][2][0] == pytest.approx(0.64 / 4 * (1 - np.exp(-4.0)))
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["mean"] == facts["mean"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        OU,
        ("simulate", "dX = -theta X dt + s dW", "--set", "theta=2", "--set", "s=0.8", "--start", "1"),
        ("simulate", "dX = mu X dt + s X o dW", "--set", "mu=-0.3", "--set", "s=0.4", "--start", "2"),
        ("simulate", "square-root", "--time", "1"),
        ("simulate", "harmonic-oscillator", "--set", "A=1", "--set", "Omega=2", "--time", "4"),
        ("simulate", "brownian-bridge", "--set", "b=1"),
    ],
)
def test_moments_are_the_exact_ones(evolaw: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    """2000 paths at 6 times; 5 standard errors: false alarms below 1 in 10^5 for the mean, the variances at the last time."""
    facts = json.loads(evolaw(*arguments, "--frames", 6, "--paths", 2000, "--steps", 400, "--json").stdout)
    assert 0 < facts["gap"] < 5
    away = np.array(facts["variance"][-1]) - np.array(facts["exact"]["variance"][-1])
    assert (np.abs(away) < 5 * np.array(facts["variance_error"][-1]) + 1e-12).all()


@pytest.mark.slow
def test_chunks_do_not_matter(evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = (*OU, "--scheme", "sra1", "--steps", 100, "--frames", 3, "--paths", 3000, "--out")
    evolaw(*command, "one")
    monkeypatch.setattr("evolaw.cli.simulate.process_settings._WORK", 100 * 70)
    evolaw(*command, "many")
    one, many = Trajectory.load(tmp_path / "one"), Trajectory.load(tmp_path / "many")
    assert len(stored(tmp_path / "many")) > len(stored(tmp_path / "one"))
    # Few paths run in a loop that is compiled otherwise: the last bits may differ.
    assert np.allclose(one.values, many.values, rtol=1e-12, atol=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "names"),
    [
        ("dφ = (0.9 - sin(φ)) dt + 0.7 dW", ["phi"]),
        pytest.param("integrated-ornstein-uhlenbeck", ["Y", "V"], marks=pytest.mark.slow),
    ],
)
def test_a_run_names_its_components(evolaw: Callable[..., Any], tmp_path: Path, law: str, names: list[str]) -> None:
    evolaw("simulate", law, "--paths", 1, "--dt", 0.5, "--frames", 3, "--out", "run")
    assert Trajectory.load(tmp_path / "run").about["names"] == names


def test_nothing_is_stored_without_out(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    assert evolaw(*OU, "--paths", 50).returncode == 0
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_kill_loses_nothing(command: list[str], evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """Killed with -9 after its first commit and resumed, a run ends in the bytes of an undisturbed one."""
    words = (*OU, "--scheme", "euler-maruyama", "--steps", 20_000, "--frames", 5, "--paths", 12_000)
    words = tuple(str(word) for word in words)
    assert evolaw(*words, "--out", "whole").returncode == 0
    killed = subprocess.Popen([*command, *words, "--out", "killed"], cwd=tmp_path)
    progress = tmp_path / "killed" / "progress.json"
    deadline = time.monotonic() + 90
    while not (progress.exists() and json.loads(progress.read_text())["cursor"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    run = Run.open(tmp_path / "killed")
    assert run.state == "interrupted"
    assert 0 < run.cursor < 12_000
    shown = evolaw("runs", "show", "killed")
    assert "continue with: evolaw simulate --resume killed" in shown.stdout
    resumed = evolaw("simulate", "--resume", "killed", "--json")
    assert resumed.returncode == 0
    assert stored(tmp_path / "killed") == stored(tmp_path / "whole")
    summaries = [(tmp_path / name / "summary.json").read_bytes() for name in ("killed", "whole")]
    assert summaries[0] == summaries[1]
    assert evolaw("simulate", "--resume", "killed").returncode == 3


@pytest.mark.slow
def test_lost_paths_end_in_an_error_and_keep_the_rest(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    """X³ pushes some paths to infinity: said which, where and what to try; what was found is printed and kept."""
    done = evolaw(
        "simulate", "dX = X^3 dt + dW", "--scheme", "euler-maruyama", "--dt", 0.002, "--time", 1, "--paths", 200,
        "--out", "run", "--json",
    )  # fmt: skip
    assert done.returncode == 4
    facts = json.loads(done.stdout)
    run = Trajectory.load(tmp_path / "run")
    lost = ~np.isfinite(run.values).all(axis=(1, 2))
    assert 0 < facts["lost"] == lost.sum() < 200
    assert np.allclose(facts["mean"], run.values[~lost].mean(axis=0))
    first = int(np.argmax(lost))
    assert f"the first is path {first}, after step" in done.stderr
    assert "(dt = 0.002)" in done.stderr
    assert "tamed or implicit scheme" in done.stderr
    assert "Every path is kept in run" in done.stderr
    assert Run.open(tmp_path / "run").state == "done"
    tamed = evolaw("simulate", "dX = -X^3 dt + dW", "--scheme", "tamed-euler", "--start", 30, "--paths", 50)
    assert tamed.returncode == 0


@pytest.mark.slow
def test_a_nan_is_found_where_it_arose(
    evolaw: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The root of a negative number, in a later chunk: the path has its number in the whole, the step can be checked."""
    monkeypatch.setattr("evolaw.cli.simulate.process_settings._WORK", 64)
    words = ("simulate", "dX = -X dt + sqrt(X) dW", "--start", 1.5, "--time", 0.4, "--dt", 0.01, "--paths", 640)
    done = evolaw(*words, "--frames", 41, "--scheme", "euler-maruyama", "--out", "run")
    values = Trajectory.load(tmp_path / "run").values[..., 0]
    finite = np.isfinite(values)
    path = int(np.argmin(finite.all(axis=1)))
    step = int(np.argmin(finite[path]))
    assert done.returncode == 4
    assert path >= 64, "choose a start from which the first chunk loses no path"
    assert f"the first is path {path}, after step {step} at time {step * 0.01:g}" in done.stderr
    lost = int((~finite.all(axis=1)).sum())
    assert f"{lost} of 640 paths" in done.stderr


def test_a_start_that_nothing_moves_is_asked_for(evolaw: Callable[..., Any]) -> None:
    """Multiplicative noise from the default start 0 was 0 for ever, without a word; `order` crashed in an SVD."""
    for words in (
        ("simulate", "dX = mu X dt + sigma X dW", "--set", "mu=1", "--set", "sigma=1"),
        ("order", "euler-maruyama", "dX = X dt + X dW"),
    ):
        done = evolaw(*words, "--paths", 4)
        assert done.returncode == 3 and "would stay 0 for ever. Write, for example: --start 1" in done.stderr


@pytest.mark.slow
def test_paths_that_are_left_are_no_answer_and_the_root_is_named(evolaw: Callable[..., Any]) -> None:
    """A square-root equation typed by hand lost 948 of 1000 paths, and the mean of the others was printed."""
    words = ("simulate", "dX = (1-X) dt + sqrt(X) dW", "--paths", 1000, "--start", 0.1, "--steps", 50)
    done = evolaw(*words)
    assert done.returncode == 4
    assert done.stderr.index("which is not the answer to the equation") < done.stderr.index("error[numerical]")
    assert "sqrt(X) is not defined where X = -" in done.stderr and "write sqrt(max(X, 0))" in done.stderr
    assert "of the paths that are left" in done.stdout
    mended = evolaw("simulate", "dX = (1-X) dt + sqrt(max(X, 0)) dW", *words[2:])
    assert mended.returncode == 0 and "left" not in mended.stdout


@pytest.mark.slow
def test_a_time_beyond_every_number_is_exact_and_quiet(evolaw: Callable[..., Any]) -> None:
    done = evolaw("simulate", "dX = -X dt + dW", "--time", "1e308", "--paths", 200)
    assert done.returncode == 0 and "exact 0.5" in done.stdout and "nan" not in done.stdout + done.stderr
    grown = evolaw("simulate", "dX = X dt + dW", "--time", "1e308", "--paths", 200)
    assert "nan" not in grown.stdout and grown.returncode in (0, 4)


def test_places_that_cannot_be_written_are_refused(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    assert "Option --figure" in evolaw(*OU, "--figure", "paths.bmp").stderr
    assert "directory that exists" in evolaw(*OU, "--figure", "nowhere/paths.png").stderr
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    refused = evolaw(*OU, "--out", "taken")
    assert (refused.returncode, "already exists" in refused.stderr) == (3, True)


@pytest.mark.slow
def test_the_text_says_what_was_done(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    done = evolaw("simulate", "double-well", "--set", "D=0.3", "--time", 2, "--paths", 100, "--figure", "well.png")
    assert done.returncode == 0
    for words in ("barrier 1, width 1", "temperature 0.3", "sra1, dt at most 0.002", "4 U/a² (1 - (X/a)²) X dt"):
        assert words in done.stdout
    assert (tmp_path / "well.png").stat().st_size > 10_000


@pytest.mark.slow
def test_the_text_says_where_steps_have_no_error(evolaw: Callable[..., Any]) -> None:
    exact = evolaw("simulate", "harmonic-oscillator", "--paths", 100).stdout
    assert "no error of stepping" in exact
    assert "variance of V at the end" in exact


@pytest.mark.slow
def test_a_stopped_run_says_how_to_go_on(command: list[str], tmp_path: Path) -> None:
    """SIGTERM: what is finished is committed, the exit code is 143, and the last line says what to type."""
    words = [
        *OU,
        "--scheme",
        "euler-maruyama",
        "--steps",
        "20000",
        "--frames",
        "5",
        "--paths",
        "64000",
        "--out",
        "run",
    ]
    stopped = subprocess.Popen([*command, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    progress = tmp_path / "run" / "progress.json"
    deadline = time.monotonic() + 90
    while not (progress.exists() and json.loads(progress.read_text())["cursor"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    stopped.terminate()
    _, said = stopped.communicate(timeout=60)
    run = Run.open(tmp_path / "run")
    assert stopped.returncode == 143
    assert run.state == "interrupted"
    assert f"stopped after {run.cursor} committed paths; continue with: evolaw simulate --resume run" in said
    assert run.verify() == []


@pytest.mark.slow
def test_a_run_of_another_version_is_refused(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    evolaw(*OU, "--paths", 20, "--out", "run")
    manifest = tmp_path / "run" / "manifest.json"
    told = json.dumps(documents.read_json(manifest)).replace('"paths": 20', '"walks": 20')
    manifest.write_text(documents.sealed(json.loads(told)))
    done = evolaw("simulate", "--resume", "run")
    assert (done.returncode, "does not know" in done.stderr) == (3, True)

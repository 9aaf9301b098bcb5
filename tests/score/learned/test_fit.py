"""Trained scores approach exact ones; the same call gives the same bytes, also after kills; bad calls write nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError, NumericalError, ShapeError, StorageError
from evolaw.score.exact.mixture import GaussianMixture
from evolaw.score.learned.fit import fit, pace
from evolaw.score.learned.model import ScoreModel
from evolaw.score.networks.mlp import MLP
from evolaw.score.noising.song import VE, VP, SubVP
from evolaw.storage import Run

TARGET = GaussianMixture(np.array([[-1.0, 0.0], [1.0, 0.5]]), np.array([0.04, 0.09]), np.array([0.3, 0.7]))
SMALL = MLP(width=8, depth=1)
SCRIPT = """
import sys, time
import numpy as np
from evolaw.score.learned.fit import fit, pace
from evolaw.score.networks.mlp import MLP
from evolaw.score.noising.song import VP
data = np.random.default_rng(0).normal(size=(100, 2))
print("ready", flush=True)
fit(MLP(width=8, depth=1), data, VP(), schedule=pace(60, widths=(0.1,)), batch=32, conditions=np.arange(100) % 3, rng=1,
    out=sys.argv[1], progress=lambda *facts: time.sleep(float(sys.argv[2])))
"""


def error_of(model: ScoreModel, noising: Any, t: float) -> float:
    """Mean square of what the score misses, in units of the size of the true score."""
    x = TARGET.sample(4000, rng=9, t=t, noising=noising)
    exact = TARGET.score(x, t, noising)
    return float(((model.score(x, t, noising) - exact) ** 2).mean() / (exact**2).mean())


@pytest.mark.parametrize(
    ("noising", "weight", "times"),
    [(VP(), "edm", "importance"), pytest.param(VE(0.01, 20.0), "variance", "importance", marks=pytest.mark.slow),
     pytest.param(SubVP(), "likelihood", "uniform", marks=pytest.mark.slow), pytest.param(VP(), "edm", "lognormal", marks=pytest.mark.slow)],
    ids=["VP", "VE", "sub-VP", "EDM's times"],
)  # fmt: skip
def test_a_trained_score_approaches_the_exact_one(noising: Any, weight: str, times: str) -> None:
    """Of 8000 samples; where a Gaussian fitted to the data misses by more than half, the network misses by a tenth at most."""
    data = TARGET.sample(8000, rng=1)
    model = fit(
        MLP(width=64, depth=2), data, noising, schedule=pace(1500, 4e-3), batch=256, weight=weight, times=times, rng=0
    )
    assert model.history[-1][1] < model.history[0][1]
    for sigma in (0.1, 0.4, 1.5):
        t = float(noising.time_of_log_snr(-np.log(sigma)))
        assert error_of(model, noising, t) < 0.1


@pytest.mark.slow  # five trainings, each compiled
def test_the_same_call_gives_the_same_bytes(tmp_path: Path) -> None:
    data = TARGET.sample(100, rng=1)

    def train(**more: Any) -> ScoreModel:
        return fit(SMALL, data, VP(), **({"steps": 20, "batch": 16, "rng": 3} | more))

    one = train()
    assert eqx.tree_equal(one.net, train(out=tmp_path / "run").net)
    assert eqx.tree_equal(one.net, train(out=tmp_path / "run").net), "a finished run is read"
    for changes in ({"rng": 4}, {"batch": 17}, {"weight": "variance"}, {"steps": 40}):
        assert not eqx.tree_equal(one.net, train(**changes).net)


@pytest.mark.slow  # each resume is a process that compiles anew; learning/loop has the quick one
@pytest.mark.parametrize("kills", [2, 5])
def test_a_killed_training_ends_in_the_same_bytes(tmp_path: Path, kills: int) -> None:
    chance = np.random.default_rng(kills)

    def start(path: Path, pause: float) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", SCRIPT, str(path), str(pause)], stdout=subprocess.PIPE)

    def committed() -> int:
        return Run.open(tmp_path / "run").cursor if (tmp_path / "run" / "manifest.json").exists() else 0

    start(tmp_path / "straight", 0.0).communicate(timeout=120)
    reached = []
    for _ in range(kills):
        process = start(tmp_path / "run", 0.1)
        assert process.stdout is not None
        process.stdout.readline()
        goal = committed() + 2
        while committed() < goal and process.poll() is None:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        reached.append(committed())
    assert 0 < reached[0] < 30
    process = start(tmp_path / "run", 0.0)
    process.communicate(timeout=120)
    assert process.returncode == 0
    for file in sorted((tmp_path / "straight").rglob("*.safetensors")):
        assert file.read_bytes() == (tmp_path / "run" / file.relative_to(tmp_path / "straight")).read_bytes(), file.name
    assert len(ScoreModel.load(tmp_path / "run").history) == 30


@pytest.mark.slow
def test_another_training_is_kept_apart_and_nothing_is_overwritten(tmp_path: Path) -> None:
    data, run = TARGET.sample(50, rng=1), tmp_path / "run"
    given: dict[str, Any] = {"net": SMALL, "data": data, "noising": VP(), "steps": 4, "batch": 8, "rng": 0}
    fit(**given, out=run)
    before = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    for name, (argument, value) in {
        "networks": ("net", MLP(width=9, depth=1)),
        "data": ("data", data + 1),
        "noising": ("noising", SubVP()),
        "batches": ("steps", 80),
        "batch": ("batch", 9),
        "levels": ("levels", 0.1),
        "seed": ("rng", 1),
    }.items():
        with pytest.raises(StorageError, match="another training"):
            fit(**(given | {argument: value}), out=run)
        del name
    assert {file: file.read_bytes() for file in run.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"data": [[0.0, np.nan], [1.0, 2.0]]}, "data.*finite"),
        ({"bounds": (0.0, 0.1)}, "data.*lie in"),
        ({"conditions": [0, 1]}, "conditions"),
        ({"net": lambda x, label: x[:1]}, "net.*gives"),
        ({"noising": 3}, "noising"),
        ({"weight": "heavy"}, "weight"),
        ({"times": "never"}, "times"),
        ({"loss": "hinge"}, "loss"),
        ({"levels": -1.0}, "levels"),
        ({"batch": 0}, "batch"),
        ({"steps": 0}, "steps"),
        ({"loss": "sliced", "conditions": np.arange(50) % 2}, "conditions.*sliced"),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) else None,
)
def test_a_bad_call_says_so_and_writes_nothing(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"net": SMALL, "data": TARGET.sample(50, rng=1), "noising": VP(), "steps": 4, "rng": 0}
    with pytest.raises((ArgumentError, ShapeError), match=says):
        fit(**(given | changes), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_network_of_the_users_own_trains_and_comes_back(tmp_path: Path) -> None:
    class Mine(eqx.Module):
        inner: eqx.nn.MLP

        def __call__(self, x: jax.Array, label: jax.Array) -> jax.Array:
            return self.inner(jnp.append(x, label))

    def mine(width: int = 8) -> Mine:
        return Mine(eqx.nn.MLP(3, 2, width, 1, key=jax.random.key(0)))

    data = TARGET.sample(100, rng=1)
    model = fit(mine(), data, VP(), steps=10, batch=16, rng=0, out=tmp_path / "run")
    again = ScoreModel.load(tmp_path / "run", mine())
    x = data[:3]
    assert np.array_equal(again.score(x, 0.3), model.score(x, 0.3))
    with pytest.raises(StorageError, match="only its owner can build"):
        ScoreModel.load(tmp_path / "run")
    with pytest.raises(StorageError, match=r"another architecture: .*there and .* here"):
        ScoreModel.load(tmp_path / "run", mine(9))


def test_a_loss_that_breaks_is_told_with_what_to_do() -> None:
    with pytest.raises(NumericalError, match=r"loss is .*learning rate"):
        fit(lambda x, label: x * jnp.inf, TARGET.sample(50, rng=1), VP(), steps=4, batch=8, rng=0)


@pytest.mark.slow
def test_progress_is_told_in_steps() -> None:
    told: list[tuple[int, int, str]] = []
    fit(SMALL, TARGET.sample(50, rng=1), VP(), steps=100, batch=8, rng=0, progress=lambda *facts: told.append(facts))
    assert [done for done, _, _ in told] == list(range(2, 101, 2))
    assert told[-1][1] == 100

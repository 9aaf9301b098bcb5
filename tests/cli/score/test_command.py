"""From the command line: train, sample, weigh, compare; what is typed wrongly is named, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.cli.main import run


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on images of two classes: crosses and frames, a few levels of noise."""
    place = tmp_path_factory.mktemp("score")
    chance = np.random.default_rng(0)
    shapes = np.zeros((2, 4, 4))
    shapes[0, 1:3], shapes[0, :, 1:3] = 1, 1
    shapes[1] = 1 - shapes[0]
    labels = chance.integers(0, 2, 200)
    images = np.clip(2 * shapes[labels] - 1 + 0.1 * chance.normal(size=(200, 4, 4)), -1, 1) * 0.9
    np.savez(place / "data.npz", images=images, labels=labels)
    given = ["score", "train", str(place / "data.npz"), "--width", "8", "--steps", "60", "--batch", "32"]
    assert run([*given, "--out", str(place / "run")]) == 0
    return place


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on points of two classes, which is trained in a few steps, and points of another shape."""
    place = tmp_path_factory.mktemp("points")
    chance = np.random.default_rng(0)
    labels = chance.integers(0, 2, 60)
    np.savez(place / "data.npz", data=chance.normal(size=(60, 2)) + 2 * labels[:, None], labels=labels)
    np.savez(place / "other.npz", data=chance.normal(size=(60, 3)))
    given = ["score", "train", str(place / "data.npz"), "--width", "8", "--steps", "5", "--batch", "32"]
    assert run([*given, "--out", str(place / "run")]) == 0
    assert (place / "run" / "report.html").is_file()
    return place


def answer(capsys: pytest.CaptureFixture[str], *given: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["score", *given, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.slow
def test_training_writes_a_run_and_its_page(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = (trained / "run" / "report.html").read_text(encoding="utf-8")
    assert "data:image/" in page
    before = (trained / "run" / "networks.safetensors").read_bytes()
    given = ["train", str(trained / "data.npz"), "--width", "8", "--steps", "60", "--batch", "32"]
    found = answer(capsys, *given, "--out", str(trained / "run"))
    assert (trained / "run" / "networks.safetensors").read_bytes() == before, "a finished training is read"
    assert found["likeness"]["count"] == 40
    assert len(found["loss"]) == 30
    assert run(["score", *given[:-1], "33", "--out", str(trained / "run")]) == 3
    assert "another training: batch" in capsys.readouterr().err


@pytest.mark.slow
def test_sampling_by_class_and_film(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = str(trained / "run")
    found = answer(capsys, "sample", model, "--count", "6", "--steps", "5", "--class", "1", "--guidance", "1")
    assert np.shape(found["samples"]) == (6, 4, 4)
    for suffix in ("npz", "png"):
        place = trained / f"samples.{suffix}"
        answer(
            capsys,
            "sample",
            model,
            "--count",
            "4",
            "--steps",
            "4",
            "--save" if suffix == "npz" else "--figure",
            str(place),
            "--film",
            str(trained / "film.png"),
        )
        assert place.stat().st_size > 300
    assert np.load(trained / "samples.npz")["samples"].shape == (4, 4, 4)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["sample", "gaussians", "--class", "0"], "class"),
        (["train", "moon"], "moons"),
        (["train", "moons", "--noising", "sde"], "noising"),
        (["train", "moons", "--steps", "0"], "steps"),
        (["train", "moons", "--lang", "fr"], "lang"),
    ],
)
def test_what_is_typed_wrongly_is_named(capsys: pytest.CaptureFixture[str], given: list[str], says: str) -> None:
    capsys.readouterr()
    assert run(["score", *given]) == 3
    assert says in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["sample", "RUN", "--class", "2"], "class must be"),
        (["sample", "RUN", "--guidance", "2"], "guidance"),
        (["sample", "RUN", "--sampler", "ddpm"], "sampler"),
        (["sample", "RUN", "--save", "x.txt"], "--save"),
        (["likelihood", "RUN", "OTHER"], "hold states of shape (2,)"),
    ],
)
def test_what_does_not_fit_a_run_is_named(
    points: Path, capsys: pytest.CaptureFixture[str], given: list[str], says: str
) -> None:
    capsys.readouterr()
    places = {"RUN": str(points / "run"), "OTHER": str(points / "other.npz")}
    assert run(["score", *(places.get(word, word) for word in given)]) == 3
    assert says in capsys.readouterr().err


@pytest.mark.slow
def test_weighing_and_comparing(trained: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exact mixture weighs its own draws at minus its entropy: log 8 + log 2πe s² = 2.51 nats, its error 0.14 for 50 points."""
    drawn = [str(trained / f"{name}.svg") for name in ("likelihood", "compare")]
    found = answer(
        capsys, "likelihood", "gaussians", "gaussians", "--count", "50", "--probes", "0", "--figure", drawn[0]
    )
    entropy = np.log(8) + np.log(2 * np.pi * np.e * 0.09)
    assert found["mean"] == pytest.approx(-entropy, abs=5 * found["standard_error"])
    compared = answer(
        capsys, "compare", "gaussians", "gaussians", "--count", "400", "--steps", "20", "--figure", drawn[1]
    )
    assert [found["figure"], compared["figure"]] == drawn and all("<svg" in Path(place).read_text() for place in drawn)
    assert compared["energy"] < 0.2
    assert compared["count"] == 400


@pytest.mark.slow
def test_the_league_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, "league", "--steps", "10", "--figure", str(tmp_path / "league.svg"))
    assert "<svg" in (tmp_path / "league.svg").read_text()
    assert set(found["kl"]) >= {"dpm-solver", "ddim", "reverse-diffusion"}
    assert all(np.isfinite(row).all() for row in found["kl"].values())


@pytest.mark.slow
def test_one_step_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was trained with mean-flow draws in one step, has a page, and can be sampled as a score too; other models cannot do the first."""
    run_at = str(tmp_path / "run")
    given = [
        "train",
        "moons",
        "--loss",
        "mean-flow",
        "--width",
        "16",
        "--steps",
        "60",
        "--batch",
        "64",
        "--out",
        run_at,
    ]
    told = answer(capsys, *given)
    assert told["likeness"]["sliced"] > 0
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert "data:image/" in page
    one = answer(capsys, "sample", run_at, "--count", "5")
    assert (one["sampler"], one["steps"]) == ("mean-flow", 1)
    assert np.isfinite(one["samples"]).all()
    assert answer(capsys, "sample", run_at, "--count", "5", "--sampler", "ddim", "--steps", "3")["steps"] == 3
    capsys.readouterr()
    assert run(["score", "sample", run_at, "--film", str(tmp_path / "film.png")]) != 0
    assert "--film must be left out" in capsys.readouterr().err
    assert run(["score", "sample", "gaussians", "--sampler", "mean-flow"]) != 0
    assert "not trained with --loss mean-flow" in capsys.readouterr().err
    assert run(["score", "train", "moons", "--loss", "mean-flow", "--noising", "vp", "--steps", "4"]) != 0
    assert "--noising must be Rectified()" in capsys.readouterr().err

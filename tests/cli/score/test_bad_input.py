"""What cannot be trained on, or asked of a model, is one sentence and exit code 3, before time is spent; and nothing is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.cli.main import run

X = np.clip(0.3 * np.random.default_rng(0).normal(size=(40, 4, 4)), -1, 1)
LABELS = np.arange(40) % 2


def refused(capsys: pytest.CaptureFixture[str], *given: str) -> str:
    capsys.readouterr()
    assert run(["score", *given]) == 3
    said = capsys.readouterr()
    assert not said.out
    told = " ".join(said.err.split())
    assert "Traceback" not in told
    assert len(told) < 600
    return told


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({"images": np.where(X > 0.5, np.nan, X)}, "`images` must be finite everywhere, but is nan at index"),
        ({"data": np.array([[1.0, np.inf], [0.0, 1.0]])}, "must be finite everywhere, but is inf at index (0, 1)"),
        ({"images": 10 * X}, "numbers in [-1, 1]"),
        ({"images": X + 0j}, "numbers in [-1, 1], but is of complex128"),
        ({"images": X[0]}, "must have shape (items, rows, cols)"),
        ({"data": X.ravel()}, "must have shape (items, *shape)"),
        ({"data": np.ones((40, 3))}, "must vary"),
        ({"data": np.ones((1, 3))}, "at least two states"),
        ({"data": np.zeros((0, 3))}, "at least two states"),
        ({"data": 1e300 * X[:, 0]}, "finite"),
        ({"data": np.array([{}, 1], object)}, "Python objects"),
        ({"images": X, "labels": LABELS[:5]}, "one for each of the 40 states"),
        ({"data": X[:, 0], "labels": np.arange(50)}, "one for each of the 40 states"),
        ({"images": X, "labels": np.int64(3)}, "one for each of the 40 states"),
        ({"images": X, "labels": LABELS + 0.5}, "must be classes, one whole number"),
        ({"images": X, "labels": LABELS - 1}, "must be classes, one whole number"),
        ({"images": X, "labels": np.full(40, "a")}, "must be classes, one whole number"),
        ({"images": X, "labels": np.ones((40, 2))}, "Pass --no-classes"),
        ({"other": X}, "must hold an array 'data' of states, or 'images'"),
    ],
)
def test_arrays_that_nobody_can_train_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arrays: dict[str, Any], says: str
) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    told = refused(capsys, "train", str(tmp_path / "a.npz"), "--steps", "4", "--out", str(tmp_path / "run"))
    assert says in told
    assert sorted(place.name for place in tmp_path.iterdir()) == ["a.npz"]


@pytest.mark.slow
def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    np.savez_compressed(tmp_path / "whole.npz", images=X)
    whole = (tmp_path / "whole.npz").read_bytes()
    (tmp_path / "torn.npz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "flipped.npz").write_bytes(whole[:200] + bytes(60) + whole[260:])
    (tmp_path / "text.npz").write_text("hello")
    before = sorted(tmp_path.iterdir())
    out = ["--steps", "4", "--out", str(tmp_path / "run")]
    for name, says in (
        ("empty", "hold images"),
        ("torn.npz", "torn.npz"),
        ("flipped.npz", "damaged"),
        ("text.npz", "no .npz file"),
        ("none.npz", "none.npz"),
        ("none", "be one of gaussians"),
    ):
        assert says in refused(capsys, "train", str(tmp_path / name), *out), name
    for verb in (["sample"], ["likelihood"], ["compare"], ["inpaint"], ["interpolate"], ["colourise"]):
        for name in ("none", "empty", "whole.npz"):
            told = refused(capsys, *verb, str(tmp_path / name), *([] if verb == ["sample"] else ["gaussians"]))
            assert name in told
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["inpaint", "gaussians", "gaussians", "--item", "20000"], "item"),
        (["inpaint", "gaussians", "gaussians", "--item", "-1"], "item"),
        (["inpaint", "gaussians", "gaussians", "--keep", "middle"], "keep"),
        (["inpaint", "gaussians", "gaussians", "--count", "0"], "count"),
        (["inpaint", "gaussians", "gaussians", "--steps", "0"], "steps"),
        (["inpaint", "gaussians", "digits"], "DATA must hold states of shape (2,)"),
        (["interpolate", "gaussians", "gaussians", "--to", "20000"], "--to"),
        (["interpolate", "gaussians", "gaussians", "--count", "1"], "count"),
        (["likelihood", "gaussians", "gaussians", "--count", "0"], "count"),
        (["likelihood", "gaussians", "gaussians", "--probes", "-1"], "probes"),
        (["compare", "gaussians", "digits", "--count", "3", "--steps", "2"], "DATA must hold states of shape (2,)"),
        (["compare", "gaussians", "gaussians", "--count", "0"], "count"),
        (["sample", "gaussians", "--count", "0"], "count"),
        (["sample", "gaussians", "--steps", "0"], "steps"),
        (["sample", "gaussians", "--guidance", "nan"], "guidance"),
        (["league", "--steps", "0"], "steps"),
        (["league", "--noising", "sde"], "noising"),
        (["train", "moons", "--rate", "nan"], "rate"),
        (["train", "moons", "--batch", "0"], "batch"),
        (["train", "moons", "--width", "0"], "width"),
        (["train", "moons", "--net", "unet"], "UNet"),
    ],
)
def test_numbers_and_shapes_that_do_not_fit(capsys: pytest.CaptureFixture[str], given: list[str], says: str) -> None:
    assert says in refused(capsys, *given)

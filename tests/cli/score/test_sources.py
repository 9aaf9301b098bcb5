"""Words stand for data, noisings, samplers, networks and models; wrong ones get the nearest right one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from evolaw.cli.score.sources import NOISINGS, SAMPLERS, Model, network, noising, read_data, read_model, sampler
from evolaw.errors import ArgumentError, ParseError, StorageError
from evolaw.score import MLP, VP, UNet
from evolaw.trajectory import Trajectory


def test_data_of_every_kind(tmp_path: Path) -> None:
    assert read_data("moons").values.shape == (20_000, 2)
    digits = read_data("digits")
    assert (digits.values.shape, digits.levels) == ((1797, 8, 8), 17)
    one, other = digits.split()
    assert (len(one.values), len(other.values)) == (1438, 359)
    assert one.labels is not None
    np.savez(tmp_path / "a.npz", data=np.ones((4, 3)), labels=[0, 1, 0, 1])
    assert read_data(str(tmp_path / "a.npz")).values.shape == (4, 3)
    assert read_data(str(tmp_path / "a.npz")).labels is not None
    np.savez(tmp_path / "s.npz", samples=np.ones((4, 3)))  # what --save writes
    assert read_data(str(tmp_path / "s.npz")).values.shape == (4, 3)
    np.savez(tmp_path / "x.npz", x=np.ones((4, 3)))
    with pytest.raises(ArgumentError, match=r"'data' of states, or 'images', but is .* which holds x\. .*data="):
        read_data(str(tmp_path / "x.npz"))
    Trajectory(np.arange(6.0).reshape(3, 2), [0, 1, 2], ("times", "dim")).save(tmp_path / "run")
    assert read_data(str(tmp_path / "run")).values.shape == (3, 2)
    with pytest.raises(ArgumentError, match="Did you mean moons"):
        read_data("moon")


def test_every_name_is_there() -> None:
    for name in NOISINGS:
        assert type(noising(name)).__name__ == NOISINGS[name]
    for name in SAMPLERS:
        assert type(sampler(name)).__name__ == SAMPLERS[name]
    with pytest.raises(ArgumentError, match="Did you mean sub-vp"):
        noising("subvp")


def test_networks_fit_the_data() -> None:
    assert network("auto", (2,), None) == MLP()
    assert network("auto", (8, 8), 16) == UNet((16, 32))
    assert network("unet-periodic", (3, 32, 32), 8) == UNet((8, 16, 32), padding="circular")
    assert network("auto", (7, 8), 8) == UNet((8,))
    assert network("mlp", (8, 8), 32) == MLP(width=32)
    with pytest.raises(ArgumentError, match="net"):
        network("cnn", (8, 8), None)


def test_models(tmp_path: Path) -> None:
    exact = read_model("gaussians")
    assert (exact.noising, exact.target.shape) == (VP(), (2,))
    with pytest.raises(StorageError):
        read_model(str(tmp_path))


def test_data_are_read_as_those_of_the_training_were(tmp_path: Path) -> None:
    """Scaled where those were; grey images fit a model of colours; other shapes do not."""
    for number, side in enumerate((4, 6)):
        Image.new("L", (side, side), 100).save(tmp_path / f"{number}.png")
    score = SimpleNamespace(shape=(3, 4, 4))
    found = Model(score, None, {"reading": {"side": 4, "grey": True}}).read(str(tmp_path)).values
    assert found.shape == (2, 3, 4, 4)
    assert np.ptp(found) == 0
    with pytest.raises(ParseError, match=r"train with --side 4"):
        Model(score, None, {}).read(str(tmp_path))
    with pytest.raises(ArgumentError, match=r"shape \(4, 4, 3\)"):
        Model(SimpleNamespace(shape=(4, 4, 3)), None, {"reading": {"side": 4}}).read(str(tmp_path))


def test_only_folders_of_images_are_scaled() -> None:
    with pytest.raises(ArgumentError, match=r"side.*no folder"):
        read_data("digits", side=4)
    with pytest.raises(ArgumentError, match=r"grey.*no folder"):
        read_data("moons", grey=True)
    with pytest.raises(ArgumentError, match=r"Did you mean moons"):
        read_data("moonz", side=4)

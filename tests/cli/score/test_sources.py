"""Words stand for data, noisings, samplers, networks and models; wrong ones get the nearest right one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from evolaw.cli.score.sources import NOISINGS, SAMPLERS, Model, network, noising, read_data, read_model, sampler
from evolaw.errors import ArgumentError, ParseError, StorageError
from evolaw.learning.loop.checkpoints import crc
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
    with pytest.raises(ParseError, match=r"Train with --side 4"):
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


def test_data_of_the_training_are_parted_as_it_parted_them_and_others_are_whole(tmp_path: Path) -> None:
    """A fifth of every DATA was asked about, in a random order, also of data that the model had never seen."""
    states = np.random.default_rng(0).normal(size=(20, 2))
    for name, array in (("own", states), ("other", states + 1), ("few", states[:1])):
        np.save(tmp_path / f"{name}.npy", array)
    known, held = read_data(str(tmp_path / "own.npy")).split()
    score = SimpleNamespace(shape=(2,))

    def trained(*arrays: np.ndarray) -> Model:
        words = f"{len(arrays[0])} states of shape (2,), {crc(arrays):08x}"
        return Model(score, None, {"training": {"data": words}})

    learned = np.asarray(known.values, np.float32)
    for model in (trained(learned), trained(learned, np.zeros((16, 2), np.float32))):  # the second is mean-flow's
        own = model.parts(str(tmp_path / "own.npy"))
        assert own.fresh.values.tolist() == held.values.tolist()
        assert own.says(3) == "3 of 20, held out of the training"
        assert own.drawn(2, 0).items is not None
        assert states[own.drawn(2, 0).items].tolist() == held.values[:2].tolist()
        other = model.parts(str(tmp_path / "other.npy"))
        assert (other.seen, other.fresh.values.tolist()) == ("other", (states + 1).tolist())
        some = other.drawn(6, 0).items
        assert some is not None
        assert len(some) == 6
        assert some.tolist() == sorted(some.tolist())
        assert some.tolist() != list(range(6))
        assert len(model.parts(str(tmp_path / "few.npy")).fresh.values) == 1
    whole = trained(np.asarray(states, np.float32)).parts(str(tmp_path / "own.npy"))
    assert (whole.seen, len(whole.fresh.values)) == ("trained on", 20)
    assert Model(score, None, {}).parts(str(tmp_path / "own.npy")).says(5) == "5 of 20"


def test_files_of_other_kinds_are_told_what_to_do(tmp_path: Path) -> None:
    np.save(tmp_path / "series.npy", np.arange(9.0))
    with pytest.raises(ArgumentError, match=r"but is \(9,\)\. .*sliding_window_view"):
        read_data(str(tmp_path / "series.npy"))
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ArgumentError, match=r"np\.save"):
        read_data(str(tmp_path / "table.csv"))

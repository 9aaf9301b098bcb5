"""Levels and values convert both ways; folders and archives are read whole or refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evolaw.errors import ArgumentError, ParseError
from evolaw.score.data.pictures import Pictures, digits, from_levels, read_images, to_levels


@pytest.mark.parametrize("count", [2, 17, 256])
def test_levels_and_values_convert_both_ways(count: int) -> None:
    levels = np.arange(count)
    values = from_levels(levels, count)
    assert np.array_equal(to_levels(values, count), levels)
    assert values.min() - 1 / count == pytest.approx(-1)
    assert values.max() + 1 / count == pytest.approx(1)
    noise = (np.random.default_rng(0).random((100, count)) - 0.5) * 2 / count
    assert np.array_equal(to_levels(values + 0.999 * noise, count), np.broadcast_to(levels, (100, count)))


def test_digits_are_scikit_learns() -> None:
    found = digits()
    assert found.values.shape == (1797, 8, 8)
    assert (found.levels, sorted(set(found.labels.tolist()))) == (17, list(range(10)))  # type: ignore[union-attr]
    assert set(np.unique(to_levels(found.values, 17))) == set(range(17))
    one, other = found.split(0.8, rng=0)
    assert (len(one), len(other)) == (1438, 359)
    together = np.concatenate([one.values, other.values]).reshape(1797, -1)
    assert np.array_equal(np.sort(together, 0), np.sort(found.values.reshape(1797, -1), 0))


def paint(path: Path, value: int, side: int = 4, mode: str = "L") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, (side, side), value if mode == "L" else (value, 0, 0)).save(path)


def test_folders_become_classes(tmp_path: Path) -> None:
    paint(tmp_path / "b" / "1.png", 255)
    paint(tmp_path / "a" / "1.png", 0)
    paint(tmp_path / "a" / "2.png", 10)
    found = read_images(tmp_path)
    assert found.values.shape == (3, 4, 4)
    assert found.labels is not None
    assert found.labels.tolist() == [0, 0, 1]
    assert to_levels(found.values, 256)[:, 0, 0].tolist() == [0, 10, 255]
    assert read_images(tmp_path / "a").labels is None


def test_colours_and_sizes(tmp_path: Path) -> None:
    paint(tmp_path / "1.png", 200, 4, "RGB")
    assert read_images(tmp_path).values.shape == (1, 3, 4, 4)
    assert read_images(tmp_path, grey=True, side=6).values.shape == (1, 6, 6)
    paint(tmp_path / "2.png", 200, 5, "RGB")
    with pytest.raises(ParseError, match=r"2\.png.*shape \(3, 5, 5\).*side="):
        read_images(tmp_path)
    assert read_images(tmp_path, side=4).values.shape == (2, 3, 4, 4)
    with pytest.raises(ArgumentError, match="side"):
        read_images(tmp_path, side=0)


def test_one_coloured_image_gives_all_of_them_colours(tmp_path: Path) -> None:
    paint(tmp_path / "1.png", 200)
    paint(tmp_path / "2.png", 200, 4, "RGB")
    found = to_levels(read_images(tmp_path).values, 256)[:, :, 0, 0]
    assert found.tolist() == [[200, 200, 200], [200, 0, 0]]
    assert read_images(tmp_path, grey=True).values.shape == (2, 4, 4)


def test_grey_pictures_in_a_format_of_colours_are_grey(tmp_path: Path) -> None:
    """Three channels that are always equal have no density: a model of them has bits per dimension without a lower end."""
    for number, image in enumerate((Image.new("RGB", (4, 4), (9, 9, 9)), Image.new("L", (4, 4), 7).convert("P"))):
        image.save(tmp_path / f"{number}.png")
    assert to_levels(read_images(tmp_path).values, 256)[:, 0, 0].tolist() == [9, 7]
    Image.new("RGB", (4, 4), (9, 9, 8)).save(tmp_path / "2.png")
    assert read_images(tmp_path).values.shape == (3, 3, 4, 4)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_may_stand_last(tmp_path: Path, channels: int) -> None:
    """They were read as many channels of pictures three columns wide."""
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 6, channels), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images)
    found = read_images(tmp_path / "a.npz").values
    assert found.shape == (5, channels, 8, 6)
    assert np.array_equal(to_levels(found, 256), np.moveaxis(images, -1, 1))


def test_archives(tmp_path: Path) -> None:
    images = np.arange(32, dtype=np.uint8).reshape(2, 4, 4)
    np.savez(tmp_path / "a.npz", images=images, labels=[1, 0])
    found = read_images(tmp_path / "a.npz")
    assert np.array_equal(to_levels(found.values, 256), images)
    np.savez(tmp_path / "b.npz", images=images / 32.0)
    assert read_images(tmp_path / "b.npz").levels is None
    np.savez(tmp_path / "c.npz", images=images * 1.0)
    with pytest.raises(ArgumentError, match=r"images.*\[-1, 1\]"):
        read_images(tmp_path / "c.npz")
    np.savez(tmp_path / "d.npz", pictures=images)
    with pytest.raises(ParseError, match="no array 'images'"):
        read_images(tmp_path / "d.npz")
    np.savez(tmp_path / "e.npz", images=np.array([{}], object))
    with pytest.raises(ParseError, match="Python objects"):
        read_images(tmp_path / "e.npz")
    np.savez(tmp_path / "f.npz", images=images, labels=[1, 0, 1])
    with pytest.raises(ArgumentError, match=r"`labels` must be one for each of the 2 states"):
        read_images(tmp_path / "f.npz")
    for wrong in (np.full((2, 4, 4), 1j), np.full((2, 4, 4), "a")):
        np.savez(tmp_path / "g.npz", images=wrong)
        with pytest.raises(ArgumentError, match=r"`images` must be bytes"):
            read_images(tmp_path / "g.npz")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(ParseError, match=r"bad\.png.*cannot be read as an image"):
        read_images(tmp_path)
    (tmp_path / "x.npz").write_bytes(b"no archive")
    with pytest.raises(ParseError, match=r"x\.npz.*no \.npz file"):
        read_images(tmp_path / "x.npz")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArgumentError, match="hold images"):
        read_images(tmp_path / "empty")
    with pytest.raises(ArgumentError, match="folder of images"):
        read_images(tmp_path / "nowhere")
    assert len(Pictures(np.zeros((3, 2, 2)))) == 3


def test_more_than_eight_bits_are_not_cut_to_them(tmp_path: Path) -> None:
    """Pillow makes white of every number above 255."""
    for name, kind in (("a.png", np.uint16), ("b.tif", np.float32), ("c.tif", np.int32)):
        place = tmp_path / name[0] / name
        place.parent.mkdir()
        Image.fromarray((1000 * np.arange(16).reshape(4, 4)).astype(kind)).save(place)
        with pytest.raises(ParseError, match=r"more than eight bits.*array data of an \.npz"):
            read_images(place.parent)


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    image = np.zeros((2, 2, 4), np.uint8)
    image[0] = [255, 0, 0, 255]
    Image.fromarray(image).save(tmp_path / "1.png")
    levels = to_levels(read_images(tmp_path).values[0], 256)
    assert levels[:, 0, 0].tolist() == [255, 0, 0]
    assert levels[:, 1, 0].tolist() == [255, 255, 255]
    Image.fromarray(image[..., 2:]).save(tmp_path / "1.png")
    assert read_images(tmp_path).values.shape == (1, 2, 2), "grey with transparency is grey"


def test_classes_are_the_folders_that_hold_images(tmp_path: Path) -> None:
    """Neither empty nor hidden folders take a number; images beside the folders are of no class, and are not left out unsaid."""
    for name in (".cache/1.png", "b/1.png", "b/._1.png", "c/1.png"):
        paint(tmp_path / name, 7)
    (tmp_path / "a").mkdir()
    labels = read_images(tmp_path).labels
    assert labels is not None
    assert labels.tolist() == [0, 1]
    paint(tmp_path / "loose.png", 7)
    with pytest.raises(ArgumentError, match=r"`path`.*both: loose\.png"):
        read_images(tmp_path)

"""Films and folders of pictures are read as the boards they show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evolaw import automata
from evolaw.automata.files.images import read_images
from evolaw.automata.files.recordings import read_recording
from evolaw.errors import ParseError

FRAMES = automata.evolve("B36/S23", np.random.default_rng(3).integers(0, 2, (12, 16)), 4).values


def pictures(frames: np.ndarray, scale: int = 1, dark: int = 0, bright: int = 255) -> list[Image.Image]:
    grey = np.where(frames == 1, bright, dark).astype(np.uint8)
    return [Image.fromarray(board.repeat(scale, 0).repeat(scale, 1)) for board in grey]


@pytest.mark.parametrize("suffix", [".gif", ".tif"])
def test_a_film_is_a_recording(tmp_path: Path, suffix: str) -> None:
    first, *others = pictures(FRAMES, scale=3)
    first.save(tmp_path / f"film{suffix}", save_all=True, append_images=others)
    found = read_recording(tmp_path / f"film{suffix}")
    assert np.array_equal(found.values, FRAMES)
    assert "3 x 3 pixels" in found.about["read_as"][0]


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tiff"])
def test_a_folder_of_pictures_is_a_recording(tmp_path: Path, suffix: str) -> None:
    for number, picture in enumerate(pictures(FRAMES)):
        picture.save(tmp_path / f"frame_{2 * number}{suffix}")
    found = read_recording(tmp_path)
    assert np.array_equal(found.values, FRAMES) and found.times.tolist() == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(("side", "first", "closed"), [(4, 0, False), (4, 0, True), (7, 6, False), (3, 2, False)])
def test_lines_between_cells_are_left_out(tmp_path: Path, side: int, first: int, closed: bool) -> None:
    """Every film of a plotting program has them; pixels on them were taken for cells."""
    grey = np.full((len(FRAMES), 12 * side + closed, 16 * side + closed), 90, np.uint8)
    at = [np.setdiff1d(np.arange(size), np.arange(first, size, side)) for size in grey.shape[1:]]
    for number, board in enumerate(FRAMES):
        grey[number][np.ix_(*at)] = (board * 250).repeat(side - 1, 0).repeat(side - 1, 1)
        Image.fromarray(grey[number]).save(tmp_path / f"{number}.png")
    found = read_recording(tmp_path)
    assert np.array_equal(found.values, FRAMES)
    assert "lines between the cells" in found.about["read_as"][0]


def test_cells_drawn_dark_on_bright_are_asked_for(tmp_path: Path) -> None:
    """As most plots draw them: the law of the inverted board was told."""
    few = (np.random.default_rng(0).random((5, 12, 16)) < 0.3).astype(np.uint8)
    for number, picture in enumerate(pictures(few, dark=250, bright=10)):
        picture.save(tmp_path / f"{number}.png")
    with pytest.raises(ParseError, match=r"may be the background\. .* --alive 10 or --alive 250"):
        read_recording(tmp_path)
    assert np.array_equal(read_recording(tmp_path, alive=10).values, few)


def test_dark_cells_and_thresholds(tmp_path: Path) -> None:
    for number, picture in enumerate(pictures(FRAMES, dark=250, bright=10)):
        picture.save(tmp_path / f"{number}.png")
    assert np.array_equal(read_recording(tmp_path, alive=10).values, FRAMES)
    noisy = np.where(FRAMES == 1, 180, 40) + np.random.default_rng(0).integers(0, 30, FRAMES.shape)
    for number, board in enumerate(noisy.astype(np.uint8)):
        Image.fromarray(board).save(tmp_path / f"{number}.png")
    with pytest.raises(ParseError, match="--threshold"):
        read_recording(tmp_path)
    assert np.array_equal(read_recording(tmp_path, threshold=120).values, FRAMES)


def test_pictures_that_do_not_fit_are_named(tmp_path: Path) -> None:
    for number, side in enumerate((4, 5)):
        Image.fromarray(np.eye(side, dtype=np.uint8) * 255).save(tmp_path / f"{number}.png")
    with pytest.raises(ParseError, match="5 x 5"):
        read_recording(tmp_path)
    (tmp_path / "0.png").write_bytes(b"GIF89a torn")
    with pytest.raises(ParseError, match="cannot be read"):
        read_recording(tmp_path)
    with pytest.raises(ParseError, match="no such file"):
        read_images([tmp_path / "none.png"])


def test_sizes_are_known_before_pixels_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evolaw.automata.files.images.MOST_CELLS", 12 * 16 * 3)
    first, *others = pictures(FRAMES)
    first.save(tmp_path / "film.gif", save_all=True, append_images=others)
    with pytest.raises(ParseError, match="pixels"):
        read_recording(tmp_path / "film.gif")


@pytest.mark.parametrize("seed", range(20))
def test_torn_pictures_never_escape(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    suffix = (".gif", ".tif", ".png", ".bmp")[seed % 4]
    pictures(FRAMES)[0].save(tmp_path / f"x{suffix}")
    data = bytearray((tmp_path / f"x{suffix}").read_bytes())
    for place in rng.integers(0, len(data), 5):
        data[place] = rng.integers(0, 256)
    (tmp_path / f"x{suffix}").write_bytes(bytes(data[: rng.integers(1, len(data) + 1)]))
    try:
        assert read_images([tmp_path / f"x{suffix}"])[0].size
    except ParseError as error:
        assert str(tmp_path) in str(error)

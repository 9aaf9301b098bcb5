"""A recording as the page plays it."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from evolaw.report.moving.playback import data_uri, pack
from evolaw.trajectory import Trajectory


def unpack(text: str, shape: tuple[int, ...]) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), np.uint8))
    return bits[: int(np.prod(shape))].reshape(shape)


def recording(values: np.ndarray, axes: tuple[str, ...] = ("times", "rows", "cols")) -> Trajectory:
    return Trajectory(values, np.arange(values.shape[axes.index("times")]) * 2, axes, boundary="torus")


def test_what_is_packed_is_what_was_recorded() -> None:
    values = np.random.default_rng(0).choice(np.array([0, 1, 255], np.uint8), (7, 5, 9))
    film = pack(recording(values))
    assert film is not None
    assert np.array_equal(unpack(film.alive, values.shape), values == 1)
    assert np.array_equal(unpack(film.missing, values.shape), values == 255)
    assert film.times == (0, 2, 4, 6, 8, 10, 12)


def test_a_recording_too_large_is_cut_and_says_so() -> None:
    """The page stays small: at most 4 million bits of frames, at most 512 rows and columns."""
    film = pack(recording(np.ones((40, 600, 700), np.uint8)))
    assert film is not None
    assert (film.rows, film.cols, film.total_rows, film.total_cols) == (512, 512, 600, 700)
    assert film.frames == 4_000_000 // 512**2 == 15
    assert film.total_frames == 40
    assert len(film.alive) < 900_000


def test_the_first_of_many_boards_is_shown() -> None:
    values = np.zeros((3, 4, 5, 5), np.uint8)
    values[0, 1, 2, 2] = 1
    film = pack(recording(values, ("boards", "times", "rows", "cols")))
    assert film is not None
    assert film.boards == 3
    assert unpack(film.alive, (4, 5, 5)).sum() == 1


def test_what_is_no_lattice_is_not_played() -> None:
    assert pack(None) is None
    assert pack(recording(np.zeros((4, 3)), ("times", "dim"))) is None


def test_ages_are_packed_digit_by_digit() -> None:
    """A law of seven states has ages 1 to 5: three binary digits beside what is alive; without such a law there is no film."""
    values = np.random.default_rng(1).integers(0, 7, (5, 6, 9)).astype(np.uint8)
    film = pack(Trajectory(values, np.arange(5), ("times", "rows", "cols"), law="B2/S/7"))
    assert film is not None and (film.states, len(film.ages)) == (7, 3)
    ages = sum(unpack(digits, values.shape).astype(int) << place for place, digits in enumerate(film.ages))
    alive = unpack(film.alive, values.shape)
    assert np.array_equal(np.where(ages, ages + 1, alive), values)
    assert pack(recording(values)) is None
    large = pack(Trajectory(np.ones((40, 512, 512), np.uint8), np.arange(40), ("times", "rows", "cols"), law="B2/S/7"))
    assert large is not None and large.frames == 4_000_000 // (4 * 512**2)


def test_a_picture_shows_the_three_states() -> None:
    board = np.array([[0, 1], [255, 0]], np.uint8)
    picture = Image.open(io.BytesIO(base64.b64decode(data_uri(board).split(",")[1]))).convert("RGB")
    colours = [picture.getpixel((x, y)) for y in range(2) for x in range(2)]
    assert len(set(colours)) == 3
    assert colours[0] == colours[3] == (255, 255, 255)

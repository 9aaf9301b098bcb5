"""Films hold every frame, cell by cell; what cannot be filmed is refused in a sentence."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evolaw.analysis.estimates import Estimate
from evolaw.arrays import MISSING
from evolaw.automata.evolution import evolve
from evolaw.automata.files.images import read_images
from evolaw.errors import ArgumentError, MissingProgram
from evolaw.report.moving.animation import animate, write_figure
from evolaw.trajectory import Trajectory

CHANCE = np.random.default_rng(0)
RUN = evolve("B3/S23", CHANCE.integers(0, 2, (16, 20)).astype(np.uint8), 12)
PATHS = Trajectory(CHANCE.normal(size=(3, 11, 1)).cumsum(1), np.arange(11.0), ("paths", "times", "dim"))


def frames_of(path: Path) -> list[np.ndarray]:
    with Image.open(path) as film:
        found = []
        for number in range(getattr(film, "n_frames", 1)):
            film.seek(number)
            found.append(np.asarray(film.convert("RGB")).copy())
    return found


def test_a_gif_shows_every_cell_of_every_generation(tmp_path: Path) -> None:
    values = RUN.values.copy()
    values[3, 2, 2] = 255
    path = animate(Trajectory(values, RUN.times, RUN.axes), tmp_path / "a.gif", rate=20)
    found = np.stack(frames_of(path))[:, ::25, ::25]
    colours = {0: (255, 255, 255), 1: (27, 38, 59), 255: (233, 196, 106)}
    assert found.shape == (13, 16, 20, 3)
    for state, colour in colours.items():
        assert (found[values == state] == colour).all()
    with Image.open(path) as film:
        assert film.info["duration"] == 50
    assert (
        path.read_bytes() == animate(Trajectory(values, RUN.times, RUN.axes), tmp_path / "b.gif", rate=20).read_bytes()
    )


@pytest.mark.sampled(2)
@pytest.mark.parametrize("run", [PATHS, evolve("W110", CHANCE.integers(0, 2, 40), 30)], ids=["paths", "line"])
def test_lines_are_uncovered_along_their_time(run: Trajectory, tmp_path: Path) -> None:
    frames = frames_of(animate(run, tmp_path / "a.gif"))
    inked = [int((frame < 250).any(-1).sum()) for frame in frames]
    assert len(frames) == len(run)
    assert inked == sorted(inked) and inked[0] < inked[-1]


def test_the_ending_chooses_picture_or_film(tmp_path: Path) -> None:
    for kind, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF"), ("gif", b"GIF89a")):
        assert write_figure(RUN, tmp_path / f"a.{kind}").read_bytes().startswith(start)
    with pytest.raises(ArgumentError, match="bmp"):
        write_figure(RUN, tmp_path / "a.bmp")
    with pytest.raises(ArgumentError, match="nothing else moves"):
        write_figure(Estimate(np.ones(1), np.ones(1), 1, "x"), tmp_path / "b.gif")
    assert not (tmp_path / "b.gif").exists()


def test_a_film_of_billions_of_pixels_is_refused_before_work(tmp_path: Path) -> None:
    huge = Trajectory(np.broadcast_to(np.uint8(0), (9000, 600, 600)), np.arange(9000), ("times", "rows", "cols"))
    with pytest.raises(ArgumentError, match="Save fewer generations"):
        animate(huge, tmp_path / "a.gif")


def test_an_mp4_without_ffmpeg_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgram, match=r"needs the program ffmpeg.*write a \.gif"):
        animate(RUN, tmp_path / "a.mp4")


@pytest.mark.parametrize("works", [True, False])
def test_ffmpeg_is_given_the_frames_as_raw_pixels(works: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in for ffmpeg keeps what it is told and given; one that fails is quoted."""
    stand_in = tmp_path / "ffmpeg"
    end = 'cat > "$last"; echo "$@" > "$0.said"' if works else "echo no codec >&2; exit 7"
    stand_in.write_text(f"#!/bin/sh\nfor last; do :; done\n{end}\n")
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    if not works:
        with pytest.raises(MissingProgram, match="code 7 and said: no codec"):
            animate(RUN, tmp_path / "a.mp4")
        assert not (tmp_path / "a.mp4").exists()
        return
    raw = np.frombuffer(animate(RUN, tmp_path / "a.mp4", rate=12).read_bytes(), np.uint8).reshape(13, 400, 500, 3)
    assert ((raw[:, ::25, ::25, 0] == 27) == (RUN.values == 1)).all()
    said = (tmp_path / "ffmpeg.said").read_text()
    assert "-s 500x400" in said and "-r 12" in said and "yuv420p" in said


def test_a_film_of_cells_is_read_back_as_it_was(tmp_path: Path) -> None:
    """Living cells are the dark ones of our films: the file says so, and which are missing."""
    boards = (np.random.default_rng(0).random((4, 9, 7)) < 0.4).astype(np.uint8)
    boards[2, 3, 4] = MISSING
    film = animate(Trajectory(boards, range(4), ("times", "rows", "cols")), tmp_path / "film.gif")
    states, notes = read_images([film])
    np.testing.assert_array_equal(states, boards)
    assert notes[-1] == "Grey level 37 was read as alive, as the file says."
    inverted, _ = read_images([film], alive=255)
    assert ((inverted == 1) == (boards == 0)).all()

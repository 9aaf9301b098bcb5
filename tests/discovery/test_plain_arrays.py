"""Arrays as people have them: the same finding as from a Trajectory, and what was guessed is said; what could mean two things is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas
import pytest
import xarray

from evolaw import discover
from evolaw.automata.evolution import evolve
from evolaw.discovery.plain_arrays import read_plain
from evolaw.errors import ArgumentError, ParseError, ShapeError
from evolaw.trajectory import Trajectory

CHANCE = np.random.default_rng(0)
FILM = evolve("B3/S23", (CHANCE.random((24, 24)) < 0.35).astype(np.uint8), 12).values
TIMES = 0.1 * np.arange(400)
TRACK = np.cumsum(CHANCE.normal(size=(400, 2)), 0)


class Tensor:
    """What PyTorch has that matters here: numbers behind three doors."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> np.ndarray:
        return self.values


def read(given: Any, axes: Any = None, times: Any = None) -> tuple[Trajectory, str]:
    found = read_plain(given, axes, times)
    assert found is not None
    return found.recording, "; ".join(found.notes)


@pytest.mark.parametrize(
    ("given", "axes", "said"),
    [
        (FILM, None, "an array of shape (13, 24, 24), as (times, rows, cols)"),
        (FILM.astype(float), None, "as (times, rows, cols)"),
        (FILM == 1, None, "as (times, rows, cols)"),
        (np.asfortranarray(FILM), None, "as (times, rows, cols)"),
        (list(FILM), None, "as (times, rows, cols)"),
        (FILM.tolist(), None, "as (times, rows, cols)"),
        (Tensor(FILM), None, "as (times, rows, cols)"),
        (np.moveaxis(FILM, 0, -1), ("rows", "cols", "times"), ""),
        (xarray.DataArray(FILM, dims=("time", "y", "x")), None, "the dimensions time, y, x as (times, rows, cols)"),
        (xarray.DataArray(np.moveaxis(FILM, 0, 2), dims=("y", "x", "Frame")), None, "as (rows, cols, times)"),
    ],
)
def test_boards_are_the_same_film_however_they_come(given: Any, axes: Any, said: str) -> None:
    film, notes = read(given, axes)
    assert film.axes == ("times", "rows", "cols") and film.values.dtype == np.uint8
    assert np.array_equal(film.values, FILM) and film.times.tolist() == list(range(13))
    assert said in notes and bool(said) == bool(notes)


@pytest.mark.parametrize(
    ("given", "axes", "times", "said"),
    [
        (TRACK, None, TIMES, "an array of shape (400, 2), as (times, dim)"),
        (TRACK.T, None, TIMES, "an array of shape (2, 400), as (dim, times)"),
        (TRACK, ("times", "dim"), TIMES[:, None], ""),
        (TRACK.tolist(), None, TIMES, "as (times, dim)"),
        (pandas.DataFrame(TRACK, TIMES, ["u", "v"]), None, None, "times from the index"),
        (pandas.DataFrame({"v": TRACK[:, 0], "t (s)": TIMES, "w": TRACK[:, 1]}), None, None, "times from the column t (s)"),
        (pandas.DataFrame(TRACK, pandas.date_range("2026-01-01", periods=400, freq="100ms")), None, None, "in seconds from the first"),
        (xarray.DataArray(TRACK, dims=("t", "component"), coords={"t": TIMES}), None, None, "as (times, dim)"),
    ],
)  # fmt: skip
def test_tracks_are_the_same_however_they_come(given: Any, axes: Any, times: Any, said: str) -> None:
    track, notes = read(given, axes, times)
    assert track.axes == ("times", "dim")
    assert np.array_equal(track.values, TRACK) and track.times == pytest.approx(TIMES, abs=1e-12)
    assert said in notes and bool(said) == bool(notes)


def test_tables_keep_names_units_paths_and_holes() -> None:
    frame = pandas.DataFrame({"id": ["b", "a"] * 200, "frame": np.repeat(np.arange(200), 2), "长度 (um)": TRACK[:, 0]})
    frame.loc[4, "长度 (um)"] = np.nan
    found = read_plain(frame, None, None)
    assert found is not None and found.notes == ["times from the column frame"]
    first, second = found.recording
    assert np.array_equal(first.values[:, 0], TRACK[1::2, 0]) and np.isnan(second.values[2, 0])
    assert (first.about["names"], first.about["units"]) == (["长度"], ["um"])
    series = pandas.Series(TRACK[:, 0], name="x")
    assert read(series)[1] == "one unit of time from each to the next, since no times were given"


def test_several_recordings_stay_several() -> None:
    found = read_plain([TRACK[:100], TRACK[100:300]], None, None)
    assert found is not None and [len(track) for track in found.recording] == [100, 200]
    assert found.notes[0].startswith("2 recordings, the first an array of shape (100, 2), as (times, dim)")
    masked = np.ma.masked_where(np.arange(13)[:, None, None] + 0 * FILM == 5, FILM)
    assert (read(masked)[0].values[5] == 255).all()
    assert np.isnan(read(np.ma.masked_less(TRACK, 0))[0].values).sum() == (TRACK < 0).sum()


@pytest.mark.parametrize(
    ("given", "axes", "times", "says"),
    [
        (np.moveaxis(FILM, 0, -1), None, None, r"`axes` must be given for cells of shape \(24, 24, 13\)"),
        (FILM * 255, None, None, "pass recording == 255"),
        (FILM.astype(int) * 2 - 1, None, None, "one of -1 and 1. If 1 means alive"),
        (np.ones((5, 5)) * 0.5, None, None, r"`axes` must be given for numbers of shape \(5, 5\)"),
        (TRACK.astype(complex), None, None, "real numbers, but is an array of complex128"),
        (TRACK.astype(str), None, None, "real numbers"),
        (np.zeros((0, 3)), None, None, "at least one number"),
        (TRACK, ("times", "space"), None, "`axes` must be one of"),
        (TRACK, ("times",), None, "name the 2 axes"),
        (TRACK, ("rows", "cols"), None, "and the times"),
        ([[1.0, 2.0], [3.0]], None, np.arange(2), "several recordings"),
        (pandas.DataFrame({"t": TIMES, "n": ["a"] * 400}), None, None, "numbers in the column n"),
        (pandas.DataFrame({"t": TIMES}), None, None, "beside the times"),
        (pandas.DataFrame({"t": TIMES * 0, "x": TIMES}), None, None, "Times must rise"),
        (xarray.DataArray(FILM, dims=("time", "y", "depth")), None, None, "the dimension 'depth' is none of"),
        (xarray.Dataset({"a": ("time", TIMES)}), None, None, "Pass one of its variables"),
        (TRACK, None, TIMES[:7], "one time for each of the 400 frames"),
        (np.zeros((2, 3, 4, 5)) + 0.5, None, None, "`axes`|`recording`"),
    ],
)  # fmt: skip
def test_what_means_two_things_or_nothing_is_refused(given: Any, axes: Any, times: Any, says: str) -> None:
    with pytest.raises((ArgumentError, ParseError, ShapeError), match=says):
        discover(given, axes=axes, times=times, rng=0)


def test_a_finding_says_how_it_was_read_and_keeps_it(tmp_path: Any) -> None:
    found = discover(FILM, rng=0)
    assert found.law.most_probable == "B3/S23"
    assert "read as         an array of shape (13, 24, 24), as (times, rows, cols)" in repr(found)
    assert type(found).load(found.save(tmp_path / "found")).facts["read_as"] == found.facts["read_as"]
    whole = Trajectory(FILM, np.arange(13), ("times", "rows", "cols"))
    assert "read as" not in repr(discover(whole, rng=0))
    assert [entry.decision for entry in discover(whole, rng=0).entries] == [entry.decision for entry in found.entries]
    with pytest.raises(ArgumentError, match="the recording says its own"):
        discover(whole, axes=("times", "rows", "cols"), rng=0)

"""One trajectory in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from evolaw.discovery.diffusions.files.tracks import read_tracks
from evolaw.errors import ParseError
from evolaw.trajectory import Trajectory

TIMES = 0.25 * np.arange(6)
VALUES = np.random.default_rng(0).normal(size=(6, 2))


def csv(path: Path) -> None:
    rows = (",".join(map(repr, map(float, row))) for row in np.column_stack([TIMES, VALUES]))
    path.write_text("t,u (V),w\n" + "\n".join(rows))


WRITERS: dict[str, Callable[[Path], None]] = {
    ".csv": csv,
    ".npz": lambda path: np.savez(path, values=VALUES, times=TIMES),
    ".npy": lambda path: np.save(path, np.column_stack([TIMES, VALUES])),
    ".mat": lambda path: savemat(path, {"x": VALUES, "t": TIMES[None, :]}),
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_same_numbers_come_out(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"track{suffix}"
    WRITERS[suffix](path)
    (track,) = read_tracks(path)
    assert np.asarray(track.values) == pytest.approx(VALUES)
    assert np.asarray(track.times) == pytest.approx(TIMES)
    assert track.axes == ("times", "dim")


def test_zarr_and_runs_are_read(tmp_path: Path) -> None:
    import xarray

    data = xarray.Dataset({"u": ("time", VALUES[:, 0], {"units": "V"})}, coords={"time": TIMES})
    data.to_zarr(tmp_path / "a.zarr", consolidated=False)
    (track,) = read_tracks(tmp_path / "a.zarr")
    assert (track.about["names"], track.about["units"]) == (["u"], ["V"])
    Trajectory(VALUES, TIMES, ("times", "dim")).save(tmp_path / "run")
    assert np.asarray(read_tracks(tmp_path / "run")[0].values) == pytest.approx(VALUES)


def test_a_side_file_says_names_and_units_and_nothing_else(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", values=VALUES, times=TIMES)
    (tmp_path / "a.json").write_text(
        json.dumps({"names": ["u", "w"], "units": ["V", "m"], "drift": {"u": {"1": 3}}, "times": [9]})
    )
    (track,) = read_tracks(tmp_path / "a.npz")
    assert track.about == {"names": ["u", "w"], "units": ["V", "m"], "source": str(tmp_path / "a.npz")}
    assert np.asarray(track.times) == pytest.approx(TIMES)


def test_headings_win_over_the_side_file(tmp_path: Path) -> None:
    csv(tmp_path / "a.csv")
    (tmp_path / "a.json").write_text(json.dumps({"names": ["p", "q"]}))
    (track,) = read_tracks(tmp_path / "a.csv")
    assert track.about["names"] == ["u", "w"]
    assert track.about["units"] == ["V", ""]


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"values": VALUES, "times": TIMES[::-1]}, "Times must rise, but 1.25 stands before 1"),
        ({"values": VALUES, "times": np.zeros(6)}, "stands twice"),
        ({"values": VALUES, "times": TIMES[:-1]}, "5 times for 6 rows"),
        ({"board": VALUES}, "must hold `values` and `times`, but holds board"),
        ({"values": np.array([{}, {}]), "times": TIMES[:2]}, "Python objects"),
    ],
)
def test_unusable_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], said: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(ParseError, match=said):
        read_tracks(tmp_path / "a.npz")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="no such file"):
        read_tracks(tmp_path / "nothing.csv")
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ParseError, match="ends in one of"):
        read_tracks(tmp_path / "a.png")

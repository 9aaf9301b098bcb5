"""One trajectory in every format."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from evolaw.cli.discover.trajectory import is_trajectory
from evolaw.discovery import discover
from evolaw.discovery.diffusions.files.tracks import read_tracks
from evolaw.errors import EvolawError, ParseError
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


def test_vectors_and_structs_of_matlab(tmp_path: Path) -> None:
    """A struct is its fields; vectors beside each other are components; a step or a rate counts the times."""
    x, y = VALUES[:, :1], VALUES[:, 1:]
    for held, names, said in (
        ({"run": {"t": TIMES, "x": VALUES, "name": "first"}}, None, None),
        ({"run": {"out": {"t": TIMES[:, None], "x": VALUES}}, "k": 3.0}, None, "run.out.t"),
        ({"t": TIMES, "x": x, "y": y}, ["x", "y"], "x, y were read as the components"),
        ({"when": TIMES, "u": x, "v": y}, ["u", "v"], "when, the only one that rises"),
        ({"x": VALUES, "dt": 0.25}, None, "steps of 0.25, from dt"),
        ({"data": VALUES.T, "fs": 4.0}, None, "steps of 0.25, from fs"),
    ):
        savemat(tmp_path / "a.mat", held, do_compression=True)
        (track,) = read_tracks(tmp_path / "a.mat")
        assert np.array_equal(track.values, VALUES) and np.array_equal(track.times, TIMES), held.keys()
        assert track.about.get("names") == names
        assert (said is None) == ("read_as" not in track.about) and (said or "") in str(track.about)


def test_files_without_times_count_them(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", VALUES[:, 0])
    np.savez(tmp_path / "b.npz", x=VALUES[:, 0], y=VALUES[:, 1], t=TIMES, note=np.array([{}]))
    np.savez(tmp_path / "c.npz", values=VALUES)
    assert read_tracks(tmp_path / "a.npy")[0].times.tolist() == list(range(6))
    assert np.array_equal(read_tracks(tmp_path / "b.npz")[0].values, VALUES)
    (track,) = read_tracks(tmp_path / "c.npz")
    assert np.array_equal(track.values, VALUES) and "one unit of time" in track.about["read_as"][0]
    np.save(tmp_path / "d.npy", VALUES)
    with pytest.raises(ParseError, match=r"np.column_stack\(\[t, x\]\)"):
        read_tracks(tmp_path / "d.npy")


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="no such file"):
        read_tracks(tmp_path / "nothing.csv")
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ParseError, match="ends in one of"):
        read_tracks(tmp_path / "a.png")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("t,x\n0,1\n", "20 steps"),
        ("t,x\n" + "1,2\n" * 40, "stands twice"),
        ("t,x\n" + "".join(f"{k},{k % 7}\n" for k in range(40)) + "3,1\n", "stands before 3"),
        ("t,x\n" + "".join(f"{k},{'word' if k == 5 else k}\n" for k in range(40)), "'word' is no number"),
        ("t,x\n" + "".join(f"{k},2.5\n" for k in range(40)), "2.5 at all times"),
        ("t,x,y\n" + "".join(f"{k},{math.sin(k)!r},{math.sin(k) ** 2!r}\n" for k in range(60)), "y = x\\^2 exactly"),
        ("t,x\n" + "".join(f"{k},{k % 2}\n" for k in range(60)), "move by chance"),
        (
            "t,x\n" + "".join(f"{k},{int(1e4 * math.sin(k * k)) % 2}\n" for k in range(60)),
            "linearly independent on the recording",
        ),
        ("", "no line"),
    ],
)
def test_tables_that_no_equation_can_be_found_in_say_why(tmp_path: Path, table: str, said: str) -> None:
    path = tmp_path / "track.csv"
    path.write_text(table)
    with pytest.raises(EvolawError, match=said):
        discover(read_tracks(path), library="poly:2", rng=0)


@pytest.mark.parametrize("name", ["huge.npy", "huge.csv"])
def test_a_thousand_million_rows_are_refused_before_they_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        if name.endswith("npy"):
            header = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 2)}
            np.lib.format.write_array_header_1_0(file, header)
        file.truncate(16 * 10**9 + 200)
    assert is_trajectory([path], {}, {"library": "1, x"})
    with pytest.raises(ParseError, match="allowed"):
        read_tracks(path)

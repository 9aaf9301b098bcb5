"""Trajectories: what they refuse, how they show themselves, and that nothing is lost on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


def lattice(**facts: Any) -> Trajectory:
    values = np.random.default_rng(0).integers(0, 2, (4, 5, 6), dtype=np.uint8)
    return Trajectory(values, [0, 1, 2, 4], ("times", "rows", "cols"), **facts)


def test_saved_and_loaded_is_the_same(tmp_path: Path) -> None:
    first = lattice(law="B3/S23", boundary="torus", seed=2**100, about={"title": "生命"})
    second = Trajectory.load(first.save(tmp_path / "run"))
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.times, second.times)
    assert repr(first) == repr(second)
    assert second.about == {"title": "生命"}
    assert second.seed == 2**100


@pytest.mark.parametrize("axes", [("paths", "times", "dim"), ("times", "paths", "dim")])
def test_any_place_of_the_times_axis(tmp_path: Path, axes: tuple[str, ...]) -> None:
    shape = tuple({"paths": 3, "times": 4, "dim": 2}[name] for name in axes)
    values = np.arange(24.0).reshape(shape)
    loaded = Trajectory.load(Trajectory(values, np.arange(4), axes).save(tmp_path / "run"))
    np.testing.assert_array_equal(loaded.values, values)
    assert loaded.final.shape == (3, 2)
    assert len(loaded) == 4


def test_repetitions_split() -> None:
    values = np.arange(24.0).reshape(3, 4, 2)
    trajectory = Trajectory(values, np.arange(4), ("paths", "times", "dim"), seed=1)
    parts = list(trajectory.split())
    assert [part.axes for part in parts] == [("times", "dim")] * 3
    np.testing.assert_array_equal(np.stack([part.values for part in parts]), values)
    assert trajectory.repetitions == 3
    assert lattice().repetitions == 1


def test_values_cannot_be_changed() -> None:
    source = np.zeros((1, 2, 2), np.uint8)
    trajectory = Trajectory(source, [0], ("times", "rows", "cols"))
    source[:] = 1
    assert not trajectory.values.any()
    with pytest.raises(ValueError, match="read-only"):
        trajectory.values[0, 0, 0] = 1


def test_at_gives_saved_times_only() -> None:
    trajectory = lattice()
    np.testing.assert_array_equal(trajectory.at(4), trajectory.values[3])
    with pytest.raises(ArgumentError, match="`time` must be one of the saved times 0 … 4"):
        trajectory.at(3)


@pytest.mark.parametrize(
    ("values", "times", "axes", "name"),
    [
        (np.zeros((2, 3)), [0, 1], ("times",), "axes"),
        (np.zeros((2, 3)), [0, 1], ("rows", "cols"), "axes"),
        (np.zeros((2, 3)), [0, 1, 2], ("times", "dim"), "times"),
        (np.zeros((2, 3)), [1, 0], ("times", "dim"), "times"),
        (np.zeros((2, 3)), [0, np.nan], ("times", "dim"), "times"),
    ],
)
def test_faults_name_the_argument(values: Any, times: Any, axes: Any, name: str) -> None:
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        Trajectory(values, times, axes)


def test_xarray_has_named_axes_and_provenance() -> None:
    array = lattice(law="B3/S23", seed=3).to_xarray()
    assert array.dims == ("times", "rows", "cols")
    assert array.sel(times=4).shape == (5, 6)
    assert array.attrs == {"law": "B3/S23", "seed": 3}


def test_the_card_is_escaped_and_small() -> None:
    html = lattice(law="<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in html
    assert "data:image/png;base64," in html
    assert len(html) < 400_000


def test_a_run_of_another_kind_is_refused(tmp_path: Path) -> None:
    from evolaw.storage import Run

    with Run.create(tmp_path / "r", about={"kind": "finding"}):
        pass
    with pytest.raises(ArgumentError, match="a run of finding"):
        Trajectory.load(tmp_path / "r")


def test_a_trajectory_is_a_sequence_of_states() -> None:
    values = np.arange(24).reshape(2, 4, 3)
    found = Trajectory(values, [0.0, 0.5, 1.0, 2.0], ("paths", "times", "dim"), law="dX = dW", seed=3)
    assert np.asarray(found).tolist() == values.tolist() and np.asarray(found, float).dtype == float
    assert len(list(found)) == len(found) == 4
    assert np.array_equal(found[1], values[:, 1]) and np.array_equal(found[-1], found.final)
    part = found[1:3]
    assert isinstance(part, Trajectory) and part.times.tolist() == [0.5, 1.0] and part.seed == 3
    assert np.array_equal(part.values, values[:, 1:3])


@pytest.mark.parametrize("place", [slice(4, None), slice(None, None, -1), "x", 1.5])
def test_a_wrong_place_is_a_sentence(place: object) -> None:
    found = Trajectory(np.zeros((4, 3)), [0, 1, 2, 3], ("times", "dim"))
    with pytest.raises(ArgumentError, match="place"):
        found[place]


@pytest.mark.parametrize("place", [2, -3, 10**30])
def test_asking_past_the_end_is_a_sentence_and_stops_a_loop(place: int) -> None:
    found = Trajectory(np.zeros((2, 3)), [0, 1], ("times", "dim"))
    with pytest.raises(IndexError, match="one of the 2 saved times"):
        found[place]
    with pytest.raises(ArgumentError, match="place"):
        found[place]
    assert len(list(reversed(found))) == len([*found]) == 2

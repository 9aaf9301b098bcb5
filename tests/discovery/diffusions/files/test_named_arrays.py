"""Which arrays of a file are times and values: one reading, or none."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.files.named_arrays import choose
from evolaw.errors import ParseError

TIMES = np.array([0.0, 0.5, 1.0, 2.0])
TRACK = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 1.0], [2.0, 2.0]])


def test_names_win_and_are_not_worth_a_sentence() -> None:
    found = choose({"t": TIMES, "x": TRACK, "ramp": TIMES + 1, "note": np.array(["a"])}, "a.mat")
    assert found.values is TRACK and found.times.tolist() == TIMES.tolist() and not found.notes


def test_values_called_so_are_not_joined_by_other_vectors() -> None:
    found = choose({"times": TIMES, "values": TRACK[:, 0], "weight": TRACK[:, 1]}, "a.npz")
    assert found.values.shape == (4, 1) and not found.names


def test_the_only_array_with_a_row_a_time_is_the_values() -> None:
    found = choose({"t": TIMES, "pos": TRACK, "k": np.array([[3.0]])}, "a.mat")
    assert found.values is TRACK and found.notes == ["The array pos was read as the values."]


@pytest.mark.parametrize(
    "arrays",
    [
        {"a": TIMES, "b": TIMES + 1},
        {"t": TIMES, "a": TRACK, "b": TRACK},
        {"t": TIMES, "a": TRACK, "b": TIMES[::-1]},
        {"t": TIMES, "k": np.array([3.0])},
        {"t": TIMES},
        {},
    ],
)
def test_what_has_several_readings_has_none(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(ParseError, match=f"but holds {', '.join(sorted(arrays)) or 'nothing'}"):
        choose(arrays, "a.mat")


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.nan])
def test_a_step_that_is_none_is_not_taken(wrong: float) -> None:
    found = choose({"x": TRACK, "dt": np.array([[wrong]])}, "a.mat")
    assert found.times.tolist() == [0, 1, 2, 3] and "one unit of time" in found.notes[0]


def test_paths_are_not_times() -> None:
    found = choose({"x": np.zeros((9, 4, 2)), "fs": np.array(2.0)}, "a.mat")
    assert found.times.tolist() == [0, 0.5, 1, 1.5]

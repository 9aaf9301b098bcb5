"""The one form of boards."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.analysis.lattices import boards_of, is_wrapped, observed
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

AXES = ("times", "rows", "cols")


def test_single_boards_get_an_axis() -> None:
    values = np.zeros((2, 3, 4), np.uint8)
    assert boards_of(Trajectory(values, [0, 1], AXES)).shape == (1, 2, 3, 4)
    assert boards_of(Trajectory(values[None], [0, 1], ("boards", *AXES))).shape == (1, 2, 3, 4)


def test_missing_cells_are_seen_or_refused() -> None:
    trajectory = Trajectory(np.array([[[0, 1, 255]]]), [0], AXES)
    assert observed(boards_of(trajectory)).tolist() == [[[[True, True, False]]]]
    with pytest.raises(ArgumentError, match="complete boards"):
        boards_of(trajectory, complete=True)


@pytest.mark.parametrize("boundary", ["torus", "plane", "torus+3,0", None])
def test_only_a_plain_torus_wraps(boundary: str | None) -> None:
    assert is_wrapped(Trajectory(np.zeros((1, 1, 1)), [0], AXES, boundary=boundary)) == (boundary == "torus")


@pytest.mark.parametrize(
    ("thing", "says"),
    [
        (np.zeros((1, 2, 3)), "must be a Trajectory"),
        (Trajectory(np.zeros((1, 2, 3)), [0], ("times", "paths", "dim")), "have the axes times, rows, cols"),
        (Trajectory(np.full((1, 1, 2), 7), [0], AXES), r"hold 0, 1 and 255 only.*7 at \(0, 0, 0, 0\)"),
        (Trajectory(np.zeros((1, 0, 2)), [0], AXES), "at least one cell"),
    ],
)
def test_refusals(thing: object, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        boards_of(thing)  # type: ignore[arg-type]

"""Frames of trajectories become data: which, how many, and in which values."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.data.configurations import configurations
from evolaw.trajectory import Trajectory


def test_frames_are_counted_and_thinned() -> None:
    values = np.arange(2 * 5 * 3, dtype=float).reshape(2, 5, 3)
    paths = Trajectory(values, range(5), ("paths", "times", "dim"))
    assert np.array_equal(configurations(paths), values.reshape(10, 3))
    assert np.array_equal(configurations(paths, after=0.5, every=2), values[:, [1, 3]].reshape(4, 3))
    assert configurations([paths, paths]).shape == (20, 3)


def test_cells_become_signs() -> None:
    boards = Trajectory(np.array([[[0, 1], [1, 1]]], np.uint8), [0], ("times", "rows", "cols"))
    assert configurations(boards).tolist() == [[[-1, 1], [1, 1]]]


def test_what_does_not_fit_is_named() -> None:
    paths = Trajectory(np.zeros((2, 3)), [0, 1], ("times", "dim"))
    with pytest.raises(ArgumentError, match="one shape"):
        configurations([paths, Trajectory(np.zeros((2, 4)), [0, 1], ("times", "dim"))])
    with pytest.raises(ArgumentError, match="after"):
        configurations(paths, after=9)
    with pytest.raises(ArgumentError, match="missing"):
        configurations(Trajectory(np.full((1, 2, 2), 255, np.uint8), [0], ("times", "rows", "cols")))

"""Which recordings are trajectories of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.world import Diffusions
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


def test_trajectories_of_numbers_are_owned_and_frames_of_cells_are_not() -> None:
    world = Diffusions()
    assert world.owns(Trajectory(np.zeros((5, 2)), np.arange(5.0), ("times", "dim")))
    assert world.owns([Trajectory(np.zeros(5), np.arange(5.0), ("times",))])
    assert not world.owns(Trajectory(np.zeros((2, 3, 3), np.uint8), [0, 1], ("times", "rows", "cols")))
    assert not world.owns(None)


def test_a_misspelt_option_is_named() -> None:
    walk = Trajectory(np.random.default_rng(0).normal(size=50).cumsum(), np.arange(50.0), ("times",))
    with pytest.raises(ArgumentError, match="Did you mean library"):
        discover(walk, libary="1, x", rng=0)

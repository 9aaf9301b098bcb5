"""Lattices as a world: what is theirs."""

import numpy as np
import pytest

from evolaw.discovery.lattices.world import Lattices
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize(
    ("axes", "shape", "theirs"),
    [
        (("times", "rows", "cols"), (2, 3, 3), True),
        (("boards", "times", "rows", "cols"), (1, 2, 3, 3), True),
        (("times", "dim"), (2, 3), False),
        (("paths", "times", "dim"), (1, 2, 3), False),
    ],
)
def test_axes_say_whose_a_recording_is(axes: tuple[str, ...], shape: tuple[int, ...], theirs: bool) -> None:
    recording = Trajectory(np.zeros(shape), [0, 1], axes)
    assert Lattices().owns(recording) is theirs
    assert Lattices().owns([recording]) is theirs
    assert Lattices().owns([recording, "file"]) is False

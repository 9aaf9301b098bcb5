"""The boards of a trajectory, in the one form the statistics work on."""

from __future__ import annotations

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

__all__ = ["boards_of", "is_wrapped", "observed"]


def boards_of(trajectory: Trajectory, *, complete: bool = False) -> np.ndarray:
    """Return the values as uint8 of shape (boards, times, rows, cols); a single board gets a boards axis of length 1.

    Args:
        trajectory: axes ("times", "rows", "cols"), with or without "boards" in front; values 0, 1 and 255 (missing).
        complete: refuse missing cells.

    Raises:
        ArgumentError: other axes or values.
    """
    if not isinstance(trajectory, Trajectory):
        raise checks.refuse(
            "trajectory",
            "be a Trajectory",
            type(trajectory).__name__,
            "Wrap an array: Trajectory(values, times, axes).",
        )
    checks.require(
        trajectory.axes in (("times", "rows", "cols"), ("boards", "times", "rows", "cols")),
        "trajectory",
        "have the axes times, rows, cols, with or without boards in front",
        ", ".join(trajectory.axes),
    )
    values = trajectory.values if trajectory.values.ndim == 4 else trajectory.values[None]
    checks.require(values.size > 0, "trajectory", "hold at least one cell", f"of shape {values.shape}")
    known = (values == 0) | (values == 1) | (values == MISSING)
    if not known.all():
        place = tuple(int(index) for index in np.argwhere(~known)[0])
        raise checks.refuse("trajectory", f"hold 0, 1 and {MISSING} only", f"{values[place]} at {place}")
    if complete and (values == MISSING).any():
        raise ArgumentError(
            "This statistic needs complete boards, but the trajectory has missing cells (255). Fill them first."
        )
    return values.astype(np.uint8, copy=False)


def observed(boards: np.ndarray) -> np.ndarray:
    """Return where cells were seen."""
    return boards != MISSING


def is_wrapped(trajectory: Trajectory) -> bool:
    """Whether the last row and column are neighbours of the first: a plain torus.

    Boards of any other or unknown boundary are evaluated inside their edges only.
    """
    return trajectory.boundary == "torus"

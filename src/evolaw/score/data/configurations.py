"""States of this library's trajectories as data: boards, fields, phases and vectors, each one a datum.

Every frame of every repetition after a time is taken, thinned so that neighbours in time are apart. Cells 0 and 1 become -1 and 1; missing
cells are refused; everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["configurations"]


@told
def configurations(
    trajectories: Trajectory | Sequence[Trajectory], *, after: float | None = None, every: int = 1
) -> np.ndarray:
    """Return states as data, shape (items, *state).

    Args:
        trajectories: one or several, of states of one shape.
        after: only frames later than this; None takes all.
        every: only each so-manieth frame.

    Raises:
        ArgumentError: states differ in shape, none is left, or cells are missing.

    Example:
        >>> board = Trajectory(np.eye(2, dtype=np.uint8)[None], [0], ("times", "rows", "cols"))
        >>> configurations(board).tolist()
        [[[1.0, -1.0], [-1.0, 1.0]]]
    """
    several = isinstance(trajectories, Sequence) and all(isinstance(one, Trajectory) for one in trajectories)
    wanted = "be a Trajectory, or several"
    checks.require(isinstance(trajectories, Trajectory) or several, "trajectories", wanted, trajectories)
    given = [trajectories] if isinstance(trajectories, Trajectory) else list(trajectories)
    step = checks.integer(every, "every", least=1)
    parts = []
    for one in given:
        for run in one.split():
            frames = run.frames if after is None else run.frames[run.times > after]
            parts.append(frames[::step])
    shapes = {part.shape[1:] for part in parts}
    checks.require(len(shapes) == 1, "trajectories", "hold states of one shape", sorted(shapes))
    states = np.concatenate(parts)
    checks.require(len(states) > 0, "after", "leave at least one frame", after)
    if states.dtype != np.uint8:
        return checks.finite(states, "trajectories").astype(float)
    checks.require(not (states == MISSING).any(), "trajectories", "hold no missing cells", "some with missing cells")
    return 2.0 * states - 1.0

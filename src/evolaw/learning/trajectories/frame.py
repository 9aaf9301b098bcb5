"""The units in which networks see a motion: its spread, its recorded step, and angles as points of a circle.

input     (x - centre)/scale        of an angle cos(2π x/period), sin(2π x/period)
output    f · step/scale,  log(D · step/scale²)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["Frame"]


@dataclass(frozen=True, eq=False)
class Frame:
    """Units of a motion.

    Attributes:
        centre, scale: of each component, shape (dim,).
        step: the recorded step.
        periods: of each component, None for one that is no angle.
    """

    centre: np.ndarray
    scale: np.ndarray
    step: float
    periods: tuple[float | None, ...]

    @classmethod
    def of(cls, states: np.ndarray, step: float, periods: Sequence[float | None]) -> Frame:
        """Return the units of recorded states, shape (rows, dim).

        Example:
            >>> Frame.of(np.array([[0.0, 1.0], [2.0, 3.0]]), 0.1, [None, 4.0]).inputs(np.array([[1.0, 1.0]])).round(9).tolist()
            [[0.0, 0.0, 1.0]]
        """
        return cls(states.mean(0), states.std(0), step, tuple(periods))

    @property
    def dim(self) -> int:
        """Number of components."""
        return len(self.periods)

    @property
    def width(self) -> int:
        """Number of inputs."""
        return self.dim + sum(period is not None for period in self.periods)

    def inputs(self, x: Any, xp: ModuleType = np) -> Any:
        """Return what the networks see of states of shape (..., dim), with the arrays of ``xp``; shape (..., width)."""
        parts = []
        for d, period in enumerate(self.periods):
            if period is None:
                parts.append((x[..., d] - self.centre[d]) / self.scale[d])
            else:
                turn = x[..., d] * (2 * np.pi / period)
                parts += [xp.cos(turn), xp.sin(turn)]
        return xp.stack(parts, -1)

    def within(self, x: np.ndarray) -> np.ndarray:
        """Return states with their angles within [0, period)."""
        turns = np.array([np.inf if period is None else period for period in self.periods])
        return np.where(np.isinf(turns), x, np.mod(x, np.where(np.isinf(turns), 1.0, turns)))

    def apart(self, change: np.ndarray) -> np.ndarray:
        """Return changes of state, of angles the short way around."""
        turns = np.array([np.inf if period is None else period for period in self.periods])
        return change - np.where(np.isinf(turns), 0.0, turns) * np.round(change / turns)

"""Very many points of a curve as fewer: means of neighbouring currents, in groups so narrow that the curve is straight within each.

    a group   n points, mean current x, mean voltage y, standard error σ/√n
    straight  where |⟨v(i)⟩ - v(⟨i⟩)| < σ/(10 √n), v a curve that follows the points; elsewhere it is cut in four

Straight curves lose nothing by it. Around the corner of a cold junction the mean of a bent curve is another curve's, of a warmer junction: 200 000
points up to 3 I_c in 400 equal groups made 6.1 ± 0.3 mK of none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Groups"]

_GROUPS, _MOST = 400, 2000
_LOOKS, _BENT, _PARTS = 9, 0.1, 4


@dataclass(frozen=True)
class Groups:
    """Points in the order of their currents, and where groups begin.

    Attributes:
        i, v: currents and voltages, rising in current.
        s: standard errors of the voltages, or None.
        starts: place of the first point of each group, and the number of points.
    """

    i: np.ndarray
    v: np.ndarray
    s: np.ndarray | None
    starts: np.ndarray

    @classmethod
    def of(cls, i: np.ndarray, v: np.ndarray, s: np.ndarray | None) -> Groups:
        """Equal groups of points in any order."""
        order = np.argsort(i, kind="stable")
        starts = np.unique(np.linspace(0, i.size, _GROUPS + 1).astype(int))
        return cls(i[order], v[order], None if s is None else s[order], starts)

    @property
    def count(self) -> np.ndarray:
        """Points in each group."""
        return np.diff(self.starts)

    @property
    def means(self) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Currents, voltages and their errors, one a group."""
        x, y = (np.add.reduceat(a, self.starts[:-1]) / self.count for a in (self.i, self.v))
        return x, y, None if self.s is None else np.sqrt(np.add.reduceat(self.s**2, self.starts[:-1])) / self.count

    def straightened(self, curve: Callable[[np.ndarray], np.ndarray]) -> Groups:
        """Cut the groups within which a curve bends by more than a tenth of their error; these same groups where none does."""
        x, y, error = self.means
        if error is None:
            # The error of a point from the scatter around the curve, of groups as many as there are.
            error = np.sqrt(np.mean(self.count * (curve(x) - y) ** 2) / self.count)
        # Means over a group from nine of its points.
        share = (np.arange(_LOOKS) + 0.5) / _LOOKS
        looks = self.i[(self.starts[:-1, None] + (self.count[:, None] * share).astype(int))]
        bend = curve(looks.ravel()).reshape(looks.shape).mean(axis=1) - curve(looks.mean(axis=1))
        bent = np.flatnonzero((np.abs(bend) > _BENT * error) & (self.count > 1))
        if not bent.size or self.count.size + _PARTS * bent.size > _MOST:
            return self
        cuts = self.starts[bent, None] + (self.count[bent, None] * np.arange(1, _PARTS) // _PARTS)
        return Groups(self.i, self.v, self.s, np.unique(np.concatenate([self.starts, cuts.ravel()])))

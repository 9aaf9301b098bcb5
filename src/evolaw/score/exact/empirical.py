"""A finite set of points, noised: the ideal denoiser, which remembers every one of them.

    p_t = (1/N) Σ_i N(a y_i, s² I)        D = E[x0 | x] = Σ_i r_i y_i,  r = softmax(-‖x - a y_i‖² / 2s²)        score = (a D - x)/s²

Samples of it are the points themselves: it is the limit of a network that memorises, and what a generalising one must differ from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import namespace
from evolaw.score.exact.asked import asked
from evolaw.score.exact.carried import carried
from evolaw.score.noising.conversions import like_states
from evolaw.score.noising.linear import Noising

__all__ = ["Empirical"]


@carried("points")
@dataclass(frozen=True, eq=False, init=False)
class Empirical:
    """The empirical distribution of points, shape (points, *shape).

    Notes:
        Cost of a score a state: O(points · d), as two products of matrices. Time must be above 0.

    Example:
        >>> from evolaw.score.noising.schedules import EDM
        >>> Empirical([[0.0], [1.0]]).denoised(np.array([[0.5]]), 1.0, EDM()).tolist()
        [[0.5]]
    """

    points: Any
    shape: tuple[int, ...] = field(default=())

    def __init__(self, points: Any) -> None:
        points = checks.numbers(points, "points")
        checks.require(points.ndim >= 1 and points.size > 0, "points", "have shape (points, *shape)", points.shape)
        object.__setattr__(self, "points", points.reshape(len(points), -1))
        object.__setattr__(self, "shape", points.shape[1:])

    @asked
    def denoised(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return D = E[x0 | x(t) = x], of the shape of x."""
        flat, logs, _ = self._logs(x, t, noising)
        shares = namespace(logs).exp(logs - logs.max(1)[:, None])
        mean = (shares / shares.sum(1)[:, None]) @ self.points
        return mean.astype(flat.dtype).reshape(x.shape)

    @asked
    def score(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return (a D - x)/s², of the shape of x; t is a time, or one for each state."""
        a, s = (like_states(part, x) for part in (noising.scale(t), noising.std(t)))
        return ((a * self.denoised(x, t, noising) - x) / s**2).astype(x.dtype)

    @asked
    def log_density(self, x: Any, t: Any, noising: Noising) -> Any:
        """Return log p_t(x), shape (count,)."""
        flat, logs, s = self._logs(x, t, noising)
        xp, top = namespace(logs), logs.max(1)
        total = top + xp.log(xp.exp(logs - top[:, None]).sum(1)) - math.log(len(self.points))
        return (total - flat.shape[1] * xp.log(math.sqrt(2 * math.pi) * s)).astype(flat.dtype)

    @property
    def mean(self) -> np.ndarray:
        """Mean of the points, of shape ``shape``."""
        return np.asarray(self.points.mean(0)).reshape(self.shape)

    @property
    def covariance(self) -> np.ndarray:
        """Covariance of the raveled points, shape (d, d)."""
        apart = self.points - self.points.mean(0)
        return np.asarray(apart.T @ apart / len(apart))

    def sample(self, count: int, *, rng: Any, t: float = 0.0, noising: Noising | None = None) -> np.ndarray:
        """Draw points with replacement, noised to time t; shape (count, *shape)."""
        count = checks.integer(count, "count", least=1)
        generator = randomness.source(rng).stream("empirical").generator()
        chosen = self.points[generator.integers(len(self.points), size=count)]
        if noising is not None:
            chosen = noising.scale(t) * chosen + noising.std(t) * generator.standard_normal(chosen.shape)
        return np.asarray(chosen).reshape(count, *self.shape)

    def __repr__(self) -> str:
        return f"Empirical of {len(self.points)} points of shape {self.shape}"

    def _logs(self, x: Any, t: Any, noising: Noising) -> tuple[Any, Any, Any]:
        """States raveled, -‖x - a y_i‖²/2s² of shape (count, points), and s."""
        xp = namespace(x, self.points)
        checks.require(x.shape[1:] == self.shape, "x", f"be states of shape {self.shape}", f"of shape {x.shape[1:]}")
        flat = xp.asarray(x).reshape(len(x), -1)
        a, s = noising.scale(t), noising.std(t)
        a, width = (part[:, None] if getattr(part, "ndim", 0) else part for part in (a, s))
        # About the points' middle, where the expanded square loses least.
        middle = self.points.mean(0)
        points, apart = self.points - middle, flat - a * middle
        square = (apart**2).sum(1)[:, None] - 2 * a * (apart @ points.T) + a**2 * (points**2).sum(1)
        return flat, -square / (2 * width**2), s

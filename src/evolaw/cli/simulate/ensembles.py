"""Many paths in few numbers: moments and a histogram gathered chunk by chunk, beside what is known exactly.

    S_k = Σ (x - c)^k  for k = 1 … 4,  c the mean of the first chunk,  m = S_1/n
    mean = c + m,   Σ d² = S_2 - n m²,   Σ d⁴ = S_4 - 4 m S_3 + 6 m² S_2 - 3 n m⁴      with d = x - mean

Chunks are added in the order of the paths, so that a resumed run ends in the same numbers. Paths that did not stay finite
are counted and left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evolaw import checks

if TYPE_CHECKING:
    from evolaw.sde.processes.process import SDE

__all__ = ["Ensemble", "exact_density", "exact_moments"]

_BINS = 40
_KEPT = 30


class Ensemble:
    """What is known of the paths so far.

    Attributes:
        times: saved times.
        paths, lost: paths added, and how many of them did not stay finite; ``first_lost`` is the first of these or None.
        kept: the first finite paths, for a picture, shape (at most 30, times, dim).
        edges: edges of the bins of each component at the last time, shape (dim, bins + 1); set by the first chunk.
        counts: paths in each bin, shape (dim, bins).
    """

    def __init__(self, times: np.ndarray, dim: int) -> None:
        self.times = times
        self.paths, self.lost = 0, 0
        self.first_lost: int | None = None
        self.kept = np.empty((0, len(times), dim))
        self.edges: np.ndarray | None = None
        self.counts = np.zeros((dim, _BINS), np.int64)
        self._n = 0
        self._centre = np.zeros((len(times), dim))
        self._sums = np.zeros((4, len(times), dim))

    def add(self, values: np.ndarray) -> None:
        """Take the next paths, shape (paths, times, dim)."""
        finite = np.isfinite(values).all(axis=(1, 2))
        if self.first_lost is None and not finite.all():
            self.first_lost = self.paths + int(np.argmin(finite))
        self.paths += len(values)
        self.lost += int((~finite).sum())
        good = np.asarray(values[finite], float)
        if not len(good):
            return
        self.kept = np.concatenate([self.kept, good[: _KEPT - len(self.kept)]])
        self._count(good[:, -1])
        if not self._n:
            self._centre = good.mean(axis=0)
        away = good - self._centre
        power = away
        with np.errstate(over="ignore", invalid="ignore"):  # a path about to explode has no finite fourth power
            for k in range(4):
                self._sums[k] += power.sum(axis=0)
                power = power * away
        self._n += len(good)

    def _count(self, last: np.ndarray) -> None:
        if self.edges is None:
            # A few far values would leave the rest in one bin; what lies outside is counted in n only.
            low, high = np.quantile(last, [0.002, 0.998], axis=0)
            room = np.where(high > low, 0.15 * (high - low), 0.5)
            self.edges = np.linspace(low - room, high + room, _BINS + 1, axis=-1)
        for k, edges in enumerate(self.edges):
            self.counts[k] += np.histogram(last[:, k], edges)[0]

    @property
    def finite(self) -> int:
        """Number of paths that stayed finite."""
        return self._n

    @property
    def mean(self) -> np.ndarray:
        """Mean, shape (times, dim)."""
        return self._centre + self._sums[0] / max(self._n, 1)

    @property
    def mean_error(self) -> np.ndarray:
        """Standard error of the mean, shape (times, dim)."""
        return np.sqrt(self.variance / max(self._n, 1))

    @property
    def variance(self) -> np.ndarray:
        """Variance, shape (times, dim)."""
        return self._central()[0] / max(self._n - 1, 1)

    @property
    def variance_error(self) -> np.ndarray:
        """Standard error of the variance, sqrt((E d⁴ - (E d²)²)/n), shape (times, dim)."""
        n = max(self._n, 1)
        second, fourth = self._central()
        with np.errstate(over="ignore", invalid="ignore"):
            return np.sqrt(np.maximum(fourth / n - (second / n) ** 2, 0.0) / n)

    def _central(self) -> tuple[np.ndarray, np.ndarray]:
        """Σ d² and Σ d⁴ about the mean."""
        n, (one, two, three, four) = max(self._n, 1), self._sums
        m = one / n
        with np.errstate(over="ignore", invalid="ignore"):
            return np.maximum(two - n * m**2, 0.0), four - 4 * m * three + 6 * m**2 * two - 3 * n * m**4

    def density(self, component: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return (edges, density, standard error) of a component at the last time."""
        checks.require(self.edges is not None, "component", "belong to an ensemble with finite paths", component)
        edges = np.asarray(self.edges)[component]
        share = self.counts[component] / max(self._n, 1)
        error = np.sqrt(share * (1 - share) / max(self._n, 1))
        return edges, share / np.diff(edges), error / np.diff(edges)

    def gap(self, mean: np.ndarray | None) -> float | None:
        """Return the largest distance of the mean from an exact one in standard errors; None without one or without spread."""
        if mean is None or self._n < 2:
            return None
        error = self.mean_error
        told = error > 1e-9 * (1 + np.abs(mean))
        return float((np.abs(self.mean - mean)[told] / error[told]).max()) if told.any() else None


def exact_moments(process: SDE, times: np.ndarray, start: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the exact mean and variance at the times, shape (times, dim) each; None for what is not known."""
    law = process.exact
    mean = np.asarray(law.mean(times, start)) if hasattr(law, "mean") else None
    if not hasattr(law, "covariance"):
        return mean, None
    return mean, np.diagonal(law.covariance(times, start), axis1=-2, axis2=-1).copy()


def exact_density(
    process: SDE, x: np.ndarray, component: int, time: float, start: np.ndarray
) -> tuple[np.ndarray | None, str]:
    """Return the density of one component at ``time`` and what it is: "exact", "stationary" (reached late) or "".

    Args:
        process: the equation.
        x: where, shape (points,).
        component: which component.
        time: when.
        start: state at time 0, shape (dim,).
    """
    from evolaw.sde.processes.classics import OscillatorLaw
    from evolaw.sde.processes.linear_systems import GaussianLinearLaw

    law = process.exact
    if isinstance(law, GaussianLinearLaw | OscillatorLaw):
        centre, spread = law.mean(time, start)[component], law.covariance(time, start)[component, component]
        if spread <= 0:
            return None, ""
        return np.exp(-((x - centre) ** 2) / (2 * spread)) / np.sqrt(2 * np.pi * spread), "exact"
    if process.dim == 1 and hasattr(law, "density"):
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.asarray(law.density(x[:, None], time, start))
        return (np.nan_to_num(value, nan=0.0), "exact") if np.isfinite(value).any() else (None, "")
    if process.dim == 1 and hasattr(law, "stationary_density"):
        return np.asarray(law.stationary_density(x)), "stationary"
    return None, ""

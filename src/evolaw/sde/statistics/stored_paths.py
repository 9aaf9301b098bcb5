"""Statistics of paths that were stored: the same observers that look at paths while they run, with the same result."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import precise
from evolaw.sde.statistics.moments import Statistics
from evolaw.trajectory import Trajectory

__all__ = ["measure", "standard_errors_apart"]

_BLOCK, _BLOCKS_AT_ONCE = 1024, 16


def measure(trajectory: Trajectory, *statistics: Any) -> Statistics:
    """Take statistics of stored paths; paths that did not stay finite are counted and left out.

    Args:
        trajectory: paths with axes ("paths", "times", "dim").
        statistics: `Moments` or `Histogram`; what looks between saved times, as `FirstPassage`, cannot be told afterwards.

    Returns:
        What `solve(statistics=…)` gives of the same paths, to rounding.

    Raises:
        ArgumentError: other axes, or a statistic that needs the steps.

    Example:
        >>> from evolaw.sde import EulerMaruyama, Moments, brownian_motion, solve
        >>> paths = solve(brownian_motion(), EulerMaruyama(), 0.0, [0, 1], steps=1, paths=1000, rng=0)  # some seconds
        >>> bool(abs(measure(paths, Moments()).mean[-1, 0] - paths.values[:, -1, 0].mean()) < 1e-12)
        True
    """
    axes = ("paths", "times", "dim")
    checks.require(trajectory.axes == axes, "trajectory", f"have axes {axes}", trajectory.axes)
    for one in statistics:
        checks.require(hasattr(one, "observe"), "statistics", "be Moments or Histogram of saved times", one)
    values = np.asarray(trajectory.values)
    finite = np.isfinite(values).all(axis=(1, 2))
    block = min(_BLOCK, len(values))
    size = block * _BLOCKS_AT_ONCE
    totals: list[Any] = [None] * len(statistics)
    with precise("float64"):
        for offset in range(0, len(values), size):
            part, good = _filled(values[offset : offset + size], finite[offset : offset + size], block)
            for i, one in enumerate(statistics):
                totals[i] = one.merge(totals[i], _observed(one, trajectory, part, good, block))
    results = tuple(one.finish(total) for one, total in zip(statistics, totals, strict=True))
    lost = int((~finite).sum())
    return Statistics(trajectory.times, len(values), lost, results, trajectory.law, trajectory.scheme, trajectory.seed)


def standard_errors_apart(found: np.ndarray, error: np.ndarray, exact: np.ndarray | None) -> float | None:
    """Return the largest distance of found numbers from exact ones in standard errors; None without spread or exact numbers.

    Example:
        >>> standard_errors_apart(np.array([1.0, 2.0]), np.array([0.1, 0.1]), np.array([1.1, 2.05])).__round__(6)
        1.0
    """
    if exact is None:
        return None
    told = error > 1e-9 * (1 + np.abs(exact))
    return float((np.abs(found - exact)[told] / error[told]).max()) if told.any() else None


def _filled(values: np.ndarray, good: np.ndarray, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Paths last, zeros for those that are lost and in the places that fill the last block."""
    clean = np.where(good[:, None, None], values, 0.0).astype(np.float64)
    missing = -len(clean) % block
    return np.moveaxis(np.pad(clean, ((0, missing), (0, 0), (0, 0))), 0, -1), np.pad(good, (0, missing))


def _observed(one: Any, trajectory: Trajectory, part: np.ndarray, good: np.ndarray, block: int) -> Any:
    def at(t: Any, x: Any) -> Any:
        return one.observe(trajectory.law, t, x, good, block)

    return jax.device_get(jax.vmap(at)(jnp.asarray(trajectory.times, jnp.float64), jnp.asarray(part)))

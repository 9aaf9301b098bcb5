"""What is known exactly of one component at a time: its mean, its variance, its density."""

from __future__ import annotations

import numpy as np

from evolaw.sde.processes.classics import OscillatorLaw
from evolaw.sde.processes.linear_systems import GaussianLinearLaw
from evolaw.sde.processes.process import SDE, KnowsCovariance, KnowsDensity, KnowsMean, KnowsStationaryDensity

__all__ = ["exact_density", "exact_moments"]


def exact_moments(process: SDE, times: np.ndarray, start: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Return the exact mean and variance at the times, shape (times, dim) each; None for what is not known."""
    law = process.exact
    mean = np.asarray(law.mean(times, start)) if isinstance(law, KnowsMean) else None
    if not isinstance(law, KnowsCovariance):
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
    law = process.exact
    if isinstance(law, GaussianLinearLaw | OscillatorLaw):
        centre, spread = law.mean(time, start)[component], law.covariance(time, start)[component, component]
        if spread <= 0:
            return None, ""
        return np.exp(-((x - centre) ** 2) / (2 * spread)) / np.sqrt(2 * np.pi * spread), "exact"
    if process.dim == 1 and isinstance(law, KnowsDensity):
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.asarray(law.density(x[:, None], time, start))
        return (np.nan_to_num(value, nan=0.0), "exact") if np.isfinite(value).any() else (None, "")
    if process.dim == 1 and isinstance(law, KnowsStationaryDensity):
        return np.asarray(law.stationary_density(x)), "stationary"
    return None, ""

r"""What the instrument, a wall or a common shake has left in the readings, before any law is fitted to them.

    spikes      readings that stand out by one step and back:  |ΔX_{k-1}|, |ΔX_k| > 8 s,  |ΔX_{k-1} + ΔX_k| < |ΔX_k|/2,  s the step that is
                usual where and when the first began (the larger median of |ΔX| over 0.6745, of a hundred rows alike in X and of fifteen alike in time)
    held        rows that repeat the value before them exactly, where the values are not the few levels of a coarse digitiser
    edges       rows within one usual step of the largest (smallest) value: a smooth force lets few come so near to the furthest one; at a
                wall, or the end of an instrument's range, they are as many as in the strip before, and a tenth of them within a tenth
    common      ⟨r_i r_j⟩ / sqrt(⟨r_i²⟩⟨r_j²⟩) of the remainders (`increment_tests`) of two components: one noise shakes both

A Gaussian step is 8 s long once in 10¹⁵.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import ndtr

from evolaw.discovery.diffusions.model.recording import Recording

__all__ = ["FAR", "common_noise", "edge", "held_share", "spikes", "without"]

FAR = 8.0
_NEAR, _SOON = 101, 15
_GAUSSIAN = 0.6745
_DISTINCT = 0.2
"""Values that repeat less than five times on average are no levels of a digitiser."""
_FEWEST_AT_EDGE, _AS_MANY = 100, 0.5
_SHARP = 0.06
"""Of the rows within one step of a wall a tenth lie within a tenth of a step; of those near the furthest point that a force allows, one in a
hundred or less."""
_WIDEST = 0.15
"""Share of the usual range up to which a step is short enough to show an edge."""
_ROUNDS = 30


def spikes(recording: Recording, component: int, far: float = FAR) -> np.ndarray:
    """Return the rows of readings that stand out by ``far`` usual steps and back.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.model.recording import gather
        >>> path = np.cumsum(np.random.default_rng(1).normal(size=500))
        >>> path[[70, 300]] += 40.0
        >>> spikes(gather(Trajectory(path, np.arange(500.0), ("times",))), 0).tolist()
        [70, 300]
    """
    path = recording.columns[component]
    step = np.diff(path)
    whole = recording.within[1:] == recording.within[:-1]
    first, second = step[:-1], step[1:]
    # The usual step there and then, by medians, which a few spikes among a hundred do not move.
    size, usual = np.abs(np.where(whole, step, 0.0)), np.full(step.size, float(np.median(np.abs(step))) / 4)
    for order, near in ((np.argsort(path[:-1], kind="stable"), _NEAR), (np.arange(step.size), _SOON)):
        for rows in np.array_split(order, max(1, step.size // near)):
            usual[rows] = np.maximum(usual[rows], np.median(size[rows]))
    bar = far / _GAUSSIAN * usual[:-1]
    out = (np.abs(first) > bar) & (np.abs(second) > bar) & (np.abs(first + second) < 0.5 * np.abs(second)) & (bar > 0)
    return np.flatnonzero(out & whole[:-1] & whole[1:]) + 1


def without(recording: Recording, component: int, rows: np.ndarray) -> Recording:
    """Return the recording with some readings of a component replaced by the mean of their neighbours."""
    values = recording.values.copy()
    values[rows, component] = (values[rows - 1, component] + values[rows + 1, component]) / 2
    return replace(recording, values=values)


def held_share(recording: Recording, component: int) -> float:
    """Return the share of rows that repeat the value before them; 0 where the values are the few levels of a digitiser.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.model.recording import gather
        >>> path = np.cumsum(np.random.default_rng(1).normal(size=500)).repeat(2)
        >>> round(held_share(gather(Trajectory(path, np.arange(1000.0), ("times",))), 0), 2)
        0.5
    """
    path = recording.columns[component]
    within = recording.within[1:] == recording.within[:-1]
    inside = (path > path.min()) & (path < path.max())  # repeats of the very largest value are those of a clipped range
    repeated = (np.diff(path) == 0) & within & inside[1:]
    distinct = np.unique(path).size
    return float(repeated.sum() / max(within.sum(), 1)) if distinct > _DISTINCT * path.size else 0.0


def edge(recording: Recording, component: int, *, short: bool = True) -> tuple[float, int]:
    """Return where the readings stop at an edge and how many lie within one usual step of it; (nan, 0) where they stop at none.

    Args:
        recording: the recording.
        component: index of the component.
        short: whether steps are short against the dynamics, or there is no other component to turn the motion round; else only repeats of the
            very largest or smallest value count.

    Example:
        >>> from evolaw import Trajectory
        >>> from evolaw.discovery.diffusions.model.recording import gather
        >>> path = 0.03 * np.cumsum(np.random.default_rng(1).normal(size=9000))
        >>> path = np.abs(np.mod(path + 1, 2) - 1)  # between mirrors at 0 and 1
        >>> where, count = edge(gather(Trajectory(path, np.arange(9000.0), ("times",))), 0)
        >>> round(where, 3), count > 100
        (1.0, True)
    """
    path = recording.columns[component]
    whole = recording.within[1:] == recording.within[:-1]
    step = np.where(whole, np.diff(path), np.nan)
    for sign in (1.0, -1.0):
        depth = (sign * path).max() - sign * path
        widest = _WIDEST * float(np.ptp(np.quantile(path, [0.01, 0.99])))
        width = float(np.sqrt(np.nanmean(step**2))) if short else 0.0
        # The step that is usual at the edge, which multiplicative noise makes a short one.
        for _ in range(_ROUNDS if short else 0):
            there = step[depth[:-1] <= width]
            if np.isfinite(there).sum() < _FEWEST_AT_EDGE:
                break
            width = min(width, float(np.sqrt(np.nanmean(there**2))))
        at, before = int((depth <= width).sum()), int(((depth > width) & (depth <= 2 * width)).sum())
        last = int((depth <= width / 10).sum())
        if width <= widest and at >= _FEWEST_AT_EDGE and at >= _AS_MANY * before and last >= _SHARP * at:
            return float(path[np.argmin(depth)]), at
    return float("nan"), 0


def common_noise(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """Return how two components' remainders correlate, and the chance of so much by accident."""
    products = one * other
    used = np.isfinite(products)
    products = products[used]
    z = float(np.sum(products) / max(np.sqrt(np.sum(products**2)), 1e-300))
    size = float(np.sqrt(np.sum(one[used] ** 2) * np.sum(other[used] ** 2)))
    return float(np.sum(products)) / max(size, 1e-300), min(1.0, 2 * float(ndtr(-abs(z))))

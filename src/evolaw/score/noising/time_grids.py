"""Where the steps of a sampler fall: falling times from T to the least one.

    uniform     t_i = T - (T - ε) i/n
    log_snr     λ(t_i) evenly from λ(T) to λ(ε): each step takes as much from the noise, in proportion
    karras      s(t_i) = (s_T^(1/ρ) + i/n (s_ε^(1/ρ) - s_T^(1/ρ)))^ρ, with the noise-to-signal ratio s/a in place of s
    quadratic   √t evenly

karras2022 (equation 5) states the third for a = 1; song2021ddim (appendix D.2) uses the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.score.noising.linear import Noising

__all__ = ["GRIDS", "time_grid"]


def _uniform(noising: Noising, u: np.ndarray, end: float, least: float) -> np.ndarray:
    return end + (least - end) * u


def _log_snr(noising: Noising, u: np.ndarray, end: float, least: float) -> np.ndarray:
    low, high = float(noising.log_snr(end)), float(noising.log_snr(least))
    return np.asarray(noising.time_of_log_snr(low + (high - low) * u))


def _karras(noising: Noising, u: np.ndarray, end: float, least: float, power: float = 7.0) -> np.ndarray:
    first, last = (np.exp(-float(noising.log_snr(t)) / power) for t in (end, least))
    return np.asarray(noising.time_of_log_snr(-power * np.log(first + (last - first) * u)))


def _quadratic(noising: Noising, u: np.ndarray, end: float, least: float) -> np.ndarray:
    return np.asarray((np.sqrt(end) + (np.sqrt(least) - np.sqrt(end)) * u) ** 2)


GRIDS: dict[str, Callable[..., np.ndarray]] = {
    "uniform": _uniform,
    "log_snr": _log_snr,
    "karras": _karras,
    "quadratic": _quadratic,
}


def time_grid(
    noising: Noising, steps: int, spacing: Any = "uniform", *, end: float | None = None, least: float | None = None
) -> np.ndarray:
    """Return the ``steps`` + 1 falling times of a sampler.

    Args:
        noising: says T, ε and the log-SNR.
        steps: number of steps.
        spacing: "uniform", "log_snr", "karras" or "quadratic"; or the times themselves, which are checked.
        end, least: other ends than the noising's.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> time_grid(VP(), 2).round(4).tolist()
        [1.0, 0.5005, 0.001]
    """
    end = noising.end if end is None else checks.positive(end, "end")
    least = noising.least if least is None else checks.positive(least, "least")
    checks.require(least < end, "least", f"lie below end = {end:g}", least)
    steps = checks.integer(steps, "steps", least=1)
    if not isinstance(spacing, str):
        times = np.asarray(spacing, float)
        good = times.shape == (steps + 1,) and bool((np.diff(times) < 0).all() and times[-1] > 0 and times[0] <= end)
        checks.require(
            good, "spacing", f"be a word, or {steps + 1} times that fall strictly within (0, {end:g}]", spacing
        )
        return times
    name = checks.one_of(spacing, "spacing", GRIDS)
    times = GRIDS[name](noising, np.linspace(0, 1, steps + 1), end, least)
    times[0], times[-1] = end, least
    return times

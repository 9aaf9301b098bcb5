"""Where the steps of a sampler fall: falling times from T to the least one.

    uniform     t_i = T - (T - ε) i/n
    log_snr     λ(t_i) evenly from λ(T) to λ(ε): each step takes as much from the noise, in proportion
    karras      s(t_i) = (s_T^(1/ρ) + i/n (s_ε^(1/ρ) - s_T^(1/ρ)))^ρ, with the noise-to-signal ratio s/a in place of s
    quadratic   √t evenly
    spectral    λ with density 1/5 + max_i (4 c_i σ²/(c_i + σ²)²)^(1/4), σ = e^-λ, from σ = 10 √max c to √min c / 10

with c_i the variances of the data's directions: at σ² = c_i a direction turns from noise into a datum, and there the score bends most. A
method of order p makes, over a step h in λ, an error of about h^(p+1) c σ²/(c + σ²)²; equal errors for all steps ask for a root of it
as density, and the fifth keeps steps from growing without end where nothing bends. Above the range a corrected prior is
right already (its error falls with (c/σ²)²), below it nothing but the last step is left. The range is cut to that of the noising.

karras2022 (equation 5) states the third for a = 1; song2021ddim (appendix D.2) uses the last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.score.noising.linear import Noising, require_noising
from evolaw.told import told

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


def _spectral(noising: Noising, u: np.ndarray, end: float, least: float, variances: np.ndarray) -> np.ndarray:
    high, low = _WIDER * np.sqrt(variances.max()), np.sqrt(variances.min()) / _WIDER
    first, last = (-float(noising.log_snr(t)) for t in (end, least))
    top, bottom = min(first, np.log(high)), max(last, np.log(low))
    checks.require(
        bottom < top, "spacing", "be another word than spectral: data are that far from the noise", variances
    )
    logs = np.linspace(top, bottom, _FINE)
    ratio = np.exp(2 * logs)[:, None] / variances[None]
    density = _EVEN + ((4 * ratio / (1 + ratio) ** 2) ** 0.25).max(1)
    share = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    times = np.asarray(noising.time_of_log_snr(-np.interp(u * share[-1], share, logs)))
    times[0], times[-1] = end if top == first else times[0], least if bottom == last else times[-1]
    return times


_WIDER, _EVEN, _FINE = 10.0, 0.2, 2001

GRIDS: dict[str, Callable[..., np.ndarray]] = {
    "uniform": _uniform,
    "log_snr": _log_snr,
    "karras": _karras,
    "quadratic": _quadratic,
    "spectral": _spectral,
}


@told
def time_grid(
    noising: Noising,
    steps: int,
    spacing: Any = "uniform",
    *,
    end: float | None = None,
    least: float | None = None,
    variances: Any = None,
) -> np.ndarray:
    """Return the ``steps`` + 1 falling times of a sampler.

    Args:
        noising: says T, ε and the log-SNR.
        steps: number of steps.
        spacing: "uniform", "log_snr", "karras", "quadratic" or "spectral"; or the times themselves, which are checked.
        end, least: other ends than the noising's.
        variances: of the directions of the data, which "spectral" asks for, any shape; zeros are left out.

    Example:
        >>> from evolaw.score.noising.song import VP
        >>> time_grid(VP(), 2).round(4).tolist()
        [1.0, 0.5005, 0.001]
    """
    require_noising(noising)
    end = noising.end if end is None else checks.positive(end, "end")
    least = noising.least if least is None else checks.positive(least, "least")
    checks.require(least < end, "least", f"lie below end = {end:g}", least)
    steps = checks.integer(steps, "steps", least=1)
    if not isinstance(spacing, str):
        times = checks.numbers(spacing, "spacing")
        good = times.shape == (steps + 1,) and bool((np.diff(times) < 0).all() and times[-1] > 0 and times[0] <= end)
        checks.require(
            good, "spacing", f"be a word, or {steps + 1} times that fall strictly within (0, {end:g}]", spacing
        )
        return times
    name = checks.one_of(spacing, "spacing", GRIDS)
    if name == "spectral":
        return _spectral(noising, np.linspace(0, 1, steps + 1), end, least, _positive(variances))
    times = GRIDS[name](noising, np.linspace(0, 1, steps + 1), end, least)
    times[0], times[-1] = end, least
    return times


def _positive(variances: Any) -> np.ndarray:
    if variances is None:
        fix = (
            "Exact distributions say them; for others pass spacing=time_grid(noising, steps, 'spectral', variances=…)."
        )
        raise checks.refuse("variances", "be given for spectral steps, or be said by the target", None, fix)
    given = checks.numbers(variances, "variances").reshape(-1)
    good = given[given > 0]
    checks.require(
        good.size > 0 and good.size + (given == 0).sum() == given.size, "variances", "be positive", variances
    )
    return np.unique(good)

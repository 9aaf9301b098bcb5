"""Switching currents under a rising bias: their density, moments, and the way back to the rate.

P(i) = (Γ(i)/r) exp(-∫_0^i Γ/r),   r = di/dt                                                      (fulton1974)
Γ(i_k) = (r/Δi) ln[Σ_{j>=k} P_j / Σ_{j>k} P_j]                                                    (the inversion)

Γ = A e^{-B(1 - i)^{3/2}}:   1 - i* = (ln X/B)^{2/3},  X = 2A/(3 r B^{2/3} (ln X)^{1/3}),   s = (2/3) B^{-2/3} (ln X)^{-1/3}
⟨i⟩ ≈ i* - 0.5772 s,  σ ≈ π s/√6:  Gumbel's law, good to 1e-3 in the mean, 7 to 9 % high in σ       (kurkijarvi1972, garg1995)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy import special

from evolaw import checks
from evolaw.josephson.formulas.escape import BELOW_CRITICAL, escape_rate
from evolaw.told import told

__all__ = [
    "InvertedRates",
    "SwitchingLaw",
    "gumbel_switching",
    "invert_switching",
    "switching_law",
    "thermal_switching",
]

_FINE = 8_001
_ZOOMS, _MOST_ZOOMS = 3, 8
_EARLIEST, _LATEST = 1e-14, 40.0


class SwitchingLaw(NamedTuple):
    """The law of the switching current.

    Attributes:
        bias: currents of the stretch where it switches, rising, shape (points,).
        density: per unit of i.
        survival: the share that has not switched.
        mean, deviation: of the current, those that reach the last current counted there.
    """

    bias: np.ndarray
    density: np.ndarray
    survival: np.ndarray
    mean: float
    deviation: float


@told
def switching_law(
    rate: float, escape: Callable[[np.ndarray], Any], first: float = 0.0, last: float = 1.0, points: int = _FINE
) -> SwitchingLaw:
    """Return the law of the switching current for a given escape rate.

    Args:
        rate: r = di/dt > 0, in the unit of time of the escape rate.
        escape: Γ(i), NumPy in and out; it is not asked at the critical current itself, i = 1.
        first, last: range of currents of the ramp.
        points: currents of the law, 8001; an eighth of them finds the stretch.

    Notes:
        Trapezoidal sums on 8 001 currents of the stretch where it switches, found in three passes and, at very weak noise, up to eight; right to about 1e-6 of the width.

    References:
        fulton1974.

    Example:
        >>> law = switching_law(1e-6, lambda i: np.exp(-4 * 2**0.5 / 3 / 0.01 * (1 - i) ** 1.5))
        >>> round(law.mean, 6), round(law.deviation, 6)
        (0.861848, 0.011614)
    """
    r = checks.positive(rate, "rate")
    checks.require(last > first, "last", "lie above first", last)
    count = checks.integer(points, "points", least=64)
    low, high, before = float(first), float(last), 0.0
    for zoom in range(_MOST_ZOOMS):
        i, exponent = _hazard(escape, r, low, high, max(count // 8, 64), before)
        ends = np.searchsorted(exponent, [_EARLIEST, _LATEST])
        # At very weak noise all of it lies between two points, or behind the last but one.
        cut, stop = min(max(int(ends[0]) - 1, 0), len(i) - 2), min(int(ends[1]), len(i) - 1)
        wide = high - low
        low, high, before = float(i[cut]), float(i[stop]), float(exponent[cut])
        if zoom >= _ZOOMS - 1 and high - low > wide / 2:
            break
    i, exponent = _hazard(escape, r, low, high, count, before)
    survival = np.exp(-exponent)
    # ∫ survival is the mean beyond the first current: no derivative of a steep curve is needed.
    mean = low + float(np.trapezoid(survival, i))
    spread = (low - mean) ** 2 + 2 * float(np.trapezoid((i - mean) * survival, i))
    return SwitchingLaw(i, np.gradient(exponent, i) * survival, survival, mean, float(np.sqrt(max(spread, 0.0))))


def _hazard(
    escape: Callable[[np.ndarray], Any], rate: float, low: float, high: float, points: int, before: float
) -> tuple[np.ndarray, np.ndarray]:
    """Currents and ∫ Γ/r up to each, with what was collected before the first."""
    i = np.linspace(low, high, points)
    # At the critical current there is no barrier and no rate; what happens in that one point takes no part of a ramp.
    gamma = np.asarray(escape(np.where(i == 1.0, BELOW_CRITICAL, i)), float)
    fine = bool(np.all(np.isfinite(gamma)) and np.all(gamma >= 0))
    checks.require(fine, "escape", "be finite and not negative everywhere", "not so")
    return i, before + np.concatenate([[0.0], np.cumsum((gamma[1:] + gamma[:-1]) / 2 * (i[1] - i[0]))]) / rate


@told
def gumbel_switching(prefactor: float, noise: float, rate: float) -> tuple[float, float]:
    """Return mean and standard deviation of the switching current in Gumbel's limit for Γ = A e^{-B(1 - i)^{3/2}}, B = (4√2/3)/D.

    Args:
        prefactor: A.
        noise: D.
        rate: r.

    References:
        kurkijarvi1972; garg1995.

    Example:
        >>> [round(value, 6) for value in gumbel_switching(1.0, 0.01, 1e-6)]
        [0.861099, 0.012419]
    """
    a, d, r = (checks.positive(v, n) for v, n in ((prefactor, "prefactor"), (noise, "noise"), (rate, "rate")))
    b = 4 * np.sqrt(2) / 3 / d
    log = np.log(2 * a / (3 * r * b ** (2 / 3)))
    checks.require(log > 1, "rate", "be slow against the prefactor: ln X must exceed 1", rate)
    for _ in range(200):
        log = np.log(2 * a / (3 * r * b ** (2 / 3) * log ** (1 / 3)))
    scale = 2 / 3 * b ** (-2 / 3) * log ** (-1 / 3)
    mode = 1 - (log / b) ** (2 / 3)
    return float(mode - np.euler_gamma * scale), float(np.pi / np.sqrt(6) * scale)


class InvertedRates(NamedTuple):
    """Escape rates recovered from switching currents.

    Attributes:
        bias: middle of each bin.
        rate: Γ there.
        low, high: ends of the exact interval for the count in the bin.
        switched, at_risk: how many switched in the bin, and how many had not switched before it.
    """

    bias: np.ndarray
    rate: np.ndarray
    low: np.ndarray
    high: np.ndarray
    switched: np.ndarray
    at_risk: np.ndarray


@told
def invert_switching(currents: Any, rate: float, bins: Any = 20, confidence: float = 0.95) -> InvertedRates:
    """Recover Γ(i) from switching currents: Γ = -(r/Δi) ln(1 - q), q the share of those at risk that switched in a bin.

    Args:
        currents: one switching current a ramp.
        rate: r = di/dt.
        bins: number of equal bins between the extremes, or their edges. Currents below the first edge or above the last count as
            switched before or after.
        confidence: of the interval (Clopper–Pearson on q, exact for every count).

    References:
        fulton1974; clopper1934.

    Example:
        >>> found = invert_switching(np.repeat([0.1, 0.3, 0.5], [50, 25, 25]), 1.0, [0.0, 0.2, 0.4, 0.6])
        >>> found.switched.tolist(), found.at_risk.tolist()
        ([50, 25, 25], [100, 50, 25])
    """
    values = np.sort(checks.numbers(currents, "currents").ravel())
    checks.require(values.size > 1, "currents", "hold at least two switching currents", values.size)
    r = checks.positive(rate, "rate")
    level = checks.number(confidence, "confidence", least=0.0, most=1.0)
    edges = np.linspace(values[0], values[-1], int(bins) + 1) if np.ndim(bins) == 0 else checks.increasing(bins, "bins")
    checks.require(edges[-1] > edges[0], "currents", "differ from one another", values[0])
    places = np.searchsorted(values, edges, side="left")
    places[-1] = np.searchsorted(values, edges[-1], side="right")
    switched, at_risk = np.diff(places), values.size - places[:-1]
    share = np.divide(switched, at_risk, out=np.zeros(switched.size), where=at_risk > 0)
    tail = (1 - level) / 2
    low = np.where(
        switched > 0, special.betaincinv(np.maximum(switched, 1), np.maximum(at_risk - switched + 1, 1), tail), 0.0
    )
    free = at_risk > switched
    high = np.where(free, special.betaincinv(switched + 1, np.where(free, at_risk - switched, 1), 1 - tail), 1.0)
    with np.errstate(divide="ignore"):
        low, gamma, high = (-r / np.diff(edges) * np.log1p(-q) for q in (low, share, high))
    return InvertedRates((edges[1:] + edges[:-1]) / 2, gamma, low, high, switched, at_risk)


@told
def thermal_switching(damping: float | None, noise: float, rate: float) -> SwitchingLaw:
    """Return the law of the switching current of a junction, from `escape_rate`.

    Args:
        damping: α, or None for a junction without capacitance.
        noise: D.
        rate: r = di/dt, in w_p (w_c without capacitance).

    Example:
        >>> 0.8 < thermal_switching(0.1, 0.01, 1e-6).mean < 0.9
        True
    """
    return switching_law(rate, lambda i: escape_rate(i, damping, noise))

"""Shapiro steps under an ac drive: exact edges without noise, and the limit of high frequency.

    φ' = i + i1 sin(W t) - sin φ        time in 1/w_c; step n stands at v = n W

With Φ the map of φ over one period 2π/W, step n is there while Φ(φ) - φ - 2πn has a zero: its edges are where the largest or the smallest
value over φ is zero. No average over time is needed, and none of the slowing down at the edges is felt.

    half-width -> |J_n(i1/W)| for W >> 1;    with capacitance, plasma units, |J_n(i1/(w √(w² + α²)))|;    n = 0 is the critical current
    bias by a voltage: exactly |J_n(2eV1/ħw)| at every frequency
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy import special

from evolaw import checks
from evolaw.told import told

__all__ = ["ShapiroStep", "bessel_half_width", "period_map", "shapiro_step", "thermal_step_voltage"]

_LARGEST = 1e6
"""Bias at whose size the edges of a step still have six digits behind the point."""


class ShapiroStep(NamedTuple):
    """One step of the I–V curve.

    Attributes:
        lower, upper: bias at its edges.
        half_width, centre: of the step.
    """

    lower: float
    upper: float
    half_width: float
    centre: float


@told
def bessel_half_width(step: int, amplitude: Any, frequency: float, damping: float | None = None) -> np.ndarray | float:
    """Return |J_n(x)|, the half-width of step n at high frequency.

    Args:
        step: n.
        amplitude: i1 of the drive i1 sin(Wt).
        frequency: W, in w_c without capacitance (x = i1/W); in w_p with ``damping`` (x = i1/(w √(w² + α²))).
        damping: α of a junction with capacitance, None without.

    References:
        shapiro1963; barone1982, chapter 11.

    Example:
        >>> round(bessel_half_width(1, 16.0, 8.0), 6)
        0.576725
    """
    w = checks.positive(frequency, "frequency")
    x = checks.numbers(amplitude, "amplitude") / (
        w if damping is None else w * np.hypot(w, checks.positive(damping, "damping"))
    )
    found = np.abs(special.jv(checks.integer(step, "step"), x))
    return found if np.ndim(found) else float(found)


@told
def period_map(phase: Any, bias: Any, amplitude: Any, frequency: Any, steps: int = 400) -> np.ndarray:
    """Return φ after one period of the drive, for starts at its beginning; all arguments broadcast.

    Runge–Kutta of order 4; 400 steps a period are right to about 1e-9 for W >= 1.

    Example:
        >>> round(float(period_map(0.0, 1.0, 0.0, 1.0)), 6)
        1.297898
    """
    x, i, a, w = np.broadcast_arrays(*(np.asarray(value, float) for value in (phase, bias, amplitude, frequency)))
    x = x.copy()
    n = checks.integer(steps, "steps", least=1)
    h = 2 * np.pi / w / n
    drives = np.sin(np.pi * np.arange(2 * n + 1) / n)
    for k in range(n):
        first, middle, last = (i + a * drives[2 * k + j] for j in range(3))
        k1 = first - np.sin(x)
        k2 = middle - np.sin(x + h / 2 * k1)
        k3 = middle - np.sin(x + h / 2 * k2)
        k4 = last - np.sin(x + h * k3)
        x += h / 6 * (k1 + 2 * (k2 + k3) + k4)
    return x


@told
def shapiro_step(step: int, amplitude: float, frequency: float, starts: int = 721, steps: int = 400) -> ShapiroStep:
    """Return the edges of step n of an overdamped junction without noise, right to about 1e-6.

    Args:
        step: n >= 0.
        amplitude: i1 >= 0.
        frequency: W > 0.
        starts: phases over the circle at which the map is looked at.
        steps: of the map, a period.

    References:
        barone1982, chapter 11; klimenko2014 for the shape at the edges.

    Example:
        >>> edges = shapiro_step(1, 16.0, 8.0)
        >>> round(edges.lower, 5), round(edges.upper, 5)
        (7.43229, 8.58401)
    """
    from scipy.optimize import brentq

    n = checks.integer(step, "step", least=0)
    i1, w = checks.number(amplitude, "amplitude", least=0.0), checks.positive(frequency, "frequency")
    checks.require(n * w <= _LARGEST, "step", f"be so low that step times frequency is at most {_LARGEST:g}", n)
    phases = np.linspace(-np.pi, np.pi, checks.integer(starts, "starts", least=8))

    def extreme(bias: float, sign: int) -> float:
        return float(sign * np.max(sign * (period_map(phases, bias, i1, w, steps) - phases)) - 2 * np.pi * n)

    # The mean of i - v is at most 1 in size.
    low, high = n * w - 1.001, n * w + 1.001
    lower = brentq(lambda i: extreme(i, 1), low, high, xtol=1e-9)
    upper = brentq(lambda i: extreme(i, -1), low, high, xtol=1e-9)
    if n == 0:
        lower = -upper
    return ShapiroStep(lower, upper, (upper - lower) / 2, (upper + lower) / 2)


@told
def thermal_step_voltage(
    bias: Any, step: ShapiroStep, order: int, frequency: float, noise: float
) -> np.ndarray | float:
    """Return the voltage near a step rounded by noise, approximately: n W + w v((i - centre)/w, D/w) with half-width w.

    The phase relative to the drive moves in a washboard of the step's own height, so `mean_voltage` holds for it with the half-width in
    place of the critical current; good for W >> 1.

    Example:
        >>> step = ShapiroStep(7.432291, 8.584009, 0.575859, 8.00815)
        >>> round(thermal_step_voltage(8.00815, step, 1, 8.0, 0.05), 6)
        8.0
    """
    from evolaw.josephson.formulas.voltage import mean_voltage

    w = checks.positive(step.half_width, "half_width")
    found = order * frequency + w * np.asarray(
        mean_voltage((checks.numbers(bias, "bias") - step.centre) / w, noise / w)
    )
    return found if found.ndim else float(found)

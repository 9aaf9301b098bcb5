"""Phase diffusion and linewidth of an overdamped junction, and how long the phase takes from place to place.

D_eff = lim Var φ / 2t = D ⟨I+² I-⟩/⟨I+⟩³              (`TiltedPeriodic`)
half-width at half-maximum of the Josephson line, in rad per unit of time: D_eff
i = 0: D_eff = D/I_0(1/D)² = D dv/di;     weak noise, i > 1: D (i² + 1/2)/(i² - 1)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.sde.processes.tilted_periodic import TiltedPeriodic
from evolaw.told import told

__all__ = ["WEAKEST", "effective_diffusion", "linewidth_weak_noise", "passage_time", "uncertainty_ratio", "washboard"]

WEAKEST = 2e-6
"""Share of the steepest slope, 1 + |i|, below which the noise needs more panels of a quadrature than it takes."""


@told
def effective_diffusion(bias: Any, noise: Any) -> np.ndarray | float:
    """Return D_eff of the phase of an overdamped junction, in units of w_c; also the half-width of the radiated line.

    Args:
        bias: i, any sign.
        noise: D >= 0, without which nothing diffuses; below 2e-6 (1 + |i|) the quadrature refuses, and `linewidth_weak_noise` holds
            above the critical current.

    References:
        reimann2001, equation 17.

    Example:
        >>> round(effective_diffusion(0.5, 0.2), 10)
        0.0738478152
    """
    return _each(lambda i, d: washboard(i, d).diffusion if d else 0.0, bias, noise)


@told
def linewidth_weak_noise(bias: Any, noise: Any) -> np.ndarray | float:
    """Return D (i² + 1/2)/(i² - 1), the limit of `effective_diffusion` for weak noise above the critical current.

    References:
        likharev1972.

    Example:
        >>> round(linewidth_weak_noise(1.5, 0.02), 6)
        0.044
    """
    i, d = checks.numbers(bias, "bias"), checks.numbers(noise, "noise")
    checks.require(bool(np.all(np.abs(i) > 1)), "bias", "lie above the critical current, |i| > 1", bias)
    found = d * (i * i + 0.5) / (i * i - 1)
    return found if np.ndim(found) else float(found)


@told
def passage_time(start: float, end: float, bias: float, noise: float) -> float:
    """Return the mean time of the phase from ``start`` to ``end`` > ``start`` in an overdamped junction, in 1/w_c.

    For end = start + 2π it is 2π/v. Absorbing at the top of the barrier halves it.

    Example:
        >>> well = np.arcsin(0.5)
        >>> round(passage_time(well, well + 2 * np.pi, 0.5, 0.2), 6)
        253.008503
    """
    return washboard(checks.number(bias, "bias"), checks.positive(noise, "noise")).passage_time(start, end)


@told
def uncertainty_ratio(bias: Any, noise: Any) -> np.ndarray | float:
    """Return D_eff i/(D v) >= 1, the thermodynamic uncertainty ratio of an overdamped junction; 1 for i -> 0.

    References:
        barato2015.

    Example:
        >>> round(uncertainty_ratio(0.5, 0.2), 3)
        7.434
    """
    return _each(
        lambda i, d: 1.0 if i == 0 else washboard(i, d).diffusion * i / (d * float(mean_voltage(i, d))), bias, noise
    )


def washboard(i: float, d: float) -> TiltedPeriodic:
    """Return the tilted potential of a junction, -cos φ - i φ at temperature D."""
    least = WEAKEST * (1 + abs(i))
    checks.require(
        checks.positive(d, "noise") >= least,
        "noise",
        f"be at least {least:.2g} at a bias of {i:g}",
        d,
        "Use the limits of weak noise instead.",
    )
    return TiltedPeriodic(lambda x: -np.cos(x), i, d)


def _each(function: Any, bias: Any, noise: Any) -> np.ndarray | float:
    found = np.vectorize(function, otypes=[float])(checks.numbers(bias, "bias"), checks.numbers(noise, "noise"))
    return found if found.ndim else float(found)

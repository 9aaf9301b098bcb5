"""The escape rate of a junction as well as it is known without sampling.

    no capacitance      Γ = (v/2π) coth(πi/D), forward and backward slips, from the exact I–V curve
    within reach        Γ = Mel'nikov–Meshkov times [eigenvalue of the Fokker–Planck equation/Mel'nikov–Meshkov], the latter at four currents
    else                Γ = Mel'nikov–Meshkov, the leading order in D/ΔU, above Γ by less than (D/ΔU) [0.5 + 2.2/(1 + αS/D)]

The first two count slips of either sense; forward ones alone are their share 1/(1 + e^{-2πi/D}).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np

from evolaw.errors import NotConverged
from evolaw.josephson.formulas.escape import action_at_barrier, barrier_height, escape_rate
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import fokker_planck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck

__all__ = ["LOWEST_BARRIER", "TURNOVER", "KnownRate", "excess_of_turnover", "forward_rates", "known_rate"]

_NODES, _FLAT, _UNKNOWNS = 4, 0.01, 9_000
_LEAST_DAMPING, _RAREST = 0.3, 1e-11
LOWEST_BARRIER = 4.0
"""In units of D: where it is lower, escapes are not rare enough to be spoken of by a rate."""
TURNOVER = "Mel'nikov–Meshkov, leading order"
_QUADRATURE, _EIGENVALUE = 1e-3, 3e-3


class KnownRate(NamedTuple):
    """A rate of escape beyond the leading order.

    Attributes:
        rate: Γ of a current, slips of either sense.
        source: in words.
        error: largest share by which it may be wrong.
    """

    rate: Callable[[np.ndarray], np.ndarray]
    source: str
    error: float


def excess_of_turnover(bias: float, damping: float | None, noise: float) -> float:
    """Return a bound on the share by which `escape_rate` lies above the true rate.

    The next order in D/ΔU is not known in closed form: 0.4 D/ΔU at strong and up to 2.5 D/ΔU at weak damping are what eigenvalues and the energy
    diffusion integral show, and the bound lies above both.
    """
    share = noise / max(float(barrier_height(bias)), 1e-300)
    if damping is None:
        return 0.5 * share
    return share * (0.5 + 2.2 / (1 + damping * float(action_at_barrier(bias)) / noise))


def known_rate(junction: Junction, low: float, high: float) -> KnownRate | None:
    """Return the rate between two currents, exact or from eigenvalues; None where neither is within reach.

    Args:
        junction: with noise, a sinusoidal supercurrent, one resistor and no drive.
        low, high: 0 <= low <= high; above the current where the barrier is 4 D the correction is that of this current.
    """
    a, noise = junction.damping, junction.noise
    if a is None:
        return KnownRate(_slips(noise), "exact, from the I–V curve", _QUADRATURE)
    high = min(high, _highest(noise))
    if a < _LEAST_DAMPING or high < low or float(escape_rate(low, a, noise)) < _RAREST:
        return None
    middle, half = (low + high) / 2, (high - low) / 2
    count = _NODES if half > _FLAT else 1
    nodes = middle + half * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    try:
        ratios = np.array([_eigenvalue(junction, float(i)) / float(escape_rate(i, a, noise)) for i in nodes])
    except NotConverged:
        return None
    domain = [low, high] if high > low else [low - _FLAT, high + _FLAT]
    series = np.polynomial.Chebyshev.fit(nodes, ratios, min(2, count - 1), domain=domain)
    misfit = float(np.abs(series(nodes) - ratios).max())

    def escape(bias: np.ndarray) -> np.ndarray:
        """Γ at each current; the ratio beyond the ends is that of the end."""
        inside = np.clip(bias, low, high)
        found: np.ndarray = np.asarray(escape_rate(bias, a, noise)) * series(inside)
        return found

    return KnownRate(escape, "Fokker–Planck eigenvalue", _EIGENVALUE + misfit)


def forward_rates(junction: Junction, bias: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the rate of leaving the well forwards at each current, rising, and where it is from."""
    a, noise = junction.damping, junction.noise
    leading = np.asarray(escape_rate(bias, a, noise))
    # The exact curve's own slips are antisymmetric: at zero current only their limit is left.
    known = known_rate(junction, float(bias[0]), float(bias[-1]))
    if known is None:
        return leading, TURNOVER
    best = known.rate(bias) / (1 + np.exp(-2 * np.pi * bias / noise))
    # Where the barrier is low an eigenvalue is no rate of rare events.
    is_low = np.asarray(barrier_height(bias)) < LOWEST_BARRIER * noise
    if a is None or not is_low.any():
        return best, known.source
    return np.where(is_low, leading, best), f"{known.source}; {TURNOVER}, where the barrier is below 4 D"


def _eigenvalue(junction: Junction, bias: float) -> float:
    """The escape rate as an eigenvalue, at the size before the last, whose moments are right to ten digits already."""
    # Only junctions with capacitance come here, whose equation has velocities.
    equation = cast(KineticFokkerPlanck, fokker_planck(junction, bias, unknowns=_UNKNOWNS).equation)
    orders, modes = equation.coefficients.shape[0] - 1, equation.coefficients.shape[1] // 2
    return equation.escape_rate((int((orders - 2) / 1.45) + 1, int((modes - 2) / 1.25) + 1))


def _highest(noise: float) -> float:
    """The current where the barrier is the lowest that rates of rare escapes are spoken of."""
    grid = np.linspace(0, 1, 4001)
    return float(np.interp(-LOWEST_BARRIER * noise, -np.asarray(barrier_height(grid)), grid))


def _slips(noise: float) -> Callable[[np.ndarray], np.ndarray]:
    """Slips of either sense without capacitance: their difference is v/2π, their quotient e^{-2πi/D}."""
    grid = np.linspace(1e-4, 1, 2001)
    with np.errstate(over="ignore"):
        logs = np.log(np.asarray(mean_voltage(grid, noise)) / (2 * np.pi) / np.tanh(np.pi * grid / noise))

    def escape(bias: np.ndarray) -> np.ndarray:
        """Γ at each current, from its logarithm."""
        from scipy.interpolate import CubicSpline

        found: np.ndarray = np.exp(CubicSpline(grid, logs)(np.clip(bias, grid[0], 1)))
        return found

    return escape

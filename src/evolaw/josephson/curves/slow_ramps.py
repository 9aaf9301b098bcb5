"""Switching currents of ramps too slow to be followed step by step: drawn from the escape rate, integrated over the ramp.

Where escape over the whole ramp is far slower than the relaxation in the well, a junction knows nothing of the ramp but the bias of the moment
(fulton1974):

    P(no switch up to i) = exp(-∫_0^i Γ/r),     a switching current is where the integral reaches a draw of the unit exponential

    no capacitance      Γ = (v/2π) coth(πi/D), forward and backward slips, from the exact I–V curve
    within reach        Γ = Mel'nikov–Meshkov times [eigenvalue of the Fokker–Planck equation/Mel'nikov–Meshkov], the latter at four currents
    else                Γ = Mel'nikov–Meshkov, the leading order in D/ΔU, above Γ by less than (D/ΔU) [0.5 + 2.2/(1 + αS/D)]

A rate that is wrong by a share ε moves every current by ε D/(2 arccos i).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np

from evolaw.errors import NotConverged
from evolaw.josephson.formulas.escape import action_at_barrier, barrier_height, escape_rate
from evolaw.josephson.formulas.switching import SwitchingLaw, switching_law, thermal_switching
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import fokker_planck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck

__all__ = ["LOWEST_BARRIER", "RateLaw", "current_shift", "draw_currents", "excess_of_turnover", "integrated_law"]

_NODES, _FLAT, _UNKNOWNS = 4, 0.01, 9_000
_LEAST_DAMPING, _RAREST = 0.3, 1e-11
LOWEST_BARRIER = 4.0
"""In units of D: where it is lower, escapes are not rare enough to be spoken of by a rate."""
_QUADRATURE, _EIGENVALUE = 1e-3, 3e-3


class RateLaw(NamedTuple):
    """The law of the switching current, and how well it is known.

    Attributes:
        law: of the current.
        source: of the rate, in words.
        rate_error: largest share by which the rate may be wrong where it switches.
        current_error: what that does to a current, in units of I_c.
    """

    law: SwitchingLaw
    source: str
    rate_error: float
    current_error: float


def excess_of_turnover(bias: float, damping: float | None, noise: float) -> float:
    """Return a bound on the share by which `escape_rate` lies above the true rate.

    The next order in D/ΔU is not known in closed form: 0.4 D/ΔU at strong and up to 2.5 D/ΔU at weak damping are what eigenvalues and the energy
    diffusion integral show, and the bound lies above both.
    """
    share = noise / max(float(barrier_height(bias)), 1e-300)
    if damping is None:
        return 0.5 * share
    return share * (0.5 + 2.2 / (1 + damping * float(action_at_barrier(bias)) / noise))


def integrated_law(junction: Junction, rate: float) -> RateLaw:
    """Return the law of the switching current from the best rate within reach.

    Args:
        junction: with noise, a sinusoidal supercurrent, one resistor and no drive.
        rate: di/dt in the junction's unit of time.
    """
    first = thermal_switching(junction.damping, junction.noise, rate)
    known = _exact_rate(junction, first)
    if known is None:
        error = excess_of_turnover(min(first.mean, 1.0), junction.damping, junction.noise)
        return RateLaw(
            first, "Mel'nikov–Meshkov, leading order", error, current_shift(first.mean, junction.noise, error)
        )
    escape, source, error = known
    law = switching_law(rate, escape)
    return RateLaw(law, source, error, current_shift(law.mean, junction.noise, error))


def draw_currents(law: SwitchingLaw, count: int, draw: np.random.Generator) -> np.ndarray:
    """Return switching currents drawn from a law: where ∫ Γ/r reaches the draws of a unit exponential."""
    exponent = -np.log(np.maximum(law.survival, 1e-300))
    found: np.ndarray = np.interp(draw.standard_exponential(count), exponent, law.bias)
    return found


def current_shift(bias: float, noise: float, error: float) -> float:
    """Return what a rate that is wrong by a share does to a current of switching, in units of I_c."""
    return error * noise / (2 * float(np.arccos(min(max(bias, 0.0), 1 - 1e-9))))


def _exact_rate(junction: Junction, law: SwitchingLaw) -> tuple[Callable[[np.ndarray], np.ndarray], str, float] | None:
    a, noise = junction.damping, junction.noise
    if a is None:
        return _slips(noise), "exact, from the I–V curve", _QUADRATURE
    ends = np.interp([0.999, 0.001], law.survival[::-1], law.bias[::-1])
    ends[1] = min(ends[1], _highest(noise))
    turnover = np.asarray(escape_rate(ends, a, noise))
    if a < _LEAST_DAMPING or turnover[0] < _RAREST or ends[1] <= ends[0]:
        return None
    middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    count = _NODES if half > _FLAT else 1
    nodes = middle + half * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    try:
        ratios = np.array([_eigenvalue(junction, float(i)) / float(escape_rate(i, a, noise)) for i in nodes])
    except NotConverged:
        return None
    series = np.polynomial.Chebyshev.fit(nodes, ratios, min(2, count - 1), domain=list(ends))
    misfit = float(np.abs(series(nodes) - ratios).max())

    def escape(bias: np.ndarray) -> np.ndarray:
        """Γ at each current; the ratio beyond the ends is that of the end."""
        inside = np.clip(bias, ends[0], ends[1])
        found: np.ndarray = np.asarray(escape_rate(bias, a, noise)) * series(inside)
        return found

    return escape, "Fokker–Planck eigenvalue", _EIGENVALUE + misfit


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

"""The escape rate of a junction as well as it is known without sampling.

    no capacitance      Γ = (v/2π) coth(πi/D), forward and backward slips, from the exact I–V curve
    within reach        Γ = Mel'nikov–Meshkov times [eigenvalue of the Fokker–Planck equation/Mel'nikov–Meshkov], the latter at four currents
    else                Γ = Mel'nikov–Meshkov, the leading order in D/ΔU                            (`excess_of_turnover`: how far above Γ)

The first two count slips of either sense; forward ones alone are their share 1/(1 + e^{-2πi/D}). How wrong they may be is measured where they
are made: between the nodes of an interpolation, between two sizes of a Fokker–Planck equation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np

from evolaw.errors import NotConverged
from evolaw.josephson.formulas.escape import (
    BELOW_CRITICAL,
    action_at_barrier,
    barrier_height,
    depopulation_factor,
    escape_rate,
)
from evolaw.josephson.formulas.voltage import mean_voltage
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import fokker_planck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck

__all__ = [
    "LOWEST_BARRIER",
    "TURNOVER",
    "KnownRate",
    "excess_of_turnover",
    "forward_rates",
    "known_rate",
    "share_of_the_other_barrier",
]

_NODES, _FLAT, _UNKNOWNS = 4, 0.01, 20_000
_RAREST, _SETTLED = 1e-11, (5e-4, 2e-3)
LOWEST_BARRIER = 4.0
"""In units of D: where it is lower, escapes are not rare enough to be spoken of by a rate."""
TURNOVER = "Mel'nikov–Meshkov, leading order"
_BOTH_MATTER = 0.03
_SLIP_NODES = 1001
_LEAST_VOLTAGE, _LEAST_BIAS = 1e-290, 1e-8
_SLOWEST = -300.0


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
    """Return a bound on the share by which `escape_rate` lies above the true rate, for barriers of 4 D and more.

        (D/ΔU) [c (1 + 2.5 D/ΔU) + 2.2/(1 + αS/D)] and, where both barriers matter, `share_of_the_other_barrier`
        c = ΔU [5 i²/(12 s³) + 1/(4 s)],  s = √(1 - i²):   from 1/2 at i = 0 down to 5/18 at i = 1

    c is the next order of Laplace's method at bottom and top, exact at strong damping. Measured are 2.5, its remainder against the exact I–V
    curve (2.28 at most), and 2.2, what is left of the energy diffusion integral at α -> 0 (1.82 at most); eigenvalues for α >= 0.15 lie
    below.
    """
    height = max(float(barrier_height(bias)), 1e-300)
    share, s = noise / height, max(float(np.sqrt((1 - bias) * (1 + bias))), 1e-12)
    next_order = height * (5 * bias**2 / (12 * s**3) + 1 / (4 * s))
    excess = share * next_order * (1 + 2.5 * share)
    if damping is None:
        return excess
    excess += 2.2 * share / (1 + damping * float(action_at_barrier(bias)) / noise)
    return (1 + excess) / (1 - share_of_the_other_barrier(bias, damping, noise)) - 1


def share_of_the_other_barrier(bias: float, damping: float, noise: float) -> float:
    """Return a bound on the share of `escape_rate` that leaves the well backwards or, forwards, returns: [1 - Υ(δ/2)/Υ(δ)] e^{-(2πi)²/4αSD}.

    At zero current two equal barriers end every half of an orbit, which loses δ/2 = αS/2D: at weak damping each takes half of what
    climbs. The one behind counts as long as its height above the other, 2πi, is less than the scatter √(2αSD) of an orbit's loss.
    """
    loss = damping * float(action_at_barrier(bias))
    if loss <= 0:
        return 0.0
    one, half = (float(depopulation_factor(max(loss / noise / part, 1e-300))) for part in (1, 2))
    return (1 - half / one) * float(np.exp(-((2 * np.pi * bias) ** 2) / (4 * loss * noise)))


def known_rate(junction: Junction, low: float, high: float) -> KnownRate | None:
    """Return the rate between two currents, exact or from eigenvalues; None where neither is within reach.

    Args:
        junction: with noise, a sinusoidal supercurrent, one resistor and no drive.
        low, high: 0 <= low <= high; above the current where the barrier is 4 D the correction is that of this current.
    """
    a, noise = junction.damping, junction.noise
    if a is None:
        rate, wrong = _slips(noise)
        return KnownRate(rate, "exact, from the I–V curve", wrong)
    high = min(high, _highest(noise))
    if high < low or float(escape_rate(low, a, noise)) < _RAREST:
        return None
    middle, half = (low + high) / 2, (high - low) / 2
    count = _NODES if half > _FLAT else 1
    nodes = middle + half * np.cos(np.pi * (np.arange(count) + 0.5) / count)
    try:
        found, unsettled = np.transpose([_eigenvalue(junction, float(i)) for i in nodes])
    except NotConverged:
        return None
    ratios = found / np.asarray(escape_rate(nodes, a, noise))
    domain = [low, high] if high > low else [low - _FLAT, high + _FLAT]
    series = np.polynomial.Chebyshev.fit(nodes, ratios, min(2, count - 1), domain=domain)
    misfit = float(np.abs(series(nodes) - ratios).max())

    def escape(bias: np.ndarray) -> np.ndarray:
        """Γ at each current; the ratio beyond the ends is that of the end."""
        inside = np.clip(bias, low, high)
        found: np.ndarray = np.asarray(escape_rate(np.minimum(bias, BELOW_CRITICAL), a, noise)) * series(inside)
        return found

    return KnownRate(escape, "Fokker–Planck eigenvalue", float(unsettled.max()) + misfit)


def forward_rates(junction: Junction, bias: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the rate of leaving the well forwards at each current, rising, and where it is from.

    Not a number where nothing better than Mel'nikov and Meshkov's rate over one barrier is within reach and the one behind takes a share.
    """
    a, noise = junction.damping, junction.noise
    leading = np.asarray(escape_rate(np.minimum(bias, BELOW_CRITICAL), a, noise))
    if a is not None:
        both = np.array([share_of_the_other_barrier(float(i), a, noise) for i in bias])
        leading = np.where(both > _BOTH_MATTER, np.nan, leading)
    # The exact curve's own slips are antisymmetric: at zero current only their limit is left.
    known = known_rate(junction, float(bias[0]), float(bias[-1]))
    if known is None:
        return leading, TURNOVER
    best = known.rate(bias) / (1 + np.exp(-2 * np.pi * bias / noise))
    # Where the barrier is low an eigenvalue is no rate of rare events.
    is_low = np.asarray(barrier_height(bias)) < LOWEST_BARRIER * noise
    if a is None or not is_low.any():
        return best, known.source
    return np.where(is_low, leading, best), f"{known.source}; Mel'nikov–Meshkov below barriers of 4 D"


def _eigenvalue(junction: Junction, bias: float) -> tuple[float, float]:
    """The escape rate as an eigenvalue, and the share to which it has settled.

    No stationary state is asked for: where a running one lives beside the well their shares may be out of reach, and the rate is not.
    """
    # Only junctions with capacitance come here, whose equation has velocities.
    equation = cast(KineticFokkerPlanck, fokker_planck(junction, bias, unknowns=_UNKNOWNS).equation)
    try:
        return equation.escape_rate(_SETTLED[0]), _SETTLED[0]
    except NotConverged:
        return equation.escape_rate(_SETTLED[1]), _SETTLED[1]


def _highest(noise: float) -> float:
    """The current where the barrier is the lowest that rates of rare escapes are spoken of."""
    grid = np.linspace(0, 1, 4001)
    return float(np.interp(-LOWEST_BARRIER * noise, -np.asarray(barrier_height(grid)), grid))


def _slips(noise: float) -> tuple[Callable[[np.ndarray], np.ndarray], float]:
    """Slips of either sense without capacitance and their largest relative error: the difference is v/2π, the quotient e^{-2πi/D}.

    Interpolated in asinh[(1 - i)/D^(2/3)], in which the curve has one shape at the critical current; the error is that between the nodes, where Γ > e^{-300}.
    Where the voltage is less than the smallest number, Kramers' rate with the next order, whose remainder is below 1e-5 there.
    """
    from scipy.interpolate import CubicSpline

    width = noise ** (2 / 3)
    places = np.linspace(0, np.arcsinh(1 / width), 2 * _SLIP_NODES - 1)

    def forwards(bias: np.ndarray) -> np.ndarray:
        """The logarithm of the slips forwards, which has no bend at zero current."""
        v = np.asarray(mean_voltage(bias, noise))
        seen = v > _LEAST_VOLTAGE
        found = np.empty(bias.shape)
        found[seen] = np.log(v[seen] / (2 * np.pi) / -np.expm1(-2 * np.pi * bias[seen] / noise))
        i, s = bias[~seen], np.sqrt((1 - bias[~seen]) * (1 + bias[~seen]))
        next_order = noise * (5 * i**2 / (12 * s**3) + 1 / (4 * s))
        found[~seen] = np.log(s / (2 * np.pi)) - np.asarray(barrier_height(i)) / noise - np.log1p(next_order)
        return found

    at = np.clip(1 - width * np.sinh(places), _LEAST_BIAS * noise, 1.0)
    values = forwards(at)
    spline = CubicSpline(places[::2], values[::2])
    there = values[1::2] > _SLOWEST
    wrong = float(np.abs(np.expm1(spline(places[1::2]) - values[1::2]))[there].max())

    def escape(bias: np.ndarray) -> np.ndarray:
        """Γ at each current, from the logarithm of its part forwards."""
        inside = np.clip(bias, 0.0, 1.0)
        found: np.ndarray = np.exp(spline(np.arcsinh((1 - inside) / width))) * (1 + np.exp(-2 * np.pi * inside / noise))
        return found

    return escape, wrong

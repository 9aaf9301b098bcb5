"""Switching currents of ramps too slow to be followed step by step: drawn from the escape rate, integrated over the ramp.

Where escape over the whole ramp is far slower than the relaxation in the well, a junction knows nothing of the ramp but the bias of the moment
(fulton1974):

    P(no switch up to i) = exp(-∫_0^i Γ/r),     a switching current is where the integral reaches a draw of the unit exponential

Γ is the best that `known_rates` has: exact without capacitance, from eigenvalues where these are within reach, else Mel'nikov and Meshkov's.
A rate that is wrong by a share ε moves every current by ε D/(2 arccos i). What leaves follows the bias of a relaxation τ ago, while Γ grows
e-fold in r (2 arccos i)/D: a share r τ (2 arccos i)/D, about Γτ where it switches, is added to the error of the rate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from evolaw.josephson.escapes.known_rates import TURNOVER, KnownRate, excess_of_turnover, known_rate
from evolaw.josephson.formulas.switching import SwitchingLaw, switching_law, thermal_switching
from evolaw.josephson.junction import Junction

__all__ = ["RateLaw", "current_shift", "draw_currents", "integrated_law"]


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


def integrated_law(junction: Junction, rate: float) -> RateLaw:
    """Return the law of the switching current from the best rate within reach.

    Args:
        junction: with noise, a sinusoidal supercurrent, one resistor and no drive.
        rate: di/dt in the junction's unit of time.
    """
    first = thermal_switching(junction.damping, junction.noise, rate)
    known = _known_where_it_switches(junction, first)
    if known is None:
        error = excess_of_turnover(min(first.mean, 1.0), junction.damping, junction.noise) + _lag(
            first.mean, junction, rate
        )
        return RateLaw(first, TURNOVER, error, current_shift(first.mean, junction.noise, error))
    law = switching_law(rate, known.rate)
    error = known.error + _lag(law.mean, junction, rate)
    return RateLaw(law, known.source, error, current_shift(law.mean, junction.noise, error))


def _lag(bias: float, junction: Junction, rate: float) -> float:
    """The share by which the rate lags behind the ramp: its logarithm's slope in time, times the slowest relaxation in the well."""
    i = min(max(bias, 0.0), 1 - 1e-9)
    stiffness = float(np.sqrt((1 - i) * (1 + i)))
    a = junction.damping
    slowest = 1 / stiffness if a is None else max(2 / a, a / stiffness)
    return rate * slowest * 2 * float(np.arccos(i)) / junction.noise


def _known_where_it_switches(junction: Junction, law: SwitchingLaw) -> KnownRate | None:
    low, high = np.interp([0.999, 0.001], law.survival[::-1], law.bias[::-1])
    return known_rate(junction, float(low), float(high)) if low < high else None


def draw_currents(law: SwitchingLaw, count: int, draw: np.random.Generator) -> np.ndarray:
    """Return switching currents drawn from a law: where ∫ Γ/r reaches the draws of a unit exponential."""
    exponent = -np.log(np.maximum(law.survival, 1e-300))
    found: np.ndarray = np.interp(draw.standard_exponential(count), exponent, law.bias)
    return found


def current_shift(bias: float, noise: float, error: float) -> float:
    """Return what a rate that is wrong by a share does to a current of switching, in units of I_c."""
    return error * noise / (2 * float(np.arccos(min(max(bias, 0.0), 1 - 1e-9))))

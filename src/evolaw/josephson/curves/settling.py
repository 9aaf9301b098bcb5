"""How long junctions are waited for before they are looked at, and where no wait is long enough.

wait      ten relaxations: of the velocity 1/α, of the phase α/max(|1 - i²|^{1/2}, D^{1/3}), and, where a resting and a running state live
          side by side (α < 1.193, i_r < |i| < 1), of the passage between them, 1/λ, up to 2000 units of time
doubtful  where this last passage takes longer than a third of what was waited: a curve there is that of junctions that began at
          rest, not the stationary one, and its standard error speaks of those only
"""

from __future__ import annotations

import numpy as np

from evolaw.errors import NotConverged
from evolaw.josephson.formulas.escape import barrier_height, energy_diffusion_rate, escape_rate
from evolaw.josephson.formulas.limit_cycle import end_of_bistability, retrapping_current
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import AT_HAND, fokker_planck
from evolaw.sde.processes.fourier_hermite import KineticFokkerPlanck

__all__ = ["doubt", "doubtful", "slowest_rates", "transient"]

_RELAXATIONS, _LONGEST = 10.0, 2000.0
_SETTLED = 3.0
_FOREVER = 1e30


def slowest_rates(junction: Junction, grid: np.ndarray) -> np.ndarray:
    """Return the rate λ of passage between resting and running at each bias, infinite where one state lives alone.

    The eigenvalue of the Fokker–Planck equation where that is in reach, else the rate of escape from rest, the smaller part of λ.
    """
    found = np.full(grid.size, np.inf)
    a = junction.damping
    if a is None or not junction.noise or not junction.has_closed_form or a >= end_of_bistability():
        return found
    for place in np.flatnonzero((np.abs(grid) < 1) & (np.abs(grid) > retrapping_current(a))):
        found[place] = _slowest(junction, float(grid[place]))
    return found


def transient(junction: Junction, grid: np.ndarray, slow: np.ndarray | None = None) -> float:
    """Return how long is waited: until the slowest deviation has died out, or a time no patience exceeds.

    Args:
        junction: whose.
        grid: biases.
        slow: `slowest_rates`, if they are known.
    """
    a = junction.damping
    if a is None:
        return 0.0 if junction.drive is None and junction.noise else _RELAXATIONS * 4
    wait = _RELAXATIONS * max(1 / a, a, 2.0)
    if junction.noise:
        # Near the critical current the phase lingers at the top.
        edge = np.maximum(np.sqrt(np.abs(1 - grid**2)), junction.noise ** (1 / 3))
        wait = max(wait, min(3 * a / float(edge.min()), _LONGEST))
    rates = slowest_rates(junction, grid) if slow is None else slow
    return max(wait, *(min(_RELAXATIONS / rate, _LONGEST) for rate in rates if np.isfinite(rate)), 0.0)


def doubtful(rates: np.ndarray, time: float) -> np.ndarray:
    """Return where the passage between resting and running is too slow to have been waited for."""
    return np.asarray(rates < _SETTLED / max(time, 1e-300))


def doubt(grid: np.ndarray, mask: np.ndarray, rates: np.ndarray, time: float) -> str:
    """Return the sentence that says at which biases a curve is not stationary, and what it is instead; empty where it is everywhere."""
    if not mask.any():
        return ""
    low, high, slowest = grid[mask].min(), grid[mask].max(), rates[mask].min()
    where = f"At i = {low:.4g}" + (f" to {high:.4g}" if high > low else "")
    return (
        f"{where} a resting and a running state live side by side, and the passage between them takes up to {_long(1 / slowest)} units of "
        f"time, longer than the {time:.4g} that were waited: these values are those of junctions that began at rest, not the stationary ones, "
        "and their errors do not cover the difference. A sweep (hysteresis) or a switching histogram measures what such a junction does."
    )


def _long(time: float) -> str:
    """A time in words that mean something: nothing lasts 10³⁰ oscillations."""
    return f"{time:.2g}" if time < _FOREVER else "more than 10³⁰"


def _slowest(junction: Junction, bias: float) -> float:
    """The rate of relaxation between resting and running.

    Where the Fokker–Planck equation is out of reach the rate of escape, which is the smaller part of it; where the barrier is lower than
    twice the noise no rate of rare events, but one over the mean time in which the energy climbs to the top and then settles.
    """
    try:
        equation = fokker_planck(junction, bias, unknowns=AT_HAND).equation
        if isinstance(equation, KineticFokkerPlanck):
            return equation.relaxation_rate()
    except NotConverged:
        pass
    a, noise = float(junction.damping or 0), junction.noise
    if float(barrier_height(abs(bias))) < 2 * noise:
        return 1 / (1 / energy_diffusion_rate(abs(bias), a, noise) + 1 / a)
    return max(float(escape_rate(abs(bias), a, noise)), 1e-300)

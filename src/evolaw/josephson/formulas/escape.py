"""Escape from the zero-voltage state: barrier, plasma frequency, Kramers' rates and the turnover between them.

Plasma units: φ'' + α φ' + sin φ = i + √(2 α D) ξ, rates in w_p.

    barrier         ΔU = 2 [√(1 - i²) - i arccos i],    w_A = (1 - i²)^{1/4}
    high damping    Γ  = (w_A/2π) [√(1 + (α/2w_A)²) - α/2w_A] e^{-ΔU/D}                                       (kramers1940)
    low damping     Γ  = (w_A/2π) (α S/D) e^{-ΔU/D},    S = ∮ φ' dφ at the energy of the barrier
                    1/Γ = (1/αD) ∫_0^ΔU dE [1 + e^{E/D}/(D S(E)) ∫_0^E S e^{-E'/D} dE']    to all orders in D/ΔU, for α -> 0
    turnover        Γ  = (high damping) · Υ(α S/D),     ln Υ(δ) = (2/π) ∫_0^{π/2} ln[1 - e^{-δ/(4 cos² u)}] du

The last is Mel'nikov and Meshkov's integral (1/2π) ∫ ln[1 - e^{-δ(l² + 1/4)}]/(l² + 1/4) dl with l = tan(u)/2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.told import told

__all__ = [
    "BELOW_CRITICAL",
    "action_at_barrier",
    "barrier_height",
    "depopulation_factor",
    "energy_diffusion_rate",
    "escape_rate",
    "landauer_factor",
    "plasma_frequency",
]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_ORBIT, _ORBIT_WEIGHTS = np.polynomial.legendre.leggauss(64)
BELOW_CRITICAL = 1 - 1e-12
"""The last bias of a ramp at which there is a rate: what a junction does at the critical current itself takes no part of a ramp."""


@told
def barrier_height(bias: Any) -> np.ndarray | float:
    """Return ΔU/E_J = 2 [√(1 - i²) - i arccos i] for 0 <= i <= 1; (4√2/3)(1 - i)^{3/2} near 1.

    Example:
        >>> round(barrier_height(0.5), 10)
        0.6848532564
    """
    i = _below(bias)
    # Near i = 1 both terms cancel: with i = cos a they are sin a - a cos a, a series in a.
    a = np.arccos(i)
    series = 2 * a**3 * (1 / 3 - a**2 / 30 + a**4 / 840 - a**6 / 45360)
    found = np.where(a < 0.05, series, 2 * (np.sin(a) - a * i))
    return found if found.ndim else float(found)


@told
def plasma_frequency(bias: Any) -> np.ndarray | float:
    """Return w_A/w_p = (1 - i²)^{1/4}, the small oscillations at the bottom of the well.

    Example:
        >>> round(plasma_frequency(0.5), 10)
        0.9306048591
    """
    i = _below(bias)
    found = ((1 - i) * (1 + i)) ** 0.25
    return found if found.ndim else float(found)


@told
def action_at_barrier(bias: Any) -> np.ndarray | float:
    """Return S = ∮ φ' dφ of the undamped orbit at the barrier's energy, in units of E_J/w_p.

    S w_A/ΔU is 8 at i = 0 and falls to 36/5 at i = 1.

    Example:
        >>> round(action_at_barrier(0.5), 10)
        5.3342762639
    """
    found = _action(_below(bias))
    return found if found.ndim else float(found)


@told
def depopulation_factor(delta: Any) -> np.ndarray | float:
    """Return Υ(δ) of Mel'nikov and Meshkov; δ for δ -> 0 and 1 for δ -> ∞, δ = α S/D the loss of an orbit over the noise.

    References:
        melnikov1986, equation 3.20.

    Example:
        >>> round(depopulation_factor(1.0), 7)
        0.4429783
    """
    losses = checks.numbers(delta, "delta")
    checks.require(bool(np.all(losses > 0)), "delta", "be positive", float(np.min(losses, initial=1.0)))
    # u = π/2 (1 - (1 - x)³): the logarithm bends near u = π/2 for small δ, where cos u is small.
    x = (1 + _NODES) / 2
    cosine = np.sin(np.pi / 2 * (1 - x) ** 3)
    weight = 3 * (1 - x) ** 2 * _WEIGHTS / 2
    log = np.log(-np.expm1(-losses[..., None] / (4 * cosine**2)))
    found = np.exp(log @ weight)
    return found if found.ndim else float(found)


@told
def landauer_factor(delta: Any) -> np.ndarray | float:
    """Return a = 4/[1 + √(1 + 4/δ)]², the older interpolation; up to 17 % below `depopulation_factor` around δ = 3.

    References:
        buttiker1983.

    Example:
        >>> round(landauer_factor(3.0) / depopulation_factor(3.0), 2)
        0.83
    """
    found = 4 / (1 + np.sqrt(1 + 4 / checks.numbers(delta, "delta"))) ** 2
    return found if found.ndim else float(found)


@told
def escape_rate(bias: Any, damping: Any, noise: Any) -> np.ndarray | float:
    """Return the rate of escape from the zero-voltage state, in w_p: Kramers' rate times the turnover factor.

    Args:
        bias: i, 0 <= i < 1.
        damping: α > 0 in plasma units; None for a junction without capacitance, whose rate (√(1 - i²)/2π) e^{-ΔU/D} is in w_c.
        noise: D > 0.

    Raises:
        ArgumentError: an argument is outside its range; at i = 1 too, where there is no barrier.

    Notes:
        The leading order in D/ΔU: 5 % above the eigenvalue of the Fokker–Planck equation at ΔU/D = 7, 2.5 % at 14. It is no rate at
        all where ΔU is not several times D.

    References:
        kramers1940; melnikov1986, equation 3.19.

    Example:
        >>> round(escape_rate(0.5, 0.1, 0.1), 9)
        0.000132779
    """
    i = _below(bias)
    checks.require(
        bool(np.all(i < 1)),
        "bias",
        "lie below the critical current, 1, over which there is no barrier and so no rate",
        float(np.max(i, initial=0.0)),
        "Leave it out, or measure how long the junction stays: `passage_times` takes any bias.",
    )
    d = checks.numbers(noise, "noise")
    checks.require(bool(np.all(d > 0)), "noise", "be positive", float(np.min(d, initial=1.0)))
    boltzmann = np.exp(-barrier_height(i) / d)
    w = np.asarray(plasma_frequency(i))
    if damping is None:
        found = np.asarray(w**2 / (2 * np.pi) * boltzmann)
        return found if found.ndim else float(found)
    a = checks.numbers(damping, "damping")
    checks.require(bool(np.all(a > 0)), "damping", "be positive", float(np.min(a, initial=1.0)))
    # √(1 + x²) - x, written so that it keeps its digits for large x.
    x = a / (2 * w)
    friction = 1 / (np.sqrt(1 + x * x) + x)
    turnover = depopulation_factor(np.maximum(a * np.asarray(action_at_barrier(i)) / d, 1e-300))
    found = np.asarray(w / (2 * np.pi) * friction * boltzmann * turnover)
    return found if found.ndim else float(found)


@told
def energy_diffusion_rate(bias: float, damping: float, noise: float) -> float:
    """Return the escape rate of a weakly damped junction, whose energy diffuses, to all orders in D/ΔU: exact for α -> 0.

        1/Γ = ∫_0^ΔU dE e^{E/D}/(α D S(E)) ∫_0^E dE' T(E') e^{-E'/D},     T = dS/dE the period, S(E) the action of an orbit

    The mean time in which the energy climbs from the bottom of the well to the top. `escape_rate` is its leading order and the same
    at α -> 0 for D -> 0 only: at ΔU/D = 7 it is a quarter above, since the action falls steeply below the barrier.

    Args:
        bias: i, 0 <= i < 1.
        damping: α > 0, with α S/D well below 1.
        noise: D > 0.

    References:
        kramers1940; risken1996, section 11.4.

    Example:
        >>> exact, leading = energy_diffusion_rate(0.5, 1e-8, 0.02), escape_rate(0.5, 1e-8, 0.02)
        >>> 0.95 < exact / leading < 0.96
        True
    """
    i, a, d = float(_below(bias)), checks.positive(damping, "damping"), checks.positive(noise, "noise")
    top = float(barrier_height(i))
    checks.require(top > 0, "bias", "lie below the critical current", i)
    # Fine at the barrier, where the action bends, and where e^{E/D} is largest.
    energy = top * (1 - (1 - np.linspace(0, 1, 4001)) ** 3)
    action = np.concatenate([[0.0], _orbit_action(i, energy[1:])])
    inner = _cumulative(energy, action * np.exp(-energy / d))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        outer = 1 + np.where(energy > 0, inner * np.exp(energy / d) / (d * action), 0.0)
    return float(a * d / _cumulative(energy, outer)[-1])


def _cumulative(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum((y[1:] + y[:-1]) / 2 * np.diff(x))])


def _orbit_action(i: float, energy: np.ndarray) -> np.ndarray:
    """∮ φ' dφ of orbits at energies above the bottom of the well, up to the barrier."""
    well, top = np.arcsin(i), np.pi - np.arcsin(i)

    def potential(phase: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.cos(well) - np.cos(phase) - i * (phase - well)
        return found

    ends = []
    for inside, outside in ((well, well - np.pi - 2 * well), (well, top)):
        low, high = np.full(energy.shape, inside), np.full(energy.shape, outside)
        for _ in range(60):
            middle = (low + high) / 2
            below = potential(middle) < energy
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        ends.append((low + high) / 2)
    centre, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
    # φ = centre + half sin(πx/2): the roots at both ends become smooth.
    turn = np.sin(np.pi / 2 * _NODES)
    speed = np.sqrt(2 * np.maximum(energy[:, None] - potential(centre[:, None] + half[:, None] * turn), 0.0))
    found: np.ndarray = 2 * half * ((speed * np.pi / 2 * np.cos(np.pi / 2 * _NODES)) @ _WEIGHTS)
    return found


def _below(bias: Any) -> np.ndarray:
    i = checks.numbers(bias, "bias")
    checks.require(bool(np.all((i >= 0) & (i <= 1))), "bias", "lie between 0 and 1, the critical current", bias)
    return i


def _action(i: np.ndarray) -> np.ndarray:
    """2 ∫ √(2 (U_top - U)) dφ from the left turning point to the top, for all currents at once."""
    i = i[..., None]
    top = np.pi - np.arcsin(i)

    def depth(distance: np.ndarray) -> np.ndarray:
        """U_top - U at a distance left of the top, without the cancellation of large terms."""
        found: np.ndarray = 2 * np.sin(top - distance / 2) * np.sin(distance / 2) - i * distance
        return found

    # The turning point lies beyond the bottom of the well; halving the bracket 60 times leaves rounding.
    low, high = top - np.arcsin(i), np.full(i.shape, 2 * np.pi)
    for _ in range(60):
        middle = (low + high) / 2
        inside = depth(middle) > 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    # s² from the turning point makes the square root there smooth; at the top the root is of a square already.
    s, weights = (1 + _ORBIT) / 2, _ORBIT_WEIGHTS / 2
    speed = np.sqrt(2 * np.maximum(depth(low * (1 - s * s)), 0.0))
    found: np.ndarray = 2 * (speed * (2 * s * low)) @ weights
    return found

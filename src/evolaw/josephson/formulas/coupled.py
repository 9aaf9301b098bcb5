"""Closed forms of many junctions: fluxons, and the phase model of series arrays with a common load.

fluxon       φ = 4 arctan exp((x - ut)/√(1 - u²)),   u = 1/√(1 + (4a/πg)²)          bias g against damping a       (mclaughlin1978)
natural angle  θ = 2 arctan[(i tan(φ/2) - 1)/√(i² - 1)], which turns evenly where φ does not: θ' = √(i² - 1) of a free junction
series array θ_j' = w_j - (K/N) Σ_k sin(θ_j - θ_k + δ)                                                    (wiesenfeld1996)
pair         locks while |w_1 - w_2| <= K |cos δ|
Kuramoto     K_c = 2/(π g(0));  Lorentzian of half-width Δ: r = √(1 - 2Δ/K), with noise D: K_c = 2 (Δ + D)  (kuramoto1984)
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from evolaw import checks
from evolaw.told import told

__all__ = [
    "LoadCoupling",
    "critical_coupling",
    "fluxon",
    "fluxon_velocity",
    "kuramoto_order",
    "load_coupling",
    "locking_range",
    "natural_angle",
]


@told
def fluxon_velocity(bias: Any, damping: Any) -> np.ndarray | float:
    """Return u = 1/√(1 + (4a/πg)²), the velocity of a fluxon in units of Swihart's, for weak bias g and damping a.

    References:
        mclaughlin1978.

    Example:
        >>> round(fluxon_velocity(0.1, 0.1), 6)
        0.617668
    """
    g, a = checks.numbers(bias, "bias"), checks.numbers(damping, "damping")
    checks.require(bool(np.all(g > 0)), "bias", "be positive", bias)
    found = 1 / np.sqrt(1 + (4 * a / (np.pi * g)) ** 2)
    return found if np.ndim(found) else float(found)


@told
def fluxon(place: Any, time: Any = 0.0, velocity: float = 0.0) -> np.ndarray:
    """Return 4 arctan exp((x - ut)/√(1 - u²)), a kink of 2π; its energy is 8/√(1 - u²).

    Example:
        >>> round(float(fluxon(0.0)), 6)
        3.141593
    """
    u = checks.number(velocity, "velocity", least=-1.0, most=1.0)
    checks.require(abs(u) < 1, "velocity", "be below 1, Swihart's", u)
    found: np.ndarray = 4 * np.arctan(
        np.exp(
            np.clip((checks.numbers(place, "place") - u * checks.numbers(time, "time")) / np.sqrt(1 - u * u), -700, 700)
        )
    )
    return found


class LoadCoupling(NamedTuple):
    """The phase model of a series array of overdamped junctions with a common R–L–C load.

    Attributes:
        strength: K; positive with ``lag`` near 0 pulls together.
        lag: δ in radians, from -π to 0.
        frequency: mean frequency of the junctions, √(i² - 1) for identical ones.
    """

    strength: float
    lag: float
    frequency: float


@told
def load_coupling(
    bias: float, junctions: int, inductance: float, resistance: float, capacitance: float
) -> LoadCoupling:
    """Return K and δ of an array φ_j' + sin φ_j + Q' = i, L Q'' + R Q' + Q/C = Σ φ_k' for weak coupling.

        K = N w (i - w)/Z,   Z² = (L w² - 1/C)² + w² (R + N)²,   w = √(i² - 1)
        cos δ = (L w² - 1/C)/Z,   sin δ = -w (R + N)/Z

    so that junctions in step turn at w - K sin δ, faster than alone: a load takes their alternating current, and a junction without it
    turns at the bias.

    Args:
        bias: i > 1.
        junctions: N.
        inductance, resistance, capacitance: of the load, in units where r = 1, I_c = 1 and 2e/ħ = 1.

    Notes:
        First order in the current through the load. `evolaw.josephson.arrays` measures the same from the full equations.

    References:
        wiesenfeld1996.

    Example:
        >>> found = load_coupling(1.5, 10, 10.0, 10.0, 1.0)
        >>> -np.pi < found.lag < 0 < found.strength
        True
    """
    i = checks.number(bias, "bias")
    checks.require(i > 1, "bias", "exceed the critical current", i)
    n = checks.integer(junctions, "junctions", least=1)
    inertia, r, c = (
        checks.positive(v, k)
        for v, k in ((inductance, "inductance"), (resistance, "resistance"), (capacitance, "capacitance"))
    )
    w = np.sqrt(i * i - 1)
    reactance = inertia * w * w - 1 / c
    size = np.hypot(reactance, w * (r + n))
    return LoadCoupling(float(n * w * (i - w) / size), float(-np.arccos(reactance / size)), float(w))


@told
def critical_coupling(half_width: float, noise: float = 0.0) -> float:
    """Return K_c = 2 (Δ + D) of the Kuramoto model with Lorentzian frequencies and noise.

    References:
        sakaguchi1988.

    Example:
        >>> critical_coupling(0.5)
        1.0
    """
    return 2 * (checks.number(half_width, "half_width", least=0.0) + checks.number(noise, "noise", least=0.0))


@told
def kuramoto_order(coupling: Any, half_width: float) -> np.ndarray | float:
    """Return r = √(1 - 2Δ/K) above the critical coupling, 0 below, for Lorentzian frequencies without noise.

    References:
        kuramoto1984.

    Example:
        >>> round(kuramoto_order(2.0, 0.5), 6)
        0.707107
    """
    k = checks.numbers(coupling, "coupling")
    share = 1 - 2 * checks.number(half_width, "half_width", least=0.0) / np.where(k > 0, k, 1.0)
    found = np.sqrt(np.where((k > 0) & (share > 0), share, 0.0))
    return found if found.ndim else float(found)


@told
def natural_angle(phase: Any, bias: Any) -> np.ndarray | float:
    """Return θ = 2 arctan[(i tan(φ/2) - 1)/√(i² - 1)], unwrapped like φ: the angle that turns evenly in a free overdamped junction.

    Phase models speak of θ: differences of φ breathe within a turn by up to (i + 1)/(i - 1).

    Args:
        phase: φ.
        bias: i > 1; broadcasts.

    References:
        wiesenfeld1996.

    Example:
        >>> round(natural_angle(2 * np.pi, 1.5) - natural_angle(0.0, 1.5), 9)
        6.283185307
    """
    x, i = checks.numbers(phase, "phase"), checks.numbers(bias, "bias")
    checks.require(bool(np.all(i > 1)), "bias", "exceed the critical current", bias)
    turns = np.round(x / (2 * np.pi))
    half = x / 2 - np.pi * turns
    found = (
        2 * np.arctan2(i * np.sin(half) - np.cos(half), np.sqrt((i - 1) * (i + 1)) * np.cos(half)) + 2 * np.pi * turns
    )
    return found if found.ndim else float(found)


@told
def locking_range(coupling: LoadCoupling) -> float:
    """Return K |cos δ|: two junctions with a common load turn alike while their free frequencies differ by no more.

    From ψ' = w_1 - w_2 - K cos δ sin ψ, the difference of the phase model for N = 2.

    Example:
        >>> round(locking_range(LoadCoupling(0.1, 0.0, 1.0)), 12)
        0.1
    """
    return abs(coupling.strength * float(np.cos(coupling.lag)))

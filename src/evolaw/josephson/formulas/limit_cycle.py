"""The running state of a junction with capacitance and no noise: retrapping, the end of bistability, its voltage.

    φ'' + α φ' + sin φ = i        plasma units; on the cylinder w = φ' obeys  w dw/dφ = i - sin φ - α w

For i < 1 the saddle at π - arcsin i has an unstable manifold (slope λ = (-α + √(α² + 4s))/2, s = √(1 - i²)) and, a turn further, a
stable one (slope -μ, μ = (α + √(α² + 4s))/2). They meet at the retrapping current i_r, where the running state is born in a homoclinic
bifurcation; its period grows like |ln(i - i_r)|. For α > α_c = 1.1930 it is born at i = 1 in a saddle-node on an invariant circle,
and the period grows like (i - 1)^{-1/2}. For α -> 0, i_r = 4 α/π.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from evolaw import checks
from evolaw.told import told

__all__ = [
    "LimitCycle",
    "end_of_bistability",
    "hysteresis_area",
    "limit_cycle",
    "retrapping_current",
    "running_voltage",
]

_START = 1e-4
_SMALL = 1e-4
"""Damping below which i_r is 4 α/π to 3e-9 of itself."""


class LimitCycle(NamedTuple):
    """The running state on the cylinder.

    Attributes:
        phase: φ over one turn, equally spaced, shape (points,).
        velocity: φ' there.
        period: time of a turn, in 1/w_p.
        voltage: α⟨φ'⟩ = V/(I_c R).
    """

    phase: np.ndarray
    velocity: np.ndarray
    period: float
    voltage: float


@told
def retrapping_current(damping: Any) -> np.ndarray | float:
    """Return i_r, the bias below which no running state exists, right to about 1e-8; 1 for α >= α_c.

    Args:
        damping: α >= 0 in plasma units (1/Q); 0 gives 0. None for a junction without capacitance, which gives 1.

    Notes:
        Stable and unstable manifold are followed to the middle between the saddles, where their distance is a smooth function of the
        bias. About 0.1 s a value, remembered.

    References:
        stewart1968; mccumber1968; guckenheimer1983, section 4.6 for the method.

    Example:
        >>> round(retrapping_current(0.1), 6)
        0.127009
    """
    if damping is None:
        return 1.0
    a = checks.numbers(damping, "damping")
    checks.require(bool(np.all(a >= 0)), "damping", "be zero or positive", float(np.min(a, initial=0.0)))
    found = np.vectorize(lambda one: _retrapping(float(one)), otypes=[float])(a)
    return found if found.ndim else float(found)


@lru_cache(maxsize=1)
def end_of_bistability() -> float:
    """Return α_c, the damping above which the noiseless I–V curve has no hysteresis: 1.1930 (β_c = 1/α_c² = 0.7026).

    At i = 1 and α_c the orbit that leaves the saddle-node along its centre returns along its strongly stable direction.

    Example:
        >>> round(end_of_bistability(), 4)
        1.193
    """
    from scipy.optimize import brentq

    return float(brentq(lambda a: _gap(1.0, a), 1.0, 1.4, xtol=1e-10))


@told
def running_voltage(bias: Any, damping: float) -> np.ndarray | float:
    """Return V/(I_c R) of the running state without noise; 0 where there is none.

    Args:
        bias: i >= 0.
        damping: α > 0.

    Example:
        >>> round(running_voltage(2.0, 50.0), 3), running_voltage(0.05, 0.1)
        (1.732, 0.0)
    """
    i = checks.numbers(bias, "bias")
    checks.require(bool(np.all(i >= 0)), "bias", "be zero or positive", bias)

    def one(current: float) -> float:
        if current <= retrapping_current(damping):
            return 0.0
        return limit_cycle(float(current), damping).voltage

    found = np.vectorize(one, otypes=[float])(i)
    return found if found.ndim else float(found)


@told
def limit_cycle(bias: float, damping: float, points: int = 1024) -> LimitCycle:
    """Return the running state of a junction without noise.

    Args:
        bias: i above the retrapping current.
        damping: α > 0.
        points: phases over the turn.

    Raises:
        ArgumentError: there is no running state at that bias.

    Notes:
        w(φ + 2π) = w(φ) is solved by a bracketed root in w: the map of one turn contracts.

    Example:
        >>> cycle = limit_cycle(1.2, 0.5)
        >>> abs(cycle.voltage - 0.5 * 2 * np.pi / cycle.period) < 1e-12
        True
    """
    from scipy.integrate import solve_ivp
    from scipy.optimize import brentq

    i, a = checks.number(bias, "bias", least=0.0), checks.positive(damping, "damping")
    least = float(retrapping_current(a))
    checks.require(i > least, "bias", f"exceed the retrapping current {least:.6g}, below which nothing runs", i)
    # A turn from the top of the washboard, where a running state is slowest.
    begin = np.pi - np.arcsin(min(i, 1.0))

    def turn(first: float, places: Any = None) -> Any:
        # Energy w²/2 in place of w: its slope stays finite where the phase nearly stops.
        def slope(phase: float, state: np.ndarray) -> list[float]:
            w = np.sqrt(max(2 * state[0], 0.0))
            return [i - np.sin(phase) - a * w]

        return solve_ivp(
            slope, (begin, begin + 2 * np.pi), [first**2 / 2], "LSODA", t_eval=places, rtol=1e-11, atol=1e-14
        ).y[0]

    def excess(first: float) -> float:
        return float(np.sqrt(max(2 * turn(first)[-1], 0.0)) - first)

    high = (i + 1) / a + 1
    low = high
    while excess(low) <= 0 and low > 1e-13:
        high, low = low, low / 2
    speed = brentq(excess, low, high, xtol=1e-14, rtol=1e-13)
    phase = begin + 2 * np.pi * np.arange(points + 1) / points
    velocity = np.sqrt(2 * np.maximum(turn(speed, phase), 0.0))
    period = _period(i, a, begin, speed)
    return LimitCycle(phase[:-1], velocity[:-1], period, a * 2 * np.pi / period)


@told
def hysteresis_area(bias: Any, voltage: Any) -> float:
    """Return ½ ∮ (V dI - I dV) of a closed loop in the plane with V to the right and I upwards; negative is clockwise.

    Args:
        bias: currents in the order of the sweep, up and down again.
        voltage: the voltages.

    Example:
        >>> hysteresis_area([0, 1, 1, 0], [0, 0, 1, 1])
        -1.0
    """
    i = checks.numbers(bias, "bias")
    v = checks.shape(checks.numbers(voltage, "voltage"), "voltage", i.shape)
    return float(np.sum(v * np.roll(i, -1) - np.roll(v, -1) * i) / 2)


# -- inside ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _retrapping(a: float) -> float:
    from scipy.optimize import brentq

    if a < _SMALL:
        return 4 * a / np.pi
    if a >= end_of_bistability():
        return 1.0
    # 4 α/π is above the truth by at most a third; at small damping it is the truth up to α³.
    high = min(4 * a / np.pi * 1.0001, 1.0)
    low = 4 * a / np.pi * (0.62 if a > 0.3 else 0.95)
    return float(brentq(lambda i: _gap(i, a), low, high, xtol=1e-13, rtol=1e-12))


def _gap(i: float, a: float) -> float:
    """Energy of the unstable manifold above the stable one, midway between two saddles; negative below retrapping."""
    s = np.sqrt(max((1 - i) * (1 + i), 0.0))
    root = np.sqrt(a * a + 4 * s)
    out, back = 2 * s / (a + root), (a + root) / 2
    saddle = np.pi - np.arcsin(i)
    x = _START
    away = out * x + i / (2 * (3 * out + a)) * x * x
    towards = back * x - i / (2 * (3 * back - a)) * x * x
    forth = _follow(i, a, saddle, x, np.pi, away)
    here = _follow(i, a, saddle, 2 * np.pi - x, np.pi, towards)
    return forth - here


def _follow(i: float, a: float, saddle: float, start: float, end: float, speed: float) -> float:
    """Follow the energy w²/2 from one distance from the saddle to another; below 0, where nothing moves, it goes on falling.

    The centre manifold is stiff, hence LSODA.
    """
    from scipy.integrate import solve_ivp

    def slope(x: float, energy: np.ndarray) -> np.ndarray:
        return i - np.sin(saddle + x) - a * np.sqrt(np.maximum(2 * energy, 0.0))

    found = solve_ivp(slope, (start, end), [speed * speed / 2], "LSODA", rtol=1e-11, atol=1e-18)
    return float(found.y[0, -1])


def _period(i: float, a: float, begin: float, speed: float) -> float:
    """The time of a turn, ∫ dφ/w, followed in time itself: the slow place near the top costs no accuracy."""
    from scipy.integrate import solve_ivp

    def motion(time: float, state: np.ndarray) -> list[float]:
        return [state[1], i - np.sin(state[0]) - a * state[1]]

    def around(time: float, state: np.ndarray) -> float:
        return float(state[0] - begin - 2 * np.pi)

    around.terminal = True  # type: ignore[attr-defined]
    found = solve_ivp(motion, (0, 1e7), [begin, speed], "LSODA", events=around, rtol=1e-11, atol=1e-13)
    return float(found.t_events[0][0])

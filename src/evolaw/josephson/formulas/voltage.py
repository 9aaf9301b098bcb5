"""Current–voltage curves and phases of a shunted junction without capacitance, with and without noise.

φ' = i - sin φ + √(2 D) ξ       time in 1/w_c, voltage v = ⟨φ'⟩ = V/(I_c R)

without noise   v = √(i² - 1) for i > 1;  tan(φ/2) solves a Riccati equation in closed form                 (`phase`)
with noise      v = D sinh(πν) / (2 ∫_0^{π/2} I_0(2 z cos θ) cosh(2 ν θ) dθ),  ν = i/D, z = 1/D      (`mean_voltage`)
                  = D sinh(πν) / (π |I_{iν}(z)|²) = i + Im[I_{1+iν}(z)/I_{iν}(z)]                  (the same number)
weak noise      v = D^{1/3} 2^{1/3} / (π [Ai²(-x) + Bi²(-x)]),  x = (i - 1)(2/D²)^{1/3}            (`threshold_voltage`)
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from evolaw import checks
from evolaw.told import told

__all__ = ["differential_resistance", "mean_voltage", "phase", "supercurrent", "threshold_voltage"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_DEGENERATE = 1e-12


@told
def mean_voltage(bias: Any, noise: Any) -> np.ndarray | float:
    """Return V/(I_c R) of an overdamped junction in the thermal noise D, right to about 1e-12 of itself.

    Args:
        bias: i = I/I_c, any sign.
        noise: D = k_B T/E_J >= 0; 0 gives sign(i) √(i² - 1) above the critical current. Both broadcast.

    Raises:
        ArgumentError: the noise is negative, or a number is not finite.

    Notes:
        The integral over θ has its weight around arcsin(min(i, 1)); panels grow away from there, and logarithms keep it finite. From
        i = 1.5 on a continued fraction of 24 terms, whatever the noise.

    References:
        ambegaokar1969; ivanchenko1969; stratonovich1967.

    Example:
        >>> round(mean_voltage(0.5, 0.2), 12), round(mean_voltage(2.0, 0.0), 12)
        (0.024833889939, 1.732050807569)
    """
    return _each(lambda i, d: _stationary(i, d)[0], bias, noise)


@told
def differential_resistance(bias: Any, noise: Any) -> np.ndarray | float:
    """Return dv/di of `mean_voltage`; at zero bias it is 1/I_0(1/D)².

    d ln v/di = [π coth πν - ⟨2θ tanh 2νθ⟩]/D, the mean taken with the integrand of the voltage.

    Args:
        bias, noise: as for `mean_voltage`; without noise it is |i|/√(i² - 1), infinite at i = 1.

    Example:
        >>> round(differential_resistance(0.0, 0.5), 8)
        0.19243688
    """
    return _each(lambda i, d: _stationary(i, d)[1], bias, noise)


@told
def threshold_voltage(bias: Any, noise: Any) -> np.ndarray | float:
    """Return the voltage for weak noise near the critical current, where the curve has one shape for all D.

    Args:
        bias: i, near 1 on the scale D^{2/3}; at D = 1e-3 it is right to 0.35 % for |i - 1| <= 0.01 and to 1 % at 0.98.
        noise: D > 0.

    References:
        stratonovich1967; ambegaokar1969.

    Example:
        >>> round(threshold_voltage(1.0, 1e-3), 7)
        0.0795441
    """

    def one(i: float, d: float) -> float:
        checks.positive(d, "noise")
        a, _, b, _ = special.airy(-(i - 1) * (2 / d**2) ** (1 / 3))
        return float((2 * d) ** (1 / 3) / (np.pi * (a * a + b * b)))

    return _each(one, bias, noise)


@told
def phase(time: Any, bias: Any, start: Any = 0.0) -> np.ndarray | float:
    """Return the phase φ(t) of an overdamped junction without noise, unwrapped, in closed form.

    With u = tan(φ/2), u' = (i (1 + u²) - 2 u)/2:

        i > 1:  u = [1 + v tan(v t/2 + θ0)]/i,  v = √(i² - 1),  tan θ0 = (i u0 - 1)/v
        i = 1:  u = 1 - 1/(t/2 + c),  c = 1/(1 - u0)
        i < 1:  (u - u+)/(u - u-) = [(u0 - u+)/(u0 - u-)] e^{st},  u± = (1 ± s)/i,  s = √(1 - i²);  i = 0: u = u0 e^{-t}

    Args:
        time: t >= 0 in units of 1/w_c.
        bias: i; a negative one is the mirror image.
        start: φ(0). All broadcast.

    References:
        yuan2025 studies these; mccumber1968.

    Example:
        >>> round(phase(10.0, 1.5), 9), round(phase(2.0, 0.5), 9)
        (9.878624774, 0.439545393)
    """
    t, i, begin = np.broadcast_arrays(
        *(checks.numbers(a, n) for a, n in ((time, "time"), (bias, "bias"), (start, "start")))
    )
    checks.require(bool(np.all(t >= 0)), "time", "be 0 or later", float(np.min(t)))
    found = np.vectorize(_phase, otypes=[float])(t, np.abs(i), np.where(i < 0, -begin, begin))
    found = np.where(i < 0, -found, found)
    return found if found.ndim else float(found)


@told
def supercurrent(time: Any, bias: Any, start: Any = 0.0) -> np.ndarray | float:
    """Return I_s/I_c = sin φ(t) of `phase`; its mean over a period is i - √(i² - 1).

    Example:
        >>> round(supercurrent(0.0, 1.5, np.pi / 2), 12)
        1.0
    """
    found = np.sin(phase(time, bias, start))
    return found if np.ndim(found) else float(found)


_FAR, _TERMS = 1.5, 24
"""Currents from which the continued fraction has all its digits after so many terms: each is a fraction i - √(i² - 1) of the one before, and less."""
_COLD, _NEAR = 2e-6, 60.0
"""Noise below which the rule for the integral is too coarse; widths D^(2/3) around I_c beyond which noise is felt by less than 4e-7."""


def _each(function: Any, bias: Any, noise: Any) -> np.ndarray | float:
    """Apply a function of (i, D) to numbers or arrays."""
    i, d = (checks.numbers(value, name) for value, name in ((bias, "bias"), (noise, "noise")))
    checks.require(bool(np.all(d >= 0)), "noise", "be zero or positive", float(np.min(d, initial=0.0)))
    found = np.vectorize(function, otypes=[float])(i, d)
    return found if found.ndim else float(found)


def _stationary(i: float, d: float) -> tuple[float, float]:
    """The voltage and its derivative."""
    bias = abs(i)
    if d == 0:
        above = bias * bias - 1
        if above <= 0:
            return 0.0, np.inf if above == 0 else 0.0
        return float(np.sign(i) * np.sqrt(above)), float(bias / np.sqrt(above))
    if bias >= _FAR:
        return _running(i, d)
    if d < _COLD:
        return _cold(i, d)
    if bias == 0:
        return 0.0, float(np.exp(-2 / d) / special.i0e(1 / d) ** 2)
    distance, weight = _rule(bias, d)
    theta = np.pi / 2 - distance
    nu, c = bias / d, np.sin(distance)
    exponent = (
        np.log(special.i0e(2 * c / d)) + 2 * c / d + 2 * nu * theta + np.log1p(np.exp(-4 * nu * theta)) - np.log(2)
    )
    top = exponent.max()
    shares = weight * np.exp(exponent - top)
    whole = shares.sum()
    log_v = np.log(d) + np.pi * nu + np.log(-np.expm1(-2 * np.pi * nu)) - np.log(2) - np.log(2 * whole) - top
    # π coth πν - 2 θ tanh 2νθ without the cancellation of π against 2 θ near π/2.
    with np.errstate(over="ignore"):  # 1/∞ is the 0 that is meant
        rest = 2 * np.pi / np.expm1(2 * np.pi * nu)
        gap = rest + np.sum(shares * (2 * distance + 4 * theta / (np.exp(4 * nu * theta) + 1))) / whole
    v = float(np.exp(log_v))
    return float(np.sign(i)) * v, v * float(gap) / d


def _running(i: float, d: float) -> tuple[float, float]:
    """v = i + Im S_1, S_k = 1/(2 D k + 2 j i + S_{k+1}), and its derivative: the integral's exponents i/D would lose their digits."""
    ratio, slope = 0j, 0j
    for k in range(_TERMS, 0, -1):
        ratio = 1 / (2 * d * k + 2j * i + ratio)
        slope = -ratio * ratio * (2j + slope)
    return i + ratio.imag, 1 + slope.imag


def _cold(i: float, d: float) -> tuple[float, float]:
    """Where the integral would lose its digits: noise is felt within some D^(2/3) of I_c only, there by one law.

    Near i = 1 the equation is dx = ((i - 1) + x²/2) dt + √(2D) dW, so that v = D^(1/3) F((i - 1)/D^(2/3)): the curve of a larger D,
    scaled, with the factor that √(i² - 1) has over √(2 (i - 1)). What is left is of order D^(2/3), and is taken to D from two larger ones.
    """
    away = abs(i) - 1
    if abs(away) > _NEAR * d ** (2 / 3):
        return _stationary(i, 0.0)
    found = []
    for reference in (_COLD, 8 * _COLD):
        scale = (reference / d) ** (1 / 3)
        other = away * scale**2
        v, slope = _stationary(1 + other, reference)
        shape = np.sqrt((1 + away / 2) / (1 + other / 2))
        found.append((shape * v / scale, shape * slope * scale))
    if min(min(found)) <= 0:
        return 0.0, 0.0
    (near, steep), (far, steeper) = np.log(found)
    beyond = (1 - (d / _COLD) ** (2 / 3)) / 3
    v, slope = np.exp([near - beyond * (far - near), steep - beyond * (steeper - steep)])
    return float(np.sign(i) * v), float(slope)


def _rule(i: float, d: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights in the distance s = π/2 - θ, fine around the largest integrand and growing away from it."""
    centre = np.pi / 2 - np.arcsin(min(i, 1.0))
    width = min(
        0.2,
        np.sqrt(d / max(abs(1 - i * i) ** 0.5, d ** (1 / 3))) / 2,
        d / (2 * max(i - 1, d ** (1 / 3))) if i > 1 else 1.0,
    )
    steps = width * np.concatenate([np.arange(9), 8 * 1.5 ** np.arange(1, 64)])
    marks = np.concatenate([centre - steps[::-1], centre + steps[1:]])
    if i > 1 - _NEAR * d ** (2 / 3):
        # At s = 0, where the Bessel function bends within s ~ D, there is weight.
        marks = np.concatenate([marks, d / 4 * 2.0 ** np.arange(64)])
    marks = np.unique(np.clip(marks, 0.0, np.pi / 2))
    half = np.diff(marks) / 2
    return (marks[:-1, None] + half[:, None] * (1 + _NODES)).ravel(), (half[:, None] * _WEIGHTS).ravel()


def _phase(t: float, i: float, start: float) -> float:
    turns = np.round(start / (2 * np.pi))
    begin = start - 2 * np.pi * turns
    if i == 0:
        return float(2 * np.arctan2(np.sin(begin / 2) * np.exp(-t), np.cos(begin / 2)) + 2 * np.pi * turns)
    if i > 1:
        v = np.sqrt((i - 1) * (i + 1))
        # tan θ0 = (i u0 - 1)/v with u0 = sin/cos, by an angle that stays right where u0 is infinite.
        angle = np.arctan2(i * np.sin(begin / 2) - np.cos(begin / 2), v * np.cos(begin / 2))
        angle = angle + v * t / 2
        full = np.round(angle / np.pi)
        rest = angle - np.pi * full
        return float(2 * np.arctan2(np.cos(rest) + v * np.sin(rest), i * np.cos(rest)) + 2 * np.pi * (full + turns))
    # The Riccati equation as a linear one for (a, b) with u = a/b: a' = (i b - a)/2 + …, solved by hyperbolic functions.
    a, b = np.sin(begin / 2), np.cos(begin / 2)
    s = np.sqrt((1 - i) * (1 + i))
    # e^{-st/2} cosh and sinh/s: nothing overflows.
    cosh = (1 + np.exp(-s * t)) / 2
    ratio = t / 2 if s < _DEGENERATE else -np.expm1(-s * t) / (2 * s)
    up = a * cosh + (i * b - a) * ratio
    down = b * cosh + (b - i * a) * ratio
    found = 2 * np.arctan2(up, down)
    # The angle moves continuously by less than a turn; of the branches the one that is not behind the drift's fixed points.
    return float(begin + _principal(found - begin, begin, i) + 2 * np.pi * turns)


def _principal(change: float, begin: float, i: float) -> float:
    """The change of phase within (-2π, 2π) that has the sign of the drift at the start."""
    drift = i - np.sin(begin)
    change = (change + np.pi) % (2 * np.pi) - np.pi
    if abs(change) < 1e-9 or drift == 0:
        return change
    if change * drift < 0:
        change += 2 * np.pi * np.sign(drift)
    return change

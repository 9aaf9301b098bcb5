"""A noisy I–V curve without capacitance, for all currents at once and quickly: a fit asks for thousands of curves.

    D >= 0.003   v = i + Im S_1,      S_k = 1/(2 D k + 2 j i + S_{k+1}) downwards from 0
    weaker       v = √((1 + |i|)/2) D^{1/3} F(x, s),      s = D^{2/3},  x = (|i| - 1)/s

The sum of weak noise has 5/√D terms. There F comes from a table: around the critical current all curves have one shape,
F(x, 0) = 2^{1/3}/(π [Ai²(-2^{1/3} x) + Bi²(-2^{1/3} x)]), and what is left hangs on s smoothly. `mean_voltage` has the same with all its digits where the
voltage is small, half a millisecond a current.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline

__all__ = ["overdamped_voltage"]

_WEAK = 0.003
_FIRST_TERMS, _MORE_TERMS = 8, 5.5
_LOW, _HIGH, _PLACES, _NODES = -9.0, 120.0, 400, 6
"""Below x = -9 the voltage is e^{-50}, above 120 noise takes away less than 1e-7 of √(i² - 1)."""


def overdamped_voltage(bias: np.ndarray, noise: float) -> np.ndarray:
    """Return V/(I_c R) at each bias without capacitance, to 1e-7 of I_c R, from D = 0.003 on to rounding.

    Args:
        bias: i, of any shape and either sign.
        noise: D > 0.

    Example:
        >>> f"{overdamped_voltage(np.array([0.5]), 0.5)[0]:.9f}", f"{overdamped_voltage(np.array([1.0]), 1e-3)[0]:.6f}"
        ('0.175593406', '0.079544')
    """
    i = np.asarray(bias, float)
    return _fraction(i, noise) if noise >= _WEAK else _weak(i, noise)


def _fraction(i: np.ndarray, noise: float) -> np.ndarray:
    """The continued fraction, as many terms as are above rounding."""
    base, ratio = 2j * i, np.zeros(i.shape, complex)
    for k in range(int(_FIRST_TERMS + _MORE_TERMS / np.sqrt(noise)), 0, -1):
        ratio += base
        ratio += 2 * noise * k
        np.reciprocal(ratio, out=ratio)
    found: np.ndarray = i + ratio.imag
    return found


def _weak(i: np.ndarray, noise: float) -> np.ndarray:
    """The curve of weak noise: Newton's polynomial in s, whose coefficients are splines in asinh x."""
    size, s = np.abs(i), noise ** (2 / 3)
    x = (size - 1) / s
    nodes, table = _table()
    shape = table(np.arcsinh(np.clip(x, _LOW, _HIGH)))
    near = shape[-1]
    for place in range(_NODES - 2, -1, -1):
        near = near * (s - nodes[place]) + shape[place]
    near = np.sqrt((1 + size) / 2) * noise ** (1 / 3) * near
    far = np.where(x < 0, 0.0, np.sqrt(np.maximum(size * size - 1, 0.0)))
    found: np.ndarray = np.sign(i) * np.where((x < _LOW) | (x > _HIGH), far, near)
    return found


@cache
def _table() -> tuple[np.ndarray, CubicSpline]:
    """Nodes in s, and the divided differences of F over them as functions of asinh x."""
    nodes = _WEAK ** (2 / 3) * (1 - np.cos(np.pi * np.arange(_NODES) / (_NODES - 1))) / 2
    places = np.linspace(np.arcsinh(_LOW), np.arcsinh(_HIGH), _PLACES)
    x = np.sinh(places)
    a, _, b, _ = special.airy(-(2 ** (1 / 3)) * x)
    values = [2 ** (1 / 3) / (np.pi * (a * a + b * b))]
    for s in nodes[1:]:
        i = 1 + x * s
        values.append(_fraction(i, float(s**1.5)) / np.sqrt((1 + i) / 2 * s))
    table = np.array(values)
    for order in range(1, _NODES):
        table[order:] = (table[order:] - table[order - 1 : -1]) / (nodes[order:] - nodes[:-order])[:, None]
    return nodes, CubicSpline(places, table, axis=1)

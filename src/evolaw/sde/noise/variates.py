"""From random words to the variates of a step: normals, and the two- and three-point variables of weak schemes.

Every function takes uint32 words of any shape and works element by element, so that a whole step with its drawing
compiles into one loop. Words come in pairs, the two halves of a Threefry block.

    normals        Box–Muller:  sqrt(-2 log u) (cos a, sin a),  u an odd multiple of 2^-32, a one of 2^16 directions
    two points     ±1 with probability 1/2: one bit each, 32 a word, exact
    three points   ±sqrt(3) with probability 1/6 each and 0 with 2/3: one digit to base 6 each, 8 a word

**Normals.** u takes the 2^31 odd multiples of 2^-32, the midpoints of as many equal intervals, so normals reach ±6.66 standard
deviations and no word gives an infinite one. The directions are the midpoints of 2^16 equal arcs, so half a word serves a
pair: the mean over them of a polynomial of degree below 2^16 is that over the circle, and every linear combination of the two
normals has the characteristic function of a normal up to Bessel functions of order 2^16. The words alone decide: float32 and
float64 give the same normal, rounded differently.

**Three points.** The word's upper 29 bits, the last one set, are a fraction u / 2^29; its digits to base 6 are read off by
repeated multiplication. Multiplying an odd u by 6 modulo 2^29 commutes with negation, so the digits d and 5 - d are exactly
equally likely, jointly for all 8, and all odd moments vanish exactly. Counted over all 2^28 fractions, E v² differs from its
value by at most 9.6e-7 of it, E v_i² v_j² by 1.3e-6, and E v_i v_j is at most 1.5e-6 (3 times 4.8e-7).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

__all__ = ["THREE_POINTS", "TWO_POINTS", "normal_pair", "three_point", "two_point", "uniform"]

TWO_POINTS = 32
"""Two-point variables in a word."""
THREE_POINTS = 8
"""Three-point variables in a word."""

_TOP = np.uint32(0x80000000)
_FRACTION = 29
_ARC = np.pi / 2


def _sine(z: np.ndarray) -> np.ndarray:
    """sin(π/2 √z) / √z."""
    return _ARC * np.sinc(_ARC / np.pi * np.sqrt(z))


def _cosine(z: np.ndarray) -> np.ndarray:
    """cos(π/2 √z)."""
    return np.cos(_ARC * np.sqrt(z))


def _bend(t: np.ndarray) -> np.ndarray:
    """(log2(2 - t) - 1 + t) / t: what the logarithm to base 2 has beyond the straight line from 1 to 2."""
    return (np.log1p(-t / 2) / np.log(2) + t) / t


@lru_cache
def _near(function: Callable[[np.ndarray], np.ndarray], end: float, degree: int) -> tuple[float, ...]:
    """Coefficients of the polynomial that meets a function in the Chebyshev points of (0, end)."""
    fit = Chebyshev.interpolate(function, degree, domain=[0, end])
    return tuple(fit.convert(kind=Polynomial).coef.tolist())


def uniform(word: Any, dtype: Any) -> jax.Array:
    """Return (w + 1/2) / 2^32, in (0, 1] after rounding: never 0.

    Example:
        >>> float(uniform(jnp.zeros((), jnp.uint32), jnp.float32)) == 2.0**-33
        True
    """
    # Two exact products and one rounding; w + 1/2 itself would lose the half before the scaling.
    return word.astype(dtype) * np.asarray(2.0**-32, dtype) + np.asarray(2.0**-33, dtype)


def normal_pair(word0: Any, word1: Any, dtype: Any) -> tuple[jax.Array, jax.Array]:
    """Return two independent standard normals for each pair of words, by Box–Muller.

    Args:
        word0: gives the radius.
        word1: gives the direction, by its upper 16 bits.
        dtype: float32 or float64.

    Notes:
        Both precisions see the same u and a. Radius and direction are exact to a few roundings. Of the direction, the
        first bit is the sign of the larger part, the second says which of the two it is, and 14 are an arc about 0.

    References:
        box1958.

    Example:
        >>> word = jnp.zeros((), jnp.uint32)
        >>> round(float(normal_pair(word, word, jnp.float32)[0]), 3)
        4.71
    """
    info, whole = _format(dtype)
    radius = jnp.sqrt(_minus_two_log(word0, dtype))
    # An odd number of 2^-15ths, less a half: symmetric about 0, and free of rounding in both precisions.
    odd = ((word1 >> np.uint32(7)) & np.uint32(0x7FFE00) | np.uint32(0x100)).astype(whole)
    turn = _from_one_to_two(odd << whole(info.nmant - 23), dtype) - np.asarray(1.5, dtype)
    square, degree = turn * turn, 3 if info.bits == 32 else 6
    sine = turn * _polynomial(_near(_sine, 0.25, degree), square)
    cosine = _with_sign(_polynomial(_near(_cosine, 0.25, degree), square), word1)
    swapped = (word1 & (_TOP >> 1)) != 0
    return radius * jnp.where(swapped, sine, cosine), radius * jnp.where(swapped, cosine, sine)


def two_point(word: Any, index: Any, size: Any) -> jax.Array:
    """Return ±size by bit ``index`` (0 to 31) of each word."""
    return _with_sign(jnp.broadcast_to(size, jnp.shape(word)), word << (np.uint32(31) - jnp.asarray(index, jnp.uint32)))


def three_point(word: Any, index: Any, size: Any) -> jax.Array:
    """Return 0 or ±sqrt(3) size by digit ``index`` (0 to 7) to base 6 of each word.

    Notes:
        Digits can be read in any order: digit j of u is the leading digit of u 6^j modulo 2^29.
    """
    powers = np.array([pow(6, j) for j in range(THREE_POINTS)], np.uint32)
    shift = powers[index] if isinstance(index, int) else jnp.asarray(powers)[index]
    fraction = ((word >> np.uint32(3) | np.uint32(1)) * shift) & np.uint32(2**_FRACTION - 1)
    scaled = fraction * np.uint32(6)
    high = jnp.sqrt(jnp.asarray(3, size.dtype)) * size
    rest = jnp.where(scaled < np.uint32(2**_FRACTION), -high, jnp.zeros_like(high))
    return jnp.where(scaled >= np.uint32(5 * 2**_FRACTION), high, rest)


def _minus_two_log(word: Any, dtype: Any) -> jax.Array:
    """Return -2 log u for u = (w | 1) / 2^32; in float32 u stays below 1.

    The bits of a float, read as a whole number, grow linearly between powers of two: for u = 2^e m with m in [1, 2) they are
    those of 1 and b = (e + m - 1) / ε. With t = 2 - m and the `_bend` B of the logarithm,

        -2 log u = -2 ε log 2 · (b + t B(t) / ε),

    and nothing is lost near u = 1, where b and t are small and exact.
    """
    info, whole = _format(dtype)
    bits = jax.lax.bitcast_convert_type((word | np.uint32(1)).astype(dtype), whole)
    # Words just below 2^32 are rounded up to it in float32.
    bits = jnp.minimum(bits - np.asarray(2.0**32, dtype).view(whole), whole(-1))
    t = np.asarray(2, dtype) - _from_one_to_two(bits & whole(2**info.nmant - 1), dtype)
    bend = [c / info.eps for c in _near(_bend, 1.0, 7 if info.bits == 32 else 18)]
    # Even and odd powers apart: of two short chains of operations one does not wait for the other.
    rest = _polynomial(bend[::2], t * t) + t * _polynomial(bend[1::2], t * t)
    logarithm: jax.Array = (bits.astype(dtype) + t * rest) * np.asarray(-2 * math.log(2) * info.eps, dtype)
    return logarithm


def _format(dtype: Any) -> tuple[Any, Any]:
    """What NumPy knows of a float type, and the whole numbers of its width."""
    info = np.finfo(dtype)
    return info, np.int32 if info.bits == 32 else np.int64


def _from_one_to_two(fraction: Any, dtype: Any) -> jax.Array:
    """The float in [1, 2) whose fraction has the given bits."""
    _, whole = _format(dtype)
    value: jax.Array = jax.lax.bitcast_convert_type(fraction | np.ones((), dtype).view(whole), dtype)
    return value


def _polynomial(coefficients: Sequence[float], z: jax.Array) -> jax.Array:
    value = jnp.full_like(z, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * z + np.asarray(coefficient, z.dtype)
    return value


def _with_sign(value: jax.Array, word: Any) -> jax.Array:
    """Flip the sign of ``value`` where the top bit of ``word`` is set."""
    if value.dtype == np.float32:
        bits = jax.lax.bitcast_convert_type(value, jnp.uint32) ^ (word & _TOP)
        return jax.lax.bitcast_convert_type(bits, jnp.float32)
    return jnp.where((word & _TOP) != 0, -value, value)

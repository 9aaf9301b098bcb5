"""From random words to the variates of a step: normals, and the two- and three-point variables of weak schemes.

Every function takes uint32 words of any shape and works element by element, so that a whole step with its drawing
compiles into one loop. Words come in pairs, the two halves of a Threefry block.

    normals        Box–Muller:  sqrt(-2 log u) (cos a, sin a),  u = (w0 + 1/2) / 2^32,  a = 2π w1 / 2^32
    two points     ±1 with probability 1/2: one bit each, 32 a word, exact
    three points   ±sqrt(3) with probability 1/6 each and 0 with 2/3: one digit to base 6 each, 8 a word

**Tails.** u takes all 2^32 values from 2^-33 to 1 - 2^-33, so normals reach ±6.76 standard deviations, and no word gives
an infinite one. The words alone decide: float32 and float64 give the same normal, rounded differently.

**Three points.** The word's upper 29 bits, the last one set, are a fraction u / 2^29; its digits to base 6 are read off by
repeated multiplication. Multiplying an odd u by 6 modulo 2^29 commutes with negation, so the digits d and 5 - d are exactly
equally likely, jointly for all 8, and all odd moments vanish exactly. Counted over all 2^28 fractions, E v² differs from its
value by at most 9.6e-7 of it, E v_i² v_j² by 1.3e-6, and E v_i v_j is at most 1.5e-6 (3 times 4.8e-7).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["THREE_POINTS", "TWO_POINTS", "normal_pair", "three_point", "two_point", "uniform"]

TWO_POINTS = 32
"""Two-point variables in a word."""
THREE_POINTS = 8
"""Three-point variables in a word."""

_TOP = np.uint32(0x80000000)
_FRACTION = 29
_SIN = (1.0, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800, -1 / 1307674368000)
_COS = (1.0, -1 / 2, 1 / 24, -1 / 720, 1 / 40320, -1 / 3628800, 1 / 479001600, -1 / 87178291200, 1 / 20922789888000)


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
        word1: gives the angle.
        dtype: float32 or float64.

    Notes:
        The angle needs no range reduction: the two upper bits are the quadrant, the rest an angle in [-π/4, π/4), where
        Taylor polynomials of sine and cosine are exact to rounding.

    References:
        box1958.

    Example:
        >>> word = jnp.zeros((), jnp.uint32)
        >>> round(float(normal_pair(word, word, jnp.float32)[0]), 3)
        6.764
    """
    radius = jnp.sqrt(-2 * jnp.log(uniform(word0, dtype)))
    angle = (word1 << 2).astype(jnp.int32).astype(dtype) * np.asarray(np.pi / 4 * 2.0**-31, dtype)
    terms = 5 if np.dtype(dtype) == np.float32 else 8
    square = angle * angle
    sine, cosine = angle * _polynomial(_SIN[:terms], square), _polynomial(_COS[: terms + 1], square)
    odd = (word1 & (_TOP >> 1)) != 0
    first, second = jnp.where(odd, sine, cosine), jnp.where(odd, cosine, sine)
    return (
        radius * _with_sign(first, word1 ^ (word1 << 1)),
        radius * _with_sign(second, word1),
    )


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


def _polynomial(coefficients: tuple[float, ...], z: jax.Array) -> jax.Array:
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

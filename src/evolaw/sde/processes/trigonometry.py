"""Sine and cosine as polynomials, for steps of many paths: several times faster than the library's on a processor.

    u = x/2π,  r = u - round(u) in [-1/2, 1/2],   sin x = r P(r²),   cos x = Q(r²)

P and Q meet the functions in Chebyshev points, of degree 11 in float64 (error 2e-15 for |x| <= 10) and 6 in float32 (8e-7). The error of
the reduction grows like ε|x|, as that of the argument itself does: keep phases wrapped. Both are differentiable.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

__all__ = ["cosine", "sine"]

_TURN = 2 * np.pi


def sine(x: Any) -> Any:
    """Return sin x for a JAX array of float32 or float64.

    Example:
        >>> abs(float(sine(jnp.float32(0.5))) - np.sin(0.5)) < 1e-6
        True
    """
    rest = _rest(x)
    return rest * _polynomial("sine", rest * rest)


def cosine(x: Any) -> Any:
    """Return cos x for a JAX array of float32 or float64.

    Example:
        >>> abs(float(cosine(jnp.float32(0.5))) - np.cos(0.5)) < 1e-6
        True
    """
    rest = _rest(x)
    return _polynomial("cosine", rest * rest)


def _rest(x: Any) -> Any:
    turns = jnp.asarray(x) * np.asarray(1 / _TURN, jnp.asarray(x).dtype)
    return turns - jnp.round(turns)


def _polynomial(kind: str, square: Any) -> Any:
    coefficients = _coefficients(kind, 6 if square.dtype == np.float32 else 11)
    value = jnp.full_like(square, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * square + np.asarray(coefficient, square.dtype)
    return value


@lru_cache(maxsize=4)
def _coefficients(kind: str, degree: int) -> tuple[float, ...]:
    """The polynomial in r² that meets sin(2πr)/r or cos(2πr) in the Chebyshev points of [0, 1/4]."""

    def function(z: np.ndarray) -> np.ndarray:
        root = np.sqrt(z)
        return np.cos(_TURN * root) if kind == "cosine" else _TURN * np.sinc(2 * root)

    fit = Chebyshev.interpolate(function, degree, domain=[0, 0.25])
    return tuple(fit.convert(kind=Polynomial).coef.tolist())

"""Lévy areas: the iterated integrals that general noise needs for strong order one.

    A_ij = ½ ∫ (W_i dW_j - W_j dW_i)      over one step of length h; A is antisymmetric, E A_ij² = h²/4
    I_ij = ∫ W_i dW_j = (dW_i dW_j - δ_ij h)/2 + A_ij                    i inner, j outer

Given the increment, an area has no density that could be inverted. It is a sum of infinitely many products of normals,
here cut after p terms with the rest replaced by normals of the right conditional covariance [mrongowius2022]. The root mean
square error is sqrt(m/12) h / (π p) for m noises, so p = ceil(sqrt(m/12) / (π sqrt(h))) keeps the order of Milstein.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import polygamma

from evolaw import checks

__all__ = ["Pairs", "area_pairs", "area_terms", "levy_area"]

Pairs = Callable[[Any, int], jax.Array]
"""(first row, number of rows) -> complex standard normals, shape (rows, ...): two independent ones each."""


def area_terms(noises: int, dt: float) -> int:
    """Return how many terms keep a strong scheme of order one: p = ceil(sqrt(m/12) / (π sqrt(dt))), at least 1.

    References:
        kastner2023, section 3.

    Example:
        >>> area_terms(10, 1e-3)
        10
    """
    return max(1, math.ceil(math.sqrt(noises / 12) / (math.pi * math.sqrt(checks.positive(dt, "dt")))))


def area_pairs(noises: int, terms: int) -> int:
    """Return how many pairs of standard normals `levy_area` takes: m (p + 1) + ceil(m (m - 1)/4)."""
    return noises * (terms + 1) + -(-noises * (noises - 1) // 4)


def levy_area(dw: Any, dt: Any, terms: int, pairs: Pairs) -> jax.Array:
    """Return Lévy areas given their increments, by the method of Mrongowius and Rößler.

    With w = dw/sqrt(dt), independent normals X (m, p), Y (p, m), Ψ (m,), Z (upper triangle) and a² = 2 ψ₁(p+1):

        B = Σ_k X_k (Y_k - sqrt(2) w)ᵀ / k  +  a w Ψᵀ  +  a Z           A = dt (B - Bᵀ) / (2π)

    Args:
        dw: increments, shape (noises, ...); trailing axes are independent steps or paths.
        dt: step.
        terms: p.
        pairs: draws standard normals: ``pairs(first, count)`` gives rows ``first`` to ``first + count - 1`` of
            `area_pairs` rows, two normals each as one complex number, shape (count, ...).

    Returns:
        Areas, shape (noises, noises, ...), antisymmetric in the first two axes.

    Raises:
        ArgumentError: ``terms`` is below 1.

    Notes:
        Cost 2 m² p multiplications a step. Mean square error (m/12) (dt/(π p))². The pairs of one term are drawn while
        those of the term before are used: what a loop carries is kept, and drawn once.

    References:
        mrongowius2022, algorithm 1; kastner2023, section 2.

    Example:
        >>> def pairs(first, count):
        ...     return jnp.full((count, 5), 1 + 1j)
        >>> levy_area(jnp.zeros((2, 5)), 0.1, 3, pairs).shape  # some seconds
        (2, 2, 5)
    """
    m, terms = dw.shape[0], checks.integer(terms, "terms", least=1)

    def add(k: Any, carry: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
        total, pair, w = carry
        total = total + pair.real[:, None] * ((pair.imag - math.sqrt(2) * w) / (k + 1))[None]
        return total, pairs((k + 1) * m, m), w

    # The increments go along, so that they too are made once.
    start = (jnp.zeros((m, *dw.shape), dw.dtype), pairs(0, m), dw / jnp.sqrt(dt))
    total, pair, w = jax.lax.fori_loop(0, terms, add, start)
    tail = math.sqrt(2 * float(polygamma(1, terms + 1)))
    total = total + tail * (w[:, None] * pair.real[None])
    if m > 1:
        rest = pairs(m * (terms + 1), area_pairs(m, terms) - m * (terms + 1))
        rows, columns = np.triu_indices(m, 1)
        upper = jnp.concatenate([rest.real, rest.imag])[: rows.size]
        total = total.at[rows, columns].add(tail * upper)
    return (total - jnp.swapaxes(total, 0, 1)) * (dt / (2 * math.pi))

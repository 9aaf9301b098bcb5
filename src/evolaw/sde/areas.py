"""Lévy areas: the iterated integrals that general noise needs for strong order one.

    A_ij = ½ ∫ (W_i dW_j - W_j dW_i)      over one step of length h; A is antisymmetric, E A_ij² = h²/4
    I_ij = ∫ W_i dW_j = (dW_i dW_j - δ_ij h)/2 + A_ij                    i inner, j outer

Given the increment, an area has no density that could be inverted. It is a sum of infinitely many products of normals,
here cut after p terms with the rest replaced by normals of the right conditional covariance [mrongowius2022]. The root mean
square error is sqrt(m/12) h / (π p) for m noises, so p = ceil(sqrt(m/12) / (π sqrt(h))) keeps the order of Milstein.
"""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.special import polygamma

from evolaw import checks

__all__ = ["area_normals", "area_terms", "levy_area"]


def area_terms(noises: int, dt: float) -> int:
    """Return how many terms keep a strong scheme of order one: p = ceil(sqrt(m/12) / (π sqrt(dt))), at least 1.

    References:
        kastner2023, section 3.

    Example:
        >>> area_terms(10, 1e-3)
        10
    """
    return max(1, math.ceil(math.sqrt(noises / 12) / (math.pi * math.sqrt(checks.positive(dt, "dt")))))


def area_normals(noises: int, terms: int) -> int:
    """Return how many standard normals `levy_area` takes: 2 m p + m + m (m - 1)/2."""
    return 2 * noises * terms + noises + noises * (noises - 1) // 2


def levy_area(dw: Any, dt: Any, normals: Any) -> jax.Array:
    """Return Lévy areas given their increments, by the method of Mrongowius and Rößler.

    With w = dw/sqrt(dt), independent normals X (m, p), Y (p, m), Ψ (m,), Z (upper triangle) and a² = 2 ψ₁(p+1):

        B = Σ_k X_k (Y_k - sqrt(2) w)ᵀ / k  +  a w Ψᵀ  +  a Z           A = dt (B - Bᵀ) / (2π)

    Args:
        dw: increments, shape (noises, ...); trailing axes are independent steps or paths.
        dt: step.
        normals: standard normals, shape (`area_normals`, ...).

    Returns:
        Areas, shape (noises, noises, ...), antisymmetric in the first two axes.

    Notes:
        Cost 2 m² p multiplications a step. Mean square error (m/12) (dt/(π p))².

    References:
        mrongowius2022, algorithm 1; kastner2023, section 2.

    Example:
        >>> levy_area(jnp.zeros((2, 5)), 0.1, jnp.ones((area_normals(2, 3), 5))).shape
        (2, 2, 5)
    """
    m, count = dw.shape[0], normals.shape[0]
    terms = (count - m - m * (m - 1) // 2) // (2 * m)
    checks.require(
        terms >= 1 and count == area_normals(m, terms), "normals", f"hold area_normals({m}, p) rows for a p", count
    )
    w = dw / jnp.sqrt(dt)
    x, y, psi, z = _split(normals, m, terms)
    tail = math.sqrt(2 * float(polygamma(1, terms + 1)))
    shifted = y - math.sqrt(2) * w
    product = sum(x[k][:, None] * (shifted[k] / (k + 1))[None, :] for k in range(terms))
    product = product + tail * (w[:, None] * psi[None, :])
    rows, columns = np.triu_indices(m, 1)
    product = product.at[rows, columns].add(tail * z)
    return (product - jnp.swapaxes(product, 0, 1)) * (dt / (2 * math.pi))


def _split(normals: Any, m: int, terms: int) -> tuple[Any, Any, Any, Any]:
    size = m * terms
    x = normals[:size].reshape(terms, m, *normals.shape[1:])
    y = normals[size : 2 * size].reshape(terms, m, *normals.shape[1:])
    return x, y, normals[2 * size : 2 * size + m], normals[2 * size + m :]

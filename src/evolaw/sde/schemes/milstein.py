"""Milstein schemes: strong order 1 by the derivative of the diffusion along itself, taken by automatic differentiation.

    Y' = Y + f h + Σ_k g^k ΔW_k + Σ_ij (Dg^j g^i) I_ij,        I_ij = ∫ (W_i(s) - W_i(t)) dW_j(s)   (i inner, j outer)

In terms of the Lévy areas A_ij the iterated integrals are

    I_ij = (ΔW_i ΔW_j - δ_ij h)/2 + A_ij     (Itô)            J_ij = ΔW_i ΔW_j/2 + A_ij     (Stratonovich)

and where the noise commutes the antisymmetric A drops out of the sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.batch_products import apply, outer, total
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep

__all__ = ["LevyMilstein", "Milstein", "iterated_integrals"]


def iterated_integrals(noise: Noise, dt: Any, calculus: str = "ito") -> jax.Array:
    """Return I_ij = (ΔW_i ΔW_j - δ_ij h)/2 + A_ij, without the δ_ij h for Stratonovich integrals.

    Args:
        noise: increments ``dW``, shape (noises,), and areas ``area``, shape (noises, noises); no areas count as zero.
        dt: step h.
        calculus: "ito" or "stratonovich".

    Returns:
        Iterated integrals [i inner, j outer], shape (noises, noises).

    References:
        kloeden1992, section 5.2.

    Example:
        >>> iterated_integrals(Noise(jnp.array([1.0, 2.0])), 0.5).tolist()
        [[0.25, 1.0], [1.0, 1.75]]
    """
    products = outer(noise.dW, noise.dW) / 2
    if calculus == "ito":
        products = products - jnp.eye(noise.dW.shape[0], dtype=noise.dW.dtype) * dt / 2
    return products if noise.area is None else products + noise.area


@dataclass(frozen=True)
class Milstein(OneStep):
    """Milstein's scheme for noise that commutes: additive, scalar, diagonal, commutative.

        scalar and diagonal:  Y' = Y + f h + g ΔW + ½ (Dg g) (ΔW² - h)           (Stratonovich: without the h)
        commutative:          Y' = Y + f h + G ΔW + ½ Σ_ij (Dg^j g^i) (ΔW_i ΔW_j - δ_ij h)

    Notes:
        Itô and Stratonovich. Strong order 1, weak order 1. One drift call, one diffusion call and one directional
        derivative of it a step (``noises`` of them for commutative noise). That the noise commutes is tested.

    References:
        milstein1975; kloeden1992, section 10.3.

    Example:
        >>> growth = SDE(lambda t, x, p: x, lambda t, x, p: 2.0 * x, noise="scalar")
        >>> Milstein().step(growth, 0.0, jnp.ones(1), 0.5, Noise(jnp.array([0.25])), None)[0].tolist()
        [1.125]
    """

    name: ClassVar[str] = "Milstein"
    needs: ClassVar[NoiseRequest] = NoiseRequest.INCREMENTS
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive", "scalar", "diagonal", "commutative")
    calculus: ClassVar[None] = None
    strong_order: ClassVar[float] = 1.0
    weak_order: ClassVar[float] = 1.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        euler = x + process.diffuse(t, x, noise.dW) + process.drift_at(t, x) * dt
        if process.noise == "additive":
            return euler, memory
        if process.noise == "diagonal" or process.noises == 1:
            return euler + _self_derivative(process, t, x) * _double(noise.dW, dt, process.calculus), memory
        integrals = iterated_integrals(noise, dt, process.calculus)
        return _with_area_part(process, t, x, euler, integrals), memory


@dataclass(frozen=True)
class LevyMilstein(OneStep):
    """Milstein's scheme for general noise, with Lévy areas.

        Y' = Y + f h + G ΔW + Σ_ij (Dg^j g^i) I_ij,       I_ij = (ΔW_i ΔW_j - δ_ij h)/2 + A_ij

    Notes:
        Itô and Stratonovich. Strong order 1 if the areas have mean-square error O(h³), weak order 1. One drift call, one
        diffusion call and ``noises`` directional derivatives of it a step. Without areas the strong order is 0.5.

    References:
        milstein1975; kloeden1992, section 10.3; mrongowius2022 for the areas.

    Example:
        >>> area = SDE([0.0, 0.0], lambda t, x, p: jnp.array([[1.0, 0.0], [0.0, x[0]]]), dim=2)
        >>> noise = Noise(jnp.array([1.0, 2.0]), area=jnp.array([[0.0, 0.25], [-0.25, 0.0]]))
        >>> LevyMilstein().step(area, 0.0, jnp.zeros(2), 1.0, noise, None)[0].tolist()
        [1.0, 1.25]
    """

    name: ClassVar[str] = "Milstein with Lévy areas"
    needs: ClassVar[NoiseRequest] = NoiseRequest.AREAS
    calculus: ClassVar[None] = None
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[float] = 1.0
    weak_order: ClassVar[float] = 1.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        euler = x + process.diffuse(t, x, noise.dW) + process.drift_at(t, x) * dt
        integrals = iterated_integrals(noise, dt, process.calculus)
        return _with_area_part(process, t, x, euler, integrals), memory


def _double(dW: Any, dt: Any, calculus: str) -> Any:
    return (dW**2 - dt) / 2 if calculus == "ito" else dW**2 / 2


def _self_derivative(process: SDE, t: Any, x: Any) -> jax.Array:
    """Return Dg g, shape (dim,), for scalar noise; for diagonal noise the same product gives g_i ∂g_i/∂x_i."""

    x = jnp.asarray(x)
    return jax.jvp(lambda state: process.column(t, state), (x,), (process.column(t, x),))[1]


def _with_area_part(process: SDE, t: Any, x: Any, euler: Any, integrals: jax.Array) -> jax.Array:
    """Return ``euler`` + Σ_ij (Dg^j g^i) I_ij: each column of G once, along the direction Σ_i g^i I_ij."""
    x = jnp.asarray(x)
    matrix = process.matrix(t, x)

    def along(j: int) -> jax.Array:
        direction = apply(matrix, integrals[:, j])
        derivative: jax.Array = jax.jvp(lambda state: process.matrix(t, state)[:, j], (x,), (direction,))[1]
        return derivative

    return total(euler, *(along(j) for j in range(integrals.shape[1])))

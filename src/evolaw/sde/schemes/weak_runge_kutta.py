"""Schemes of weak order 2 with three-point noise: Platen, RI6 and DRI1.

A weak scheme gets the law of the solution right, not its path: E u(X_T) - E u(Y_N) = O(h²) for smooth u. Its noise takes few
values, so that a step costs a fraction of one with normal variables:

    Ih_k  = ±√(3h) with probability 1/6 each, 0 with probability 2/3       (``noise.dW``)
    It_kl = ±√h with probability 1/2, one variable for each *pair* k < l    (``noise.pair``, strict upper triangle)
    Ih_kl = (Ih_k Ih_l - √h It_kl)/2,  Ih_lk = (Ih_k Ih_l + √h It_kl)/2,  Ih_kk = (Ih_k² - h)/2

One two-point variable a *channel* in place of one a pair would give E[Ih_12 Ih_13] = h²/4 where the iterated integrals give 0;
the order then falls to 1 as soon as there are three noises. tests/sde/test_weak_runge_kutta.py keeps that as a counter-example.

Notation: f drift, g^k column k of the diffusion, m noises, h = dt, Y state. Stages and step of the efficient family are

    k_1 = f(t, Y),  k_i = f(t + c0_i h, Y + (a_i1 k_1 + a_i2 k_2) h + b_i1 Σ_l g^l Ih_l),               i = 2, 3
    g2k, g3k = g^k(t + c1 h, Y + A1 k_1 h ± B g^k √h)
    Hh(l)_±  = Y ± (e1 g^l + e2 g2l + e3 g3l) √h                                                  (evaluated at time t)
    Y' = Y + h Σ_i alpha_i k_i + Σ_k [(b1_1 + (m-1) b3_1) g^k + b1_2 g2k + b1_3 g3k] Ih_k + Σ_k b2 (g2k - g3k) Ih_kk/√h
       + Σ_{k≠l} [g^k(Hh(l)_+) (b3_2 Ih_k + b4 Ih_kl/√h) + g^k(Hh(l)_-) (b3_3 Ih_k - b4 Ih_kl/√h)]

The sum over k ≠ l vanishes for diagonal and additive noise together with the term (m-1) b3_1, and the code then skips both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

import jax.numpy as jnp

from evolaw.arrays import Array
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep, matrices_at, own_columns

__all__ = ["DRI1", "RI6", "Platen", "WeakTableau"]


@dataclass(frozen=True)
class WeakTableau:
    """Coefficients of the efficient weak family, in the letters of the module's formula."""

    a21: float
    b21: float
    a31: float
    a32: float
    b31: float
    alpha: tuple[float, float, float]
    c0: tuple[float, float, float]
    A1: float
    c1: float
    B: float
    b1: tuple[float, float, float]
    b2: float
    b3: tuple[float, float, float]
    b4: float
    e: tuple[float, float, float]


_RI6 = WeakTableau(
    a21=1.0, b21=1.0,
    a31=0.0, a32=0.0, b31=0.0,
    alpha=(1 / 2, 1 / 2, 0.0), c0=(0.0, 1.0, 0.0),
    A1=1.0, c1=1.0, B=1.0,
    b1=(1 / 2, 1 / 4, 1 / 4), b2=1 / 2,
    b3=(-1 / 2, 1 / 4, 1 / 4), b4=1 / 2,
    e=(1.0, 0.0, 0.0),
)  # fmt: skip

_DRI1 = WeakTableau(
    a21=1 / 2, b21=(6 - sqrt(6)) / 10,
    a31=-1.0, a32=2.0, b31=(3 + 2 * sqrt(6)) / 5,
    alpha=(1 / 6, 2 / 3, 1 / 6), c0=(0.0, 1 / 2, 1.0),
    A1=342 / 491, c1=342 / 491, B=3 * sqrt(38 / 491),
    b1=(193 / 684, 491 / 1368, 491 / 1368), b2=sqrt(491 / 38) / 6,
    b3=(-4955 / 7072, 4955 / 14144, 4955 / 14144), b4=-sqrt(4955 / 221) / 8,
    e=(-214 / 513 * sqrt(1105 / 991), -491 / 513 * sqrt(221 / 4955), -491 / 513 * sqrt(221 / 4955)),
)  # fmt: skip


@dataclass(frozen=True)
class _EfficientWeak(OneStep):
    """The step shared by RI6 and DRI1; they differ in their tableau alone."""

    tableau: ClassVar[WeakTableau]
    needs: ClassVar[NoiseRequest] = NoiseRequest.THREE_POINTS
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive", "scalar", "diagonal", "commutative", "general")
    strong_order: ClassVar[None] = None
    weak_order: ClassVar[float] = 2.0

    def step(self, process: SDE, t: Array, x: Array, dt: Array, noise: Noise, memory: Any) -> tuple[Array, Any]:
        """Advance one step by the module's formula; see `RI6` and `DRI1`."""
        if process.noise == "diagonal" or process.noises == 1:
            return self._diagonal_step(process, t, x, dt, noise.dW), memory
        tab, root = self.tableau, jnp.sqrt(dt)
        g = process.matrix(t, x)
        mean, k1 = self._drift_part(process, t, x, dt, g @ noise.dW)
        if process.noise == "additive":
            later = process.matrix(t + tab.c1 * dt, x)
            return x + mean + (tab.b1[0] * g + (tab.b1[1] + tab.b1[2]) * later) @ noise.dW, memory
        base = x + tab.A1 * k1 * dt

        reach = tab.B * g * root
        g2, g3 = (own_columns(process, t + tab.c1 * dt, base[:, None] + sign * reach) for sign in (1, -1))
        support = tab.e[0] * g + tab.e[1] * g2 + tab.e[2] * g3
        plus = matrices_at(process, t, x[:, None] + support * root)  # [l, i, k]: g^k(Hh(l)_+)
        minus = matrices_at(process, t, x[:, None] - support * root)
        double = _double_integrals(noise, dt)
        others = 1.0 - jnp.eye(g.shape[1], dtype=x.dtype)
        single, mixed = others * noise.dW, others * tab.b4 * double.T / root  # [l, k]
        own = (tab.b1[0] + (g.shape[1] - 1) * tab.b3[0]) * g + tab.b1[1] * g2 + tab.b1[2] * g3
        return (
            x
            + mean
            + own @ noise.dW
            + tab.b2 * (g2 - g3) @ (noise.dW**2 - dt) / (2 * root)
            + jnp.einsum("lik,lk->i", plus, tab.b3[1] * single + mixed)
            + jnp.einsum("lik,lk->i", minus, tab.b3[2] * single - mixed)
        ), memory

    def _drift_part(self, process: SDE, t: Array, x: Array, dt: Array, push: Array) -> tuple[Array, Array]:
        """Return h Σ alpha_i k_i and k_1; ``push`` is Σ_l g^l Ih_l."""
        tab = self.tableau
        k1 = process.drift_at(t, x)
        k2 = process.drift_at(t + tab.c0[1] * dt, x + tab.a21 * k1 * dt + tab.b21 * push)
        total = tab.alpha[0] * k1 + tab.alpha[1] * k2
        if tab.alpha[2]:
            third = x + (tab.a31 * k1 + tab.a32 * k2) * dt + tab.b31 * push
            total = total + tab.alpha[2] * process.drift_at(t + tab.c0[2] * dt, third)
        return total * dt, k1

    def _diagonal_step(self, process: SDE, t: Array, x: Array, dt: Array, dW: Array) -> Array:
        tab, root = self.tableau, jnp.sqrt(dt)
        g = process.column(t, x)
        mean, k1 = self._drift_part(process, t, x, dt, g * dW)
        base = x + tab.A1 * k1 * dt
        g2 = process.column(t + tab.c1 * dt, base + tab.B * g * root)
        g3 = process.column(t + tab.c1 * dt, base - tab.B * g * root)
        own = tab.b1[0] * g + tab.b1[1] * g2 + tab.b1[2] * g3
        return x + mean + own * dW + tab.b2 * (g2 - g3) * (dW**2 - dt) / (2 * root)


@dataclass(frozen=True)
class RI6(_EfficientWeak):
    """RI6: weak order 2 for every Itô noise, by the module's formula.

    Notes:
        Two drift calls a step. Diffusion calls of the whole matrix for m noises: 1 + 4 m, 3 for scalar and diagonal, 2
        for additive noise. No pathwise meaning: the noise is not a Brownian increment.

    References:
        debrabant2009; roessler2009. The step is Platen's for m = 1.
    """

    name: ClassVar[str] = "RI6"
    tableau: ClassVar[WeakTableau] = _RI6


@dataclass(frozen=True)
class DRI1(_EfficientWeak):
    """DRI1: weak order 2 for every Itô noise with minimised error constants, drift of order 3, by the module's formula.

    Notes:
        Three drift calls a step, diffusion calls as `RI6`. No pathwise meaning.

    References:
        debrabant2009, table of DRI1.
    """

    name: ClassVar[str] = "DRI1"
    tableau: ClassVar[WeakTableau] = _DRI1


@dataclass(frozen=True)
class Platen(OneStep):
    """Platen's explicit scheme of weak order 2 for scalar and diagonal Itô noise.

        Yb = Y + f h + g Ih,   Y± = Y + f h ± g √h
        Y' = Y + (f(t+h, Yb) + f) h/2 + (g(t+h, Y+) + g(t+h, Y-) + 2 g) Ih/4 + (g(t+h, Y+) - g(t+h, Y-)) (Ih² - h)/(4 √h)

    Notes:
        Two drift and three diffusion calls a step. `RI6` is its extension to every noise and gives the same numbers here.

    References:
        kloeden1992, equation (15.1.1).
    """

    name: ClassVar[str] = "Platen"
    needs: ClassVar[NoiseRequest] = NoiseRequest.THREE_POINTS
    noise_kinds: ClassVar[tuple[str, ...]] = ("scalar", "diagonal")
    strong_order: ClassVar[None] = None
    weak_order: ClassVar[float] = 2.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        dW, root = noise.dW, jnp.sqrt(dt)
        f, g = process.drift_at(t, x), process.column(t, x)
        up = process.column(t + dt, x + f * dt + g * root)
        down = process.column(t + dt, x + f * dt - g * root)
        drift = (process.drift_at(t + dt, x + f * dt + g * dW) + f) * dt / 2
        return x + drift + (up + down + 2 * g) * dW / 4 + (up - down) * (dW**2 - dt) / (4 * root), memory


def _double_integrals(noise: Noise, dt: Array) -> Array:
    """Return Ih_kl = (Ih_k Ih_l - √h It_kl - δ_kl h)/2, where It_lk = -It_kl for k < l."""
    noises = noise.dW.shape[0]
    if noises == 1:
        return ((noise.dW**2 - dt) / 2)[:, None]
    upper = jnp.triu(noise.pair, 1)
    eye = jnp.eye(noises, dtype=noise.dW.dtype)
    return (jnp.outer(noise.dW, noise.dW) - jnp.sqrt(dt) * (upper - upper.T) - dt * eye) / 2

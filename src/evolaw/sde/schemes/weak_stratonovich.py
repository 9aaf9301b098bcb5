"""Schemes of weak order 2 for Stratonovich equations: RS1 and RS2.

The noise is that of the Itô schemes in `weak_runge_kutta`: Ih_k of three points, and one two-point variable It_kl = ±√h for
each pair k < l, mirrored with a change of sign. Stages and step, f drift, g^k column k of the diffusion, h = dt, Y state:

    k_1 = f(t, Y),  k_2 = f(t + c2 h, Y + a21 k_1 h),  k_3 = f(t + c3 h, Y + (a31 k_1 + a32 k_2) h + Σ_k p_k)
    g2k = g^k(t, Y + 2/3 g^k Ih_k),                    p_k = (g^k/4 + 3/4 g2k) Ih_k
    g3k = g^k(t + h, Y + k_1 h + p_k/3 + Σ_{l≠k} p_l)
    g4k = g^k(t + h, Y + k_1 h + (-5/4 g^k + g2k/4 + 2 g3k) Ih_k + Σ_{l≠k} p_l)
    Y'  = Y + h Σ_i alpha_i k_i + Σ_k (g^k + 3 g2k + 3 g3k + g4k) Ih_k/8 + √h/4 Σ_k [g^k(t, Y + q_k) - g^k(t, Y - q_k)]
    q_k = Σ_{l≠k} g^l It_lk

The two weights of the last line stand for the Lévy areas A_lk, of which √h It_lk/2 has the mean 0 and the variance h²/4; that is
all of them that a weak order of 2 can see. The terms with l ≠ k and the last sum vanish for diagonal noise, all differences
between the stages of g but their times for additive noise, and the code then skips them.

The tests prove the order in exact fractions, by expanding one step on polynomial coefficients with random rational weights and
comparing the moments with those of the generator to the power h².
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import jax.numpy as jnp

from evolaw.arrays import Array
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep, own_columns

__all__ = ["RS1", "RS2", "DriftTableau"]


@dataclass(frozen=True)
class DriftTableau:
    """Coefficients of the drift stages, in the letters of the module's formula."""

    a21: Fraction
    a31: Fraction
    a32: Fraction
    c2: Fraction
    c3: Fraction
    alpha: tuple[Fraction, Fraction, Fraction]


_HALF, _THIRD, _NONE = Fraction(1, 2), Fraction(1, 3), Fraction(0)
_RS1 = DriftTableau(_NONE, Fraction(1), _NONE, _NONE, Fraction(1), (_HALF, _NONE, _HALF))
_RS2 = DriftTableau(2 * _THIRD, Fraction(1, 6), _HALF, 2 * _THIRD, 2 * _THIRD, (Fraction(1, 4), Fraction(1, 4), _HALF))


@dataclass(frozen=True)
class _StratonovichWeak(OneStep):
    """The step shared by RS1 and RS2; they differ in their drift stages alone."""

    tableau: ClassVar[DriftTableau]
    needs: ClassVar[NoiseRequest] = NoiseRequest.THREE_POINTS
    calculus: ClassVar[str] = "stratonovich"
    strong_order: ClassVar[None] = None
    weak_order: ClassVar[float] = 2.0

    def step(self, process: SDE, t: Array, x: Array, dt: Array, noise: Noise, memory: Any) -> tuple[Array, Any]:
        """Advance one step by the module's formula; see `RS1` and `RS2`."""
        dW = noise.dW
        if process.noise == "additive":
            mean, _ = self._drift_part(process, t, x, dt, process.diffuse(t, x, dW))
            return x + mean + (process.diffuse(t, x, dW) + process.diffuse(t + dt, x, dW)) / 2, memory
        if process.noise == "diagonal" or process.noises == 1:
            return self._diagonal_step(process, t, x, dt, dW), memory
        g = process.matrix(t, x)
        g2 = own_columns(process, t, x[:, None] + 2 / 3 * g * dW)
        part = (g / 4 + 3 / 4 * g2) * dW
        push = part.sum(1)
        mean, k1 = self._drift_part(process, t, x, dt, push)
        base = (x + k1 * dt + push)[:, None] - part
        g3 = own_columns(process, t + dt, base + part / 3)
        g4 = own_columns(process, t + dt, base + (-5 / 4 * g + g2 / 4 + 2 * g3) * dW)
        # Entry [l, k] of the pair variables, whose diagonal is zero, weighs g^l in q_k.
        across = g @ noise.pair
        plus, minus = (own_columns(process, t, x[:, None] + sign * across) for sign in (1, -1))
        areas = jnp.sqrt(dt) / 4 * (plus - minus).sum(1)
        return x + mean + (g + 3 * g2 + 3 * g3 + g4) @ dW / 8 + areas, memory

    def _drift_part(self, process: SDE, t: Array, x: Array, dt: Array, push: Array) -> tuple[Array, Array]:
        """Return h Σ alpha_i k_i and k_1; ``push`` is Σ_k p_k."""
        tab = self.tableau
        k1 = process.drift_at(t, x)
        total, stage = float(tab.alpha[0]) * k1, float(tab.a31) * k1
        if tab.a32:
            k2 = process.drift_at(t + float(tab.c2) * dt, x + float(tab.a21) * k1 * dt)
            total, stage = total + float(tab.alpha[1]) * k2, stage + float(tab.a32) * k2
        k3 = process.drift_at(t + float(tab.c3) * dt, x + stage * dt + push)
        return (total + float(tab.alpha[2]) * k3) * dt, k1

    def _diagonal_step(self, process: SDE, t: Array, x: Array, dt: Array, dW: Array) -> Array:
        g = process.column(t, x)
        g2 = process.column(t, x + 2 / 3 * g * dW)
        push = (g / 4 + 3 / 4 * g2) * dW
        mean, k1 = self._drift_part(process, t, x, dt, push)
        g3 = process.column(t + dt, x + k1 * dt + push / 3)
        g4 = process.column(t + dt, x + k1 * dt + (-5 / 4 * g + g2 / 4 + 2 * g3) * dW)
        return x + mean + (g + 3 * g2 + 3 * g3 + g4) * dW / 8


@dataclass(frozen=True)
class RS1(_StratonovichWeak):
    """RS1: weak order 2 for every Stratonovich noise, by the module's formula.

    Notes:
        Two drift calls a step. Diffusion calls of the whole matrix for m noises: 1 + 5 m, 4 for scalar and diagonal, 2
        for additive noise. No pathwise meaning: the noise is not a Brownian increment.

    References:
        roessler2007, table of RS1.
    """

    name: ClassVar[str] = "RS1"
    tableau: ClassVar[DriftTableau] = _RS1


@dataclass(frozen=True)
class RS2(_StratonovichWeak):
    """RS2: weak order 2 for every Stratonovich noise, of order 3 when the noise vanishes, by the module's formula.

    Notes:
        Three drift calls a step, diffusion calls as `RS1`. No pathwise meaning.

    References:
        roessler2007, table of RS2.
    """

    name: ClassVar[str] = "RS2"
    tableau: ClassVar[DriftTableau] = _RS2

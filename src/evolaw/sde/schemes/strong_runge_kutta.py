"""Stochastic Runge–Kutta schemes of strong order 1.5 for Itô equations, and SRI2, SRS2 of order 1 for general noise.

Noise of a step, W and I_10 per component: I_1 = ΔW, I_10 = ∫ (W(s) - W(t)) ds, I_11 = (I_1² - h)/2, I_111 = (I_1³ - 3 h I_1)/6.

Scalar and diagonal noise (SRI1W1, SRI2W1), every product with g taken component by component:

    H0_i = Y + Σ_j A0_ij f(t + c0_j h, H0_j) h + Σ_j B0_ij g(t + c1_j h, H1_j) I_10/h
    H1_i = Y + Σ_j A1_ij f(t + c0_j h, H0_j) h + Σ_j B1_ij g(t + c1_j h, H1_j) √h
    Y'   = Y + Σ_i α_i f(t + c0_i h, H0_i) h + Σ_i (b1_i I_1 + b2_i I_11/√h + b3_i I_10/h + b4_i I_111/h) g(t + c1_i h, H1_i)

Additive noise (SRA1, SRA3), G(t) a matrix:

    H0_i = Y + Σ_j A0_ij f(t + c0_j h, H0_j) h + Σ_j B0_ij G(t + c1_j h) I_10/h
    Y'   = Y + Σ_i α_i f(t + c0_i h, H0_i) h + Σ_i G(t + c1_i h) (b1_i I_1 + b2_i I_10/h)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.milstein import iterated_integrals
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep, own_columns
from evolaw.sde.schemes.strong_tableaux import (
    ADDITIVE_ONE,
    ADDITIVE_THREE,
    DIAGONAL_ONE,
    DIAGONAL_TWO,
    AdditiveTableau,
    DiagonalTableau,
    Row,
)

__all__ = ["SRA1", "SRA3", "SRI1W1", "SRI2", "SRI2W1", "SRS2", "ShARK"]


@dataclass(frozen=True)
class _DiagonalScheme(OneStep):
    """The step shared by SRI1W1 and SRI2W1; they differ in their tableau alone."""

    tableau: ClassVar[DiagonalTableau]
    needs: ClassVar[NoiseRequest] = NoiseRequest.INTEGRALS
    noise_kinds: ClassVar[tuple[str, ...]] = ("scalar", "diagonal")
    strong_order: ClassVar[float] = 1.5

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the module's first formula."""
        tab, root, dW = self.tableau, jnp.sqrt(dt), noise.dW
        later = noise.dZ / dt
        f: list[Any] = []
        g: list[Any] = []
        for i in range(len(tab.alpha)):
            drift_stage = x + _weighed(tab.A0[i], f) * dt + _weighed(tab.B0[i], g) * later
            noise_stage = x + _weighed(tab.A1[i], f) * dt + _weighed(tab.B1[i], g) * root
            used = any(row[i] for row in (tab.alpha, *tab.A0, *tab.A1))
            f.append(process.drift_at(t + float(tab.c0[i]) * dt, drift_stage) if used else 0.0)
            g.append(process.column(t + float(tab.c1[i]) * dt, noise_stage))
        twice, thrice = (dW**2 - dt) / 2, (dW**3 - 3 * dt * dW) / 6
        integrals = (dW, twice / root, later, thrice / dt)
        noise_part = sum(_weighed(row, g) * integral for row, integral in zip(tab.b, integrals, strict=True))
        return x + _weighed(tab.alpha, f) * dt + noise_part, memory


@dataclass(frozen=True)
class SRI1W1(_DiagonalScheme):
    """SRI1W1: strong order 1.5 and weak order 2 for scalar and diagonal Itô noise, by the module's first formula.

    Notes:
        Two drift and four diffusion calls a step. Needs the increment and its time integral I_10. The weak order is 2 for
        a diffusion g(x); for g(t, x) it is 1.5, measured in tests/sde/test_schemes_weak_orders.py. Use `DRI1` there.

    References:
        roessler2010; the coefficients are `strong_tableaux.DIAGONAL_ONE`, proven there by their order conditions.
    """

    name: ClassVar[str] = "SRI1W1"
    tableau: ClassVar[DiagonalTableau] = DIAGONAL_ONE
    weak_order: ClassVar[float] = 2.0


@dataclass(frozen=True)
class SRI2W1(_DiagonalScheme):
    """SRI2W1: strong order 1.5 for scalar and diagonal Itô noise with three drift stages, by the module's first formula.

    Notes:
        Three drift and four diffusion calls a step; drift of order 3 when the noise vanishes. Weak order 1.5, measured.

    References:
        roessler2010; the coefficients are `strong_tableaux.DIAGONAL_TWO`.
    """

    name: ClassVar[str] = "SRI2W1"
    tableau: ClassVar[DiagonalTableau] = DIAGONAL_TWO
    weak_order: ClassVar[float] = 1.5


@dataclass(frozen=True)
class _AdditiveScheme(OneStep):
    """The step shared by SRA1 and SRA3; they differ in their tableau alone."""

    tableau: ClassVar[AdditiveTableau]
    needs: ClassVar[NoiseRequest] = NoiseRequest.INTEGRALS
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive",)
    calculus: ClassVar[None] = None
    strong_order: ClassVar[float] = 1.5
    weak_order: ClassVar[float] = 2.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the module's second formula."""
        tab, later = self.tableau, noise.dZ / dt
        f: list[Any] = []
        pushes = [
            process.diffuse(t + float(c) * dt, x, later) if any(row[i] for row in (*tab.B0, *tab.b)) else 0.0
            for i, c in enumerate(tab.c1)
        ]
        for i in range(len(tab.alpha)):
            stage = x + _weighed(tab.A0[i], f) * dt + _weighed(tab.B0[i], pushes)
            f.append(process.drift_at(t + float(tab.c0[i]) * dt, stage))
        noise_part = _weighed(tab.b[1], pushes) + sum(
            float(b) * process.diffuse(t + float(c) * dt, x, noise.dW)
            for b, c in zip(tab.b[0], tab.c1, strict=True)
            if b
        )
        return x + _weighed(tab.alpha, f) * dt + noise_part, memory


@dataclass(frozen=True)
class SRA1(_AdditiveScheme):
    """SRA1: strong order 1.5, weak order 2 for additive noise, by the module's second formula with two drift stages.

        k1 = f(t, Y),  k2 = f(t + 3h/4, Y + 3/4 h k1 + 3/2 G(t+h) I_10/h)
        Y' = Y + h (k1 + 2 k2)/3 + G(t+h) I_1 + (G(t) - G(t+h)) I_10/h

    References:
        roessler2010; the coefficients are `strong_tableaux.ADDITIVE_ONE`.
    """

    name: ClassVar[str] = "SRA1"
    tableau: ClassVar[AdditiveTableau] = ADDITIVE_ONE


@dataclass(frozen=True)
class SRA3(_AdditiveScheme):
    """SRA3: as SRA1 with three drift stages, of order 3 when the noise vanishes, by the module's second formula.

    References:
        roessler2010; the coefficients are `strong_tableaux.ADDITIVE_THREE`.
    """

    name: ClassVar[str] = "SRA3"
    tableau: ClassVar[AdditiveTableau] = ADDITIVE_THREE


@dataclass(frozen=True)
class ShARK(OneStep):
    """ShARK, the shifted additive-noise Runge–Kutta method: strong order 1.5, weak order 2 for additive noise.

        H  = I_10/h - ΔW/2,  G = G(t)
        k1 = f(t, Y + G H),  k2 = f(t + 5h/6, Y + 5/6 (h k1 + G ΔW) + G H)
        Y' = Y + h (0.4 k1 + 0.6 k2) + G ΔW + (G(t+h) - G(t)) (ΔW/2 - H)

    Notes:
        The last term vanishes for constant G; without it the order is 1 for time-dependent G. ΔW/2 - H = ΔW - I_10/h.

    References:
        foster2024, equation 6.1.
    """

    name: ClassVar[str] = "ShARK"
    needs: ClassVar[NoiseRequest] = NoiseRequest.INTEGRALS
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive",)
    calculus: ClassVar[None] = None
    strong_order: ClassVar[float] = 1.5
    weak_order: ClassVar[float] = 2.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        shift = noise.dZ / dt - noise.dW / 2
        push, shifted = process.diffuse(t, x, noise.dW), process.diffuse(t, x, shift)
        k1 = process.drift_at(t, x + shifted)
        k2 = process.drift_at(t + 5 / 6 * dt, x + 5 / 6 * (k1 * dt + push) + shifted)
        return x + (0.4 * k1 + 0.6 * k2) * dt + push + self._correction(process, t, x, dt, noise), memory

    def _correction(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise) -> Any:
        rest = noise.dW - noise.dZ / dt
        return process.diffuse(t + dt, x, rest) - process.diffuse(t, x, rest)


@dataclass(frozen=True)
class SRI2(OneStep):
    """SRI2: strong order 1 for general Itô noise without derivatives, from iterated integrals.

        k  = f(t, Y),  S_k = Σ_l g^l(t, Y) I_lk/√h                                        (I_lk = ∫ W_l dW_k)
        Y' = Y + h/2 (k + f(t+h, Y + h k)) + Σ_k g^k(t, Y) ΔW_k
             + √h/2 Σ_k [g^k(t+h, Y + h k + S_k) - g^k(t+h, Y + h k - S_k)]

    Notes:
        Weak order 1. One plus 2 m diffusion calls a step for m noises; where G is cheap to differentiate `LevyMilstein` is
        as good. Time-dependent G keeps the order 1: replacing G(t) ΔW by the true integral changes it by O(h^1.5) with mean 0.

    References:
        roessler2010, the scheme SRI2 of strong order 1.
    """

    name: ClassVar[str] = "SRI2"
    needs: ClassVar[NoiseRequest] = NoiseRequest.AREAS
    integrals: ClassVar[str] = "ito"
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[float] = 1.0
    weak_order: ClassVar[float] = 1.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        root = jnp.sqrt(dt)
        g, k = process.matrix(t, x), process.drift_at(t, x)
        base = x + k * dt
        support = g @ iterated_integrals(noise, dt, self.integrals) / root
        plus, minus = (own_columns(process, t + dt, base[:, None] + sign * support) for sign in (1, -1))
        drift = (k + process.drift_at(t + dt, base)) * dt / 2
        return x + drift + g @ noise.dW + root / 2 * (plus - minus).sum(1), memory


@dataclass(frozen=True)
class SRS2(SRI2):
    """SRS2: as SRI2 for Stratonovich noise: strong order 1 without derivatives, the integrals being Stratonovich's.

        S_k = Σ_l g^l(t, Y) J_lk/√h,     J_lk = ∫ W_l ∘ dW_k = ΔW_l ΔW_k/2 + A_lk

    Notes:
        Everything else is the step of `SRI2`, and so is its cost. Weak order 1.

    References:
        roessler2010, the scheme SRS2 of strong order 1.
    """

    name: ClassVar[str] = "SRS2"
    calculus: ClassVar[str] = "stratonovich"
    integrals: ClassVar[str] = "stratonovich"


def _weighed(row: Row, values: list[Any]) -> Any:
    """Return Σ_j row_j values_j over the values there are; rows of a triangular tableau reach no further."""
    return sum(float(weight) * value for weight, value in zip(row, values, strict=False) if weight)

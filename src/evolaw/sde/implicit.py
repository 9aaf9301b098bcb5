"""Schemes for drifts that Euler–Maruyama cannot bear: drift-implicit for stiff ones, tamed for superlinear ones.

Both treat the noise as Euler–Maruyama does and change the drift alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.sde.processes import NOISE_KINDS, SDE
from evolaw.sde.schemes import Noise, OneStep

__all__ = ["DriftImplicitEuler", "TamedEuler"]

_EULER_ORDER = {kind: 1.0 if kind == "additive" else 0.5 for kind in NOISE_KINDS}


@dataclass(frozen=True)
class DriftImplicitEuler(OneStep):
    """Drift-implicit (theta) Euler–Maruyama, solved by Newton's method.

        y = x + (1 - theta) f(t, x) h + theta f(t+h, y) h + G(t, x) dW
        Newton:  y <- y - (I - theta h ∂f/∂x(t+h, y))⁻¹ (y - theta h f(t+h, y) - c),   from y = x, ``iterations`` times

    Args:
        theta: share of the implicit drift; 1 is backward Euler, 1/2 the trapezoidal rule.
        iterations: Newton iterations, a fixed number so that every path costs the same; one is exact for a linear drift.

    Raises:
        ArgumentError: ``theta`` is not in (0, 1] or ``iterations`` below 1.

    Notes:
        Itô. Strong order 0.5, 1.0 for additive noise; weak order 1. For theta >= 1/2 the drift may be as stiff as it
        likes. Each iteration solves a system of size ``dim``. The residual is not checked: a drift whose Newton iteration
        does not settle shows as a wrong drift; more iterations tell.

    References:
        kloeden1992, section 12.2; higham2000.

    Example:
        >>> stiff = SDE(lambda t, x, p: -1000.0 * x, 1.0, noise="additive")
        >>> float(DriftImplicitEuler().step(stiff, 0.0, jnp.ones(1), 1.0, Noise(jnp.zeros(1)), None)[0][0]) < 0.001
        True
    """

    theta: float = 1.0
    iterations: int = 4

    name: ClassVar[str] = "drift-implicit Euler"
    needs: ClassVar[str] = "dW"
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[Mapping[str, float]] = _EULER_ORDER
    weak_order: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checks.require(checks.positive(self.theta, "theta") <= 1, "theta", "be above 0 and at most 1", self.theta)
        checks.integer(self.iterations, "iterations", least=1)

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        x = jnp.asarray(x)
        known = x + process.diffuse(t, x, noise.dW)
        if self.theta < 1:
            known = known + (1 - self.theta) * process.drift_at(t, x) * dt

        def residual(y: jax.Array) -> jax.Array:
            return y - self.theta * dt * process.drift_at(t + dt, y) - known

        y = x
        for _ in range(self.iterations):
            y = y - _solve(jax.jacfwd(residual)(y), residual(y))
        return y, memory


@dataclass(frozen=True)
class TamedEuler(OneStep):
    """Tamed Euler–Maruyama:  x(t+h) = x + f(t, x) h / (1 + h |f(t, x)|) + G(t, x) dW.

    Notes:
        Itô. |·| is the Euclidean norm, so that no step of the drift is longer than 1. Strong order 0.5, 1.0 for additive
        noise, and weak order 1 also for drifts that grow faster than linearly and are one-sided Lipschitz, where the
        moments of Euler–Maruyama explode. The diffusion must be globally Lipschitz.

    References:
        hutzenthaler2012, equation 4.

    Example:
        >>> cubic = SDE(lambda t, x, p: -(x**3), 1.0, noise="additive")
        >>> float(TamedEuler().step(cubic, 0.0, jnp.array([100.0]), 0.5, Noise(jnp.zeros(1)), None)[0][0]) > 98
        True
    """

    name: ClassVar[str] = "tamed Euler"
    needs: ClassVar[str] = "dW"
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[Mapping[str, float]] = _EULER_ORDER
    weak_order: ClassVar[float] = 1.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        drift = process.drift_at(t, x)
        tamed = drift * dt / (1 + dt * jnp.linalg.norm(drift))
        return x + tamed + process.diffuse(t, x, noise.dW), memory


def _solve(matrix: jax.Array, right: jax.Array) -> jax.Array:
    """Return matrix⁻¹ right; a 1 x 1 system is a division, which runs on many paths without a linear solver."""
    return right / matrix[0] if right.shape == (1,) else jnp.linalg.solve(matrix, right)

"""Schemes for drifts that Euler–Maruyama cannot bear: drift-implicit for stiff ones, tamed for superlinear ones.

Both treat the noise as Euler–Maruyama does and change the drift alone. The implicit step is an equation; a step whose equation
Newton's method does not solve gives no state (not a number) rather than a wrong one, which the loop reports as it reports
every path that does not stay finite; `DriftImplicitEuler.explain` then says what was left of the equation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from evolaw import checks
from evolaw.sde.processes.process import NOISE_KINDS, SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep

__all__ = ["DriftImplicitEuler", "TamedEuler"]

_LARGEST_WRITTEN_OUT = 4
_EULER_ORDER = {kind: 1.0 if kind == "additive" else 0.5 for kind in NOISE_KINDS}


@dataclass(frozen=True)
class DriftImplicitEuler(OneStep):
    """Drift-implicit (theta) Euler–Maruyama, solved by Newton's method.

        y = x + (1 - theta) f(t, x) h + theta f(t+h, y) h + G(t, x) dW = c + theta f(t+h, y) h
        Newton:  y <- y - λ δ,  (I - theta h ∂f/∂x(t+h, y)) δ = r(y) = y - theta h f(t+h, y) - c,    from y = x
        until    max |δ_i| <= tolerance (1 + max |y_i|);     λ = 1, halved where |r| does not fall

    Args:
        theta: share of the implicit drift; 1 is backward Euler, 1/2 the trapezoidal rule.
        iterations: Newton iterations at most, those with a halved share included.
        tolerance: relative size of the last correction; no less than 64 roundings are asked for.

    Raises:
        ArgumentError: ``theta`` is not in (0, 1], ``iterations`` below 2, ``tolerance`` not positive.

    Notes:
        Itô. Strong order 0.5, 1.0 for additive noise; weak order 1. For theta >= 1/2 the drift may be as stiff as it
        likes. Each iteration solves a system of size ``dim`` on every path of a chunk until the last of them is solved; a
        linear drift takes one iteration and one to see that it is done. Newton's method converges quadratically, so that
        the error of an accepted y is about the square of its last correction. A step that is not accepted is not a number.

    References:
        kloeden1992, section 12.2; higham2000.

    Example:
        >>> stiff = SDE(lambda t, x, p: -1000.0 * x, 1.0, noise="additive")
        >>> float(DriftImplicitEuler().step(stiff, 0.0, jnp.ones(1), 1.0, Noise(jnp.zeros(1)), None)[0][0]) < 0.001
        True
    """

    theta: float = 1.0
    iterations: int = 30
    tolerance: float = 1e-6

    name: ClassVar[str] = "drift-implicit Euler"
    needs: ClassVar[NoiseRequest] = NoiseRequest.INCREMENTS
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[Mapping[str, float]] = _EULER_ORDER
    weak_order: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checks.require(checks.positive(self.theta, "theta") <= 1, "theta", "be above 0 and at most 1", self.theta)
        checks.integer(self.iterations, "iterations", least=2)
        checks.positive(self.tolerance, "tolerance")

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class; not a number where Newton's method did not settle."""
        end = self._iterate(process, t, x, dt, noise)
        return jnp.where(end.change <= self._allowed(end.y), end.y, jnp.nan), memory

    def explain(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise) -> str | None:
        """Return why the step from a finite x gave no state; None when its equation was solved, or there was none."""
        end = self._iterate(process, t, x, dt, noise)
        if bool(end.change <= self._allowed(end.y)) or not bool(jnp.isfinite(end.left).all()):
            return None
        return (
            f"Newton's method did not solve the implicit equation of this step: after {int(end.rounds)} iterations the "
            f"residual is {float(jnp.abs(end.left).max()):.3g} and the last correction {float(end.change):.3g}, with "
            f"{float(self._allowed(end.y)):.3g} allowed. Try a smaller dt, more iterations than {self.iterations}, or "
            "TamedEuler."
        )

    def _iterate(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise) -> _Newton:
        x = jnp.asarray(x)
        known = x + process.diffuse(t, x, noise.dW)
        if self.theta < 1:
            known = known + (1 - self.theta) * process.drift_at(t, x) * dt

        def residual(y: jax.Array) -> jax.Array:
            return y - self.theta * dt * process.drift_at(t + dt, y) - known

        def unsettled(state: _Newton) -> Any:
            # What is not finite stays so: a lost path must not keep the others waiting.
            lost = ~jnp.isfinite(state.change) & (state.rounds > 0)
            return (state.change > self._allowed(state.y)) & (state.rounds < self.iterations) & ~lost

        def improve(state: _Newton) -> _Newton:
            y, left, _, share, rounds = state
            change = _solve(jax.jacfwd(residual)(y), left)
            size = jnp.abs(change).max()
            last = size <= self._allowed(y)
            share = jnp.where(last, 1, share)
            ahead = y - share * change
            left_there = residual(ahead)
            # Where a whole correction overshoots, half of it is tried; at rounding the residual no longer falls.
            better = last | (jnp.sum(left_there**2) < jnp.sum(left**2)) | ~jnp.isfinite(size)
            return _Newton(
                jnp.where(better, ahead, y),
                jnp.where(better, left_there, left),
                size,
                jnp.where(better, jnp.minimum(2 * share, 1), share / 2),
                rounds + 1,
            )

        whole, infinite = jnp.ones((), x.dtype), jnp.full((), jnp.inf, x.dtype)
        begin = _Newton(x, residual(x), infinite, whole, jnp.zeros((), jnp.int32))
        return jax.lax.while_loop(unsettled, improve, begin)

    def _allowed(self, y: jax.Array) -> jax.Array:
        """Return the largest last correction of an accepted y."""
        return max(self.tolerance, 64 * float(jnp.finfo(y.dtype).eps)) * (1 + jnp.abs(y).max())


class _Newton(NamedTuple):
    """Where Newton's method stands: y, its residual, the last whole correction, the share of the next one, and how many."""

    y: jax.Array
    left: jax.Array
    change: jax.Array
    share: jax.Array
    rounds: jax.Array


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
    needs: ClassVar[NoiseRequest] = NoiseRequest.INCREMENTS
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[Mapping[str, float]] = _EULER_ORDER
    weak_order: ClassVar[float] = 1.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the formula of the class."""
        drift = process.drift_at(t, x)
        tamed = drift * dt / (1 + dt * jnp.linalg.norm(drift))
        return x + tamed + process.diffuse(t, x, noise.dW), memory


def _solve(matrix: jax.Array, right: jax.Array) -> jax.Array:
    """Return matrix⁻¹ right; small systems by elimination written out, which runs on many paths without a linear solver."""
    size = right.shape[0]
    if size > _LARGEST_WRITTEN_OUT:
        return jnp.linalg.solve(matrix, right)
    rows = [jnp.append(matrix[i], right[i]) for i in range(size)]
    for i in range(size):
        for j in range(i + 1, size):
            # The larger pivot goes up.
            swap = jnp.abs(rows[j][i]) > jnp.abs(rows[i][i])
            rows[i], rows[j] = jnp.where(swap, rows[j], rows[i]), jnp.where(swap, rows[i], rows[j])
        for j in range(i + 1, size):
            rows[j] = rows[j] - rows[i] * (rows[j][i] / rows[i][i])
    found: list[jax.Array] = []
    for i in reversed(range(size)):
        rest = sum((rows[i][size - 1 - k] * value for k, value in enumerate(found)), start=jnp.zeros((), right.dtype))
        found.append((rows[i][size] - rest) / rows[i][i])
    return jnp.stack(found[::-1])

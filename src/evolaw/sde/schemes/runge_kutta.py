"""Explicit Runge–Kutta schemes for equations without noise, dX = f(t, X) dt.

    k_i  = f(t + c_i h, x + h Σ_j<i A_ij k_j)
    x(t+h) = x + h Σ_i b_i k_i

They are for flows (probability flows, deterministic limits, noiseless junctions) and run on the loop of the noisy ones: many
starts, sweeps of parameters, unequal and falling steps, statistics and events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep

__all__ = ["Euler", "Heun", "RungeKutta4"]

_HALF, _THIRD, _SIXTH = Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)


@dataclass(frozen=True)
class _Explicit(OneStep):
    """The step shared by all; they differ in their tableau and their order."""

    A: ClassVar[tuple[tuple[Fraction | int, ...], ...]]
    b: ClassVar[tuple[Fraction | int, ...]]
    c: ClassVar[tuple[Fraction | int, ...]]
    needs: ClassVar[NoiseRequest] = NoiseRequest.NONE
    noise_kinds: ClassVar[tuple[str, ...]] = ("none",)
    calculus: ClassVar[None] = None
    runs_backwards: ClassVar[bool] = True

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Advance one step by the module's formula."""
        k: list[Any] = []
        for row, c in zip(self.A, self.c, strict=True):
            k.append(process.drift_at(t + float(c) * dt, x + _weighed(row, k) * dt))
        return x + _weighed(self.b, k) * dt, memory


@dataclass(frozen=True)
class Euler(_Explicit):
    """Euler's method, order 1:  x(t+h) = x + f(t, x) h.

    Notes:
        One drift call a step.

    References:
        hairer1993, section II.1.

    Example:
        >>> import numpy as np
        >>> decay = SDE(lambda t, x, p: -x, None, noise="none")
        >>> Euler().step(decay, 0.0, np.ones(1), 0.5, Noise(), None)[0].tolist()
        [0.5]
    """

    name: ClassVar[str] = "Euler"
    A: ClassVar[tuple[tuple[Fraction | int, ...], ...]] = ((),)
    b: ClassVar[tuple[Fraction | int, ...]] = (1,)
    c: ClassVar[tuple[Fraction | int, ...]] = (0,)
    strong_order: ClassVar[Mapping[str, float]] = {"none": 1.0}
    weak_order: ClassVar[Mapping[str, float]] = {"none": 1.0}


@dataclass(frozen=True)
class Heun(_Explicit):
    """Heun's method, order 2:  k1 = f(t, x),  k2 = f(t+h, x + h k1),  x(t+h) = x + h (k1 + k2)/2.

    Notes:
        Two drift calls a step.

    References:
        hairer1993, section II.1.

    Example:
        >>> import numpy as np
        >>> decay = SDE(lambda t, x, p: -x, None, noise="none")
        >>> Heun().step(decay, 0.0, np.ones(1), 0.5, Noise(), None)[0].tolist()
        [0.625]
    """

    name: ClassVar[str] = "Heun"
    A: ClassVar[tuple[tuple[Fraction | int, ...], ...]] = ((), (1,))
    b: ClassVar[tuple[Fraction | int, ...]] = (_HALF, _HALF)
    c: ClassVar[tuple[Fraction | int, ...]] = (0, 1)
    strong_order: ClassVar[Mapping[str, float]] = {"none": 2.0}
    weak_order: ClassVar[Mapping[str, float]] = {"none": 2.0}


@dataclass(frozen=True)
class RungeKutta4(_Explicit):
    """The classical method of Runge and Kutta, order 4.

        k1 = f(t, x),  k2 = f(t + h/2, x + h k1/2),  k3 = f(t + h/2, x + h k2/2),  k4 = f(t + h, x + h k3)
        x(t+h) = x + h (k1 + 2 k2 + 2 k3 + k4)/6

    Notes:
        Four drift calls a step.

    References:
        hairer1993, section II.1.

    Example:
        >>> import numpy as np
        >>> decay = SDE(lambda t, x, p: -x, None, noise="none")
        >>> round(float(RungeKutta4().step(decay, 0.0, np.ones(1), 0.5, Noise(), None)[0][0]), 5)
        0.60677
    """

    name: ClassVar[str] = "Runge–Kutta 4"
    A: ClassVar[tuple[tuple[Fraction | int, ...], ...]] = ((), (_HALF,), (0, _HALF), (0, 0, 1))
    b: ClassVar[tuple[Fraction | int, ...]] = (_SIXTH, _THIRD, _THIRD, _SIXTH)
    c: ClassVar[tuple[Fraction | int, ...]] = (0, _HALF, _HALF, 1)
    strong_order: ClassVar[Mapping[str, float]] = {"none": 4.0}
    weak_order: ClassVar[Mapping[str, float]] = {"none": 4.0}


def _weighed(row: tuple[Fraction | int, ...], values: list[Any]) -> Any:
    return sum(float(weight) * value for weight, value in zip(row, values, strict=True) if weight)

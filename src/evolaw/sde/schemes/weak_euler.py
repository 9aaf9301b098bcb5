"""Euler's method with coin tosses for noise: right in law to first order, and several times as many steps a second.

    x(t+h) = x + f(t, x) h + G(t, x) ξ        ξ_k independent,  ±√h with probability 1/2,
                                              or ±√(3h) with probability 1/6 each and 0 with probability 2/3

Weak order 1 needs the first three moments of ξ to be those of an increment up to O(h²): two points suffice. A word of chance
serves 32 steps with two points and 8 with three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from evolaw import checks
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise, OneStep

__all__ = ["WeakEuler"]

_NEEDS: Mapping[int, NoiseRequest] = {2: NoiseRequest.TWO_POINTS, 3: NoiseRequest.THREE_POINTS}


@dataclass(frozen=True)
class WeakEuler(OneStep):
    """Weak Euler:  x(t+h) = x + f(t, x) h + G(t, x) ξ  with two- or three-point variables ξ.

    Attributes:
        points: values that a component of ξ takes, 2 or 3. Three points have the fourth and fifth moment of an increment
            too, so that smooth averages have a smaller error constant; the order is the same.

    Raises:
        ArgumentError: ``points`` is neither 2 nor 3.

    Notes:
        Itô. Weak order 1; no strong order, since no path is followed. One drift and one diffusion call a step. A sum of n
        two-point variables lies on a lattice: look at smooth averages, not at densities after few steps.

    References:
        kloeden1992, section 14.1.

    Example:
        >>> import numpy as np
        >>> growth = SDE(lambda t, x, p: x, lambda t, x, p: 2.0 * x, noise="scalar")
        >>> WeakEuler().step(growth, 0.0, np.ones(1), 0.25, Noise(np.array([-0.5])), None)[0].tolist()
        [0.25]
    """

    points: int = 2

    name: ClassVar[str] = "weak Euler"
    trusts_kind: ClassVar[bool] = False
    strong_order: ClassVar[None] = None
    weak_order: ClassVar[float] = 1.0

    def __post_init__(self) -> None:
        checks.require(self.points in _NEEDS, "points", "be 2 or 3", self.points)

    @property
    def needs(self) -> NoiseRequest:
        """Return the noise of a step, of two or of three points."""
        return _NEEDS[self.points]

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return x + f h + G ξ."""
        return x + process.diffuse(t, x, noise.dW) + process.drift_at(t, x) * dt, memory

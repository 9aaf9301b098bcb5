"""One step of a method: what it needs, what it is for, how good it is, and the step itself.

A scheme is stateless. It sees one path; the loop in ``solver.py`` draws the noise, hands it in, and runs the step on many
paths. Memory that a scheme needs from step to step is an argument and a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol

from evolaw.sde.processes import NOISE_KINDS, SDE

__all__ = ["EulerMaruyama", "Noise", "Scheme"]


class Noise(NamedTuple):
    """The noise of one step of length h; what a scheme did not ask for is None.

    Attributes:
        dW: increments W(t+h) - W(t), shape (noises,); for three-point schemes 0 or ±sqrt(3h) in their place, for
            two-point schemes ±sqrt(h).
        dZ: I10 = ∫ (W(s) - W(t)) ds over the step, shape (noises,).
        area: Lévy areas A_ij = ½ ∫ (W_i dW_j - W_j dW_i), antisymmetric, shape (noises, noises), so that
            I_ij = ∫ W_i dW_j = (dW_i dW_j - δ_ij h)/2 + A_ij.
        pair: two-point variables ±sqrt(h), one for each pair i < j, mirrored with a change of sign; shape
            (noises, noises).
    """

    dW: Any
    dZ: Any = None
    area: Any = None
    pair: Any = None


class Scheme(Protocol):
    """What the loop asks of a method.

    Attributes:
        name: name of the method.
        needs: noise of a step: "dW", "dW,dZ", "levy", "three_point", "two_point" or "exact".
        noise_kinds: the noise kinds it is for.
        calculus: the calculus it solves, or None when it serves both.
        strong_order, weak_order: orders of convergence, one number or one for each noise kind; None where it has none.
    """

    @property
    def name(self) -> str: ...
    @property
    def needs(self) -> str: ...
    @property
    def noise_kinds(self) -> tuple[str, ...]: ...
    @property
    def calculus(self) -> str | None: ...
    @property
    def strong_order(self) -> float | Mapping[str, float] | None: ...
    @property
    def weak_order(self) -> float | Mapping[str, float] | None: ...

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return the memory before the first step."""

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the state at t + dt and the new memory."""

    def refuses(self, process: SDE) -> str | None:
        """Return a sentence that names a fitting scheme when this one is not for ``process``; None when it is."""


@dataclass(frozen=True)
class EulerMaruyama:
    """Euler–Maruyama:  x(t+h) = x + f(t, x) h + G(t, x) dW.

    Notes:
        Itô. Strong order 0.5, 1.0 for additive noise; weak order 1. One drift and one diffusion call a step. Moments may
        explode when the drift grows faster than linearly.

    References:
        maruyama1955; kloeden1992, section 10.2.
    """

    name: ClassVar[str] = "Euler–Maruyama"
    needs: ClassVar[str] = "dW"
    noise_kinds: ClassVar[tuple[str, ...]] = NOISE_KINDS
    calculus: ClassVar[str] = "ito"
    strong_order: ClassVar[Mapping[str, float]] = {kind: 1.0 if kind == "additive" else 0.5 for kind in NOISE_KINDS}
    weak_order: ClassVar[float] = 1.0

    def start(self, process: SDE, t: Any, x: Any) -> None:
        """Return None: the method remembers nothing."""

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: None) -> tuple[Any, None]:
        """Return x + f h + G dW."""
        return x + process.drift_at(t, x) * dt + process.diffuse(t, x, noise.dW), None

    def refuses(self, process: SDE) -> str | None:
        """Refuse a Stratonovich process whose noise depends on the state."""
        if process.calculus == "stratonovich" and process.noise != "additive":
            return "Euler–Maruyama solves Itô equations; use Heun, or convert the process with ito."
        return None

"""Stepping with no error at all, where the transition law of a process is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from evolaw.sde.processes.process import NOISE_KINDS, SDE, DrawsTransitions
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise

__all__ = ["ExactStep"]


@dataclass(frozen=True)
class ExactStep:
    """Draw the next state from the exact transition law:  x(t+h) = process.exact.sample(Z, t, h, x).

    ``noise.dW`` holds ``process.exact.normals`` independent standard normals Z.

    Notes:
        The law of the solution at the steps is right for every h; there is no order. The path is a path of the
        process, though not of the same Brownian motion as with other schemes.

    References:
        gillespie1996 for the Ornstein–Uhlenbeck process; glasserman2003, section 3.4 for the square root; kloeden1992,
        section 4.4.

    Example:
        >>> import jax.numpy as jnp
        >>> from evolaw.sde.processes.classics import geometric_brownian_motion
        >>> growth = geometric_brownian_motion(growth=0.5, volatility=1.0)
        >>> ExactStep().step(growth, 0.0, jnp.ones(1), 1.0, Noise(jnp.zeros(1)), None)[0].tolist()
        [1.0]
    """

    name: ClassVar[str] = "exact step"
    needs: ClassVar[NoiseRequest] = NoiseRequest.NORMALS
    noise_kinds: ClassVar[tuple[str, ...]] = NOISE_KINDS
    calculus: ClassVar[None] = None
    runs_backwards: ClassVar[bool] = False
    strong_order: ClassVar[None] = None
    weak_order: ClassVar[None] = None

    def start(self, process: SDE, t: Any, x: Any) -> None:
        """Return None: the method remembers nothing."""

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: None) -> tuple[Any, None]:
        """Return a draw of the state at t + dt."""
        return process.exact.sample(noise.dW, t, dt, x), None

    def refuses(self, process: SDE) -> str | None:
        """Refuse a process whose transition cannot be sampled from normals, or not at its parameters."""
        law = process.exact
        if isinstance(law, DrawsTransitions):
            limits: str | None = law.limits() if hasattr(law, "limits") else None
            return limits
        return f"The transition of {process} is not known; use DRI1 for averages or Milstein for paths."

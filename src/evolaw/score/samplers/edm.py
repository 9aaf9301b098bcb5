"""EDM's sampler: Heun's method in the noise-to-signal ratio, with churn.

In y = x/a and σ = s/a, for any noising:

    σ̂ = (1 + γ) σ_t            ŷ = y + √(σ̂² - σ_t²) S z
    d = (ŷ - D(ŷ, σ̂))/σ̂        y' = ŷ + (σ_s - σ̂) d
    d' = (y' - D(y', σ_s))/σ_s   y_s = ŷ + (σ_s - σ̂)(d + d')/2

The last step to σ = 0, an Euler step, is the Tweedie step that `evolaw.score.sample` ends with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from evolaw import checks
from evolaw.score.samplers.chains import ScoreScheme, normals
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise

__all__ = ["EDMHeun"]


@dataclass(frozen=True)
class EDMHeun(ScoreScheme):
    """EDM's Heun sampler by the module's formulas.

    Attributes:
        churn: γ, by how much the noise is raised before a step; the paper's min(S_churn/N, √2 - 1).
        noise: S, the scale of the noise added.
        low, high: σ between which noise is added.

    Notes:
        Two calls a step. Weak order 2 without churn, at any times; it likes the "karras" grid.

    References:
        karras2022, algorithm 2.

    Example:
        >>> EDMHeun().needs, EDMHeun(churn=0.1).needs
        ('none', 'dW')
    """

    churn: float = 0.0
    noise: float = 1.0
    low: float = 0.0
    high: float = float("inf")
    calls: ClassVar[int] = 2
    spacing: ClassVar[str] = "karras"

    def __post_init__(self) -> None:
        checks.number(self.churn, "churn", least=0.0, most=2**0.5 - 1)
        checks.positive(self.noise, "noise")
        checks.require(self.low <= self.high, "low", f"be at most high = {self.high}", self.low)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        return f"EDM Heun (churn {self.churn:g})" if self.churn else "EDM Heun"

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return 1 if self.churn else 0

    @property
    def weak_order(self) -> float:  # type: ignore[override]
        """Weak order of convergence."""
        return 1.0 if self.churn else 2.0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return a_s y_s."""
        backward: Any = process.drift
        noising, then = backward.noising, t + dt

        def slope(y: Any, sigma: Any, time: Any) -> Any:
            return (y - backward.denoised(time, noising.scale(time) * y, process.params)) / sigma

        sigma, sigma_then = (jnp.exp(-jnp.asarray(noising.log_snr(time), x.dtype)) for time in (t, then))
        y, raised, time = x / noising.scale(t), sigma, t
        if self.churn:
            (z,) = normals(noise, dt, x.shape[0])
            is_inside = (sigma >= self.low) & (sigma <= self.high)
            raised = sigma * jnp.where(is_inside, 1 + self.churn, 1.0)
            time = jnp.where(is_inside, noising.time_of_log_snr(-jnp.log(raised)), t)
            y = y + jnp.sqrt(raised**2 - sigma**2) * self.noise * z
        first = slope(y, raised, time)
        guess = y + (sigma_then - raised) * first
        second = slope(guess, sigma_then, then)
        return noising.scale(then) * (y + (sigma_then - raised) * (first + second) / 2), memory

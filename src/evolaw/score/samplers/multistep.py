"""DPM-Solver++: the linear part exactly, the data prediction by a straight line in λ = log(a/s) through two calls.

With h = λ_s - λ_t > 0, h' the step before, r = h'/h, D̃ = D_t + (D_t - D_before)/(2r) and k = (1 + η) h:

    x_s = (s_s/s_t) e^(-ηh) x + a_s (1 - e^-k) D̃ + s_s √(1 - e^(-2ηh)) z

η = 0 is the deterministic solver (lu2022, algorithm 2), η = 1 its SDE form; the first step takes D̃ = D_t.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import jax.numpy as jnp

from evolaw import checks
from evolaw.score.samplers.chains import ScoreScheme, normals
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise

__all__ = ["DPMSolver"]


class _Before(NamedTuple):
    """The data prediction of the step before, and its length in λ; 0 before the first."""

    data: Any
    length: Any


@dataclass(frozen=True)
class DPMSolver(ScoreScheme):
    """DPM-Solver++(2M) by the module's formula; with ``eta`` = 1 SDE-DPM-Solver++(2M).

    Attributes:
        eta: 0 or 1, or between.
        order: 2, or 1, which for η = 0 is `DDIM`.

    Notes:
        One call a step. Weak order 2 for η = 0; 1 for η > 0, where the noise's integral is taken at one point.

    References:
        lu2022, algorithm 2 and section 5.

    Example:
        >>> DPMSolver().name, DPMSolver(1.0).name
        ('DPM-Solver++(2M)', 'SDE-DPM-Solver++(2M), η = 1')
    """

    eta: float = 0.0
    order: int = 2
    spacing: ClassVar[str] = "log_snr"

    def __post_init__(self) -> None:
        checks.number(self.eta, "eta", least=0.0, most=1.0)
        checks.integer(self.order, "order", least=1, most=2)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        which = f"DPM-Solver++({self.order}M)" if self.order > 1 else "DPM-Solver++(1)"
        return f"SDE-{which}, η = {self.eta:g}" if self.eta else which

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return 1 if self.eta else 0

    @property
    def weak_order(self) -> float:  # type: ignore[override]
        """Weak order of convergence."""
        return float(self.order) if self.eta == 0 else 1.0

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return an empty memory."""
        return _Before(jnp.zeros_like(x), jnp.zeros((), x.dtype))

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the module's formula."""
        backward: Any = process.drift
        noising, then = backward.noising, t + dt
        length = noising.log_snr(then) - noising.log_snr(t)
        data = backward.denoised(t, x, process.params)
        line = data
        if self.order == 2:
            is_first = memory.length == 0
            weight = jnp.where(is_first, 0.0, length / (2 * jnp.where(is_first, 1.0, memory.length)))
            line = data + weight * (data - memory.data)
        ratio = noising.std(then) / noising.std(t) * jnp.exp(-self.eta * length)
        there = ratio * x - noising.scale(then) * jnp.expm1(-(1 + self.eta) * length) * line
        if self.eta:
            (z,) = normals(noise, dt, x.shape[0])
            size = noising.std(then) * jnp.sqrt(-jnp.expm1(-2 * self.eta * length))
            there = there + backward.loudness(t, dt) * size * z
        return there, _Before(data, jnp.asarray(length, x.dtype))

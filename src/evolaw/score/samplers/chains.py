"""Samplers that reverse a chain: reverse diffusion, ancestral, DDIM. One call of the score a step.

With ρ, ν the exact chain from s to t (`evolaw.score.noising.linear.Transition`), τ = ν / s_t², ẑ = -s_t score, D = (x + s_t² score)/a_t:

    reverse diffusion   x_s = (2 - ρ) x + ν score + √ν z                                    as an ODE: ½ν and no z
    ancestral           x_s = (x + ν score)/ρ + √v z,     v = ν s_s²/s_t² (posterior) or ν (forward)
    DDIM                x_s = a_s D + s_s √(1 - η²τ) ẑ + η s_s √τ z

For VE, ρ = 1 and ν = σ_t² - σ_s²; for VP, ρ = √(1-β), ν = β: the formulas of song2021 (equations 46, 47; appendix E and F) and ho2020.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp

from evolaw import checks
from evolaw.score.samplers.backward import Backward, backward_of
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise

__all__ = ["DDIM", "Ancestral", "ReverseDiffusion", "ScoreScheme", "moved", "normals"]


class ScoreScheme:
    """What samplers share: they are for reverse-time processes alone, and step downwards as they stand.

    Attributes:
        draws: vectors of normals a step; 0 runs on the probability-flow process.
        calls: calls of the score a step.
        spacing: the grid it likes, see `evolaw.score.noising.time_grids`.
    """

    name: ClassVar[str]
    noise_kinds: ClassVar[tuple[str, ...]] = ("additive", "none")
    calculus: ClassVar[str | None] = None
    runs_backwards: ClassVar[bool] = True
    strong_order: ClassVar[float | Mapping[str, float] | None] = None
    weak_order: ClassVar[float | Mapping[str, float] | None] = 1.0
    calls: ClassVar[int] = 1
    spacing: ClassVar[str] = "uniform"

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return 1

    @property
    def needs(self) -> str:
        """The noise of a step."""
        return "dW" if self.draws else "none"

    def start(self, process: SDE, t: Any, x: Any) -> Any:
        """Return None: the method remembers nothing."""
        return None

    def refuses(self, process: SDE) -> str | None:
        """Return why the process is none of `reverse` with as many noises as the scheme draws; None when it is."""
        if backward_of(process) is None:
            return f"{self.name} steps a noised distribution back; use evolaw.score.reverse or evolaw.score.sample."
        if process.noises != self.draws * process.dim:
            return f"{self.name} makes {self.draws} draws a step; use evolaw.score.reverse(…, draws={self.draws})."
        return None


def normals(noise: Noise, dt: Any, dim: int) -> Any:
    """Return the standard normals of a step, shape (draws, dim)."""
    return noise.dW.reshape(-1, dim) / jnp.sqrt(jnp.abs(dt))


def moved(backward: Backward, t: Any, dt: Any) -> tuple[Any, Any, Any, Any]:
    """Return (ρ, ν, s_t, s_s) of a step from t down to t + dt."""
    noising, then = backward.noising, t + dt
    step = noising.transition(then, t)
    return step.ratio, step.variance, noising.std(t), noising.std(then)


@dataclass(frozen=True)
class ReverseDiffusion(ScoreScheme):
    """Reverse diffusion sampling:  x_s = (2 - ρ) x + ν score + √ν z.

    Attributes:
        flow: the deterministic form of the probability flow:  x_s = (2 - ρ) x + ½ν score.

    References:
        song2021, appendix E.

    Example:
        >>> import numpy as np
        >>> from evolaw.score.exact.normal import Gaussian
        >>> from evolaw.score.noising.song import VE
        >>> from evolaw.score.samplers.backward import probability_flow
        >>> flow = probability_flow(VE(1.0, 2.0), Gaussian(np.zeros(1), 1.0))
        >>> x = np.ones(1, np.float32)
        >>> round(float(ReverseDiffusion(flow=True).step(flow, 1.0, x, -1.0, Noise(), None)[0][0]), 3)  # 1 - ½ 3/5
        0.7
    """

    flow: bool = False

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        return "reverse diffusion flow" if self.flow else "reverse diffusion"

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return 0 if self.flow else 1

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return (2 - ρ) x + ν score + √ν z."""
        backward: Any = process.drift
        ratio, variance, _, _ = moved(backward, t, dt)
        value = backward.score(t, x, process.params)
        if self.flow:
            return (2 - ratio) * x + variance / 2 * value, memory
        (z,) = normals(noise, dt, x.shape[0])
        return (2 - ratio) * x + variance * value + backward.loudness(t, dt) * jnp.sqrt(variance) * z, memory


@dataclass(frozen=True)
class Ancestral(ScoreScheme):
    """Ancestral sampling:  x_s = (x + ν score)/ρ + √v z.

    Attributes:
        variance: "posterior", v = ν s_s²/s_t², what the chain's posterior has for a known x0 and song2021 uses for VE; or
            "forward", v = ν, the larger one that song2021 uses for VP.

    References:
        ho2020, equation 11; song2021, equations 4 and 47.

    Example:
        >>> Ancestral("forward").name
        'ancestral (forward variance)'
    """

    variance: str = "posterior"

    def __post_init__(self) -> None:
        checks.one_of(self.variance, "variance", ("posterior", "forward"))

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        return f"ancestral ({self.variance} variance)"

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return (x + ν score)/ρ + √v z."""
        backward: Any = process.drift
        ratio, variance, std, std_then = moved(backward, t, dt)
        (z,) = normals(noise, dt, x.shape[0])
        size = jnp.sqrt(variance) * (std_then / std if self.variance == "posterior" else 1.0)
        mean = (x + variance * backward.score(t, x, process.params)) / ratio
        return mean + backward.loudness(t, dt) * size * z, memory


@dataclass(frozen=True)
class DDIM(ScoreScheme):
    """DDIM:  x_s = a_s D + s_s √(1 - η²τ) ẑ + η s_s √τ z,  τ = ν / s_t².

    Attributes:
        eta: η of the paper: 0 is deterministic, 1 the ancestral sampler with posterior variance. (azula's η is its square.)

    References:
        song2021ddim, equation 12.

    Example:
        >>> DDIM().needs, DDIM(1.0).needs
        ('none', 'dW')
    """

    eta: float = 0.0
    spacing: ClassVar[str] = "log_snr"

    def __post_init__(self) -> None:
        checks.number(self.eta, "eta", least=0.0, most=1.0)

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        return f"DDIM (η = {self.eta:g})"

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return 1 if self.eta else 0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return a_s D + s_s √(1 - η²τ) ẑ + η s_s √τ z."""
        backward: Any = process.drift
        _, variance, std, std_then = moved(backward, t, dt)
        scale, scale_then = (backward.noising.scale(time) for time in (t, t + dt))
        data = backward.denoised(t, x, process.params)
        # (x - a D)/s, and not -s score: it is what carries x along where the score is a network's and D is clipped.
        direction = (x - scale * data) / std
        freed = self.eta**2 * variance / std**2
        there = scale_then * data + std_then * jnp.sqrt(1 - freed) * direction
        if not self.eta:
            return there, memory
        (z,) = normals(noise, dt, x.shape[0])
        return there + backward.loudness(t, dt) * std_then * jnp.sqrt(freed) * z, memory

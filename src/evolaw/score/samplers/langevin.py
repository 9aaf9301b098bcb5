"""Langevin correctors, predictor–corrector sampling, and annealed Langevin dynamics.

A corrector moves states at one time towards p_t, by steps of size ε in the time of Langevin dynamics:

    snr      x ← x + ε score + √(2ε) z,   ε = 2α r² d/E‖score‖²          song2021, algorithms 4 and 5, in expectation
    ald      x ← x + ε score + √(2ε) z,   ε = 2α r² s²                   song2019; the same with 1/s for the score's size
    stable   x ← aD + √(1-δ) (x - aD) + √δ s z                          never unstable; low by at most (1 - √(1-δ))/2 ≈ δ/4

α is 1. Algorithm 5 of song2021 prints α = ∏(1 - β) = a² for VP, which all but stops the corrector at large times; the paper's code has
1 - β, nearly 1. song2021 takes the step of the first rule from the norms that were met. Taken over a batch, these couple the samples;
taken from one sample, the step depends on the state, and variances grow by 1 + 4/d and much more in few dimensions. The expected norm
does neither: it is the target's ``score_norm`` where it knows it, and √d/s where it does not, which makes "snr" the rule "ald".
For a Gaussian p_t the first rule inflates isotropic variances by 1/(1 - r²), 2.6 % at r = 0.16, whatever the noise level, and
diverges where one variance is below r² times the harmonic mean of all. "stable" is the default for that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import jax.numpy as jnp

from evolaw import checks
from evolaw.score.samplers.backward import Backward, narrowed
from evolaw.score.samplers.chains import ReverseDiffusion, ScoreScheme, normals
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import EulerMaruyama, Noise, Scheme

__all__ = ["AnnealedLangevin", "Langevin", "PredictorCorrector"]

_SIZES = {"snr": 0.16, "ald": 0.16, "stable": 0.04}


@dataclass(frozen=True)
class Langevin:
    """One corrector step by a rule of the module.

    Attributes:
        rule: "stable", "snr" or "ald".
        size: δ for "stable", r for the others; None for 0.04 and 0.16.
        shrinks: α = a², as the paper prints it.

    Example:
        >>> Langevin().rule, Langevin("snr").value
        ('stable', 0.16)
    """

    rule: str = "stable"
    size: float | None = None
    shrinks: bool = False

    def __post_init__(self) -> None:
        checks.one_of(self.rule, "rule", _SIZES)
        if self.size is not None:
            checks.positive(self.size, "size")
            checks.require(
                self.rule != "stable" or self.size <= 1, "size", "be at most 1 for the stable rule", self.size
            )

    @property
    def value(self) -> float:
        """The size in force."""
        return _SIZES[self.rule] if self.size is None else self.size

    def move(self, backward: Backward, t: Any, x: Any, z: Any, p: Any) -> Any:
        """Return the corrected state; x and z of shape (dim,)."""
        noising = backward.noising
        if self.rule == "stable":
            center = noising.scale(t) * backward.denoised(t, x, p)
            delta = self.value
            return center + (1 - delta) ** 0.5 * (x - center) + delta**0.5 * noising.std(t) * z
        target = backward.frame.join(p)
        if self.rule == "snr" and hasattr(target, "score_norm"):
            norm = target.score_norm(t, noising)
        else:
            norm = 1 / noising.std(t)
        step = 2 * (self.value / norm) ** 2 * (noising.scale(t) ** 2 if self.shrinks else 1.0)
        return x + step * backward.score(t, x, p) + jnp.sqrt(2 * step) * z


@dataclass(frozen=True)
class _Stay(ScoreScheme):
    """No predictor: a state is kept, as large relative to its data."""

    name: ClassVar[str] = "none"
    calls: ClassVar[int] = 0

    @property
    def draws(self) -> int:
        return 0

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        noising = process.drift.noising  # type: ignore[attr-defined]
        return x * (noising.scale(t + dt) / noising.scale(t)), memory


@dataclass(frozen=True)
class PredictorCorrector(ScoreScheme):
    """Predictor–corrector sampling: a step of a sampler, and Langevin steps at the time it reached, or before it left.

    Attributes:
        predictor: a sampler without memory, or `evolaw.sde.EulerMaruyama`.
        corrector: the corrector.
        corrections: corrector steps a step.
        order: "predictor first", algorithm 1 of the paper, or "corrector first", what its code does.

    References:
        song2021, algorithm 1 and appendix G.

    Example:
        >>> PredictorCorrector().name
        'reverse diffusion + 1 Langevin (stable)'
    """

    predictor: Scheme = field(default_factory=ReverseDiffusion)
    corrector: Langevin = field(default_factory=Langevin)
    corrections: int = 1
    order: str = "predictor first"

    def __post_init__(self) -> None:
        checks.integer(self.corrections, "corrections", least=0)
        checks.one_of(self.order, "order", ("predictor first", "corrector first"))
        fits = isinstance(self.predictor, EulerMaruyama | ScoreScheme) and not isinstance(
            self.predictor, PredictorCorrector
        )
        has_memory = isinstance(self.predictor, ScoreScheme) and type(self.predictor).start is not ScoreScheme.start
        checks.require(
            fits and not has_memory,
            "predictor",
            "be a sampler without memory, such as ReverseDiffusion, Ancestral, DDIM or EulerMaruyama",
            str(self.predictor),
        )

    @property
    def name(self) -> str:  # type: ignore[override]
        """Name of the method."""
        return f"{self.predictor.name} + {self.corrections} Langevin ({self.corrector.rule})"

    @property
    def predictor_draws(self) -> int:
        """Vectors of normals the predictor takes."""
        return getattr(self.predictor, "draws", 1)

    @property
    def draws(self) -> int:
        """Vectors of normals a step."""
        return self.predictor_draws + self.corrections

    @property
    def calls(self) -> int:  # type: ignore[override]
        """Calls of the score a step."""
        return getattr(self.predictor, "calls", 1) + self.corrections

    @property
    def spacing(self) -> str:  # type: ignore[override]
        """The grid its predictor likes."""
        return getattr(self.predictor, "spacing", "uniform")

    def step(self, process: SDE, t: Any, x: Any, dt: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
        """Return the state after a prediction and corrections, in the declared order."""
        backward: Any = process.drift
        own = self.predictor_draws
        z = normals(noise, dt, x.shape[0])[own:]

        def predicted(x: Any) -> Any:
            share = Noise(noise.dW.reshape(-1, x.shape[0])[0]) if own else Noise()
            return self.predictor.step(narrowed(process), t, x, dt, share, None)[0]

        def corrected(time: Any, x: Any) -> Any:
            for one in z:
                x = self.corrector.move(backward, time, x, one, process.params)
            return x

        if self.order == "predictor first":
            return corrected(t + dt, predicted(x)), memory
        return predicted(corrected(t, x)), memory


@dataclass(frozen=True)
class AnnealedLangevin(PredictorCorrector):
    """Annealed Langevin dynamics (SMLD): Langevin steps at each noise level, and on to the next without any other move.

        x ← x + α_i score(x, σ_i) + √(2α_i) z,     α_i = 2 (r σ_i)²

    Attributes:
        corrections: steps at each level; 100 in song2019.

    Notes:
        For noisings that shrink the data, states are scaled along from level to level.

    References:
        song2019, algorithm 1.

    Example:
        >>> AnnealedLangevin(corrections=10).name
        'none + 10 Langevin (ald)'
    """

    predictor: Scheme = field(default_factory=_Stay)
    corrector: Langevin = field(default_factory=lambda: Langevin("ald"))
    corrections: int = 20
    spacing: ClassVar[str] = "log_snr"

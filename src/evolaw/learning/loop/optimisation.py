"""How a network is trained: how long, in what steps, with which averages.

    optimiser    the gradient cut to a norm, then Adam (with decoupled weight decay where asked for)
    rate         a linear warm-up, then a half cosine down to zero, or none

References: kingma2015, algorithm 1; loshchilov2019, algorithm 2.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

import optax

from evolaw import checks
from evolaw.learning.loop.averaging import exponent
from evolaw.told import told

__all__ = ["Optimisation", "settings_of"]

_DECAYS = ("cosine", "none")


@told
@dataclass(frozen=True)
class Optimisation:
    """How a network is trained.

    Attributes:
        epochs: how often an epoch is dealt; the training is committed after each.
        batches: gradient steps an epoch.
        learning_rate: its highest value.
        average: decay of the exponential moving average of the weights, 0 for none; the average is what is returned.
        patience: stop after this many epochs without a lower loss; None trains to the end.
        warmup: steps in which the learning rate rises linearly from zero.
        decay: "cosine" lets it fall to zero along a half cosine, "none" keeps it.
        clip: norm at which the gradient is cut.
        weight_decay: decoupled decay of the weights, a step and unit of learning rate.
        widths: relative widths of power-function averages to keep beside, see `averaging`.
        ramp: whether the moving average begins short: the decay of step n is min(average, (1 + n)/(10 + n)).
    """

    epochs: int = 8
    batches: int = 32
    learning_rate: float = 0.05
    average: float = 0.0
    patience: int | None = None
    warmup: int = field(default=0, kw_only=True, metadata={"later": True})
    decay: str = field(default="cosine", kw_only=True, metadata={"later": True})
    clip: float = field(default=1.0, kw_only=True, metadata={"later": True})
    weight_decay: float = field(default=0.0, kw_only=True, metadata={"later": True})
    widths: tuple[float, ...] = field(default=(), kw_only=True, metadata={"later": True})
    ramp: bool = field(default=False, kw_only=True, metadata={"later": True})

    def __post_init__(self) -> None:
        checks.integer(self.epochs, "epochs", least=1)
        checks.integer(self.batches, "batches", least=1)
        checks.positive(self.learning_rate, "learning_rate")
        checks.probability(self.average, "average", most=0.99999)
        if self.patience is not None:
            checks.integer(self.patience, "patience", least=1)
        checks.integer(self.warmup, "warmup", least=0, most=self.steps)
        checks.one_of(self.decay, "decay", _DECAYS)
        checks.positive(self.clip, "clip")
        checks.number(self.weight_decay, "weight_decay", least=0)
        listed = isinstance(self.widths, (tuple, list))
        checks.require(listed, "widths", "be a tuple of relative widths, as (0.1,)", self.widths)
        for width in self.widths:
            exponent(width)
        object.__setattr__(self, "widths", tuple(float(width) for width in self.widths))

    @property
    def steps(self) -> int:
        """Gradient steps in all."""
        return self.epochs * self.batches

    @property
    def optimiser(self) -> optax.GradientTransformation:
        """The gradient cut, then Adam with the learning rate of each step."""
        rate = self._rate()
        adam = optax.adamw(rate, weight_decay=self.weight_decay) if self.weight_decay else optax.adam(rate)
        return optax.chain(optax.clip_by_global_norm(self.clip), adam)

    def _rate(self) -> Any:
        if self.decay == "none":
            flat = optax.constant_schedule(self.learning_rate)
            rise = optax.linear_schedule(0.0, self.learning_rate, max(self.warmup, 1))
            return optax.join_schedules([rise, flat], [self.warmup]) if self.warmup else flat
        if self.warmup:
            return optax.warmup_cosine_decay_schedule(0.0, self.learning_rate, self.warmup, self.steps)
        return optax.cosine_decay_schedule(self.learning_rate, self.steps)


def settings_of(schedule: Optimisation) -> dict[str, Any]:
    """Return the settings as JSON values; those that came later are told only where they differ from their default.

    So a training of an older version and the same one of today are known as the same.

    Example:
        >>> settings_of(Optimisation(epochs=2, clip=0.5))["clip"], "warmup" in settings_of(Optimisation())
        (0.5, False)
    """
    later = {part.name: part.default for part in fields(schedule) if part.metadata.get("later")}
    found = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(schedule).items()}
    return {name: value for name, value in found.items() if name not in later or getattr(schedule, name) != later[name]}

"""Multilevel Monte Carlo: an average to a wanted accuracy, with most of the work on coarse grids.

    E P_L = E P_0 + Σ_{l=1..L} E (P_l - P_{l-1})            P_l: payoff with steps · 2^l steps

P_l and P_{l-1} on one level are functions of the same Brownian path, the coarse one stepped with the sums of two finer
increments, so their difference has a small variance V_l and few paths suffice. Samples on the levels are independent. With
N_l proportional to sqrt(V_l / C_l), C_l the cost of a sample, the cost falls from ε^-3 to ε^-2 (log ε)² for Euler–Maruyama and
to ε^-2 for Milstein.

**Consistency.** The means of P_{l-1} measured as the coarse partner on level l and as the fine one on level l - 1 must agree;
otherwise coarse and fine are not the same scheme, and the sum telescopes to a wrong value. The deviation is measured in
standard errors, of which 3 bound it with probability 0.997.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import jax
import numpy as np

from evolaw import checks, display, randomness
from evolaw.arrays import precise
from evolaw.errors import NotConverged
from evolaw.sde.loop.solver import solve
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Scheme
from evolaw.told import told

__all__ = ["Level", "MultilevelEstimate", "multilevel_mean"]

_PILOT = 1024
_CONSISTENT = 5.0


@dataclass
class Level:
    """What was sampled on one level.

    Attributes:
        steps: steps of the fine paths.
        count: pairs of paths.
        difference, fine, coarse: sums of P_l - P_{l-1}, P_l and P_{l-1}, and of their squares; shape (2,).
    """

    steps: int
    count: int = 0
    difference: np.ndarray = field(default_factory=lambda: np.zeros(2))
    fine: np.ndarray = field(default_factory=lambda: np.zeros(2))
    coarse: np.ndarray = field(default_factory=lambda: np.zeros(2))

    @property
    def mean(self) -> float:
        """Mean of P_l - P_{l-1}; of P_0 on the first level."""
        return float(self.difference[0] / self.count)

    @property
    def variance(self) -> float:
        """Variance of P_l - P_{l-1}."""
        return _variance(self.difference, self.count)

    @property
    def cost(self) -> float:
        """Steps a sample: those of the fine and of the coarse path."""
        return self.steps * (1.5 if self.coarse[1] else 1.0)

    def add(self, fine: np.ndarray, coarse: np.ndarray | None) -> None:
        """Add samples."""
        other = np.zeros_like(fine) if coarse is None else coarse
        self.count += fine.size
        for sums, values in ((self.fine, fine), (self.coarse, other), (self.difference, fine - other)):
            sums += (values.sum(), (values**2).sum())


@dataclass(frozen=True, eq=False, repr=False)
class MultilevelEstimate:
    """An average found by multilevel Monte Carlo.

    Attributes:
        mean: the estimate of E P.
        error: its standard error from sampling.
        bias: estimate of what finer levels would still change.
        levels: what was sampled, from coarse to fine.
        weak_order, strong_order: half-logarithmic slopes of |mean| and of sqrt(variance) over the levels.
        consistency: for each level from 1 on, the deviation of the telescoping test in standard errors.
    """

    mean: float
    error: float
    bias: float
    levels: tuple[Level, ...]
    weak_order: float
    strong_order: float
    consistency: tuple[float, ...]

    @property
    def consistent(self) -> bool:
        """Whether every deviation of the telescoping test is below five standard errors."""
        return all(abs(z) < _CONSISTENT for z in self.consistency)

    def _facts(self) -> list[tuple[str, Any]]:
        return [
            ("mean", f"{display.uncertain(self.mean, self.error)} (sampling), bias about {self.bias:.2g}"),
            ("levels", ", ".join(f"{level.steps} steps x {level.count}" for level in self.levels)),
            ("orders", f"weak {self.weak_order:.2f}, strong {self.strong_order:.2f}"),
            ("telescoping", ", ".join(f"{z:+.1f}" for z in self.consistency) + " standard errors"),
        ]

    def __repr__(self) -> str:
        return display.lines("MultilevelEstimate", self._facts())

    def _repr_html_(self) -> str:
        return display.card("MultilevelEstimate", self._facts())


@told
def multilevel_mean(
    process: SDE,
    scheme: Scheme,
    start: Any,
    time: float,
    payoff: Callable[[Any], Any],
    *,
    error: float,
    rng: Any,
    steps: int = 1,
    most_levels: int = 12,
    begin: float = 0.0,
    precision: str = "float64",
) -> MultilevelEstimate:
    """Estimate E payoff(X(time)) to a root mean square error, by multilevel Monte Carlo.

    Args:
        process: the equation.
        scheme: a scheme that follows paths; weak schemes are refused, because their noise has no sum.
        start: state at ``begin``, shape (dim,) or a number.
        time: final time.
        payoff: function of one state of shape (dim,), written with jax.numpy, that gives a number.
        error: wanted root mean square error; half of its square is spent on sampling, half on the bias.
        rng: seed or source of chance.
        steps: steps on the coarsest level; the scheme must be stable there.
        most_levels: refinements at most.
        begin: initial time.
        precision: "float32" or "float64".

    Returns:
        The estimate with its error, its levels, and the telescoping test.

    Raises:
        ArgumentError: the scheme is weak or not for the process.
        NotConverged: the bias is still too large on the finest level allowed; ``partial`` is the estimate.

    References:
        giles2008; giles2015, section 3.

    Example:
        >>> from evolaw.sde import SDE, Milstein
        >>> growth = SDE(lambda t, x, p: 0.05 * x, lambda t, x, p: 0.2 * x, noise="scalar")
        >>> found = multilevel_mean(growth, Milstein(), 1.0, 1.0, lambda x: x[0], error=0.01, rng=0)  # some seconds
        >>> bool(abs(found.mean - np.exp(0.05)) < 0.04)
        True
    """
    checks.require(
        NoiseRequest.of(scheme).has_path,
        "scheme",
        "follow paths: coarse and fine must see the same Brownian motion",
        scheme.name,
        "Use Milstein or EulerMaruyama.",
    )
    error, source = checks.positive(error, "error"), randomness.source(rng)
    base = checks.integer(steps, "steps", least=1)
    most = checks.integer(most_levels, "most_levels", least=2)
    value = jax.jit(jax.vmap(payoff))
    levels: list[Level] = []

    def sample(number: int, count: int) -> None:
        """Add ``count`` pairs of paths on one level; the levels have streams of their own."""
        level = levels[number]
        first, second = source.stream(f"level {number}").key
        own = randomness.source(first | second << 32)
        # Whole chunks of one size, so that all levels run the same compiled loop.
        count = -(-count // _PILOT) * _PILOT

        def end(n: int, fine: int) -> np.ndarray:
            found = solve(
                process, scheme, start, [begin, time], paths=count, rng=own, steps=n, fine=fine, precision=precision,
                first_path=level.count, chunk=_PILOT,
            )  # fmt: skip
            with precise(precision):
                parts = [np.asarray(value(part)) for part in found.final.reshape(-1, _PILOT, process.dim)]
            return np.concatenate(parts).astype(np.float64).reshape(count)

        fine = end(level.steps, 1)
        level.add(fine, end(level.steps // 2, 2) if number else None)

    while True:
        levels.append(Level(base * 2 ** len(levels)))
        sample(len(levels) - 1, _PILOT)
        _fill(levels, error, sample)
        if len(levels) < 3:
            continue
        result = _estimate(levels)
        if result.bias < error / np.sqrt(2):
            return result
        if len(levels) > most:
            raise NotConverged(
                f"The bias after {most} refinements is about {result.bias:.2g}, more than {error / np.sqrt(2):.2g}. "
                "Begin with more steps, allow more levels, or accept a larger error.",
                result,
            )


def _fill(levels: list[Level], error: float, sample: Callable[[int, int], None]) -> None:
    """Sample until the levels together have a variance of error²/2, at the least cost."""
    for _ in range(3):
        total = sum(np.sqrt(level.variance * level.cost) for level in levels)
        wanted = [2 / error**2 * np.sqrt(level.variance / level.cost) * total for level in levels]
        for number, (level, count) in enumerate(zip(levels, wanted, strict=True)):
            missing = int(np.ceil(count)) - level.count
            if missing > 0.05 * level.count:
                sample(number, missing)


def _estimate(levels: list[Level]) -> MultilevelEstimate:
    numbers = np.arange(1, len(levels))
    means = np.array([abs(level.mean) for level in levels[1:]])
    spreads = np.array([np.sqrt(level.variance) for level in levels[1:]])
    tiny = np.finfo(float).tiny
    weak = -float(np.polyfit(numbers, np.log2(np.maximum(means, tiny)), 1)[0])
    strong = -float(np.polyfit(numbers, np.log2(np.maximum(spreads, tiny)), 1)[0])
    # The remaining bias is a geometric series; the finest two levels guard against a mean that is small by chance.
    order = min(max(weak, 0.5), 3.0)
    bias = max(means[-1], means[-2] / 2**order) / (2**order - 1)
    consistency = []
    for coarse, fine in pairwise(levels):
        gap = fine.coarse[0] / fine.count - coarse.fine[0] / coarse.count
        spread = _variance(fine.coarse, fine.count) / fine.count + _variance(coarse.fine, coarse.count) / coarse.count
        consistency.append(float(gap / np.sqrt(spread)) if spread > 0 else 0.0)
    return MultilevelEstimate(
        float(sum(level.mean for level in levels)),
        float(np.sqrt(sum(level.variance / level.count for level in levels))),
        float(bias),
        tuple(levels),
        weak,
        strong,
        tuple(consistency),
    )


def _variance(sums: np.ndarray, count: int) -> float:
    return float(max(sums[1] / count - (sums[0] / count) ** 2, 0.0))

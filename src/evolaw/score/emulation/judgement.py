"""Is a learned law right? Held against steps it has not seen, and against itself.

    rank histogram    the rank of what happened among M members: uniform for a right law; χ² with its p-value
    coverage          how often what happened lies in the central interval of the ensemble, nearest to 90 % that M members have
    CRPS              mean_m |y_m - y| - 1/(2 M (M - 1)) Σ |y_m - y_n|, least in the mean for the right law
    spread–skill      root of the mean ensemble variance, times √((M+1)/M), over the root mean square error of the mean: 1
    residual          energy distance between two steps of the law for Δ and one step of the law for 2Δ (Chapman–Kolmogorov),
                      beside what two halves of one sample show

References: gneiting2007; fortin2014 for the factor of spread and skill; hamill2001 for rank histograms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import chi2

from evolaw import checks, display
from evolaw.randomness import source
from evolaw.score.emulation.law import Emulator
from evolaw.told import told

__all__ = ["Consistency", "Judgement", "chapman_kolmogorov", "energy_distance", "judge", "require_law"]

_MOST = 4000


@dataclass(frozen=True, eq=False)
class Judgement:
    """How a law does on pairs of states, averaged over components.

    Attributes:
        pairs, members: how many.
        crps, crps_error: mean CRPS with its standard error.
        coverage, coverage_error: share inside the central interval, with its standard error.
        nominal: what that share is for a right law: 90 % where a tenth of M + 1 is even, such as for 39 or 99 members.
        ranks: how often each rank occurred, shape (components, members + 1).
        p_value: of uniform ranks, the smallest over components times their number.
        spread_skill: see the module.
    """

    pairs: int
    members: int
    crps: float
    crps_error: float
    coverage: float
    coverage_error: float
    nominal: float
    ranks: np.ndarray
    p_value: float
    spread_skill: float

    def _facts(self) -> list[tuple[str, Any]]:
        return [
            ("pairs", f"{self.pairs}, {self.members} members each"),
            ("CRPS", display.uncertain(self.crps, self.crps_error)),
            (f"coverage of {self.nominal:.3g}", f"{self.coverage:.1%} ± {self.coverage_error:.1%}"),
            ("rank histogram", f"p = {self.p_value:.3g} for uniform ranks"),
            ("spread over skill", f"{self.spread_skill:.3g}"),
        ]

    def __repr__(self) -> str:
        return display.lines("Judgement", self._facts())


@told
def judge(law: Emulator, before: Any, after: Any, *, members: int = 99, rng: Any) -> Judgement:
    """Hold a law against pairs of states.

    Args:
        law: the law.
        before, after: states Δ apart, each of shape (pairs, dim); independent pairs make the errors right.
        members: members of the ensemble; 99 make the ranks hundredths.
        rng: seed.
    """
    require_law(law, "law")
    pair = [
        checks.finite(checks.shape(part, name, ("pairs", law.scales.dim)), name)
        for part, name in ((before, "before"), (after, "after"))
    ]
    members = checks.integer(members, "members", least=9)
    drawn = law.ensemble(pair[0], members, rng=rng)
    truth, count = pair[1], len(pair[1])
    ordered = np.sort(drawn, 0)
    # Σ_{m,n} |y_m - y_n| of sorted numbers, without the square of the members.
    weight = (2 * np.arange(members) - members + 1)[:, None, None]
    apart = 2 * (weight * ordered).sum(0) / (members * (members - 1))
    crps = (np.abs(drawn - truth).mean(0) - apart / 2).mean(1)
    ranks = (drawn < truth).sum(0)
    histogram = np.stack([np.bincount(ranks[:, k], minlength=members + 1) for k in range(ranks.shape[1])])
    low, high = round(0.05 * (members + 1)), round(0.95 * (members + 1))
    inside = ((ranks >= low) & (ranks < high)).mean(1)
    miss = np.sqrt(((drawn.mean(0) - truth) ** 2).mean())
    spread = np.sqrt(drawn.var(0, ddof=1).mean() * (members + 1) / members)
    p_values = [_uniform_p(row) for row in histogram]
    root = np.sqrt(count)
    return Judgement(
        count,
        members,
        float(crps.mean()),
        float(crps.std(ddof=1) / root),
        float(inside.mean()),
        float(inside.std(ddof=1) / root),
        (high - low) / (members + 1),
        histogram,
        min(1.0, min(p_values) * len(p_values)),
        float(spread / miss),
    )


def require_law(law: Any, name: str) -> None:
    """Refuse what does not draw next states."""
    checks.require(hasattr(law, "scales") and hasattr(law, "ensemble"), name, "be a law, such as an Emulator", law)


def _uniform_p(counts: np.ndarray, least: float = 10.0) -> float:
    """p-value of uniform ranks by χ², neighbouring ranks joined until each class expects at least ten."""
    together = max(1, int(np.ceil(least * len(counts) / counts.sum())))
    edges = np.arange(0, len(counts), together)
    sums = np.add.reduceat(counts, edges)
    sizes = np.diff(np.append(edges, len(counts)))
    expected = counts.sum() * sizes / len(counts)
    return float(chi2.sf(((sums - expected) ** 2 / expected).sum(), len(sums) - 1)) if len(sums) > 1 else 1.0


@dataclass(frozen=True, eq=False)
class Consistency:
    """Two steps of one law against one step of another, twice as long.

    Attributes:
        residual: energy distance of the two samples, in units of the states' standard deviations.
        floor: energy distance between two independent samples of the one long step.
        p_value: share of shuffled splits with at least this residual.
    """

    residual: float
    floor: float
    p_value: float

    def __repr__(self) -> str:
        facts = [
            ("residual", f"{self.residual:.3g}"),
            ("two samples of one law", f"{self.floor:.3g}"),
            ("p", f"{self.p_value:.3g}"),
        ]
        return display.lines("Chapman–Kolmogorov", facts)


@told
def chapman_kolmogorov(short: Emulator, long: Emulator, start: Any, *, count: int = 1000, rng: Any) -> Consistency:
    """Compare p_Δ∘p_Δ with p_2Δ from one start.

    Args:
        short, long: laws for Δ and for 2Δ.
        start: state of shape (dim,).
        count: samples of each, at most 4000.
        rng: seed.

    Raises:
        ArgumentError: the long step is not twice the short one.
    """
    require_law(short, "short")
    require_law(long, "long")
    twice = np.isclose(long.scales.step, 2 * short.scales.step)
    checks.require(bool(twice), "long", f"step by {2 * short.scales.step:g}", long.scales.step)
    count, seeded = checks.integer(count, "count", least=20, most=_MOST), source(rng)
    scale = np.asarray(short.scales.spread)
    seeds = [seeded.stream(name).key[0] for name in ("two short", "one long", "one long again")]
    two = short.simulate(start, 2, paths=count, rng=seeds[0]).final / scale
    one, again = (long.simulate(start, 1, paths=count, rng=seed).final / scale for seed in seeds[1:])
    residual = energy_distance(two, one)
    chance, both = seeded.stream("shuffle").generator(), np.concatenate([two, one])
    far = _distances(both, both)
    shuffled = [_split_distance(far, chance.permutation(2 * count), count) for _ in range(199)]
    p_value = (1 + sum(value >= residual for value in shuffled)) / 200
    return Consistency(residual, energy_distance(one, again), p_value)


@told
def energy_distance(one: Any, other: Any) -> float:
    """Return 2 E‖X - Y‖ - E‖X - X'‖ - E‖Y - Y'‖ of two samples, with pairs of one point left out; zero in the mean for one law.

    Example:
        >>> energy_distance(np.zeros((3, 1)), np.ones((3, 1)))
        2.0
    """
    one, other = checks.numbers(one, "one"), checks.numbers(other, "other")
    good = one.ndim == other.ndim == 2 and one.shape[1] == other.shape[1] and min(len(one), len(other)) > 1
    checks.require(good, "one", "have shape (count, dim) with two rows or more, as the other", (one.shape, other.shape))
    far = _distances(np.concatenate([one, other]), np.concatenate([one, other]))
    return _split_distance(far, np.arange(len(far)), len(one))


def _distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    square = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(square, 0)))


def _split_distance(far: np.ndarray, order: np.ndarray, count: int) -> float:
    first, second = order[:count], order[count:]
    n, m = len(first), len(second)
    within = far[np.ix_(first, first)].sum() / (n * (n - 1)) + far[np.ix_(second, second)].sum() / (m * (m - 1))
    return float(2 * far[np.ix_(first, second)].mean() - within)

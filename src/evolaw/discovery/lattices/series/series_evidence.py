"""Evidence by rollout: candidate laws are run, and their statistics compared with those that were recorded.

The procedure for black boxes of which only macroscopic statistics are known: known entries are held fixed, every completion of
the open ones is a candidate law, each is rolled out from starts of the recorded density and tried (`law_tests`) by exact tests
(`exchangeability`). What its runs cannot be told apart from stays possible.

**Decisions and their error.** The laws whose p-value is above a bar are *plausible*. The bar is where the e-value of p,
(1 - p + p ln p) / (p (ln p)^2), reaches 1/alpha. An entry is present when no plausible law lacks it and some plausible law has
it, absent the other way round, and undetermined when plausible laws differ. A wrong decision needs the true law to be refuted,
so the chance of *any* wrong decision is at most alpha, however many entries are open: one hypothesis is behind all of them.
When even the best law has p <= `SOUND`, a known entry, the space, the start density or the boundary is wrong, or the law has
chance in it: the free entries are in conflict and nothing is decided.

"u is absent" is the union of all laws without u; the e-value against it is the least of theirs.

Macroscopic statistics are weak: what they do not tell apart stays undetermined.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.optimize import brentq

from evolaw import checks
from evolaw.automata import stepping
from evolaw.discovery.lattices.experiment.questions import question_for
from evolaw.discovery.lattices.model.law import Law, Question
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.series.law_tests import Trials, smallest_p, try_laws
from evolaw.discovery.lattices.series.series import Series
from evolaw.discovery.spine.amendments import Amendment, State, rewrite
from evolaw.discovery.spine.e_values import e_value
from evolaw.discovery.spine.evidence import Check, Evidence, Weighing
from evolaw.discovery.spine.facts import Facts
from evolaw.discovery.spine.finding import EntryFinding, Finding
from evolaw.discovery.spine.investigation import investigate
from evolaw.display import Progress
from evolaw.randomness import Source, source
from evolaw.told import told

__all__ = ["MOST_OPEN", "SOUND", "discover_series", "plausible_above", "runs_needed", "weigh_series"]

MOST_OPEN = 16
"""Entries that may be open at once: 65,536 candidate laws."""

SOUND = 0.01
"""A space is sound while some law has a p-value above this; a right one is called unsound with at most this chance."""

_SIDE = 128


@told
def discover_series(
    series: Series,
    space: str | RuleSpace = "outer-totalistic",
    *,
    known: Mapping[str, Any] | str | None,
    alpha: float = 0.05,
    rng: Any,
    progress: Progress | None = None,
) -> Finding:
    """Find which laws can have made macroscopic series.

    Args:
        series: the recorded statistics.
        space: the rule space.
        known: entries known beforehand; at most `MOST_OPEN` may be left open.
        alpha: chance of any wrong decision.
        rng: seed of all rollouts.
        progress: called with (done, total, words).

    Raises:
        ArgumentError: see `weigh_series`.

    Example:
        >>> from evolaw.automata import evolve
        >>> from evolaw.discovery.lattices.series.series import series_of
        >>> starts = np.random.default_rng(1).random((12, 32, 32)) < 0.35
        >>> series = series_of(evolve("B3/S23", starts.astype(np.uint8), 8), start_density=0.35)
        >>> known = dict.fromkeys(RuleSpace.named("outer-totalistic").names, 0) | {"B3": 1, "S2": 1, "S3": 1}
        >>> del known["B2"]
        >>> discover_series(series, known=known, rng=0).law.most_probable
        'B3/S23'
    """
    held = RuleSpace.named(space)
    checks.require(not held.ages, "space", "be one of cells of two states for a table of statistics", held.name)
    return investigate(_Look(series, held, held.known(known), alpha, source(rng), progress))


@dataclass(frozen=True, eq=False)
class _Look:
    """One pass over a series: a spine `Inquiry`. Laws are run and compared as they are weighed, so nothing is left to check."""

    series: Series
    held: RuleSpace
    known: np.ndarray
    alpha: float
    rng: Source
    progress: Progress | None
    error: str = "fwer"

    @property
    def source(self) -> str:
        """What was recorded."""
        series = self.series
        return f"{series.runs} runs of {', '.join(series.names)}, {series.rows} x {series.cols}, {series.boundary}"

    @property
    def space(self) -> str:
        return self.held.name

    @property
    def recordings(self) -> tuple[Any, ...]:
        return ()

    @property
    def terms(self) -> dict[str, Any]:
        return {"error": self.error}

    def weigh(self) -> Weighing:
        return weigh_series(self.series, self.held, self.known, alpha=self.alpha, rng=self.rng, progress=self.progress)

    def doubts(self, weighing: Weighing) -> Sequence[Amendment]:
        p, says = weighing.facts["largest_p"], weighing.facts["says"]

        def look_like_the_law(state: State) -> State:
            state = state.having([Check("series", p > SOUND, p, says)])
            return state if p > SOUND else rewrite(replace(state, cause="series"), lambda *entry: ("conflict", ""))

        return (look_like_the_law,)

    def law(self, entries: tuple[EntryFinding, ...], weighing: Weighing | None) -> Law:
        sound = weighing is not None and weighing.facts["largest_p"] > SOUND
        return Law.of(self.held, entries, weighing.log2_possible if sound and weighing is not None else None)

    def checks(self, law: Law, state: State, weighing: Weighing) -> Sequence[Check]:
        return ()

    def question(self, entries: tuple[EntryFinding, ...], state: State, weighing: Weighing) -> Question | None:
        open_ = np.array([entry.decision in ("undetermined", "conflict") for entry in entries])
        return question_for(self.held, open_, alpha=self.alpha)


def weigh_series(
    series: Series,
    space: RuleSpace,
    known: np.ndarray,
    *,
    alpha: float,
    rng: Source,
    progress: Progress | None = None,
) -> Weighing:
    """Weigh the open entries by rolling out every completion.

    Args:
        series: the recorded statistics.
        space: the rule space.
        known: one number an entry, NaN where it is open (`RuleSpace.known`); known entries must be 0 or 1.
        alpha: chance of any wrong decision.
        rng: seed.
        progress: called with (laws tried, laws, words).

    Raises:
        ArgumentError: no entry is open, too many are, or a known entry is a probability.
    """
    free = np.flatnonzero(np.isnan(known))
    checks.require(bool(np.isin(known[~np.isnan(known)], (0, 1)).all()), "known", "be 0 or 1 for rollouts", known)
    checks.require(free.size > 0, "known", "leave at least one entry open", "complete")
    advice = f"Give more of the {len(space)} entries as known, or record boards instead of statistics."
    checks.require(
        free.size <= MOST_OPEN, "known", f"leave at most {MOST_OPEN} entries open", f"{free.size} open", advice
    )
    values = np.tile(np.nan_to_num(known), (2**free.size, 1))
    values[:, free] = np.arange(2**free.size)[:, None] >> np.arange(free.size) & 1
    bar = plausible_above(alpha)
    trials = try_laws(series, space.spread(values).astype(np.uint8), smallest=bar, rng=rng, progress=progress)
    weights = _weights(trials, bar)
    visits = _visits(series, space, values[int(weights.argmax())], rng)
    evidence = [
        _entry(space, entry, values[:, entry] == 1, trials.p, weights, visits[entry])
        if np.isnan(known[entry])
        else Evidence(
            space.names[entry], "known", visits[entry], 0.0, 0.0, known[entry], (known[entry],) * 2, "Given as known."
        )
        for entry in range(len(space))
    ]
    plausible = int((trials.p > bar).sum())
    facts: Facts = {
        "candidate_laws": len(values),
        "possible_laws": plausible,
        "largest_p": float(trials.p.max()),
        "says": _sentence(trials.p, plausible, series.runs, bar),
    }
    return Weighing(tuple(evidence), facts, float(np.log2(plausible)) if plausible else None, hypotheses=1)


def plausible_above(alpha: float) -> float:
    """Return the p-value whose e-value is 1 / alpha: a law above it is plausible.

    Example:
        >>> round(plausible_above(0.05), 6)
        0.001056
    """
    checks.require(0 < checks.number(alpha, "alpha") < 1, "alpha", "lie between 0 and 1", alpha)
    if alpha >= 0.9:
        return 0.5
    return float(np.exp(brentq(lambda log_p: np.log(e_value(np.exp(log_p)) * alpha), -700.0, np.log(0.5))))


def runs_needed(bar: float) -> int:
    """Return how many independent runs are the least with which a law can be refuted at all at this bar."""
    return next(runs for runs in range(1, 100) if smallest_p(runs) <= bar)


def _sentence(p: np.ndarray, plausible: int, runs: int, bar: float) -> str:
    if smallest_p(runs) > bar:
        return (
            f"{runs} run{'s' if runs > 1 else ''} cannot refute any law: the least p-value possible is {smallest_p(runs):.2g}, and a law "
            f"falls at {bar:.2g}. Record at least {runs_needed(bar)} independent runs."
        )
    if p.max() > SOUND:
        return f"{plausible} of {p.size} candidate laws show series like the recorded ones."
    return (
        f"None of {p.size} candidate laws shows series like the recorded ones (the best has p = {p.max():.2g}): a known "
        "entry, the space, the start density or the boundary is wrong, or the law has chance in it."
    )


def _weights(trials: Trials, bar: float) -> np.ndarray:
    """Share of each law by its synthetic likelihood among the plausible; of all that were tried whole if none is."""
    likelihood = np.where(trials.p > bar, trials.log_likelihood, -np.inf)
    if not np.isfinite(likelihood).any():
        likelihood = trials.log_likelihood
    if not np.isfinite(likelihood).any():
        return np.full(trials.p.size, 1 / trials.p.size)
    weights = np.exp(likelihood - likelihood.max())
    return weights / weights.sum()


def _entry(
    space: RuleSpace, entry: int, present: np.ndarray, p: np.ndarray, weights: np.ndarray, visits: float
) -> Evidence:
    best_with, best_without = float(p[present].max()), float(p[~present].max())
    why = (
        f"Rolled out, the best law with it has p = {best_with:.2g}, the best law without it p = {best_without:.2g}; "
        f"about {visits:.0f} visits a run."
    )
    return Evidence(
        entry=space.names[entry],
        basis="rollout",
        visits=visits,
        log_e_present=float(np.log(e_value(best_without))),
        log_e_absent=float(np.log(e_value(best_with))),
        probability=float(np.clip(weights[present].sum(), 0, 1)),
        interval=(0.0, 1.0),
        why=why,
    )


def _visits(series: Series, space: RuleSpace, values: np.ndarray, rng: Source) -> np.ndarray:
    """Cells a run in the situation of each entry, over all generations, under one law; a mean over a few small runs."""
    runs, rows, cols = 4, min(series.rows, _SIDE), min(series.cols, _SIDE)
    start = rng.stream("visits").generator().random((runs, rows, cols)) < series.start_density
    boards, rule, counts = start.astype(np.uint8), space.rule(values), np.zeros(WINDOWS)
    last = min(int(series.times[-1]), 1000)
    for time in range(last):
        counts += np.bincount(stepping.windows(boards, series.boundary).ravel(), minlength=WINDOWS)
        if time + 1 < last:
            boards = stepping.step(rule, boards, boundary=series.boundary)
    return space.pool(counts) / runs * (series.rows * series.cols / (rows * cols))

"""Evidence by rollout for imperfect recordings: cells missing or misread, generations skipped or not.

No law misses a frame for certain where a rollout's start is uncertain, so a law is judged by how well it forecasts (`ensemble_forecast`):

    1  propose   Laws are drawn (`proposals`) and searched by what they forecast of each frame from the frame before alone; of few
                 laws all are run instead (`exhaustive_start`). The best then climb by the full forecast f (`hill_climbing`). Rounds go on until two searches have ended at one law, or until
                 one leads all others by more than all 2^F laws weighed alike could make up, F the number of open entries.
    2  evolve    The best law, and those it is tested against, make the recording again, 59 times or more: rolled out from the
                 recorded first frame, misread and hidden where the recording was.
    3  doubt     Every entry is flipped, alone and with each other entry, because two can make up for each other: its rivals.

**Null distribution and error control.** H: the recording was made by the law r, from a board whose hidden or misread cells are
independent with the density of the first frame. Under H the recording and its R replicas are exchangeable given the first frame,
whatever the statistic [besag1989]. With r a rival of entry u, s the same law with u flipped back, and
T = log f(s) - log f(r) on one of them,

    e = (R + 1) exp(T_recorded) / (exp(T_recorded) + sum over the replicas of exp(T_replica))

has expectation 1 under H, exactly: it is an e-value against r, however r was found, because r and u say what s is. Entry u gets
the smallest e-value against its rivals, and e-BH decides. Three things can keep entries open whatever their e-values:

    fit     The best law must itself look like the maker: log f on the recording against log f on its own replicas, the one-sided
            normal p-value above 0.005. Otherwise nothing is decided.
    peaks   A law where another search ended, three or more entries away, keeps open every entry on which it differs from the best
            law, unless it is put aside: the lead of the best law over it, z standard deviations above the lead on its own
            replicas, must be beyond what the choice among all C(F, d) laws that far away explains, z^2 / 2 >= log C(F, d) +
            log 200, by the union bound for normal variables. A rival with a partner that is put aside so needs no e-value.
    search  Laws are searched for and not proven to be the best: the sentence of each entry says how many laws were
            tried. Density and, with flips "auto", the flip probability are estimates put in place of the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import gammaln, logsumexp, ndtr

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence.proofs import require_certain, unsettled
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import AUTO
from evolaw.discovery.lattices.model.window_counts import CUTOUT, is_cutout
from evolaw.discovery.lattices.rollout.ensemble_forecast import Ensemble, Scene
from evolaw.discovery.lattices.rollout.exhaustive_start import fewest_misses
from evolaw.discovery.lattices.rollout.hill_climbing import Ascent, Summit
from evolaw.discovery.lattices.rollout.proposals import Proposals
from evolaw.discovery.lattices.rollout.tabu_search import descend
from evolaw.discovery.spine.evidence import Evidence, Weighing, with_known
from evolaw.discovery.spine.facts import Facts
from evolaw.randomness import Source

__all__ = ["LEVEL", "REPLICAS", "weigh"]

LEVEL = 0.005
"""A law whose recording is forecast this badly by chance, or a peak this unlikely, is put aside."""

REPLICAS = 3000
"""Recordings made again by rivals in all, shared among the open entries; each rival makes at least 59 and at most 999, so that an
e-value is at most 60 to 1000."""

_LEAST_REPLICAS, _MOST_REPLICAS, _COMPARED, _TOGETHER = 59, 999, 19, 16
_ROUNDS, _STARTS, _MOVES, _PATIENCE = 16, 2, 60, 12
_SKETCHED, _BOARDS = 16, 32
_NEAR, _MOST_PEAKS = 2, 12
_MOST_CELLS = 2**16
_FIRST_GUESS, _LEAST_FLIPS, _MOST_FLIPS = 0.05, 1e-3, 0.4


@dataclass(frozen=True, eq=False)
class _Stage:
    """What all steps share."""

    ensemble: Ensemble
    free: np.ndarray
    case: Case

    @property
    def rng(self) -> Source:
        """Seed of all chance."""
        return self.case.rng

    @property
    def replicas(self) -> int:
        """How often each rival makes the recording again."""
        return int(np.clip(REPLICAS // max(1, self.free.size), _LEAST_REPLICAS, _MOST_REPLICAS))

    def tell(self, done: int, total: int, words: str) -> None:
        """Report progress, if anybody listens."""
        self.case.tell(done, total, words)


def weigh(case: Case, *, rounds: int = _ROUNDS) -> Weighing:
    """Weigh every entry by what laws with and without it forecast.

    Args:
        case: recordings whose times are generations, 255 marks missing cells; readings flipped, given or "auto", or not; known
            entries must be 0 or 1. Its simulator proposes laws, anew in every round but the first.
        rounds: how often to propose laws while the searches do not agree.

    Raises:
        ArgumentError: the automaton itself errs (flips on "update"), or a known entry is a probability.

    Notes:
        Of long recordings the first frames are used, 65,536 cells in all. Cost: about 40 F laws a search with 16 boards, F^2 laws
        with 32 boards for rivals, and 120 F recordings with 32 boards for e-values, each rolled out through all generations.

    References:
        besag1989, section 2 (exchangeable replicas); vovk2021; dawid1984.
    """
    recordings, space, known, channel = case.recordings, case.space, case.known, case.channel
    if channel.flips and channel.on == "update":
        fix = "Record every generation, and weigh an automaton that errs by evidence='auto'."
        raise checks.refuse(
            "observed", "have flips of readings, not of the automaton, for rollouts", repr(channel), fix
        )
    require_certain(space, known)
    if any(map(is_cutout, recordings)):
        raise checks.refuse(
            "boundary",
            "be known where generations are skipped and cells missing or misread",
            CUTOUT,
            "Record every generation, or the whole board.",
        )
    scenes = tuple(Scene.of(item, max(1, _MOST_CELLS // len(recordings))) for item in recordings)
    flips = _FIRST_GUESS if channel.flips == AUTO else float(channel.flips)
    ensemble = Ensemble(space, scenes, flips, _BOARDS, case.rng.stream("ensemble"))
    stage = _Stage(ensemble, np.flatnonzero(case.free), case)
    proposals = Proposals(case)
    peaks, ascent = _search(stage, proposals, rounds)
    if channel.flips == AUTO:
        stage = replace(stage, ensemble=replace(ensemble, flips=_fitted_flips(ensemble, peaks[0].law)))
        ascent = Ascent(stage.ensemble, stage.free, ascent.tried)
        peaks = _ranked([ascent.climb(peak.law) for peak in peaks])
    peaks, rivals = _doubted(stage, ascent, peaks)
    best = peaks[0]
    fit = _fit(stage, best)
    disputed = _disputed(stage, peaks) if fit > LEVEL else np.zeros(len(space), bool)
    visits = stage.ensemble.visits(best.law)
    facts: Facts = proposals.facts | {
        "laws_rolled_out": ascent.tried,
        "forecast_cells": stage.ensemble.cells,
        "replicas": stage.replicas,
        "fit_p_value": round(fit, 6),
    }
    if channel.flips:
        facts["flip_probability"] = round(stage.ensemble.flips, 6)
    evidence = [unsettled(name, 0.5, float(visits[place]), "") for place, name in enumerate(space.names)]
    if fit <= LEVEL:
        why = (
            f"The likeliest of {ascent.tried:,} laws rolled out forecasts the recording worse than its own (p = {fit:.1g}), so none "
            "is taken for the law."
        )
        for entry in stage.free:
            evidence[entry] = unsettled(space.names[entry], 0.5, float(visits[entry]), why)
    else:
        for item in _weighed(stage, best, rivals, disputed, visits, ascent.tried):
            evidence[space.index(item.entry)] = item
    typical = np.where(np.isnan(known), best.law, known)
    return Weighing(tuple(with_known(evidence, known)), facts, None, typical)


# -- searching --------------------------------------------------------------------------------------------------------


def _search(stage: _Stage, proposals: Proposals, rounds: int) -> tuple[list[Summit], Ascent]:
    """Propose laws and climb, round after round; peaks from the best down, none within two entries of a better one."""
    sketch = replace(stage.ensemble, boards=_SKETCHED)
    ascent, ends = Ascent(stage.ensemble, stage.free), []
    hidden = any((recording.values == MISSING).any() for recording in stage.case.recordings)
    movable = np.isnan(np.where(np.isin(np.arange(len(sketch.space)), stage.free), np.nan, 0.0))

    def cost(laws: np.ndarray) -> np.ndarray:
        ascent.tried += len(laws)
        return -sketch.score(laws, memory=False)

    for number in range(max(1, rounds) if stage.free.size else 1):
        stage.tell(number, rounds, f"laws proposed, {ascent.tried:,} rolled out")
        ranked = None if number else fewest_misses(stage.case, _STARTS, _NEAR)
        starts = proposals.draw(number, _STARTS) if ranked is None else ranked
        if stage.free.size and ranked is None:
            starts = descend(cost, starts, np.tile(movable, (len(starts), 1)), _MOVES, patience=_PATIENCE)[1]
        ends += [ascent.climb(law) for law in starts]
        peaks = _ranked(ends)
        if _agree(peaks, ends, stage.free.size, hidden=hidden):
            break
    return peaks, ascent


def _ranked(ends: Sequence[Summit]) -> list[Summit]:
    peaks: list[Summit] = []
    for end in sorted(ends, key=lambda summit: -summit.score):
        if all(_distance(end, peak) > _NEAR for peak in peaks):
            peaks.append(end)
    return peaks


def _agree(peaks: Sequence[Summit], ends: Sequence[Summit], free: int, *, hidden: bool) -> bool:
    """Whether the searches have ended on one peak: two of them, or one that is far higher. Where cells are hidden forecasts are blurred,
    one wrong peak draws several searches, and the lead of another says little: there three must have met."""
    met = sum(_distance(end, peaks[0]) <= _NEAR for end in ends)
    if hidden:
        return met > 2
    return met > 1 or (len(peaks) > 1 and peaks[0].score - peaks[1].score > free * np.log(2))


def _distance(one: Summit, other: Summit) -> int:
    return int((one.law != other.law).sum())


def _fitted_flips(ensemble: Ensemble, law: np.ndarray) -> float:
    """The flip probability with which a law forecasts best, to two figures."""
    low, high = np.log(_LEAST_FLIPS), np.log(_MOST_FLIPS)
    best = _FIRST_GUESS
    for _ in range(4):
        grid = np.exp(np.linspace(low, high, 9))
        scores = [float(replace(ensemble, flips=float(flips)).score(law[None])[0]) for flips in grid]
        best = float(grid[int(np.argmax(scores))])
        width = (high - low) / 8
        low, high = np.log(best) - width, np.log(best) + width
    return best


def _doubted(stage: _Stage, ascent: Ascent, peaks: list[Summit]) -> tuple[list[Summit], np.ndarray]:
    """Find the rival of every entry; a rival that forecasts better than the best law takes its place, and is doubted anew."""
    while True:
        laws, scores = ascent.rivals(peaks[0], lambda done: stage.tell(done, stage.free.size, "entries doubted"))
        if not stage.free.size or scores.max() <= peaks[0].score:
            return peaks, laws
        peaks = _ranked([ascent.climb(laws[scores.argmax()]), *peaks])


# -- testing ----------------------------------------------------------------------------------------------------------


def _fit(stage: _Stage, best: Summit) -> float:
    """P-value of the recording among the best law's own replicas."""
    chance = stage.rng.stream("replicas, fit").generator()
    law = best.law[None]
    own = stage.ensemble.score_copies(law, stage.ensemble.replicas(law, stage.replicas, chance))[0]
    spread = float(own.std(ddof=1))
    return float(ndtr((best.score - own.mean()) / spread)) if spread > 0 else float(best.score >= own.mean() - 1e-6)


def _disputed(stage: _Stage, peaks: Sequence[Summit]) -> np.ndarray:
    """Entries on which a peak that cannot be put aside differs from the best law, shape (entries,)."""
    best, found = peaks[0].law, np.zeros(peaks[0].law.shape, bool)
    others = [peak.law for peak in peaks[1 : 1 + _MOST_PEAKS]]
    for law, aside in zip(others, _put_aside(stage, peaks[0], others, "peaks compared"), strict=True):
        found |= (law != best) & ~aside
    return found


def _put_aside(stage: _Stage, best: Summit, others: Sequence[np.ndarray], words: str) -> np.ndarray:
    """Whether the lead of the best law over each other is beyond what the choice among laws so far away explains."""
    chance = stage.rng.stream(f"replicas, {words}").generator()
    aside, free = np.zeros(len(others), bool), stage.free.size
    for at in range(0, len(others), _TOGETHER):
        stage.tell(at, len(others), words)
        makers = np.stack(others[at : at + _TOGETHER])
        laws = np.tile(best.law, (len(makers), 1))
        recorded = best.score - stage.ensemble.score(makers)
        leads = _leads(stage, laws, makers, _COMPARED, chance)
        z = (recorded - leads.mean(1)) / np.maximum(leads.std(1, ddof=1), 1e-9)
        away = (makers != best.law).sum(1)
        choices = gammaln(free + 1) - gammaln(away + 1) - gammaln(free - away + 1)
        aside[at : at + len(makers)] = (z > 0) & (recorded > 0) & (z**2 / 2 >= choices - np.log(LEVEL))
    return aside


def _leads(stage: _Stage, laws: np.ndarray, makers: np.ndarray, number: int, chance: np.random.Generator) -> np.ndarray:
    """Log f of each law less that of its maker, on recordings that the maker made again, shape (laws, number)."""
    copies = stage.ensemble.replicas(makers, number, chance)
    return stage.ensemble.score_copies(laws, copies) - stage.ensemble.score_copies(makers, copies)


def _weighed(
    stage: _Stage, best: Summit, rivals: np.ndarray, disputed: np.ndarray, visits: np.ndarray, tried: int
) -> Iterator[Evidence]:
    """Yield the evidence on every open entry: the smallest e-value against any of its rivals."""
    free = stage.free
    alone = np.tile(best.law, (free.size, 1))
    alone[np.arange(free.size), free] ^= 1
    paired = np.flatnonzero((rivals != alone).any(1))
    standing = paired[~_put_aside(stage, best, list(rivals[paired]), "rivals with a partner compared")]
    trials = [*_tried(stage, alone, np.arange(free.size)), *_tried(stage, rivals[standing], standing)]
    for place, entry in enumerate(free.tolist()):
        name, value, seen = stage.ensemble.space.names[entry], int(best.law[entry]), float(visits[entry])
        if disputed[entry]:
            why = (
                f"Of {tried:,} laws rolled out, one that has it otherwise, and other entries too, cannot be put aside."
            )
            yield unsettled(name, 0.5, seen, why)
        else:
            weakest = min((trial for trial in trials if trial.place == place), key=lambda trial: trial.log_e)
            yield _against(name, value, seen, weakest, tried)


@dataclass(frozen=True, eq=False)
class _Trial:
    """A rival of the open entry at ``place``: the lead over it of itself with the entry flipped back, here and on replicas."""

    place: int
    recorded: float
    leads: np.ndarray

    @property
    def log_e(self) -> float:
        return float(np.log(self.leads.size + 1) + self.recorded - logsumexp([self.recorded, *self.leads]))


def _tried(stage: _Stage, rivals: np.ndarray, places: np.ndarray) -> Iterator[_Trial]:
    chance = stage.rng.stream(f"replicas, rivals {len(rivals)}").generator()
    laws = rivals.copy()
    laws[np.arange(len(laws)), stage.free[places]] ^= 1
    for at in range(0, len(laws), _TOGETHER):
        stage.tell(at, len(laws), "recordings made again by rivals")
        part = slice(at, at + _TOGETHER)
        recorded = stage.ensemble.score(laws[part]) - stage.ensemble.score(rivals[part])
        leads = _leads(stage, laws[part], rivals[part], stage.replicas, chance)
        yield from map(_Trial, places[part].tolist(), recorded.tolist(), leads)


def _against(name: str, value: int, visits: float, trial: _Trial, tried: int) -> Evidence:
    """The evidence on one entry: how its rival fares on the recording, and on recordings that the rival made."""
    log_e, recorded, leads = trial.log_e, trial.recorded, trial.leads
    rival = f"Of {tried:,} laws rolled out, the likeliest {'without' if value else 'with'} it"
    if recorded <= 0 or log_e <= 0:
        return unsettled(name, 0.5, visits, f"{rival} forecasts the recording about as well as the best.")
    count = int((leads >= recorded).sum())
    why = (
        f"{rival} forecasts the recording e^{recorded:.1f} times worse than the best; of {leads.size} recordings made by that law, "
        f"{count or 'none'} {'speaks' if count == 1 else 'speak'} as clearly against it."
    )
    chance = float(1 / (1 + np.exp(-log_e)))
    signed = (log_e, -log_e) if value else (-log_e, log_e)
    return Evidence(name, "rollout", visits, *signed, chance if value else 1 - chance, (0.0, 1.0), why)

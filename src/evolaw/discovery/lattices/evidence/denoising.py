"""Likelihood evidence behind misread cells: de-noised counts to start from, smoothing to decide.

When inputs are misread too, counting is biased however long the recording. The exact inversion of the flip channel
(`flip_channel`) is unbiased but loses most of the information; inferring the true cells through the law (`belief_propagation`) keeps it,
and needs the law. So the two are alternated, law by entry likelihoods and cells by smoothing, from the inverted counts on, with
likelihoods first weakened and then at full weight. Then comes an audit:

    1. Entries without overwhelming evidence are forgotten (theta = 1/2), the cells inferred anew without them, and only then
       is their likelihood taken, so that no entry speaks for itself.
    2. Frames in which more or fewer misreadings were inferred than the flip probability allows are not used: there the cells
       were explained by a wrong law. When they are half of all, the evidence is that of the inverted counts alone.
    3. Log-likelihood ratios are multiplied by kappa = exp(-12 h) / 2, h the mean entropy of the inferred cells in nats.
       Smoothing neglects loops and so counts some evidence twice; this factor made stated probabilities honest on random laws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri, xlogy

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.discovery.lattices.evidence import update_noise
from evolaw.discovery.lattices.evidence.belief_propagation import Smoother
from evolaw.discovery.lattices.evidence.flip_channel import leanings
from evolaw.discovery.lattices.evidence.profiles import THETA, dense, plausible
from evolaw.discovery.lattices.evidence.residuals import residual_scores
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.observation import AUTO
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.evidence import Evidence, Weighing, with_known
from evolaw.discovery.spine.facts import Facts
from evolaw.trajectory import Trajectory

__all__ = ["weigh"]

_GRID = np.array([0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
_PRIOR = np.log([0.49, 0.004, 0.004, 0.004, 0.004, 0.004, 0.49])
_FINE = np.concatenate([[0.0, 0.01, 0.03], np.arange(0.05, 0.951, 0.05), [0.97, 0.99, 1.0]])
"""The audit looks at coins more closely than the search for the law, and between these values (`profiles`)."""
_FINE_PRIOR = np.log(np.concatenate([[0.49], np.full(THETA.size - 2, 0.02 / (THETA.size - 2)), [0.49]]))
"""The prior weight of all coins together is that of the search."""
_STAGES = ((0.1, 2), (0.1, 1), (0.3, 1), (0.3, 1), (0.6, 1), (1.0, 1), (1.0, 1), (1.0, 1))
"""Weight of the likelihood and number of sweeps, stage by stage."""
_TELLING, _STILL = 0.3, 1e-3
"""From this weight on the stages end early when no theta moves by more than this."""
_OVERWHELMING = 40.0
_AUDIT_SWEEPS = 3
_FIRST_GUESS = 0.05
_LEAST_FLIPS, _MOST_FLIPS = 1e-4, 0.45
_FALSE_DOUBT = 1e-3
"""Chance that any frame of a well inferred recording is doubted."""


@dataclass(frozen=True, eq=False)
class _Smoothed:
    """What smoothing found: profiles on the grid (values, entries), expected visits, and how far it can be trusted."""

    profile: np.ndarray
    visits: np.ndarray
    flips: float
    error: float
    entropy: float
    doubted: int
    pairs: int
    residuals: dict[str, float]
    inferred: float
    cells: int


def weigh(case: Case) -> Weighing:
    """Weigh every entry behind flipped cells.

    Args:
        case: consecutive recordings with flips, given or "auto"; known entries help to infer the cells and the flip probability.

    Raises:
        ArgumentError: generations were skipped.

    Notes:
        Cost: about 2500 operations for each cell, frame and sweep, at most 12 sweeps. Approximate: belief propagation on a graph with
        loops; see the module for how its evidence is kept honest.
    """
    channel, space = case.channel, case.space
    if channel.every > 1:
        raise checks.refuse(
            "observed", "keep every generation where cells are flipped", repr(channel), "Record every generation."
        )
    if channel.on == "update":
        return update_noise.weigh(case)
    found = _smooth(case)
    level = -np.log(case.level)
    facts: Facts = {
        "flip_probability": round(found.flips, 6),
        "flip_probability_error": round(found.error, 6) if channel.flips == AUTO else 0.0,
        "cell_entropy": round(found.entropy, 6),
        "frame_pairs_doubted": found.doubted,
        "frame_pairs": found.pairs,
        "residuals": {name: round(z, 2) for name, z in found.residuals.items()},
        "flips_inferred": round(found.inferred, 6),
        "cells_read": found.cells,
    }
    if 2 * found.doubted >= found.pairs:
        z = leanings(case.recordings, space, found.flips)
        evidence = [_leaning(name, float(z[i]), float(found.visits[i])) for i, name in enumerate(space.names)]
        leads = 3 * z - 4.5 * np.sign(z)
    else:
        kappa = 0.5 * np.exp(-12 * found.entropy)
        profile = kappa * dense(_FINE, found.profile)
        evidence = [
            _profiled(name, profile[:, i], float(found.visits[i]), level, found.flips)
            for i, name in enumerate(space.names)
        ]
        leads = kappa * (found.profile[-1] - found.profile[0])
    bar = np.log(len(space) / case.alpha)
    given = with_known(evidence, case.known)
    tested = [_tested(free, known, float(lead), bar) for free, known, lead in zip(evidence, given, leads, strict=True)]
    return Weighing(tuple(tested), facts)


def _tested(free: Evidence, given: Evidence, lead: float, bar: float) -> Evidence:
    """A known entry, with what speaks against the value given; ``lead`` is how much likelier alive is, as a logarithm."""
    if given.basis != "known" or given.probability not in (0.0, 1.0):
        return given
    against = -lead if given.probability == 1.0 else lead
    if against <= bar:
        return replace(given, why=f"Given as known; about {free.visits:.1f} inferred visits do not contradict it.")
    seen = f"about {free.visits:.1f} inferred visits" if free.visits >= 1 else "counts corrected for misread cells"
    why = f"Given as known, but {seen} make the other value e^{against:.1f} times as likely."
    if given.probability == 1.0:
        return replace(given, why=why, log_e_absent=np.inf)
    return replace(given, why=why, log_e_present=np.inf)


def _smooth(case: Case) -> _Smoothed:
    recordings, space, known, flips = case.recordings, case.space, case.known, case.channel.flips
    eps = _FIRST_GUESS if isinstance(flips, str) else max(float(flips), _LEAST_FLIPS)
    smoothers = [Smoother(recording, eps) for recording in recordings]
    free = case.free
    theta = np.where(free, np.clip(ndtr(leanings(recordings, space, eps)), 0.05, 0.95), known)
    total = sum(sweeps for _, sweeps in _STAGES) + _AUDIT_SWEEPS
    done = 0

    def sweep(times: int) -> None:
        nonlocal done
        for _ in range(times):
            for smoother in smoothers:
                smoother.sweep(space.spread(theta))
            done += 1
            case.tell(done, total, "sweeps through the recording")

    for weight, sweeps in _STAGES:
        sweep(sweeps)
        profile = sum(smoother.profile(space, theta, _GRID)[0].sum(0) for smoother in smoothers)
        before, theta = theta, np.where(free, _posterior_mean(weight * profile), theta)
        moved = 0.0
        if flips == AUTO:
            moved, eps = eps, _misread(smoothers)[0]
            moved = abs(moved / eps - 1)
            for smoother in smoothers:
                smoother.flips = eps
        if weight >= _TELLING and np.abs(theta - before).max() < _STILL and moved < 0.01:
            break
    lead = np.abs(profile[-1] - profile[0])
    theta = np.where(free & (lead < _OVERWHELMING), 0.5, theta)
    sweep(_AUDIT_SWEEPS)
    return _audited(smoothers, recordings, space, theta)


def _posterior_mean(profile: np.ndarray) -> np.ndarray:
    logs = profile + _PRIOR[:, None]
    weights = np.exp(logs - logsumexp(logs, axis=0))
    return _GRID @ weights


def _audited(
    smoothers: Sequence[Smoother], recordings: Sequence[Trajectory], space: RuleSpace, theta: np.ndarray
) -> _Smoothed:
    frames = sum(smoother.alive.shape[0] for smoother in smoothers)
    bound = -ndtri(_FALSE_DOUBT / (4 * frames))
    profile, visits, doubted, pairs = np.zeros((_FINE.size, len(space))), np.zeros(len(space)), 0, 0
    for smoother in smoothers:
        gains, seen = smoother.profile(space, theta, _FINE)
        sound = smoother.mismatch() <= bound
        use = sound[:-1] & sound[1:]
        profile += gains[use].sum(0)
        visits += seen * use.mean()
        doubted, pairs = doubted + int((~use).sum()), pairs + use.size
    alive = np.concatenate([smoother.alive.ravel() for smoother in smoothers])
    entropy = -(xlogy(alive, alive) + xlogy(1 - alive, 1 - alive)).mean()
    # A question was put as it stands and only its answer was read, so its frames are not misread alike: nothing to compare there.
    films = [k for k, recording in enumerate(recordings) if "question" not in recording.about]
    residuals = (
        residual_scores([smoothers[k] for k in films], [recordings[k].values.shape[1:] for k in films]) if films else {}
    )
    cells = sum(int((recordings[k].values != MISSING).sum()) for k in films)
    inferred = _misread([smoothers[k] for k in films])[0] if films else smoothers[0].flips
    return _Smoothed(
        profile,
        visits,
        smoothers[0].flips,
        _misread(smoothers)[1],
        float(entropy),
        doubted,
        pairs,
        residuals,
        inferred,
        cells,
    )


def _misread(smoothers: Sequence[Smoother]) -> tuple[float, float]:
    """The flip probability that the inferred cells show, and its standard error from the observed information."""
    flipped, variance, count = (sum(parts) for parts in zip(*(item.flipped() for item in smoothers), strict=True))
    eps = float(np.clip(flipped / max(count, 1), _LEAST_FLIPS, _MOST_FLIPS))
    scale = eps * (1 - eps)
    information = count / scale - variance / scale**2
    return eps, float(1 / np.sqrt(max(information, 4.0)))


def _profiled(entry: str, profile: np.ndarray, visits: float, level: float, flips: float) -> Evidence:
    """An entry from its likelihood at `THETA`, first value absent, last present, already weakened."""
    logs = profile + _FINE_PRIOR
    weights = np.exp(logs - logsumexp(logs))
    against_absent = float(logsumexp(logs[1:] - logsumexp(_FINE_PRIOR[1:])) - profile[0])
    against_present = float(logsumexp(logs[:-1] - logsumexp(_FINE_PRIOR[:-1])) - profile[-1])
    low, high = plausible(profile, level)
    lead = float(profile[-1] - profile[0])
    if abs(lead) < 0.1:
        why = f"About {visits:.1f} visits are inferred behind misread cells, and they speak for neither."
    else:
        word, other = ("alive", "dead") if lead > 0 else ("dead", "alive")
        why = (
            f"About {visits:.1f} visits inferred behind cells misread with probability {flips:.3g}; {word} afterwards is "
            f"e^{abs(lead):.1f} times as likely as {other}."
        )
    return Evidence(
        entry,
        "likelihood",
        visits,
        against_absent,
        against_present,
        float(np.clip(weights @ THETA, 0, 1)),
        (low, high),
        why,
        float(weights[1:-1].sum()),
    )


def _leaning(entry: str, z: float, visits: float) -> Evidence:
    """An entry from inverted counts alone: exp(3 z - 4.5) has expectation 1 for a standard normal z."""
    probability = float(1 / (1 + np.exp(-np.clip(3 * abs(z) - 4.5, 0, 50) * np.sign(z))))
    why = f"The misread cells could not be inferred; counts corrected for flips lean to {'alive' if z > 0 else 'dead'} by {abs(z):.1f} standard errors."
    return Evidence(entry, "likelihood", visits, 3 * z - 4.5, -3 * z - 4.5, probability, (0.0, 1.0), why)

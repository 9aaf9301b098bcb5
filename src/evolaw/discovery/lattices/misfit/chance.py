"""Kinds of chance that leave no trace outside the window: coins, cells misread, an automaton that errs; or none seen at all.

Contact processes, voters, spins in a heat bath and fires mostly look at the four cells that share a side (von Neumann). Told by cell and
number of living ones among the four, ten classes, the windows of a class must all have one probability: `log_e_dependence` says whether.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evolaw.discovery.lattices.misfit.causes import Diagnosis
from evolaw.discovery.lattices.misfit.noise_models import NoiseFit
from evolaw.discovery.lattices.misfit.specification_tests import cure_of_the_edge
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.entry_posterior import confidence_interval
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts
from evolaw.discovery.spine.e_values import LEVEL, combine, log_e_dependence
from evolaw.discovery.spine.evidence import Check

__all__ = ["check_determinism", "check_flips", "diagnose_chance", "four_neighbours", "too_few"]

_GOOD_EXCESS = 3.0
_FAR_WORSE = 3.0
_MOST_ERRING = 0.2
"""An automaton that goes against its law more often than this is not called erring: skipped generations look like that."""
_CLEAR_COST = 20.0
_SIDES = (7, 5, 3, 1)
"""The bits of the cells above, left, right and below in a window; bit 4 is the cell itself."""
_LEAST_SEEN = 3
"""So many of the ten classes must have been seen in more than one window: of fewer nothing is claimed."""


def diagnose_chance(case: Case, noises: Sequence[NoiseFit], coins: NoiseFit, calm: tuple[Check, ...]) -> Diagnosis:
    """Tell three kinds of chance apart that leave no trace outside the window, where the table is large enough for it.

    The marginal likelihood of misread cells is approximate, so that its cost alone does not rule them out.
    """
    space, counts = case.space, case.counts
    noise = min(noises, key=lambda fit: fit.cost)
    misread = noises[0] if len(noises) > 1 else None
    # Where cells age nobody declares an automaton that errs: one rate for all its entries is a law with chance as any other.
    one_rate = space.ages and noise.cost + _CLEAR_COST < coins.cost
    coins_best = one_rate or (
        coins.cost + _CLEAR_COST < noise.cost and (misread is None or _refuted(misread, coins, space))
    )
    if coins_best:
        says = (
            f"{int(counts.mixed.sum())} entries gave both outcomes, and nothing outside the window tells when: "
            "they are probabilistic."
        )
        if not case.chance:
            says += " It was declared that none are."
        return Diagnosis("coins", (Check("determinism", bool(case.chance), 1.0 if case.chance else 0.0, says), *calm))
    erring = noise is noises[-1]
    if noise.cost + _CLEAR_COST < coins.cost and noise.excess < _GOOD_EXCESS:
        if erring and noise.flips > _MOST_ERRING:
            says = (
                f"All entries go against their majority at one rate, {noise.flips:.2g}, so that a frame hardly tells of the next: "
                "generations were skipped in a way that no law found explains, frames are out of order, or the automaton errs so often. "
                "If you know how many generations lie between frames, try --every K."
            )
            return Diagnosis("unclear", (Check("determinism", False, 1.0, says),))
        if not erring:
            check = check_flips(noise, _relative(noise, coins), space)
            tied = noises[-1].cost < noise.cost + _CLEAR_COST and noises[-1].excess < _GOOD_EXCESS
            says = f"{check.says}{_or_errs(noises[-1])}" if tied else check.says
            return Diagnosis("flips", (replace(check, says=says),))
        says = (
            f"All entries go against their majority at one rate, {noise.flips:.2g}: the automaton itself errs. "
            'Try --flip update:auto, in Python observed=Flips("auto", on="update").'
        )
        return Diagnosis("erring", (Check("flips", False, _relative(noise, coins), says),))
    return Diagnosis("unclear", (too_few(case),))


def _refuted(misread: NoiseFit, coins: NoiseFit, space: RuleSpace) -> bool:
    """Whether misread cells are out of the question: their best law is bad in itself, or far worse than coins.

    In the general space coins fit every table without remainder, so that only the first counts.
    """
    far_worse = space.wider is not None and misread.deviance > _FAR_WORSE * coins.deviance
    return misread.excess > _GOOD_EXCESS or far_worse


def _or_errs(erring: NoiseFit) -> str:
    """What explains the table as well, as where cells hardly look at their neighbours."""
    return f" Or the automaton itself errs, at the rate {erring.flips:.2g}, which explains them as well: --flip update:auto."


def check_flips(fit: NoiseFit, p: float, space: RuleSpace) -> Check:
    """Return the failed check of misread cells, with their rate and what to type."""
    wider = (
        ""
        if fit.excess < _GOOD_EXCESS or space.wider is None
        else f" Even so the {space.name} space does not fit well; add --space {space.wider.family}."
    )
    says = (
        f"The contradictions look like misread cells, about {100 * fit.flips:.2g} % of all: "
        f"they come in clusters around single cells. Try --flip auto.{wider}"
    )
    return Check("flips", False, min(p, 1.0), says)


def check_determinism(counts: WindowCounts, chance: float) -> Check:
    """Return the passed check of entries that never gave two outcomes, with what it rests on: the least ``chance`` of a coin."""
    repeated = int((counts.visits > 1).sum())
    seen = (
        f"{repeated} entries were seen more than once, none with two outcomes"
        if repeated
        else "Not tested: no entry was seen more than once"
    )
    rests = (
        f"The error rate holds for coins that come up otherwise at least once in {1 / chance:.3g} times."
        if chance
        else "The law is declared deterministic, and the error rate holds if it is."
    )
    return Check("determinism", True, 1.0, f"{seen}. {rests}")


def too_few(case: Case) -> Check:
    """Return the failed check of two outcomes seen too rarely to tell why."""
    counts, windows, space = case.counts, case.window_counts, case.space
    names = ", ".join(space.names[place] for place in np.flatnonzero(counts.mixed)[:6])
    if windows.mixed.any() or space.wider is None:
        says = (
            f"Entries gave both outcomes ({names}), but too rarely to tell misread cells, a broken symmetry and a "
            "probabilistic law apart. Record more frames or larger boards."
        )
        if not case.interior.pool(space).mixed.any():
            says += f" No window inside the board contradicts another. {cure_of_the_edge(case.recordings, space)}"
    else:
        says = (
            f"Entries gave both outcomes ({names}), each single window only one, too rarely to tell a broken symmetry from "
            f"chance. Try --space {space.wider.family}, or record more."
        )
    return Check("determinism", False, 1.0, says)


def _relative(better: NoiseFit, worse: NoiseFit) -> float:
    """The approximate posterior odds exp(-(cost - cost') / 2) against the better model, as a number from 0 to 1."""
    return float(np.exp(-min(700.0, max(0.0, (worse.cost - better.cost) / 2))))


def four_neighbours(windows: WindowCounts, alpha: float) -> str:
    """Return the sentence that says so, with the share of living outcomes in each class and its interval; empty where it is not so.

    Args:
        windows: tally of all 512 windows.
        alpha: error rate of each interval.
    """
    numbers = np.arange(WINDOWS)
    classes = 5 * (numbers >> 4 & 1) + sum(numbers >> bit & 1 for bit in _SIDES)
    visits, alive = (tally[:WINDOWS].reshape(WINDOWS) for tally in (windows.visits, windows.alive))
    several = [each for each in range(10) if (visits[classes == each] > 0).sum() > 1]
    log_e = [float(log_e_dependence(visits[classes == each], alive[classes == each])) for each in several]
    if len(several) < _LEAST_SEEN or combine(np.array(log_e)) > -np.log(LEVEL):
        return ""
    shares = [
        _share(int(visits[classes == each].sum()), int(alive[classes == each].sum()), alpha) for each in range(10)
    ]
    return (
        " It depends only on the cell and on how many of its four nearest neighbours live. Share alive next, with 0 to 4 of them: a dead cell "
        f"{', '.join(shares[:5])}; a living one {', '.join(shares[5:])}."
    )


def _share(visits: int, alive: int, alpha: float) -> str:
    """The share of living outcomes and its interval; the bound alone where all were the same."""
    if not visits:
        return "?"
    low, high = confidence_interval(visits, alive, alpha)
    if alive in (0, visits):
        return f"{alive // visits} (of {visits})"
    return f"{alive / visits:.3g} [{low:.3g}, {high:.3g}]"

"""The diagnosis of a clean recording that contradicts itself: each cause is tested, and the one that holds is named.

    sound           no entry gave two outcomes
    boundary        only the rim contradicts
    step, …         a step, a frame, a region contradicts the rest; laws take turns, or change at a frame; blocks (`faults`)
    skipped frames  a law that counts, or one that was learned, has no contradiction when taken several times between the frames
    memory          the frame before explains every outcome, or foretells more than any larger window
    neighbourhood   counting in a larger neighbourhood explains every outcome, or networks that see more foretell more
    flips           cells were misread: a cell that surprised makes its neighbours surprise, and one eps explains the table
    symmetry        windows of one entry differ, and a wider space separates them
    erring          the automaton itself flips cells, all entries at one rate
    coins           entries with a probability each: the law is probabilistic, and the space stands
    unclear         two outcomes, but too few visits to tell why

Only "sound" and "coins" let the entries be judged. The order matters: each test supposes that the causes before it are absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evolaw.discovery.lattices.evidence.counting import weigh_counts
from evolaw.discovery.lattices.evidence.exhaustive import surviving, surviving_lines
from evolaw.discovery.lattices.misfit.displays import check_axes
from evolaw.discovery.lattices.misfit.edges import boundary
from evolaw.discovery.lattices.misfit.faults import Fault, find_fault
from evolaw.discovery.lattices.misfit.homogeneity import find_drift
from evolaw.discovery.lattices.misfit.larger_neighbourhoods import WiderLaw, counting_law, law_with_memory
from evolaw.discovery.lattices.misfit.neighbourhood_networks import Surroundings, ask_networks
from evolaw.discovery.lattices.misfit.noise_models import NoiseFit, fit_coins, fit_erring, fit_misread
from evolaw.discovery.lattices.misfit.specification_tests import (
    cure_of_the_edge,
    memory,
    neighbourhood,
    simultaneity,
    symmetry,
)
from evolaw.discovery.lattices.misfit.subsampling import looks_scrambled, skipped_law
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.law import Law
from evolaw.discovery.lattices.model.rule_space import NESTED, WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts, count_windows, log_best
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.e_values import LEVEL, log_e_dependence, p_value, worded_e, worded_list
from evolaw.discovery.spine.evidence import Check
from evolaw.discovery.spine.finding import EntryFinding, shortened
from evolaw.trajectory import Trajectory

__all__ = ["Diagnosis", "diagnose", "diagnose_unfitting"]

_GOOD_EXCESS = 3.0
_FAR_WORSE = 3.0
_FAR_ABOVE = 1.5
"""Misread cells surprise together as well; cells updated one by one do so far more than they surprise later."""
_CLEARLY_TOGETHER = 10.0
_MOST_ERRING = 0.2
"""An automaton that goes against its law more often than this is not called erring: skipped generations look like that."""
_CLEAR_COST = 20.0
_COINS, _HIDDEN = 0.1, 0.01
_BEGINNING, _SEVERAL = 6, 3
_TOTALISTIC = 18


@dataclass(frozen=True)
class Diagnosis:
    """What the checks of the space say.

    Attributes:
        cause: one of the words of the module.
        checks: the checks, passed and failed.
    """

    cause: str
    checks: tuple[Check, ...]

    @property
    def sound(self) -> bool:
        """Whether the space may be believed."""
        return self.cause in ("sound", "coins")


def diagnose(case: Case) -> Diagnosis:
    """Test the space on clean recordings and name what contradicts it.

    Args:
        case: clean, consecutive recordings. Where all are answers of a box, their first frames are certain, and no cell of them is
            taken for misread. Networks are asked only where windows contradict themselves; they take seconds.
    """
    recordings, space, windows, counts = case.recordings, case.space, case.window_counts, case.counts
    rim, orbits = boundary(recordings, space), symmetry(windows, space)
    calm = (_determinism(counts, space), rim, *orbits)
    if not counts.mixed.any():
        return Diagnosis("sound", calm)
    if not rim.passed:
        return Diagnosis("boundary", (rim,))
    torn = tuple(check for check in orbits if not check.passed)
    if not windows.mixed.any() and torn:
        return Diagnosis("symmetry", torn)
    if space.is_line:
        return _of_a_line(case, calm)
    axes = check_axes(recordings, space)
    if axes is not None:
        return Diagnosis("axes", (axes,))
    seen = Transitions.of(recordings)
    fault, wider = find_fault(recordings, seen, space), space.wider
    while fault is None and torn and wider is not None:
        fault, wider = find_fault(recordings, seen, wider), wider.wider
    if fault is not None:
        return _at_fault(case, seen, fault)
    if not windows.mixed.any():
        return Diagnosis("unclear", (_unclear(case),))

    explained = _skipped(case) or _wider(recordings, windows)
    if explained is not None:
        return explained
    remote, past = neighbourhood(recordings, space.entry_of), memory(recordings, space.entry_of, windows)
    misread, erring, coins = (fit(windows, space) for fit in (fit_misread, fit_erring, fit_coins))
    threshold = -np.log(LEVEL)
    classes = _coarsest(windows)
    drift = find_drift(seen, classes)
    drifts = drift.log_e if drift is not None else -np.inf
    together = simultaneity(recordings, classes)
    one_by_one = together > max(_CLEARLY_TOGETHER, _FAR_ABOVE * past, remote, drifts)
    if past > threshold and past >= max(remote, drifts) and not one_by_one:
        return Diagnosis("flips", (_flips(misread, p_value(past), space),))
    gap = skipped_law(recordings, windows, case.rng) if looks_scrambled(windows) else None
    if gap is not None:
        return _gap(gap.every, gap.log_e, f"an isotropic law learned from it, {gap.law},", " --space isotropic")
    asked = ask_networks(recordings, case.rng)
    if (
        isinstance(asked, Surroundings)
        and asked.reach > 1
        and asked.log_e > max(drifts, together if one_by_one else drifts)
    ):
        return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(asked.log_e), asked.says + _GAPS),))
    if one_by_one:
        return Diagnosis("asynchronous", (Check("asynchronous", False, p_value(together), _ASYNCHRONOUS),))
    if drift is not None and drifts > max(threshold, remote):
        return _at_fault(case, seen, drift)
    if remote > threshold:
        return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(remote), _REMOTE + _GAPS),))
    if isinstance(asked, Surroundings) and asked.remembers:
        says = (
            "Who sees the frame before as well foretells the next one better than any law of 3 x 3 windows, refuted at "
            f"e = {worded_e(asked.past_log_e)}: the automaton remembers or has hidden states, or cells were misread. "
            "If they may be misread, try --flip auto."
        )
        return Diagnosis("memory", (Check("memory", False, p_value(asked.past_log_e), says),))
    if torn:
        return Diagnosis("symmetry", torn)
    near = Check("neighbourhood", True, 1.0, asked.says if isinstance(asked, Surroundings) else asked)
    answers = all("question" in recording.about for recording in recordings)
    noises = [erring] if answers else [misread, erring]
    return _memoryless(case, noises, coins, (*calm[1:], near))


def _of_a_line(case: Case, calm: tuple[Check, ...]) -> Diagnosis:
    """The same for a line of cells: parts that contradict the rest, skipped generations, cells misread, the frame before, chance."""
    recordings, space, windows = case.recordings, case.space, case.window_counts
    seen = Transitions.of(recordings)
    fault = find_fault(recordings, seen, space)
    if fault is not None:
        return _at_fault(case, seen, fault)
    threshold = -np.log(LEVEL)
    for every in (2, 3):
        spread = [replace(item, times=np.arange(len(item)) * every) for item in recordings]
        log_e = -len(space) * np.log(2) - log_best(case.counts)
        if log_e > threshold and len(surviving_lines(spread, space, case.known)):
            return _gap(every, log_e, "an elementary law", "")
    past, drift = memory(recordings, space.entry_of, windows), find_drift(seen, space.entry_of)
    if past > threshold and past > (drift.log_e if drift is not None else 0.0):
        says = (
            "What became of a cell depends on surprises in the frame before: cells were misread, or the law has a memory. "
            "Try --flip auto."
        )
        return Diagnosis("flips", (Check("flips", False, p_value(past), says),))
    if drift is not None and drift.log_e > threshold:
        return _at_fault(case, seen, drift)
    erring, coins = fit_erring(windows, space), fit_coins(windows, space)
    return _memoryless(case, [erring], coins, calm[1:])


def _at_fault(case: Case, seen: Transitions, fault: Fault) -> Diagnosis:
    """Name a fault, and say what follows without it or in each of its parts."""
    tallies = seen.counts(fault.labels, fault.parts, np.arange(WINDOWS))
    parts = [_follows(case, WindowCounts(visits, alive)) for visits, alive in tallies]
    check = "time" if fault.cause == "cut" else fault.cause
    if fault.cause == "blocks":
        says = (
            f"The outcome depends on {fault.where}: told apart by that, nothing contradicts itself. No rule of this program "
            "looks at where a cell lies."
        )
    elif fault.cause in ("cut", "alternating"):
        what = "The law changes with time" if fault.cause == "cut" else "Two laws take turns"
        says = (
            f"{what}: all contradictions lie between {fault.where}. "
            f"The parts alone say: {'; '.join(parts)}. Cut the recording there and ask for each part."
            if fault.cause == "cut"
            else f"{what}: all contradictions lie between {fault.where}. The parts alone say: {'; '.join(parts)}."
        )
    elif fault.cause == "boundary":
        says = f"Windows that cross the edge follow another law than those inside. {cure_of_the_edge(case.recordings, case.space)}"
    else:
        cure = (
            "Mark these cells as missing (255), or cut them away"
            if fault.box is not None
            else "Leave these frames out, and pass what is before and after as recordings of their own"
        )
        inside = f" There alone: {parts[1]}." if fault.cause == "region" else ""
        differing = _differing(case, tallies)
        lies = (
            f"{differing} there otherwise than elsewhere: {fault.where}"
            if fault.drifts
            else f"All contradictions lie in {fault.where}"
        )
        says = f"{lies}. Without it {parts[0]}.{inside} {cure}."
    named = _CHECKS.get(fault.cause, check)
    return Diagnosis(check, (Check(named, False, p_value(fault.log_e), says),))


def _differing(case: Case, tallies: np.ndarray) -> str:
    """The entries whose outcomes differ most between the first two parts, with their shares."""
    visits, alive = (np.stack([case.space.pool(part[which]) for part in tallies[:2]], -1) for which in (0, 1))
    order = np.argsort(-log_e_dependence(visits, alive))[:3]
    share = alive / np.maximum(visits, 1)
    named = [f"{case.space.names[u]} (alive {share[u, 1]:.2g}, elsewhere {share[u, 0]:.2g})" for u in order[:1]]
    return f"{', '.join(named)} behaves"


def _follows(case: Case, counts: WindowCounts) -> str:
    """What a part of the recording says by itself: its law, and how many entries it decides."""
    weighing = weigh_counts(case, counts)
    decisions = decide(weighing.evidence, case.alpha, case.error)
    if (counts.pool(case.space).mixed & case.free).any() and "probabilistic" not in decisions:
        return "the rest contradicts itself in other ways"
    entries = tuple(EntryFinding.of(item, each) for item, each in zip(weighing.evidence, decisions, strict=True))
    law, decided = Law.of(case.space, entries).most_probable, sum(each != "undetermined" for each in decisions)
    named = [
        f"{item.name} with probability {item.probability:.2g}" for item in entries if item.decision == "probabilistic"
    ]
    chance = f", {worded_list(named)}" if named else ""
    return f"{shortened(law)} explains everything ({decided} of {len(entries)} entries decided{chance})"


def _coarsest(windows: WindowCounts) -> np.ndarray:
    """The classes of the narrowest space within whose entries all windows behave alike: larger classes are split with more power."""
    for name in NESTED[:-1]:
        space = RuleSpace.named(name)
        if all(check.passed for check in symmetry(windows, space)):
            return space.entry_of
    return np.arange(WINDOWS)


def diagnose_unfitting(case: Case, contradiction: str) -> Diagnosis:
    """Say why no law of the space fits at all: a larger neighbourhood, where frames are consecutive and no cell was misread?

    Args:
        case: what was weighed.
        contradiction: what the evidence says.
    """
    if case.channel.every == 1 and not case.channel.flips:
        seen = ask_networks(case.recordings, case.rng)
        if isinstance(seen, Surroundings) and seen.reach > 1:
            return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(seen.log_e), seen.says),))
    return Diagnosis("unclear", (Check("a law that fits", False, 0.0, contradiction),))


def _beginning(recordings: Sequence[Trajectory]) -> list[Trajectory]:
    """Return six frames of each of three recordings, which kill every wrong law on any but the smallest boards."""
    return [
        replace(item, values=item.values[:_BEGINNING], times=item.times[:_BEGINNING]) for item in recordings[:_SEVERAL]
    ]


def _skipped(case: Case) -> Diagnosis | None:
    """Laws that have no contradiction when generations lie between the frames.

    All 2^18 laws bet with equal stakes, so one that is never wrong has e >= 2^-18 / best 3x3 table in hindsight.
    """
    first = _beginning(case.recordings)
    log_e = -_TOTALISTIC * np.log(2) - log_best(count_windows(first))
    if log_e <= -np.log(LEVEL):
        return None
    totalistic = RuleSpace.named("outer-totalistic")
    known = case.known if case.space is totalistic else np.full(len(totalistic), np.nan)
    if not np.isin(known[~np.isnan(known)], (0, 1)).all():
        return None
    for every in (2, 3):
        spread = [replace(item, times=np.arange(len(item)) * every) for item in first]
        if len(surviving(spread, totalistic, known)):
            return _gap(every, log_e, "a law that counts", "")
    return None


def _gap(every: int, log_e: float, law: str, space: str) -> Diagnosis:
    says = (
        f"Taken as every {_ordinal(every)} generation the recording has no contradiction: {law} explains it, so frames were "
        f"skipped. Try --every {every}{space}."
    )
    return Diagnosis("skipped frames", (Check("skipped frames", False, p_value(log_e), says),))


def _wider(recordings: Sequence[Trajectory], windows: WindowCounts) -> Diagnosis | None:
    """Laws beyond 3x3 windows that explain every outcome."""
    remembering = law_with_memory(recordings)
    if remembering is not None:
        says = (
            f"The frame before matters: {remembering.says} every outcome, without a contradiction. Laws that see one frame and "
            f"3 x 3 windows are refuted at e = {worded_e(remembering.log_e)}; no rule of this program has a memory."
        )
        return Diagnosis("memory", (Check("memory", False, p_value(remembering.log_e), says),))
    counted = counting_law(recordings, windows)
    if counted is None:
        return None
    return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(counted.log_e), _counts(counted)),))


def _counts(found: WiderLaw) -> str:
    unseen = f" ({found.unseen} counts were never seen and are taken as absent)" if found.unseen else ""
    return (
        f"The neighbourhood is larger than 3 x 3: {found.says} every outcome, without a contradiction, and laws of 3 x 3 windows "
        f"are refuted at e = {worded_e(found.log_e)}. The law is {found.law}{unseen}."
    )


def _memoryless(case: Case, noises: Sequence[NoiseFit], coins: NoiseFit, calm: tuple[Check, ...]) -> Diagnosis:
    """Tell three kinds of chance apart that leave no trace outside the window, where the table is large enough for it.

    The marginal likelihood of misread cells is approximate, so that its cost alone does not rule them out.
    """
    space, counts = case.space, case.counts
    noise = min(noises, key=lambda fit: fit.cost)
    misread = noises[0] if len(noises) > 1 else None
    coins_best = coins.cost + _CLEAR_COST < noise.cost and (misread is None or _refuted(misread, coins, space))
    if coins_best:
        says = (
            f"{int(counts.mixed.sum())} entries gave both outcomes, and nothing outside the window tells when: "
            "they are probabilistic."
        )
        return Diagnosis("coins", (Check("determinism", True, 1.0, says), *calm))
    erring = noise is noises[-1]
    if (
        noise.cost + _CLEAR_COST < coins.cost
        and noise.excess < _GOOD_EXCESS
        and not (erring and noise.flips > _MOST_ERRING)
    ):
        if not erring:
            return Diagnosis("flips", (_flips(noise, _relative(noise, coins), space),))
        says = (
            f"All entries go against their majority at one rate, {noise.flips:.2g}: the automaton itself errs. "
            'Try --flip update:auto, in Python observed=Flips("auto", on="update").'
        )
        return Diagnosis("erring", (Check("flips", False, _relative(noise, coins), says),))
    return Diagnosis("unclear", (_unclear(case),))


def _refuted(misread: NoiseFit, coins: NoiseFit, space: RuleSpace) -> bool:
    """Whether misread cells are out of the question: their best law is bad in itself, or far worse than coins.

    In the general space coins fit every table without remainder, so that only the first counts.
    """
    far_worse = space.wider is not None and misread.deviance > _FAR_WORSE * coins.deviance
    return misread.excess > _GOOD_EXCESS or far_worse


_CHECKS = {"blocks": "block automaton"}
"""Names of checks that are not those of their causes; "blocks" is a statistic of the predictive check."""

_ASYNCHRONOUS = (
    "What became of a cell depends on what just became of its neighbours: cells are not updated all at once but one after the "
    "other (asynchronous updating), and no rule of this program does that. Have the black box update all cells at once."
)
_REMOTE = (
    "The outcome of one and the same window depends on cells two steps away: the neighbourhood is larger than 3 x 3."
)
_GAPS = " Or generations were skipped in a way that no law found explains; if you know how many, try --every K."


def _flips(fit: NoiseFit, p: float, space: RuleSpace) -> Check:
    wider = (
        ""
        if fit.excess < _GOOD_EXCESS or space.wider is None
        else f" Even so the {space.name} space does not fit well; add --space {space.wider.name}."
    )
    says = (
        f"The contradictions look like misread cells, about {100 * fit.flips:.2g} % of all: "
        f"they come in clusters around single cells. Try --flip auto.{wider}"
    )
    return Check("flips", False, min(p, 1.0), says)


def _determinism(counts: WindowCounts, space: RuleSpace) -> Check:
    repeated = int((counts.visits > 1).sum())
    says = (
        f"{repeated} entries were seen more than once, none with two outcomes: the law is taken to be deterministic.{_hidden_coins(counts)}"
        if repeated
        else "Not tested: no entry was seen more than once. The law is taken to be deterministic, and the error rate holds if it is."
    )
    return Check("determinism", True, 1.0, says)


def _hidden_coins(counts: WindowCounts) -> str:
    """The assumption behind the error rate, with the chance that a tenth of the entries, coins of .99, hid in these visits."""
    seen = counts.visits > 0
    hidden = 0.99 ** (_COINS * float(counts.visits[seen].sum()))
    if hidden < _HIDDEN:
        return ""
    return (
        f" The error rate holds if it is: coins of .99 in a tenth of the entries would all have come up one way here with chance {hidden:.2g}, "
        "and be decided wrongly."
    )


def _unclear(case: Case) -> Check:
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
            f"chance. Try --space {space.wider.name}, or record more."
        )
    return Check("determinism", False, 1.0, says)


def _relative(better: NoiseFit, worse: NoiseFit) -> float:
    """The approximate posterior odds exp(-(cost - cost') / 2) against the better model, as a number from 0 to 1."""
    return float(np.exp(-min(700.0, max(0.0, (worse.cost - better.cost) / 2))))


def _ordinal(count: int) -> str:
    return {2: "second", 3: "third"}.get(count, f"{count}th")

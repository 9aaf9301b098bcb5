"""The diagnosis of a clean recording that contradicts itself: each cause is tested, and the one that holds is named.

The order matters: each test supposes that the causes (`causes`) before it are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from evolaw.discovery.lattices.evidence.exhaustive import surviving, surviving_lines
from evolaw.discovery.lattices.misfit.causes import Diagnosis
from evolaw.discovery.lattices.misfit.chance import (
    check_determinism,
    check_flips,
    diagnose_chance,
    four_neighbours,
    too_few,
)
from evolaw.discovery.lattices.misfit.displays import Display, check_axes, find_display, find_order
from evolaw.discovery.lattices.misfit.edges import boundary
from evolaw.discovery.lattices.misfit.faults import find_blank, find_fault, only_step
from evolaw.discovery.lattices.misfit.homogeneity import ageing_neighbours, find_drift
from evolaw.discovery.lattices.misfit.larger_neighbourhoods import WiderLaw, counting_law, law_with_memory
from evolaw.discovery.lattices.misfit.neighbourhood_networks import Surroundings, ask_networks
from evolaw.discovery.lattices.misfit.noise_models import fit_coins, fit_erring, fit_misread
from evolaw.discovery.lattices.misfit.parts import diagnose_parts, follows
from evolaw.discovery.lattices.misfit.specification_tests import (
    cycle,
    memory,
    neighbourhood,
    simultaneity,
    symmetry,
)
from evolaw.discovery.lattices.misfit.subsampling import looks_scrambled, skipped_law
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import GENERATIONS, NESTED, WINDOWS, RuleSpace
from evolaw.discovery.lattices.model.window_counts import (
    WindowCounts,
    contradicted,
    count_windows,
    inner,
    log_best,
)
from evolaw.discovery.spine.e_values import LEVEL, p_value, worded_e
from evolaw.discovery.spine.evidence import Check
from evolaw.trajectory import Trajectory

__all__ = ["diagnose", "diagnose_unfitting"]

_FAR_ABOVE = 1.5
"""Misread cells surprise together as well; cells updated one by one do so far more than they surprise later."""
_CLEARLY_TOGETHER = 10.0
_BEGINNING, _SEVERAL = 6, 3
_TOTALISTIC = 18
_FEW = 4
"""In so few frames the number of living cells may be the same by chance."""


def diagnose(case: Case) -> Diagnosis:
    """Test the space on clean recordings and name what contradicts it.

    Args:
        case: clean, consecutive recordings. Where all are answers of a box, their first frames are certain, and no cell of them is
            taken for misread. Networks are asked only where windows contradict themselves; they take seconds.
    """
    recordings, space, windows, counts = case.recordings, case.space, case.window_counts, case.counts
    rim, orbits = boundary(recordings, space), symmetry(windows, space)
    calm = (check_determinism(counts, case.chance), rim, *orbits)
    if not contradicted(counts, space).any():
        return Diagnosis("sound", calm)
    if not rim.passed:
        return Diagnosis("boundary", (rim,))
    torn = tuple(check for check in orbits if not check.passed)
    if not contradicted(windows, space).any() and torn:
        return Diagnosis("symmetry", torn)
    if space.is_line:
        return _of_a_line(case, calm)
    otherwise = _axes_or_order(case)
    if otherwise is not None:
        return otherwise
    seen = Transitions.of(recordings)
    fault, wider = find_fault(recordings, seen, space), space.wider
    while fault is None and torn and wider is not None:
        fault, wider = find_fault(recordings, seen, wider), wider.wider
    fault = fault or find_blank(recordings, seen, space)
    if fault is not None:
        return diagnose_parts(case, seen, fault)
    if space.ages:
        return _of_ages(case, seen, torn, calm)
    if not windows.mixed.any():
        return Diagnosis("unclear", (too_few(case),))
    return _of_windows(case, seen, torn, calm)


def _of_windows(case: Case, seen: Transitions, torn: tuple[Check, ...], calm: tuple[Check, ...]) -> Diagnosis:
    """One and the same window led to both: laws that explain every outcome, then what else it may depend on, then chance."""
    recordings, space, windows = case.recordings, case.space, case.window_counts
    explained = _shown(case, find_display) or _skipped(case) or _wider(recordings)
    if explained is not None:
        return explained
    # Where only the orientation or the arrangement matters, far cells and the past, which tell of it, must not seem to.
    classes = _coarsest(windows, space)
    remote, past = neighbourhood(recordings, classes), memory(recordings, classes, windows)
    misread, erring, coins = (fit(windows, space) for fit in (fit_misread, fit_erring, fit_coins))
    threshold = -np.log(LEVEL)
    drift = find_drift(seen, classes)
    drifts = drift.log_e if drift is not None else -np.inf
    together = simultaneity(recordings, classes)
    one_by_one = together > max(_CLEARLY_TOGETHER, _FAR_ABOVE * past, remote, drifts)
    if past > threshold and past >= max(remote, drifts) and not one_by_one:
        found = check_flips(misread, p_value(past), space)
        return Diagnosis("flips", (replace(found, says=found.says + _OR_HIDDEN),))
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
        return _of_neighbours(recordings, together)
    if drift is not None and drifts > max(threshold, remote):
        return diagnose_parts(case, seen, drift)
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
        last = replace(torn[-1], says=torn[-1].says + four_neighbours(windows, case.alpha))
        return Diagnosis("symmetry", (*torn[:-1], last))
    near = Check("neighbourhood", True, 1.0, asked.says if isinstance(asked, Surroundings) else asked)
    answers = all("question" in recording.about for recording in recordings)
    noises = [erring] if answers else [misread, erring]
    return _unless_at_rest(diagnose_chance(case, noises, coins, (*calm[1:], near)), case, _skipped)


def _of_neighbours(recordings: Sequence[Trajectory], together: float) -> Diagnosis:
    """Cells that go by what just became of their neighbours: one after the other, or because living cells move and none is born."""
    counts = [np.count_nonzero(recording.values == 1, axis=(1, 2)) for recording in recordings]
    conserved = all((each == each[0]).all() for each in counts)
    says = _MOVING if conserved and sum(map(len, counts)) > _FEW else _ASYNCHRONOUS
    return Diagnosis("asynchronous", (Check("asynchronous", False, p_value(together), says),))


def _of_a_line(case: Case, calm: tuple[Check, ...]) -> Diagnosis:
    """The same for a line of cells, whose larger neighbourhoods are told by the cells two steps away alone."""
    recordings, space, windows = case.recordings, case.space, case.window_counts
    otherwise = _axes_or_order(case)
    if otherwise is not None:
        return otherwise
    seen = Transitions.of(recordings)
    fault = find_fault(recordings, seen, space) or find_blank(recordings, seen, space)
    if fault is not None:
        return diagnose_parts(case, seen, fault)
    explained, threshold = _skipped_line(case) or _shown(case, find_display), -np.log(LEVEL)
    if explained is not None:
        return explained
    past, drift = memory(recordings, space.entry_of, windows), find_drift(seen, space.entry_of)
    remote, together = (look(recordings, space.entry_of) for look in (neighbourhood, simultaneity))
    drifts = drift.log_e if drift is not None else 0.0
    one_by_one = together > max(_CLEARLY_TOGETHER, _FAR_ABOVE * past, remote, drifts)
    if past > threshold and past > max(remote, drifts) and not one_by_one:
        says = (
            "What became of a cell depends on surprises in the frame before: cells were misread, or the law has a memory. "
            "Try --flip auto."
        )
        return Diagnosis("flips", (Check("flips", False, p_value(past), says),))
    if one_by_one:
        return _of_neighbours(recordings, together)
    if drift is not None and drifts > max(threshold, remote):
        return diagnose_parts(case, seen, drift)
    if remote > threshold:
        return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(remote), _BEYOND),))
    erring, coins = fit_erring(windows, space), fit_coins(windows, space)
    return _unless_at_rest(diagnose_chance(case, [erring], coins, calm[1:]), case, _skipped_line)


def _of_ages(case: Case, seen: Transitions, torn: tuple[Check, ...], calm: tuple[Check, ...]) -> Diagnosis:
    """The same for cells that age: a cycle that was not followed, then what else the outcome of a window may depend on, then chance."""
    recordings, space, windows = case.recordings, case.space, case.window_counts
    shown = _shown(case, find_display)
    if shown is not None:
        return shown
    broken = cycle(recordings, space)
    if broken is not None:
        return Diagnosis("ageing", (broken,))
    if not windows.mixed.any():
        return Diagnosis("unclear", (too_few(case),))
    classes = _coarsest(windows, space)
    drift, beside = find_drift(seen, classes), ageing_neighbours(recordings, seen, classes)
    drifts = drift.log_e if drift is not None else -np.inf
    if beside > max(-np.log(LEVEL), drifts):
        return Diagnosis("ageing", (Check("ageing", False, p_value(beside), _AGED_ACT),))
    asked = ask_networks(recordings, case.rng)
    if isinstance(asked, Surroundings) and asked.reach > 1 and asked.log_e > drifts:
        return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(asked.log_e), asked.says),))
    if drift is not None and drifts > -np.log(LEVEL):
        return diagnose_parts(case, seen, drift)
    if torn:
        return Diagnosis("symmetry", torn)
    near = Check("neighbourhood", True, 1.0, asked.says if isinstance(asked, Surroundings) else asked)
    erring, coins = fit_erring(windows, space), fit_coins(windows, space)
    return diagnose_chance(case, [erring], coins, (*calm[1:], near))


def _coarsest(windows: WindowCounts, space: RuleSpace) -> np.ndarray:
    """The classes of the narrowest space within whose entries all windows behave alike: larger classes are split with more power."""
    for name in (tuple(GENERATIONS) if space.ages else NESTED)[:-1]:
        narrow = RuleSpace.named(name, max(space.states, 3))
        if all(check.passed for check in symmetry(windows, narrow)):
            return narrow.entry_of
    return np.arange(space.entry_of.size)


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


def _axes_or_order(case: Case) -> Diagnosis | None:
    """Recordings whose axes or frames stand in another order."""
    axes = check_axes(case.recordings, case.space)
    return Diagnosis("axes", (axes,)) if axes is not None else _shown(case, find_order)


def _shown(case: Case, find: Callable[[Sequence[Trajectory], RuleSpace], Display | None]) -> Diagnosis | None:
    """Frames that show something else than the states."""
    found = find(case.recordings, case.space)
    if found is None:
        return None
    says = f"{found.says}: then nothing contradicts itself, and {follows(case, found.counts)}."
    return Diagnosis("display", (Check("display", False, p_value(found.log_e), says),))


def _skipped(case: Case, everywhere: bool = False) -> Diagnosis | None:
    """Laws that have no contradiction when generations lie between the frames.

    All 2^18 laws, two and three times between the frames, bet with equal stakes, so one that is never wrong has
    e >= 2^-19 / best 3x3 table in hindsight, over the cells that tell. With ``everywhere`` only where that is little, because a board soon
    came to rest; but then no frame may contradict the law: coins are no better an answer.
    """
    first = _beginning(case.recordings)
    totalistic = RuleSpace.named("outer-totalistic")
    known = case.known if case.space is totalistic else np.full(len(totalistic), np.nan)
    if not _is_certain(known):
        return None
    for every in (2, 3):
        log_e = -(_TOTALISTIC + 1) * np.log(2) - log_best(_reached(first, every))
        if (log_e > -np.log(LEVEL)) == everywhere:
            continue  # with much evidence all laws were tried before
        looks = (first, list(case.recordings)) if everywhere else (first,)
        if all(len(surviving(_spread(recordings, every), totalistic, known)) for recordings in looks):
            return _gap(every, log_e, "a law that counts", "")
    return None


def _skipped_line(case: Case, everywhere: bool = False) -> Diagnosis | None:
    """The same for the elementary laws of a line."""
    if not _is_certain(case.known):
        return None
    for every in (2, 3):
        counts = _reached(case.recordings, every).pool(case.space)
        log_e = -(len(case.space) + 1) * np.log(2) - log_best(counts)  # one more for the two gaps that are tried
        if (log_e > -np.log(LEVEL) or everywhere) and len(
            surviving_lines(_spread(case.recordings, every), case.space, case.known)
        ):
            return _gap(every, log_e, "an elementary law", "")
    return None


def _unless_at_rest(found: Diagnosis, case: Case, skipped: Callable[[Case, bool], Diagnosis | None]) -> Diagnosis:
    """Coins, unless one bad step or skipped generations explain the recording as well: where it soon came to rest, too little moved."""
    if found.cause != "coins":
        return found
    rival = skipped(case, True)
    if rival is not None:
        return Diagnosis("unclear", (replace(rival.checks[0], says=rival.checks[0].says + _AT_REST),))
    step = only_step(Transitions.of(case.recordings), case.space)
    if step is None:
        return found
    says = f"All contradictions lie in {step}: it is no step of the law, or coins came up otherwise there alone. Leave it out, or record more."
    return Diagnosis("unclear", (Check("step", False, 1.0, says),))


def _is_certain(known: np.ndarray) -> bool:
    """Whether no known entry is a coin."""
    return bool(np.isin(known[~np.isnan(known)], (0, 1)).all())


def _spread(recordings: Sequence[Trajectory], every: int) -> list[Trajectory]:
    """Return recordings as if so many generations lay between their frames."""
    return [replace(item, times=np.arange(len(item)) * every) for item in recordings]


def _reached(recordings: Sequence[Trajectory], every: int) -> WindowCounts:
    """Count windows, in cut-outs without the cells that nothing seen so many generations before could tell of."""
    found = [WindowCounts(*np.zeros((2, WINDOWS), np.int64))]
    for item in recordings:
        rows, cols = inner(item, every - 1)
        item = replace(item, values=item.values[:, rows, cols])
        if min(item.values.shape[1:]) > 0:
            found.append(count_windows([item]))
    return reduce(WindowCounts.__add__, found)


def _gap(every: int, log_e: float, law: str, space: str) -> Diagnosis:
    says = (
        f"Taken as every {_ordinal(every)} generation the recording has no contradiction: {law} explains it, so frames were "
        f"skipped. Try --every {every}{space}."
    )
    return Diagnosis("skipped frames", (Check("skipped frames", False, p_value(log_e), says),))


def _wider(recordings: Sequence[Trajectory]) -> Diagnosis | None:
    """Laws beyond 3x3 windows that explain every outcome."""
    remembering = law_with_memory(recordings)
    if remembering is not None:
        says = (
            f"The frame before matters: {remembering.says} every outcome, without a contradiction. Laws that see one frame and "
            f"3 x 3 windows are refuted at e = {worded_e(remembering.log_e)}; no rule of this program has a memory."
        )
        return Diagnosis("memory", (Check("memory", False, p_value(remembering.log_e), says),))
    counted = counting_law(recordings)
    if counted is None:
        return None
    return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(counted.log_e), _counts(counted)),))


def _counts(found: WiderLaw) -> str:
    unseen = f" ({found.unseen} counts were never seen and are taken as absent)" if found.unseen else ""
    return (
        f"The neighbourhood is larger than 3 x 3: {found.says} every outcome, without a contradiction, and laws of 3 x 3 windows "
        f"are refuted at e = {worded_e(found.log_e)}. The law is {found.law}{unseen}."
    )


_ASYNCHRONOUS = (
    "What became of a cell depends on what just became of its neighbours: cells are not updated all at once but one after the "
    "other (asynchronous updating), and no rule of this program does that. Have the black box update all cells at once. Or the frames "
    "show something else than cells: cells of many pixels, lines between them, two moments in one frame."
)
_MOVING = (
    "What became of a cell depends on what just became of its neighbours, and the number of living cells never changes: they move from "
    "place to place, and one move decides about two cells. No rule of this program does that: here every cell has a coin of its own."
)
_OR_HIDDEN = (
    " Or the cells have states that the frames do not show, so that the past matters: then nothing here finds the law."
)
_AGED_ACT = (
    "What became of a cell depends on how many of its neighbours are in states above 1. In the laws of this program only living cells, "
    "those in state 1, act on others: states that act, as fire beside trees or colours of a cycle, are of another kind."
)
_AT_REST = " Coins explain it as well: too little moved to tell them apart. If every generation was recorded, record from a livelier start."
_REMOTE = (
    "The outcome of one and the same window depends on cells two steps away: the neighbourhood is larger than 3 x 3."
)
_BEYOND = "The outcome of one and the same window depends on cells two steps away: the neighbourhood is larger than three cells."
_GAPS = " Or generations were skipped in a way that no law found explains; if you know how many, try --every K."


def _ordinal(count: int) -> str:
    return {2: "second", 3: "third"}.get(count, f"{count}th")

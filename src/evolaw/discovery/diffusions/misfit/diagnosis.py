"""What is doubted of a fitted law: each test as a check, with its cause and the option that handles it.

    relations that were given do not hold       nothing is decided
    a declared symmetry does not hold           nothing is decided
    a step hangs on where it was before         nothing is decided
    a term is missing from the library          nothing of that component's drift is decided
    the law changes in time                     nothing of that component's drift is decided
    a clock drives it, or hums in it            nothing of that component's drift is decided
    D varies otherwise than --diffusion         nothing of that component's diffusion is decided
    D changes in time                           nothing of that component is decided
    D rises and falls with a clock              nothing of that component's diffusion is decided

That it relaxes within a step says `fast_relaxation`; that it moves otherwise when run again, `predictive_check`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import fdtrc

from evolaw import display
from evolaw.discovery.diffusions.evidence.relations import Agreement
from evolaw.discovery.diffusions.evidence.selection import is_coarse
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.diffusion_tests import spread, strength_tests
from evolaw.discovery.diffusions.misfit.doubts import HOPELESS, LEVEL, Doubt
from evolaw.discovery.diffusions.misfit.drift_tests import (
    DriftTest,
    Residuals,
    half_test,
    library_test,
    passages_of,
    returns_of,
)
from evolaw.discovery.diffusions.misfit.drive_tests import Drive, beat_test, drive_test, without_line
from evolaw.discovery.diffusions.misfit.history_tests import history_test, share_of_drift
from evolaw.discovery.diffusions.misfit.increment_tests import first_rows, memory, remainders
from evolaw.discovery.diffusions.misfit.missing_terms import missing_terms
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.spine.evidence import Check

__all__ = ["diagnose", "doubt_drives", "doubt_known", "doubt_symmetry"]

_LEAST_SPREAD = 0.05
_LEAST_HISTORY = _LEAST_DRIVE = _LEAST_BEAT = 0.1
_UNREADABLE = frozenset(("spikes", "held", "edge", "period", "jumps"))
"""Causes that leave no spectrum to read."""


def diagnose(case: Case, weighed: Sequence[Weighed], doubts: Sequence[Doubt] = ()) -> list[Doubt]:
    """Return every check of the fitted law: a library that is too small, a law that changes in time, a strength that varies otherwise.

    Args:
        case: the case.
        weighed: what was weighed of each component.
        doubts: what speaks against any law. Where a reading, memory or a step that is too long does, no law was fitted that could be tested;
            of jumps and of measurement noise at least the strength, and the drift, can be.
    """
    failed = {(doubt.cause, doubt.component) for doubt in doubts if not doubt.check.passed}
    causes = {cause for cause, _ in failed}
    if is_coarse(case) or causes & HOPELESS:
        return []
    found: list[Doubt] = []
    for item in weighed:
        found += [] if "jumps" in causes else _drift(case, item)
        found += [] if ("noise", item.target) in failed else _strength(case, item)
    return found


def doubt_drives(case: Case, weighed: Sequence[Weighed], doubts: Sequence[Doubt]) -> list[Doubt]:
    """Return all doubts with those of a drive and of a beat added; memory that a drive alone left in the steps is no memory.

    Args:
        case: the case.
        weighed: what was weighed of each component.
        doubts: what speaks against any law.
    """
    if {doubt.cause for doubt in doubts if not doubt.check.passed} & _UNREADABLE:
        return list(doubts)
    found, explained = [], set()
    for item in weighed:
        drive = drive_test(case, item)
        if drive is None:
            continue
        doubt = _drive(case, item, drive)
        found.append(doubt)
        if not doubt.check.passed and not case.hidden:
            rest = without_line(remainders(case, item.target), case.recording.times[first_rows(case)], drive.rate)
            if memory(rest, (2, 3) if any(case.noise) else (1,)).p_value >= LEVEL:
                explained.add(f"memory of {item.target}")
        beat = beat_test(case, item) if doubt.check.passed and case.split(item.target, diffusion=True)[0] else None
        found += [] if beat is None else [_beat(case, item, beat)]
    return [doubt for doubt in doubts if doubt.check.passed or doubt.check.name not in explained] + found


def doubt_known(case: Case, against: Sequence[str]) -> list[Doubt]:
    """Return the check of relations and signs that were given; none where there are none."""
    if not case.stated and not case.signs:
        return []
    says = (
        f"The recording contradicts what was given as known: {'; '.join(against)}."
        if against
        else f"{len(case.stated)} relations and {len(case.signs)} signs were given; the recording contradicts none."
    )
    return [Doubt(Check("known relations", not against, 0.0 if against else 1.0, says), "known")]


def doubt_symmetry(case: Case, found: Agreement | None) -> list[Doubt]:
    """Return the check of the declared symmetries: the fit without them against the one with them; none where there are none."""
    if found is None or not case.symmetries or not found.freedom:
        return []
    said = "; ".join(case.symmetries)
    returns = min(passages_of(case, target) for target in case.asked)
    p = 1.0 if not returns else float(fdtrc(found.freedom, returns, found.statistic / found.freedom))
    numbers = f"χ² = {found.statistic:.0f} at {found.freedom} degrees of freedom"
    says = (
        f"Nothing speaks against the declared {said}: without it the terms differ by {numbers}."
        if p >= LEVEL
        else f"The recording contradicts the declared {said}: without it the terms differ by {numbers}, {found.furthest} most, by "
        f"{found.moved:.1f} of its errors. Discover without --symmetry, or look for what breaks it."
    )
    return [Doubt(Check("symmetry", p >= LEVEL, p, says), "symmetry")]


def _drift(case: Case, item: Weighed) -> list[Doubt]:
    residuals = Residuals.of(case, item)
    if residuals is None:
        return []
    test = library_test(case, residuals)
    passed = test.p_value >= LEVEL
    says = f"The drift of {item.target} agrees with its bins." if passed else _too_small(case, item, test)
    library = Doubt(Check(f"library of {item.target}", passed, test.p_value, says), "library", item.target, "drift")
    returns = returns_of(case, item.target)
    past = _history(case, item, history_test(case, residuals, returns))
    test = half_test(residuals, returns)
    changes = (
        f"The drift of {item.target} changes in time: its halves differ, χ² = {test.statistic:.0f} at {test.freedom} degrees of "
        "freedom. Cut the recording, or record what changes as a component."
    )
    passed = test.p_value >= LEVEL
    says = f"The drift of {item.target} is the same in both halves." if passed else changes
    constancy = Doubt(
        Check(f"constancy of {item.target}", passed, test.p_value, says), "drifting", item.target, "drift"
    )
    return [past, library, constancy]


def _history(case: Case, item: Weighed, test: DriftTest) -> Doubt:
    share, name = share_of_drift(test, item), f"history of {item.target}"
    if test.p_value >= LEVEL or share < _LEAST_HISTORY:
        says = f"Where {item.target} goes hangs on where it is, not on where it was before."
        return Doubt(Check(name, True, test.p_value, says), "history")
    says = (
        f"Where {item.target} goes hangs on where it was before, by {share:.2g} of the fitted drift: χ² = {test.statistic:.0f} at "
        f"{test.freedom} degrees of freedom. A force that comes late, a drive that changes in time, or a slow variable that was not "
        "recorded; no first-order equation in what was recorded holds."
    )
    if case.hidden and not any(case.noise):
        # A level just below what is seen stays in the accelerations, and the instruments share it.
        says += " Or the readings have an error too small to be seen, which accelerations feel: give it by --noise."
    return Doubt(Check(name, False, test.p_value, says), "history")


def _drive(case: Case, item: Weighed, drive: Drive) -> Doubt:
    name = f"drive of {item.target}"
    line = DriftTest(2 * drive.ratio, 2, drive.p_value, "")
    if drive.p_value >= LEVEL or (item.drift is not None and share_of_drift(line, item) < _LEAST_DRIVE):
        says = f"What the drift leaves of the steps of {item.target} has no line in its spectrum, as a clock would leave one."
        return Doubt(Check(name, True, drive.p_value, says), "driven")
    says = (
        f"A clock drives {item.target}, or hums in its readings: what the drift leaves of its steps comes back every "
        f"{_turn(case, drive)}, as a force of {drive.amplitude:.2g} cos(ω t + φ) with ω = {display.uncertain(drive.rate, drive.error)} "
        f"leaves it. Add cos({drive.rate:.4g} t) and sin({drive.rate:.4g} t) to --library: t is the time."
    )
    return Doubt(Check(name, False, drive.p_value, says), "driven", item.target, "drift")


def _beat(case: Case, item: Weighed, beat: Drive) -> Doubt:
    name = f"beat of {item.target}"
    if beat.p_value >= LEVEL or beat.amplitude < _LEAST_BEAT:
        says = f"The noise of {item.target} does not rise and fall with a clock."
        return Doubt(Check(name, True, beat.p_value, says), "beating")
    says = (
        f"The noise of {item.target} rises and falls every {_turn(case, beat)}, by {100 * min(beat.amplitude, 1.0):.0f} %: "
        f"ω = {display.uncertain(beat.rate, beat.error)}. Add cos({beat.rate:.4g} t) and sin({beat.rate:.4g} t) to --diffusion: t is the time."
    )
    return Doubt(Check(name, False, beat.p_value, says), "beating", item.target, "diffusion")


def _turn(case: Case, line: Drive) -> str:
    """How long one turn takes, with the unit of the times."""
    return f"{2 * np.pi / line.rate:.4g} {case.recording.time_unit}".rstrip()


def _too_small(case: Case, item: Weighed, test: DriftTest) -> str:
    found = ", ".join(missing_terms(case, item))
    library = f"{item.target}: {found}" if len(case.asked) > 1 else found
    return (
        f"The library of {item.target} is too small: along {test.along} the fitted drift misses its bins, χ² = {test.statistic:.0f} "
        f"at {test.freedom} degrees of freedom. "
        + (
            f"It agrees with them with --library '{library}': try it, best on another recording."
            if found
            else "Add terms to --library."
        )
    )


def _strength(case: Case, item: Weighed) -> list[Doubt]:
    tests = strength_tests(case, item)
    if tests is None:
        return []
    place, time = tests
    steps = min(len(case.recording), 200_000)
    by_place, by_time = spread(place, steps), spread(time, steps)
    placed = place.p_value < LEVEL and by_place >= _LEAST_SPREAD
    timed = time.p_value < LEVEL and by_time >= _LEAST_SPREAD
    # What varies with the place varies in time as well, and the other way round: the larger is said.
    if placed and by_place >= by_time:
        return [_varying(case, item, place, by_place)]
    if timed:
        return [_unsteady(item, time, by_time)]
    says = f"The diffusion coefficient of {item.target} agrees with its bins."
    steady = f"The noise of {item.target} is as strong at all times."
    return [
        Doubt(Check(f"diffusion of {item.target}", True, place.p_value, says), "strength", item.target, "diffusion"),
        Doubt(Check(f"steadiness of {item.target}", True, time.p_value, steady), "unsteady", item.target),
    ]


def _varying(case: Case, item: Weighed, test: DriftTest, varies: float) -> Doubt:
    terms = ", ".join(term.name for term in case.diffusion[item.target])
    says = (
        f"The noise of {item.target} varies with {test.along} otherwise than --diffusion '{terms}' can say, by about "
        f"{100 * varies:.0f} %: squared steps miss their bins, χ² = {test.statistic:.0f} at {test.freedom} degrees of freedom. "
        f"Add terms of {test.along} to --diffusion."
    )
    check = Check(f"diffusion of {item.target}", False, test.p_value, says)
    return Doubt(check, "strength", item.target, "diffusion")


def _unsteady(item: Weighed, test: DriftTest, varies: float) -> Doubt:
    says = (
        f"The noise of {item.target} changes in time, by about {100 * varies:.0f} %: squared steps of twenty stretches differ, "
        f"χ² = {test.statistic:.0f} at {test.freedom} degrees of freedom. Cut the recording, or record what changes."
    )
    return Doubt(Check(f"steadiness of {item.target}", False, test.p_value, says), "unsteady", item.target)

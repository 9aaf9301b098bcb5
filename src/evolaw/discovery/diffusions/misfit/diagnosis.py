"""From tests to checks, each with its cause and the option that handles it, and to what they do to decisions.

    readings stand out by one step and back     nothing is decided
    rows repeat the value before them           nothing is decided
    it stops at an edge                         nothing of that component is decided
    one noise shakes two components             said; each component's equation holds for itself
    the steps are mostly measurement noise      nothing of D is known at this step
    it relaxes within a step                    nothing is decided (`fast_relaxation`)
    a first-order law does not hold: memory     nothing is decided
    a step hangs on where it was before         nothing is decided
    jumps, heavy tails                          nothing is decided
    a term is missing from the library          nothing of that component's drift is decided
    the law changes in time                     nothing of that component's drift is decided
    D varies otherwise than --diffusion         nothing of that component's diffusion is decided
    D changes in time                           nothing of that component is decided
    run again, the law moves otherwise          nothing is decided

A check fails at one in a thousand by chance, and only for effects large enough to matter. `remedy` says what to record when one failed:
no experiment on an equation that does not hold is worth making.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scipy.special import fdtrc

from evolaw.discovery.diffusions.evidence.relations import Agreement
from evolaw.discovery.diffusions.evidence.selection import is_coarse
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.misfit.diffusion_tests import spread, strength_tests
from evolaw.discovery.diffusions.misfit.drift_tests import (
    DriftTest,
    Residuals,
    half_test,
    library_test,
    passages_of,
    returns_of,
)
from evolaw.discovery.diffusions.misfit.history_tests import history_test, share_of_drift
from evolaw.discovery.diffusions.misfit.increment_tests import (
    first_rows,
    jump_kurtosis,
    memory,
    noise_share,
    remainders,
    wrapping,
)
from evolaw.discovery.diffusions.misfit.missing_terms import missing_terms
from evolaw.discovery.diffusions.misfit.predictive_check import Prediction
from evolaw.discovery.diffusions.misfit.reading_tests import common_noise, edge, held_share, spikes, without
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.spine.amendments import State, rewrite, take_back
from evolaw.discovery.spine.evidence import Check, Evidence

__all__ = [
    "LEVEL",
    "Doubt",
    "diagnose",
    "doubt_known",
    "doubt_recording",
    "doubt_symmetry",
    "doubting",
    "is_hopeless",
    "predicting",
    "remedy",
]

LEVEL = 1e-3
"""Chance of each check to fail by itself."""

_NOISE = 0.4
_LEAST_CORRELATION = 0.06
_LEAST_SPREAD = 0.05
_LEAST_HISTORY = 0.1
_LEAST_HELD = 0.1
_FAR_COARSE = 20.0
_NARROW = frozenset(("library", "drifting", "strength", "unsteady", "history"))
"""Causes that speak against one component's law."""
_HOPELESS = frozenset(("spikes", "held", "memory", "leftover", "relaxation", "period"))
"""Causes that leave no fitted law to test."""
_LEAST_KURTOSIS, _LEAST_KURTOSIS_COARSE = 4.5, 30.0


@dataclass(frozen=True)
class Doubt:
    """One check and the entries it opens when it fails.

    Attributes:
        check: the check.
        cause: one word.
        component: the component whose entries it opens; "" for all.
        family: "drift", "diffusion", "both" or "neither".
    """

    check: Check
    cause: str
    component: str = ""
    family: str = "both"

    def opens(self, entry: str) -> bool:
        """Whether a failure leaves an entry open."""
        component, term = entry.split(": ", 1)
        if self.component and component != self.component:
            return False
        if self.family in ("both", "neither"):
            return self.family == "both"
        return (self.family == "diffusion") == term.startswith("D ")


def doubt_recording(case: Case) -> list[Doubt]:
    """Return every check that needs no fitted law: an angle, measurement noise, memory, jumps."""
    doubts = [_wrapped(case), *_readings(case)]
    for target in case.asked:
        doubts += [_noise(case, target), _memory(case, target), _jumps(case, target)]
    doubts += _common(case)
    return [doubt for doubt in doubts if doubt is not None]


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
    if is_coarse(case) or causes & _HOPELESS:
        return []
    found: list[Doubt] = []
    for item in weighed:
        found += [] if "jumps" in causes else _drift(case, item)
        found += [] if ("noise", item.target) in failed else _strength(case, item)
    return found


def is_hopeless(cause: str) -> bool:
    """Whether no equation of the space describes the recording, so that not even combinations of coefficients mean anything."""
    return cause in _HOPELESS or cause in ("jumps", "history")


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


def doubting(state: State, doubts: Sequence[Doubt]) -> State:
    """Add the checks; open the decisions that failed ones speak against."""
    failed = [doubt for doubt in doubts if not doubt.check.passed]
    state = state.having([doubt.check for doubt in doubts], _cause(failed))

    def change(place: int, item: Evidence, decision: str) -> tuple[str, str] | None:
        for doubt in failed:
            if decision not in ("undetermined", "conflict") and doubt.opens(item.entry):
                return "undetermined", f"{item.why} Left open: {doubt.check.says}"
        return None

    return rewrite(state, change)


def _cause(failed: Sequence[Doubt]) -> str | None:
    """The first, which is the widest; of what speaks against one component the one that is least by chance: a law that changes misses its bins too."""
    wide = [doubt for doubt in failed if doubt.cause not in _NARROW]
    if wide or not failed:
        return wide[0].cause if wide else None
    return min(failed, key=lambda doubt: 1.0 if doubt.check.p_value is None else doubt.check.p_value).cause


def predicting(state: State, prediction: Prediction | None) -> State:
    """Add what running the law showed; where it does not move as recorded, take the decisions back."""
    if prediction is None:
        return state
    cause = None if prediction.check.passed else "prediction"
    return take_back(state.having([prediction.check], cause), prediction.failed)


_REMEDIES = {
    "spikes": "Leave the readings that stand out empty, and discover again; nothing new need be recorded.",
    "held": "Keep the rows in which the value was read, and discover again; nothing new need be recorded.",
    "edge": "Record away from the edge: with a wider range of the instrument, or a force that keeps it from the wall.",
    "leftover": "Record faster, so that the fast motion shows, or take every fifth row, so that it is over within a step.",
    "period": "Say the period of the angle, and discover again.",
    "noise": "Record again with less measurement noise, or take every fifth row: a step in which it moves further than it is misread.",
    "relaxation": "Record faster: several points while it relaxes.",
    "memory": "Record what moves it as well: its velocity, or the variable behind it; a position alone may do with --hidden velocity.",
    "jumps": "Record faster, so that jumps stand apart from the motion between them, and cut them out.",
    "library": "Give a larger --library; nothing new need be recorded.",
    "strength": 'Give a larger --diffusion, such as "1, x^2"; nothing new need be recorded.',
    "history": "Record what moves it as well: the drive, or the variable behind it; of a position that was recorded alone discover with --hidden velocity.",
    "unsteady": "Cut the recording where the noise changes, or record what changes it.",
    "drifting": "Cut the recording where it changes, or record what changes.",
    "symmetry": "Discover without --symmetry, or remove what breaks it: a preferred direction, a wall, a centre that is not the origin.",
    "known": "Drop what the recording contradicts from --known, or look at the recording.",
    "prediction": "Give a larger --library or --diffusion, or record what else moves it: run again, the law does not move as recorded.",
}


def remedy(cause: str) -> tuple[str, str] | None:
    """Return cause and sentence of what to do about it; None where nothing failed."""
    return (cause, _REMEDIES[cause]) if cause in _REMEDIES else None


def _wrapped(case: Case) -> Doubt | None:
    for name, path in zip(case.recording.names, case.recording.columns, strict=True):
        period = wrapping(path) if name not in case.periods else 0.0
        if period:
            said = "2*pi" if abs(period - 2 * math.pi) < 1e-12 else f"{period:.4g}"
            says = f"{name} steps over its whole range again and again: an angle? Say --period '{name}={said}'."
            return Doubt(Check(f"angle {name}", False, 0.0, says), "period", name)
    return None


def _readings(case: Case) -> list[Doubt]:
    """What the instrument or a wall has left in the readings; nothing where it left nothing."""
    found, recording = [], case.recording
    for place, name in enumerate(recording.names):
        # What steps over its whole range as angles do has no spikes and no edge: it wants its period.
        if name in case.periods or wrapping(recording.columns[place]):
            continue
        out = spikes(recording, place)
        clean = replace(case, recording=without(recording, place, out)) if out.size else case
        if out.size and is_coarse(clean):
            # Where noise grows with the state, a long step may lead far out and the next one back.
            out = spikes(recording, place, _FAR_COARSE)
        if noise_share(clean, place) > _NOISE:
            # Noise of the measurement that is most of every step swings back by itself, now and then far.
            out = out[:0]
        if out.size:
            says = (
                f"Readings of {name} stand out by one step and back, {out.size} in all, the first at t = {recording.times[out[0]]:.6g}: outliers "
                "of the instrument, which no diffusion makes. Leave them empty, and discover again."
            )
            found.append(Doubt(Check(f"spikes of {name}", False, 0.0, says), "spikes"))
        held = held_share(recording, place)
        if held > _LEAST_HELD:
            says = (
                f"{100 * held:.0f} % of the rows of {name} repeat the value before them exactly: it was written more often than it was read. "
                "Keep the rows in which it was read, and discover again."
            )
            found.append(Doubt(Check(f"readings of {name}", False, 0.0, says), "held"))
        where, count = edge(recording, place, short=recording.dim == 1 or not is_coarse(case))
        if count:
            says = (
                f"{name} stops at an edge: {count} readings lie within one usual step of {where:.4g} and none beyond. A wall, or the end of "
                "the instrument's range; no term of a library is a wall."
            )
            found.append(Doubt(Check(f"edge of {name}", False, 0.0, says), "edge", name))
    return found


def _common(case: Case) -> list[Doubt]:
    """Whether one noise shakes two components; not asked of noisy, coarse or hidden ones, whose steps correlate for other reasons."""
    if case.hidden or any(case.noise) or len(case.asked) < 2 or is_coarse(case):
        return []
    rest = {target: remainders(case, target) for target in case.asked}
    found = []
    for one, other in itertools.combinations(case.asked, 2):
        correlation, p = common_noise(rest[one], rest[other])
        if p >= LEVEL / len(case.asked) ** 2 or abs(correlation) <= _LEAST_CORRELATION:
            continue
        says = (
            f"One noise shakes both {one} and {other}: their steps correlate {correlation:+.2f} beyond what the drift does. What is said of "
            "each component holds; that their noises are independent, as in the law that is printed and run, does not."
        )
        found.append(Doubt(Check(f"noises of {one} and {other}", False, p, says), "common", "", "neither"))
    return found


def _noise(case: Case, target: str) -> Doubt | None:
    place = case.index(target)
    share, sd, name = noise_share(case, place), case.noise[place], case.recording.names[place]
    if case.hidden:
        return None
    step = f"{case.recording.step:.3g}"
    if share > _NOISE:
        says = (
            f"Measurement noise dominates the steps of {name} at Δt = {step}: successive increments correlate {-share:.2f} "
            "(−0.50 is noise alone). Nothing is said of D at this step; look at longer steps."
        )
        return Doubt(Check(f"noise of {name}", False, 0.0, says), "noise", target, "diffusion")
    what = f"a standard deviation of {sd:.3g}, taken into account" if sd else "none to be seen"
    return Doubt(Check(f"noise of {name}", True, 1.0, f"Measurement noise of {name}: {what}."), "noise")


def _memory(case: Case, target: str) -> Doubt | None:
    if case.hidden:
        return None
    noisy = any(case.noise) or noise_share(case, case.index(target)) > _NOISE
    found = memory(remainders(case, target), (2, 3) if noisy else (1,))
    failed = found.p_value < LEVEL and abs(found.correlation) > _LEAST_CORRELATION
    if not failed:
        return Doubt(Check(f"memory of {target}", True, found.p_value, f"Steps of {target} show no memory."), "memory")
    if found.correlation > 0:
        advice = (
            "Something unseen moves it: a velocity (try --hidden velocity), another variable, or noise with a colour."
        )
    else:
        advice = "Measurement noise that is not constant, or a fast variable, is left in it: record faster, or look at longer steps."
    says = (
        f"{target} has memory: what its state does not explain of a step correlates {found.correlation:+.2f} with {found.lag} "
        f"step{'s' if found.lag > 1 else ''} before, so no first-order equation in what was recorded holds. {advice}"
    )
    cause = "memory" if found.correlation > 0 else "leftover"
    return Doubt(Check(f"memory of {target}", False, found.p_value, says), cause)


def _jumps(case: Case, target: str) -> Doubt | None:
    if case.hidden:
        return None
    own = case.index(target)
    rows, columns = first_rows(case), case.recording.columns
    places = [columns[own], *(column for place, column in enumerate(columns) if place != own)]
    kurtosis, error = jump_kurtosis(remainders(case, target), [column[rows] for column in places])
    bar = _LEAST_KURTOSIS_COARSE if is_coarse(case) else _LEAST_KURTOSIS
    if kurtosis > max(bar, 3 + 4 * error):
        says = (
            f"The steps of {target} are not Gaussian: kurtosis {kurtosis:.1f} instead of 3, wherever it is. Jumps, heavy tails or a "
            "switching strength are no diffusion; nothing is decided. Take the jumps out, or record faster."
        )
        return Doubt(Check(f"jumps of {target}", False, 0.0, says), "jumps")
    says = f"Steps of {target} have kurtosis {kurtosis:.1f}, as a diffusion has (3)."
    return Doubt(Check(f"jumps of {target}", True, 1.0, says), "jumps")


def _drift(case: Case, item: Weighed) -> list[Doubt]:
    residuals = Residuals.of(case, item)
    if residuals is None:
        return []
    test = library_test(case, residuals)
    passed = test.p_value >= LEVEL
    says = f"The drift of {item.target} agrees with its bins." if passed else _too_small(case, item, test)
    library = Doubt(Check(f"library of {item.target}", passed, test.p_value, says), "library", item.target, "drift")
    returns = returns_of(case, item.target)
    past = _history(item, history_test(case, residuals, returns))
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


def _history(item: Weighed, test: DriftTest) -> Doubt:
    share, name = share_of_drift(test, item), f"history of {item.target}"
    if test.p_value >= LEVEL or share < _LEAST_HISTORY:
        says = f"Where {item.target} goes hangs on where it is, not on where it was before."
        return Doubt(Check(name, True, test.p_value, says), "history")
    says = (
        f"Where {item.target} goes hangs on where it was before, by {share:.2g} of the fitted drift: χ² = {test.statistic:.0f} at "
        f"{test.freedom} degrees of freedom. A force that comes late, a drive that changes in time, or a slow variable that was not "
        "recorded; no first-order equation in what was recorded holds."
    )
    return Doubt(Check(name, False, test.p_value, says), "history")


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

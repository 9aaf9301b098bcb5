"""The whole investigation: look, doubt the space, weigh, decide, check, ask.

gather      recordings and channel are read and agreed
diagnose    a clean recording that contradicts itself is asked why (`diagnosis`)
weigh       the cheapest evidence that suffices: counted, likelihood (flips), joint (skipped frames, missing cells), rollout
decide      e-BH at the declared error rate
predict     the most probable law is run again and compared; a failure takes the decisions back
ask         the experiment that shows every open entry; with a box the loop closes
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.boxes.black_box import Box
from evolaw.discovery.lattices.evidence.counting import Tally, tally
from evolaw.discovery.lattices.experiment.coverings import every_window
from evolaw.discovery.lattices.experiment.questions import question_for, question_of_reach, record
from evolaw.discovery.lattices.misfit.diagnosis import Diagnosis, beginning, diagnose
from evolaw.discovery.lattices.misfit.neighbourhood_networks import Surroundings, ask_networks
from evolaw.discovery.lattices.misfit.predictive_check import check_law
from evolaw.discovery.lattices.misfit.space_refinement import widen
from evolaw.discovery.lattices.misfit.specification_tests import Check, p_value
from evolaw.discovery.lattices.misfit.subsampling import skipped_law
from evolaw.discovery.lattices.model.intake import agree, gather
from evolaw.discovery.lattices.model.observation import AUTO, CLEAN, Channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout.proposals import Simulator
from evolaw.discovery.lattices.selection import GROUNDS, weigh_recordings
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.evidence import Evidence, Weighing
from evolaw.discovery.spine.finding import EntryFinding, Finding, Law, Question
from evolaw.randomness import Source, source
from evolaw.trajectory import Trajectory

__all__ = ["discover", "interrogate"]

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class _Terms:
    """What every step of one investigation shares."""

    space: RuleSpace
    known: np.ndarray
    alpha: float
    error: str
    rng: Source
    progress: Progress | None
    evidence: str = "auto"
    simulator: Simulator | None = None


def discover(
    recording: Trajectory | Sequence[Trajectory] | None,
    space: str | RuleSpace = "outer-totalistic",
    *,
    known: Mapping[str, Any] | str | None = None,
    observed: Channel | Iterable[Channel] | None = None,
    boundary: str | None = None,
    alpha: float = 0.05,
    error: str = "fdr",
    box: Box | None = None,
    ask: int = 0,
    evidence: str = "auto",
    simulator: Simulator | None = None,
    rng: Any,
    progress: Progress | None = None,
) -> Finding:
    """Find the law behind a recording: what is decided, how surely, what stays open, what to try next.

    Args:
        recording: values 0, 1 and 255 (missing), axes ("times", "rows", "cols") or boards before them; or several
            recordings of one automaton; or None when only the box is to be asked.
        space: "outer-totalistic" (18 entries), "isotropic" (102) or "general" (512).
        known: entries known beforehand, {"B3": 1} or "B3,S2=0"; they are never changed.
        observed: how it was recorded: `Every`, `Flips`, `Missing`, or several; by default read off the recording.
        boundary: "torus", "plane", "reflecting", "torus+dx,dy"; by default what the recording says, else a torus.
        alpha: declared error rate.
        error: "fdr", the expected share of wrong decisions; "fwer", the chance of any.
        box: a black box to question.
        ask: how many questions the box may be asked.
        evidence: "auto", the cheapest evidence that suffices; "rollout", laws rolled out from frame to frame (`simulation`).
        simulator: proposes laws for rollouts, such as a network trained on the recording (`simulation`).
        rng: seed of all chance: posterior-predictive runs, searches.
        progress: called with (done, total, words).

    Raises:
        ArgumentError: the recording cannot teach anything (one frame, one value), or an argument is wrong; see `intake`.

    Notes:
        Clean recordings cost one look-up a cell. Same seed, same answer.

    References:
        vovk2021; wang2022; wasserman2020.

    Example:
        >>> from evolaw.automata import evolve
        >>> start = np.random.default_rng(0).integers(0, 2, (32, 32))
        >>> discover(evolve("B3/S23", start, 10), rng=0).law.most_probable
        'B3/S23'
    """
    terms = replace(
        _terms(space, known, alpha, error, rng, progress),
        evidence=checks.one_of(evidence, "evidence", GROUNDS),
        simulator=simulator,
    )
    asked = checks.integer(ask, "ask", least=0)
    checks.require(
        not asked or box is not None,
        "box",
        "be given when questions are to be asked",
        box,
        "Pass box=FunctionBox(...).",
    )
    if recording is None:
        checks.require(asked > 0, "recording", "be given, or else a box and ask=N", None)
        return _loop(box, terms, [], None, asked)  # type: ignore[arg-type]
    recordings = gather(recording, boundary)
    channel = agree(recordings, observed)
    recordings = [replace(item, times=np.arange(len(item)) * channel.every) for item in recordings]
    finding = _investigate(recordings, channel, terms)
    return _loop(box, terms, recordings, finding, asked) if box is not None and asked else finding


def interrogate(
    box: Box,
    space: str | RuleSpace | Finding = "outer-totalistic",
    *,
    questions: int = 1,
    known: Mapping[str, Any] | str | None = None,
    alpha: float = 0.05,
    error: str = "fdr",
    rng: Any,
    progress: Progress | None = None,
) -> Finding:
    """Ask a black box until its law stands or the questions are used up.

    When all is decided but some entry was seen only once, one more question looks a second time at each.

    Args:
        box: the black box.
        space: rule space; or a finding whose recordings are the start.
        questions: the most questions to ask.
        known, alpha, error, rng, progress: as for `discover`.

    Example:
        >>> from evolaw.automata import step
        >>> from evolaw.automata.boxes.black_box import FunctionBox
        >>> interrogate(FunctionBox(lambda board, steps: step("B36/S23", board)), rng=0).law.most_probable
        'B36/S23'
    """
    recordings = list(space.recordings) if isinstance(space, Finding) else []
    if not recordings:
        return discover(
            None,
            _space(space),
            known=known,
            alpha=alpha,
            error=error,
            box=box,
            ask=questions,
            rng=rng,
            progress=progress,
        )
    return discover(
        recordings,
        _space(space),
        known=known,
        alpha=alpha,
        error=error,
        box=box,
        ask=questions,
        rng=rng,
        progress=progress,
    )


def _space(space: str | RuleSpace | Finding) -> str | RuleSpace:
    return space.space if isinstance(space, Finding) else space


def _terms(space: Any, known: Any, alpha: float, error: str, rng: Any, progress: Progress | None) -> _Terms:
    space = RuleSpace.named(space)
    checks.require(0 < checks.number(alpha, "alpha") < 1, "alpha", "lie between 0 and 1", alpha)
    checks.one_of(error, "error", ("fdr", "fwer"))
    return _Terms(space, space.known(known), float(alpha), error, source(rng), progress)


# -- the closed loop --------------------------------------------------------------------------------------------------


def _loop(box: Box, terms: _Terms, recordings: list[Trajectory], finding: Finding | None, questions: int) -> Finding:
    for number in range(questions):
        question = _next_question(finding, terms)
        if question is None:
            break
        if terms.progress is not None:
            terms.progress(number, questions, f"question {number + 1}")
        recordings = [*recordings, record(box, question, number)]
        finding = _investigate(recordings, agree(recordings, None), terms)
    if finding is None:
        finding = _investigate([record(box, _first(terms), 0)], CLEAN, terms)
    return finding


def _next_question(finding: Finding | None, terms: _Terms) -> Question | None:
    if finding is None:
        return _first(terms)
    question = question_for(terms.space, _open(finding.entries))
    if question is None:
        return _confirmation(finding)
    # Where chance is at work one visit settles nothing: the largest board gives most visits for one question.
    chance = finding.facts.get("deterministic", 1.0) < 0.5
    return replace(question, board=every_window()) if chance else question


def _confirmation(finding: Finding) -> Question | None:
    """A second look at every entry, where one visit decided some: only a repeat can show that the box throws coins."""
    once = [entry.name for entry in finding.entries if entry.basis == "counted" and entry.visits < 2]
    says = "Ask once more, so that every entry is seen a second time: a box that throws coins would show it."
    return Question(every_window(), 1, len(once), says, tuple(once)) if once else None


def _first(terms: _Terms) -> Question:
    free = np.isnan(terms.known)
    return question_for(terms.space, free if free.any() else np.ones_like(free))  # type: ignore[return-value]


# -- one pass ---------------------------------------------------------------------------------------------------------


def _investigate(recordings: list[Trajectory], channel: Channel, terms: _Terms) -> Finding:
    weighing = _weigh(recordings, channel, terms)
    decisions = decide(weighing.evidence, terms.alpha, terms.error)
    diagnosis, windows = _doubt(recordings, channel, terms)
    reasons = [""] * len(decisions)
    if not diagnosis.sound and windows is not None:
        decisions, reasons = _withhold(weighing.evidence, decisions, diagnosis, windows, terms.space)
    if "contradiction" in weighing.facts:
        diagnosis = _unfitting(recordings, channel, weighing.facts["contradiction"], terms)
        free = [item.basis != "known" for item in weighing.evidence]
        decisions = ["conflict" if is_free else given for is_free, given in zip(free, decisions, strict=True)]
    if channel.flips and diagnosis.sound:
        torn = widen(terms.space, weighing.evidence, decisions, _in_space(recordings, channel, terms))
        if torn is not None:
            diagnosis, decisions, reasons = Diagnosis("symmetry", (torn.check,)), torn.decisions, torn.reasons
    space_checks = [*diagnosis.checks, *_known_check(weighing.evidence, decisions)]
    entries = _entries(weighing.evidence, decisions, reasons)
    law = Law.of(terms.space, entries, weighing.log2_possible, weighing.typical)
    law_checks: list[Check] = []
    if "conflict" not in decisions:
        law_checks = _predict(law, recordings, channel, weighing, terms)
        failed = [check.name for check in law_checks if not check.passed]
        if failed:
            decisions, reasons = _take_back(weighing.evidence, decisions, failed)
            entries = _entries(weighing.evidence, decisions, reasons)
            law = Law.of(terms.space, entries)
    return Finding(
        source=_source(recordings),
        space=terms.space.name,
        alpha=terms.alpha,
        entries=entries,
        law=law,
        checks=(*space_checks, *law_checks),
        next=_experiment(entries, diagnosis, weighing, terms),
        recordings=tuple(recordings),
        facts={**weighing.facts, "cause": diagnosis.cause},
    )


def _weigh(recordings: list[Trajectory], channel: Channel, terms: _Terms) -> Weighing:
    return weigh_recordings(
        recordings,
        terms.space,
        terms.known,
        channel,
        evidence=terms.evidence,
        simulator=terms.simulator,
        alpha=terms.alpha,
        rng=terms.rng,
        progress=terms.progress,
    )


def _in_space(
    recordings: list[Trajectory], channel: Channel, terms: _Terms
) -> Callable[[RuleSpace], tuple[Sequence[Evidence], Sequence[str]]]:
    """How another space weighs and decides the same recordings; what is known stays known."""

    def weigh(space: RuleSpace) -> tuple[Sequence[Evidence], Sequence[str]]:
        narrow = terms.space.entry_of[[space.windows(place)[0] for place in range(len(space))]]
        evidence = _weigh(recordings, channel, replace(terms, space=space, known=terms.known[narrow])).evidence
        return evidence, decide(evidence, terms.alpha, terms.error)

    return weigh


def _doubt(recordings: list[Trajectory], channel: Channel, terms: _Terms) -> tuple[Diagnosis, Tally | None]:
    """Diagnose clean recordings; other channels are doubted by their own evidence and by prediction."""
    if not channel.is_clean:
        return Diagnosis("sound", ()), None
    windows = tally(recordings)
    asked = all("question" in recording.about for recording in recordings)

    def skipping_explains(every: int) -> bool:
        return _skipping_explains(recordings, terms, every)

    found = diagnose(
        recordings,
        windows,
        terms.space,
        skipping_explains=skipping_explains,
        learned_gap=lambda: skipped_law(recordings, windows, terms.rng),
        networks=lambda: ask_networks(recordings, terms.rng),
        exact_inputs=asked,
    )
    return found, windows


def _unfitting(recordings: Sequence[Trajectory], channel: Channel, contradiction: str, terms: _Terms) -> Diagnosis:
    """No law of the space fits: a larger neighbourhood, where the frames are consecutive and no cell was misread?"""
    if channel.every == 1 and not channel.flips:
        seen = ask_networks(recordings, terms.rng)
        if isinstance(seen, Surroundings) and seen.reach > 1:
            return Diagnosis("neighbourhood", (Check("neighbourhood", False, p_value(seen.log_e), seen.says),))
    return Diagnosis("unclear", (Check("a law that fits", False, 0.0, contradiction),))


def _skipping_explains(recordings: Sequence[Trajectory], terms: _Terms, every: int) -> bool:
    """Whether an outer-totalistic law, taken ``every`` times a frame, gives the recordings without a contradiction."""
    from evolaw.discovery.lattices.evidence.exhaustive import surviving

    totalistic = RuleSpace.named("outer-totalistic")
    known = terms.known if terms.space is totalistic else np.full(len(totalistic), np.nan)
    if not np.isin(known[~np.isnan(known)], (0, 1)).all():
        return False
    spread = [replace(item, times=np.arange(len(item)) * every) for item in beginning(recordings)]
    return len(surviving(spread, totalistic, known)) > 0


def _withhold(
    evidence: Sequence[Evidence], decisions: list[str], diagnosis: Diagnosis, windows: Tally, space: RuleSpace
) -> tuple[list[str], list[str]]:
    """Turn the decisions of a space in doubt into conflicts and open entries, each with its reason.

    Where only the symmetry is in doubt, an entry keeps its decision if each of its windows was seen and all agree: that
    holds in the wider space as well.
    """
    counts = windows.pool(space)
    complete = space.pool((windows.visits > 0).astype(np.int64)) == space.sizes
    local = diagnosis.cause == "symmetry" or (diagnosis.cause == "unclear" and not windows.mixed.any())
    blame = f"The check of {diagnosis.checks[0].name} failed"
    new, reasons = [], []
    for place, (item, decision) in enumerate(zip(evidence, decisions, strict=True)):
        reason = ""
        if item.basis != "known" and counts.mixed[place]:
            decision, reason = "conflict", f"{item.why} {blame}: {diagnosis.checks[0].says}"
        elif item.basis != "known" and decision != "undetermined" and not (local and complete[place]):
            decision = "undetermined"
            unseen = " and not all its windows were seen" if local else ""
            reason = f"{item.why} {blame}{unseen}, so this is not taken as a decision."
        new.append(decision)
        reasons.append(reason)
    return new, reasons


def _experiment(
    entries: tuple[EntryFinding, ...], diagnosis: Diagnosis, weighing: Weighing, terms: _Terms
) -> Question | None:
    flips = float(weighing.facts.get("flip_probability", 0.0))
    question = question_for(terms.space, _open(entries), flips=flips, alpha=terms.alpha)
    if question is None or diagnosis.sound:
        return question
    reach = question_of_reach(diagnosis.cause)
    if reach is not None:
        return reach
    # Another space in doubt is not settled by its own open entries: every window once, with inputs that are certain, is.
    rows, cols = every_window().shape
    says = (
        f"{diagnosis.checks[0].says} To settle it by experiment, put this {cols} x {rows} board, which shows every window "
        "once, on a torus into the box and record it before and after one generation."
    )
    return replace(question, board=every_window(), says=says)


def _open(entries: Sequence[EntryFinding]) -> np.ndarray:
    return np.array([entry.decision in ("undetermined", "conflict") for entry in entries])


def _known_check(evidence: Sequence[Evidence], decisions: Sequence[str]) -> list[Check]:
    given = [(item, decision) for item, decision in zip(evidence, decisions, strict=True) if item.basis == "known"]
    if not given:
        return []
    wrong = [item.entry for item, decision in given if decision == "conflict"]
    says = (
        f"The recording contradicts what was given as known: {', '.join(wrong)}. Drop it from --known, or look at the recording."
        if wrong
        else f"{len(given)} known entries, none contradicted."
    )
    return [Check("known entries", not wrong, 0.0 if wrong else 1.0, says)]


def _predict(
    law: Law, recordings: list[Trajectory], channel: Channel, weighing: Weighing, terms: _Terms
) -> list[Check]:
    if channel.flips == AUTO:
        channel = replace(channel, flips=float(weighing.facts["flip_probability"]))
    return check_law(law.rule, recordings, channel, terms.rng)


def _take_back(
    evidence: Sequence[Evidence], decisions: Sequence[str], failed: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Open every decision that was not given: the law as a whole does not look like the recording."""
    blame = f"Run again, the most probable law does not show the recorded {' and '.join(failed)}, so this stays open."
    reopen = [
        item.basis != "known" and decision != "undetermined" for item, decision in zip(evidence, decisions, strict=True)
    ]
    return (
        ["undetermined" if again else decision for again, decision in zip(reopen, decisions, strict=True)],
        [f"{item.why} {blame}" if again else "" for again, item in zip(reopen, evidence, strict=True)],
    )


def _entries(
    evidence: Sequence[Evidence], decisions: Sequence[str], reasons: Sequence[str]
) -> tuple[EntryFinding, ...]:
    return tuple(EntryFinding.of(*line) for line in zip(evidence, decisions, reasons, strict=True))


def _source(recordings: Sequence[Trajectory]) -> str:
    first = recordings[0]
    named = first.about.get("source")
    frames, rows, cols = first.values.shape
    missing = ", some cells missing" if (first.values == MISSING).any() else ""
    several = f" and {len(recordings) - 1} more" if len(recordings) > 1 else ""
    shape = f"{frames} frames of {rows} x {cols}, {first.boundary}{missing}{several}"
    return f"{named} ({shape})" if named else shape

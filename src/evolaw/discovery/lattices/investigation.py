"""The investigation of a lattice: what the spine's pass and its closed loop need of frames of cells.

gather      recordings and channel are read and agreed
weigh       the cheapest evidence that suffices: counted, likelihood (flips), joint (skipped frames, missing cells), rollout
decide      e-BH at the declared error rate                                                                    (spine)
doubt       a recording that contradicts itself is asked why (`diagnosis`); decisions are amended
predict     the most probable law is run again and compared; a failure takes the decisions back
ask         the experiment that shows every open entry; with a box the loop closes                             (spine)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.boxes.black_box import Box
from evolaw.automata.rules.rule import ELEMENTARY
from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.experiment.coverings import largest
from evolaw.discovery.lattices.experiment.questions import question_for, question_of_reach, record
from evolaw.discovery.lattices.misfit.diagnosis import Diagnosis, diagnose, diagnose_unfitting
from evolaw.discovery.lattices.misfit.displays import undo_inversion
from evolaw.discovery.lattices.misfit.edges import settle_edge
from evolaw.discovery.lattices.misfit.halves import compare_halves
from evolaw.discovery.lattices.misfit.misreadings import doubt_misreadings
from evolaw.discovery.lattices.misfit.named_rule import compare_named
from evolaw.discovery.lattices.misfit.predictive_check import check_law
from evolaw.discovery.lattices.misfit.space_refinement import widen
from evolaw.discovery.lattices.model.case import Case, Progress, Simulator
from evolaw.discovery.lattices.model.intake import agree, claimed, gather, is_silent, require_form
from evolaw.discovery.lattices.model.law import Law, Question
from evolaw.discovery.lattices.model.observation import AUTO, CLEAN, Channel
from evolaw.discovery.lattices.model.rule_space import NESTED, RuleSpace
from evolaw.discovery.lattices.rollout.proposals import propose_by_network
from evolaw.discovery.spine.amendments import Amendment, State, check_known, rewrite
from evolaw.discovery.spine.closed_loop import close_loop
from evolaw.discovery.spine.evidence import Check, Evidence, Weighing
from evolaw.discovery.spine.finding import EntryFinding, Finding
from evolaw.discovery.spine.investigation import investigate
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

__all__ = ["discover_lattice", "resume"]

NETWORK = "network"


def discover_lattice(
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
    simulator: Simulator | str | None = NETWORK,
    rng: Any,
    progress: Progress | None = None,
) -> Finding:
    """Find the law behind a recording of cells: what is decided, how surely, what stays open, what to try next.

    Args:
        recording: values 0, 1 and 255 (missing), axes ("times", "rows", "cols") or boards before them; or several
            recordings of one automaton; or None when only the box is to be asked.
        space: "outer-totalistic" (18 entries), "isotropic" (102) or "general" (512); for lines of cells "elementary" (8), which is
            then the default.
        known: entries known beforehand, {"B3": 1} or "B3,S2=0"; they are never changed.
        observed: how it was recorded: `Every`, `Flips`, `Missing`, or several; by default read off the recording.
        boundary: "torus", "plane", "reflecting", "torus+dx,dy"; "window" where the board is a part of a larger world, so that nothing
            beyond its edge is known. By default what the recording says; else a torus, as far as the recording bears it out (`edges`).
        alpha: declared error rate.
        error: "fdr", the expected share of wrong decisions; "fwer", the chance of any.
        box: a black box to question.
        ask: how many questions the box may be asked.
        evidence: "auto", the cheapest evidence that suffices; "rollout", laws rolled out from frame to frame (`rollout_evidence`).
        simulator: proposes laws for rollouts: "network", one trained on the recording; a function (`case.Simulator`); None, drawn blindly.
        rng: seed of all chance: posterior-predictive runs, searches.
        progress: called with (done, total, words).

    Raises:
        ArgumentError: the recording cannot teach anything (one frame, one value), or an argument is wrong; see `intake`.

    Notes:
        Clean recordings cost one look-up a cell. Same seed, same answer.

    References:
        vovk2021; wang2022; wasserman2020.
    """
    space = _fitting(recording, space)
    terms = _Terms(_terms(space, known, alpha, error, evidence, simulator, rng, progress))
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
        terms = replace(terms, observed=None if observed is None else claimed(observed))
        return terms.ask(box, [], None, asked)  # type: ignore[arg-type]
    recordings = gather(recording, boundary)
    require_form(recordings, terms.case.space)
    channel = agree(recordings, observed)
    _require_line_channel(terms.case, channel)
    recordings, copies = _without_copies(recordings)
    recordings, notes = _prepared(recordings, channel, terms.case.space, is_silent(recording, boundary))
    recordings = [replace(item, times=np.arange(len(item)) * channel.every) for item in recordings]
    terms = replace(terms, notes=(*copies, *notes), observed=channel)
    finding = terms.look(recordings, channel)
    return terms.ask(box, recordings, finding, asked) if box is not None and asked else finding


def resume(finding: Finding, box: Box, questions: int, *, rng: Any, progress: Progress | None = None) -> Finding:
    """Ask a box further questions, under the terms of a finding: its space, known entries and error rate."""
    given = finding.facts.get("terms", {})
    known = {entry.name: entry.probability for entry in finding.entries if entry.basis == "known"}
    return discover_lattice(
        list(finding.recordings),
        finding.space,
        known=known,
        alpha=finding.alpha,
        error=given.get("error", "fdr"),
        observed=Channel(**given["observed"]) if "observed" in given else None,
        evidence=given.get("evidence", "auto"),
        box=box,
        ask=questions,
        rng=rng,
        progress=progress,
    )


def _fitting(recording: Trajectory | Sequence[Trajectory] | None, space: str | RuleSpace) -> str | RuleSpace:
    """The space named, or where none was, that of the recording's form: a line of cells has one space only."""
    first = recording[0] if isinstance(recording, list | tuple) and recording else recording
    if not (isinstance(first, Trajectory) and first.axes[-1:] == ("cells",)):
        return space
    named = space.name if isinstance(space, RuleSpace) else space
    if isinstance(named, str) and named in NESTED[1:]:
        raise checks.refuse("space", "be elementary for a line of cells", named)
    return ELEMENTARY if isinstance(named, str) and named == NESTED[0] else space


def _require_line_channel(case: Case, channel: Channel) -> None:
    """Refuse what is not weighed for lines: misread cells behind skipped generations, and rollouts."""
    if case.space.is_line:
        checks.require(
            not (channel.flips and channel.every > 1),
            "observed",
            "have no flips where generations of a line are skipped",
            repr(channel),
        )
        checks.require(case.evidence == "auto", "evidence", "be auto for lines of cells", case.evidence)


def _without_copies(recordings: list[Trajectory]) -> tuple[list[Trajectory], list[Check]]:
    """Leave out recordings that are copies of another: they say nothing new, and counted as new would prove anything.

    A box that was asked twice may well answer alike, so its answers are kept.
    """
    kept: dict[tuple[Any, ...], Trajectory] = {}
    for number, item in enumerate(recordings):
        mark = number if "question" in item.about else None
        kept.setdefault((mark, item.boundary, item.values.shape, item.values.tobytes(), item.times.tobytes()), item)
    left_out = len(recordings) - len(kept)
    if not left_out:
        return recordings, []
    says = f"{left_out} of {len(recordings)} recordings {'is a copy' if left_out == 1 else 'are copies'} of another and left out."
    return list(kept.values()), [Check("copies", True, 1.0, says)]


def _prepared(
    recordings: list[Trajectory], channel: Channel, space: RuleSpace, is_silent: bool
) -> tuple[list[Trajectory], list[Check]]:
    """Undo what a program did to the frames, and settle an edge that nobody stated."""
    notes: list[Check | None] = []
    if channel.every > 1 or channel.flips:
        return recordings, []
    if not channel.missing:
        recordings, note = undo_inversion(recordings, space)
        notes.append(note)
    if is_silent:
        recordings, note = settle_edge(recordings, space)
        notes.append(note)
    return recordings, [note for note in notes if note is not None]


def _terms(
    space: Any,
    known: Any,
    alpha: float,
    error: str,
    evidence: str,
    simulator: Simulator | str | None,
    rng: Any,
    progress: Progress | None,
) -> Case:
    """A case without recordings: what the user declared, checked."""
    space = RuleSpace.named(space)
    checks.require(0 < checks.number(alpha, "alpha") < 1, "alpha", "lie between 0 and 1", alpha)
    checks.one_of(error, "error", ("fdr", "fwer"))
    proposer = propose_by_network if simulator == NETWORK else simulator
    if proposer is not None and not callable(proposer):
        raise checks.refuse("simulator", "be 'network', a function or None", simulator)
    checks.one_of(evidence, "evidence", selection.GROUNDS)
    return Case((), space, space.known(known), CLEAN, float(alpha), error, source(rng), progress, evidence, proposer)


@dataclass(frozen=True)
class _Terms:
    """What all passes of one investigation share: a case without recordings, what was noted of them before, and the channel."""

    case: Case
    notes: tuple[Check, ...] = ()
    observed: Channel | None = None

    def look(self, recordings: Sequence[Trajectory], channel: Channel) -> Finding:
        """One pass."""
        return investigate(_Look(replace(self.case, recordings=tuple(recordings), channel=channel), self.notes))

    def ask(self, box: Box, recordings: list[Trajectory], finding: Finding | None, questions: int) -> Finding:
        """The closed loop."""
        found = close_loop(
            finding,
            recordings,
            questions,
            next_question=self._next,
            answer=lambda question, number: record(box, question, number),
            investigate=lambda held: self.look(held, self._channel(held)),
            progress=self.case.progress,
        )
        if found is None:
            answer = record(box, self._paced(self._first()), 0)
            found = self.look([answer], self._channel([answer]))
        return found

    def _channel(self, held: list[Trajectory]) -> Channel:
        """The channel of the recordings and the box's answers: as observed so far, else as the answers say."""
        if self.observed is None:
            return agree(held, None)
        return replace(self.observed, missing=any((item.values == MISSING).any() for item in held))

    def _paced(self, question: Question) -> Question:
        """The question in the rhythm of the recordings: as many generations as lie between their frames."""
        every = 1 if self.observed is None else self.observed.every
        return question if every == 1 else replace(question, steps=every)

    def _next(self, finding: Finding | None) -> Question | None:
        if finding is None:
            return self._paced(self._first())
        question = question_for(self.case.space, _open(finding.entries))
        if question is None:
            return _confirmation(finding)
        # Where chance is at work one visit settles nothing: the largest board gives most visits for one question.
        flips = self.observed is not None and bool(self.observed.flips)
        chance = flips or finding.facts.get("deterministic", 1.0) < 0.5
        return self._paced(replace(question, board=largest(self.case.space)) if chance else question)

    def _first(self) -> Question:
        free = self.case.free
        return question_for(self.case.space, free if free.any() else np.ones_like(free))  # type: ignore[return-value]


def _confirmation(finding: Finding) -> Question | None:
    """A second look at every entry, where one visit decided some: only a repeat can show that the box throws coins."""
    once = [entry.name for entry in finding.entries if entry.basis == "counted" and entry.visits < 2]
    says = "Ask once more, so that every entry is seen a second time: a box that throws coins would show it."
    return Question(largest(RuleSpace.named(finding.space)), 1, len(once), says, tuple(once)) if once else None


@dataclass(frozen=True, eq=False)
class _Look:
    """One pass over the recordings of one automaton: a spine `Inquiry`."""

    case: Case
    notes: tuple[Check, ...] = ()

    @property
    def space(self) -> str:
        return self.case.space.name

    @property
    def alpha(self) -> float:
        return self.case.alpha

    @property
    def error(self) -> str:
        return self.case.error

    @property
    def recordings(self) -> tuple[Trajectory, ...]:
        return tuple(self.case.recordings)

    @property
    def source(self) -> str:
        """Where the recordings came from, and their shape."""
        first, more = self.case.recordings[0], len(self.case.recordings) - 1
        named = first.about.get("source")
        frames, rows, cols = first.values.shape
        missing = ", some cells missing" if (first.values == MISSING).any() else ""
        several = f" and {more} more" if more else ""
        shape = f"{frames} frames of {rows} x {cols}, {first.boundary}{missing}{several}"
        return f"{named} ({shape})" if named else shape

    @property
    def terms(self) -> dict[str, Any]:
        """What was declared, so that the finding can be continued."""
        return {"error": self.case.error, "evidence": self.case.evidence, "observed": vars(self.case.channel)}

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """What speaks against the space; other than clean channels are doubted by their own evidence and by prediction."""
        return diagnose(self.case) if self.case.channel.is_clean else Diagnosis("sound", ())

    def weigh(self) -> Weighing:
        return selection.weigh(self.case)

    def doubts(self, weighing: Weighing) -> Sequence[Amendment]:
        return (
            self._withhold,
            self._find_no_law(weighing),
            self._doubt_flips(weighing),
            self._refine,
            check_known,
            lambda state: replace(state, checks=(*self.notes, *compare_named(self.case, state).checks)),
        )

    def law(self, entries: tuple[EntryFinding, ...], weighing: Weighing | None) -> Law:
        if weighing is None:
            return Law.of(self.case.space, entries)
        return Law.of(self.case.space, entries, weighing.log2_possible, weighing.typical)

    def checks(self, law: Law, state: State, weighing: Weighing) -> Sequence[Check]:
        if "conflict" in state.decisions:
            return ()
        channel = self.case.channel
        if channel.flips == AUTO:
            channel = replace(channel, flips=float(weighing.facts["flip_probability"]))
        return check_law(self.case.space.on_windows(law.rule), self.case.recordings, channel, self.case.rng)

    def question(self, entries: tuple[EntryFinding, ...], state: State, weighing: Weighing) -> Question | None:
        flips = float(weighing.facts.get("flip_probability", 0.0))
        question = question_for(self.case.space, _open(entries), flips=flips, alpha=self.alpha)
        if question is None or state.cause in ("sound", "coins"):
            return question
        reach = question_of_reach(state.cause)
        if reach is not None:
            return reach
        # Another space in doubt is not settled by its own open entries: every window once, with inputs that are certain, is.
        board = largest(self.case.space)
        rows, cols = board.shape
        says = (
            f"{state.checks[0].says} To settle it by experiment, put this {cols} x {rows} board, which shows every entry, "
            "on a torus into the box and record it before and after one generation."
        )
        return replace(question, board=board, says=says)

    # -- amendments ---------------------------------------------------------------------------------------------------

    def _withhold(self, state: State) -> State:
        """Turn the decisions of a space in doubt into conflicts and open entries, each with its reason.

        Where only the symmetry is in doubt, an entry keeps its decision if each of its windows was seen and all agree: that
        holds in the wider space as well.
        """
        diagnosis, space = self.diagnosis, self.case.space
        state = state.having(diagnosis.checks, diagnosis.cause)
        if diagnosis.sound:
            return state
        windows, counts = self.case.window_counts, self.case.counts
        complete = space.pool((windows.visits > 0).astype(np.int64)) == space.sizes
        local = diagnosis.cause == "symmetry" or (diagnosis.cause == "unclear" and not windows.mixed.any())
        blame = f"The check of {diagnosis.checks[0].name} failed"

        def change(place: int, item: Evidence, decision: str) -> tuple[str, str] | None:
            if counts.mixed[place]:
                return "conflict", f"{item.why} {blame}: {diagnosis.checks[0].says}"
            if decision == "undetermined" or (local and complete[place]):
                return None
            unseen = " and not all its windows were seen" if local else ""
            return "undetermined", f"{item.why} {blame}{unseen}, so this is not taken as a decision."

        return rewrite(state, change)

    def _find_no_law(self, weighing: Weighing) -> Amendment:
        """No law of the space fits at all: every free entry is in conflict."""

        def amendment(state: State) -> State:
            if "contradiction" not in weighing.facts:
                return state
            found = diagnose_unfitting(self.case, weighing.facts["contradiction"])
            state = replace(state, checks=found.checks, cause=found.cause)
            return rewrite(state, lambda place, item, decision: ("conflict", state.reasons[place]))

        return amendment

    def _refine(self, state: State) -> State:
        """Behind flips: see whether a wider space tears entries apart that look like coins."""
        if not self.case.channel.flips or state.cause not in ("sound", "coins"):
            return state
        torn = widen(self.case, state.evidence, state.decisions)
        if torn is None:
            return state
        return State(state.evidence, tuple(torn.decisions), tuple(torn.reasons), (torn.check,), "symmetry")

    def _doubt_flips(self, weighing: Weighing) -> Amendment:
        """Behind flips: do misreadings lie everywhere alike, and do halves agree where something looks like a coin?"""

        def amendment(state: State) -> State:
            if not self.case.channel.flips or state.cause not in ("sound", "coins"):
                return state
            found = doubt_misreadings(self.case, weighing.facts)
            if found is None and "probabilistic" in state.decisions and self.case.channel.every == 1:
                found = compare_halves(self.case)
            if found is None:
                return state
            cause, check = found
            blame = f"The check of {check.name} failed, so this is not taken as a decision."
            return rewrite(
                state.having([check], cause),
                lambda place, item, decision: (
                    None if decision == "undetermined" else ("undetermined", f"{item.why} {blame}")
                ),
            )

        return amendment


def _open(entries: Sequence[EntryFinding]) -> np.ndarray:
    return np.array([entry.decision in ("undetermined", "conflict") for entry in entries])

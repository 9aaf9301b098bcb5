"""The investigation of a lattice: recordings and channel are read and agreed, then looked at (`inquiry`); with a box the loop closes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.boxes.black_box import Box
from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.evidence.hidden_coins import visits_needed
from evolaw.discovery.lattices.experiment.coverings import largest
from evolaw.discovery.lattices.experiment.questions import (
    cells_against_coins,
    question_for,
    record,
    repeated,
    space_of,
)
from evolaw.discovery.lattices.inquiry import LatticeInquiry, open_entries
from evolaw.discovery.lattices.misfit.displays import undo_inversion
from evolaw.discovery.lattices.misfit.edges import settle_edge
from evolaw.discovery.lattices.model.ageing import highest_state, with_states
from evolaw.discovery.lattices.model.case import CHANCE, Case, Progress, Simulator
from evolaw.discovery.lattices.model.intake import (
    agree,
    claimed,
    fitting_space,
    gather,
    is_silent,
    require_form,
    require_weighable,
    without_unseen,
)
from evolaw.discovery.lattices.model.law import Question
from evolaw.discovery.lattices.model.observation import CLEAN, Channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.rollout.proposals import propose_by_network
from evolaw.discovery.spine.closed_loop import close_loop
from evolaw.discovery.spine.evidence import Check
from evolaw.discovery.spine.finding import Finding
from evolaw.discovery.spine.investigation import investigate
from evolaw.randomness import source
from evolaw.trajectory import Trajectory

__all__ = ["discover_lattice", "resume"]

NETWORK = "network"

_MOST_MISREAD = 2**20
"""Cells of all recordings whose misreadings are inferred at most: about a minute."""


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
    chance: float = CHANCE,
    rng: Any,
    progress: Progress | None = None,
) -> Finding:
    """Find the law behind a recording of cells: what is decided, how surely, what stays open, what to try next.

    Args:
        recording: values 0, 1 and 255 (missing), or the states 0, 1, 2, … of cells that age; axes ("times", "rows", "cols") or boards before them; or several
            recordings of one automaton; or None when only the box is to be asked.
        space: "outer-totalistic" (18 entries), "isotropic" (102) or "general" (512); for lines of cells "elementary" (8), which is
            then the default. Where cells have more than two states the first two mean "generations" (18 + 1) and "isotropic
            generations" (102 + 1), and flips, skipped generations and rollouts are refused.
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
        chance: the least probability of the rarer side of a coin, at most .5; coins no nearer to certainty buy no more errors than
            ``alpha`` (`hidden_coins`). 0 declares the law deterministic: then one visit decides.
        rng: seed of all chance: posterior-predictive runs, searches.
        progress: called with (done, total, words).

    Raises:
        ArgumentError: the recording cannot teach anything (one frame, one value), or an argument is wrong; see `intake`.

    Notes:
        Clean recordings cost one look-up a cell. Same seed, same answer.

    References:
        vovk2021; wang2022; wasserman2020.
    """
    space = fitting_space(recording, space, known)
    terms = _Terms(_terms(space, known, alpha, error, evidence, simulator, chance, rng, progress))
    asked = checks.integer(ask, "ask", least=0)
    checks.require(
        not asked or box is not None,
        "box",
        "be given when questions are to be asked",
        box,
        "Pass box=FunctionBox(...).",
    )
    checks.require(
        box is None or callable(getattr(box, "answer", None)),
        "box",
        "answer a board, as FunctionBox and CommandBox do",
        box,
    )
    if recording is None:
        checks.require(asked > 0, "recording", "be given, or else a box and ask=N", None)
        terms = replace(terms, observed=None if observed is None else claimed(observed))
        return terms.ask(box, [], None, asked)  # type: ignore[arg-type]
    recordings = gather(recording, boundary)
    require_form(recordings, terms.case.space)
    recordings = [with_states(item, terms.case.space.states) for item in recordings]
    channel = agree(recordings, observed)
    require_weighable(channel, evidence, terms.case.space)
    channel = without_unseen(channel, terms.case.space)
    recordings, copies = _without_copies(recordings)
    recordings, notes = _prepared(recordings, channel, terms.case.space, is_silent(recording, boundary))
    recordings = [replace(item, times=np.arange(len(item)) * channel.every) for item in recordings]
    recordings, cut = _within_reach(recordings, channel)
    terms = replace(terms, notes=(*copies, *notes, *cut), observed=channel)
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
        chance=given.get("chance", CHANCE),
        box=box,
        ask=questions,
        rng=rng,
        progress=progress,
    )


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


def _within_reach(recordings: list[Trajectory], channel: Channel) -> tuple[list[Trajectory], list[Check]]:
    """Leave out the later frames of what would take hours: misread cells are inferred one by one, and in sweeps."""
    cells = sum(item.values.size for item in recordings)
    if not channel.flips or channel.on == "update" or cells <= _MOST_MISREAD:
        return recordings, []
    share = _MOST_MISREAD / cells
    cut = [
        replace(
            item,
            values=item.values[:frames],
            times=item.times[:frames],
            about={**item.about, "frames_recorded": len(item)},
        )
        for item in recordings
        for frames in [max(3, int(share * len(item)))]
    ]
    says = (
        f"Of {sum(map(len, recordings)):,} frames the first {sum(map(len, cut)):,} were weighed: inferring more misread cells would take "
        "too long. Pass other parts as recordings of their own."
    )
    return cut, [Check("length", True, 1.0, says)]


def _prepared(
    recordings: list[Trajectory], channel: Channel, space: RuleSpace, is_silent: bool
) -> tuple[list[Trajectory], list[Check]]:
    """Undo what a program did to the frames, and settle an edge that nobody stated."""
    notes: list[Check | None] = []
    if channel.every > 1 or channel.flips:
        return recordings, []
    if not channel.missing and not space.ages:
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
    chance: float,
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
    least = checks.probability(chance, "chance", most=0.5)
    return Case(
        (), space, space.known(known), CLEAN, float(alpha), error, source(rng), progress, evidence, proposer, least
    )


@dataclass(frozen=True)
class _Terms:
    """What all passes of one investigation share: a case without recordings, what was noted of them before, and the channel."""

    case: Case
    notes: tuple[Check, ...] = ()
    observed: Channel | None = None

    def look(self, recordings: Sequence[Trajectory], channel: Channel) -> Finding:
        """One pass; where cells age, an answer may show a higher state than all before, and then there are more."""
        case, highest = self.case, highest_state(recordings)
        if case.space.ages and highest >= case.space.states and np.isnan(case.known[-1]):
            case = replace(case, space=RuleSpace.named(case.space.name, highest + 1))
        held = tuple(with_states(item, case.space.states) for item in recordings)
        return investigate(LatticeInquiry(replace(case, recordings=held, channel=channel), self.notes))

    def ask(self, box: Box, recordings: list[Trajectory], finding: Finding | None, questions: int) -> Finding:
        """The closed loop."""
        # Nothing is found only where nothing is asked, and a first question there always is.
        return close_loop(  # type: ignore[return-value]
            finding,
            recordings,
            questions,
            next_question=self._next,
            answer=lambda question, number: record(box, self._of_states(question), number),
            investigate=lambda held: self.look(held, self._channel(held)),
            progress=self.case.progress,
        )

    def _channel(self, held: list[Trajectory]) -> Channel:
        """The channel of the recordings and the box's answers: as observed so far, else as the answers say."""
        if self.observed is None:
            return without_unseen(agree(held, None), self.case.space)
        unseen = any((item.values == MISSING).any() for item in held)
        return without_unseen(replace(self.observed, missing=unseen), self.case.space)

    def _of_states(self, question: Question) -> Question:
        """The question as one of cells of so many states as the space has at least."""
        return replace(question, states=max(question.states, self.case.space.states))

    def _paced(self, question: Question) -> Question:
        """The question in the rhythm of the recordings: as many generations as lie between their frames."""
        every = 1 if self.observed is None else self.observed.every
        return question if every == 1 else replace(question, steps=every)

    def _next(self, finding: Finding | None) -> Question | None:
        if finding is None:
            return self._paced(self._first())
        flips = self.observed is not None and bool(self.observed.flips)
        least = 0 if flips else cells_against_coins(finding.entries, self.case.chance, self.case.alpha)
        space = space_of(finding)
        question = question_for(space, open_entries(finding.entries), least_cells=least)
        if question is None:
            return _confirmation(finding)
        # Where chance is at work one visit settles nothing: the largest board gives most visits for one question.
        chance = flips or finding.facts.get("deterministic", 1.0) < 0.5
        return self._paced(replace(question, board=repeated(largest(space), least)) if chance else question)

    def _first(self) -> Question:
        free = self.case.free
        flips = self.observed is not None and bool(self.observed.flips)
        least = 0 if flips else visits_needed(self.case.chance, self.case.alpha)
        wanted = free if free.any() else np.ones_like(free)
        return question_for(self.case.space, wanted, least_cells=least)  # type: ignore[return-value]


def _confirmation(finding: Finding) -> Question | None:
    """A second look at every entry, where one visit decided some: only a repeat can show that the box throws coins."""
    once = [entry.name for entry in finding.entries if entry.basis == "counted" and entry.visits < 2]
    says = "Ask once more, so that every entry is seen a second time: a box that throws coins would show it."
    return Question(largest(space_of(finding)), 1, len(once), says, tuple(once)) if once else None

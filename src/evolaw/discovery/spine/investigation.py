"""One pass of an investigation, in any world: weigh, decide, doubt, write the law, look whether it resembles the recording, ask.

weigh    evidence on every entry                       Inquiry.weigh
decide   e-BH at the declared error rate               decisions.decide
doubt    failed checks of the space amend decisions    Inquiry.doubts    : State -> State, one after the other
law      what the decisions leave                      Inquiry.law
check    the law is run and compared                   Inquiry.checks    ; a failure takes decisions back
ask      the experiment that decides most              Inquiry.question
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from evolaw.discovery.spine.amendments import Amendment, State, amend, take_back
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.evidence import Check, Weighing
from evolaw.discovery.spine.finding import EntryFinding, Finding

__all__ = ["Inquiry", "investigate"]


class Inquiry(Protocol):
    """What a world brings to one pass over its recordings.

    Attributes:
        source: where the recordings came from, in words.
        space: name of the space of laws.
        alpha: declared error rate.
        error: "fdr" or "fwer".
        recordings: what was recorded.
        terms: what the finding rests on, JSON values, so that it can be continued.
    """

    @property
    def source(self) -> str: ...
    @property
    def space(self) -> str: ...
    @property
    def alpha(self) -> float: ...
    @property
    def error(self) -> str: ...
    @property
    def recordings(self) -> tuple[Any, ...]: ...
    @property
    def terms(self) -> dict[str, Any]: ...

    def weigh(self) -> Weighing:
        """Return the evidence on every entry."""
        ...

    def doubts(self, weighing: Weighing) -> Sequence[Amendment]:
        """Return the steps that amend the decisions, in order; each may only weaken them."""
        ...

    def law(self, entries: tuple[EntryFinding, ...], weighing: Weighing | None) -> Any:
        """Return the law that the entries leave; without a weighing its coupling of entries no longer holds."""
        ...

    def checks(self, law: Any, state: State, weighing: Weighing) -> Sequence[Check]:
        """Run the law and compare; nothing where no law of the space is left."""
        ...

    def question(self, entries: tuple[EntryFinding, ...], state: State, weighing: Weighing) -> Any:
        """Return the experiment that would decide most of what is open; None when nothing is."""
        ...


def investigate(inquiry: Inquiry) -> Finding:
    """Return the finding of one pass.

    Args:
        inquiry: the world's part: recordings, space, and how they are weighed, doubted, run and questioned.
    """
    weighing = inquiry.weigh()
    decisions = decide(weighing.evidence, inquiry.alpha, inquiry.error, weighing.hypotheses)
    state = amend(State.of(weighing.evidence, decisions), inquiry.doubts(weighing))
    entries = _entries(state)
    law = inquiry.law(entries, weighing)
    checks = inquiry.checks(law, state, weighing)
    failed = [check for check in checks if not check.passed]
    if failed:
        least = min(check.p_value for check in failed)
        before, state = state, take_back(state, [check.name for check in failed], least)
        entries = _entries(state)
        law = inquiry.law(entries, weighing if state.decisions == before.decisions else None)
    return Finding(
        source=inquiry.source,
        space=inquiry.space,
        alpha=inquiry.alpha,
        entries=entries,
        law=law,
        checks=(*state.checks, *checks),
        next=inquiry.question(entries, state, weighing),
        recordings=inquiry.recordings,
        facts={**weighing.facts, "cause": state.cause, "terms": inquiry.terms},
    )


def _entries(state: State) -> tuple[EntryFinding, ...]:
    return tuple(EntryFinding.of(*line) for line in zip(state.evidence, state.decisions, state.reasons, strict=True))

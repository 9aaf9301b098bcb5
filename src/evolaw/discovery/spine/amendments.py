"""Amendments: after the e-values have decided, doubt has its say, step by step.

    State  = evidence + decisions + reasons + checks
    step   : State -> State

A pass of an investigation is a list of steps applied in order: a failed check turns decisions into conflicts or opens them, a
known entry that was contradicted is named, a law that does not look like the recording takes its decisions back. A step may only
weaken: it never decides an entry that the e-values left open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from evolaw.discovery.spine.evidence import TAKEN_AS_GIVEN, Check, Evidence

__all__ = ["RUN_AGAIN", "Amendment", "State", "amend", "check_known", "rewrite", "take_back"]

RUN_AGAIN = "Run again, the most probable law"
"""How the reason begins of an entry whose decision was taken back because the law does not look like the recording."""


@dataclass(frozen=True)
class State:
    """What an investigation holds between two steps.

    Attributes:
        evidence: one record an entry.
        decisions: one of `decisions.DECISIONS` an entry.
        reasons: why a decision was changed, in the place of the evidence's own reason; empty where it was not.
        checks: what was checked so far, in order.
        cause: what is wrong with the space, one word of the world; "sound" where nothing is known to be.
    """

    evidence: tuple[Evidence, ...]
    decisions: tuple[str, ...]
    reasons: tuple[str, ...]
    checks: tuple[Check, ...] = ()
    cause: str = "sound"

    @classmethod
    def of(cls, evidence: Sequence[Evidence], decisions: Sequence[str]) -> State:
        """Return the state right after the decisions, nothing doubted yet."""
        return cls(tuple(evidence), tuple(decisions), ("",) * len(decisions))

    def having(self, checks: Iterable[Check], cause: str | None = None) -> State:
        """Return the state with further checks, and another cause if one is given."""
        return replace(self, checks=(*self.checks, *checks), cause=self.cause if cause is None else cause)


Amendment = Callable[[State], State]


def amend(state: State, steps: Iterable[Amendment]) -> State:
    """Apply the steps in order."""
    for step in steps:
        state = step(state)
    return state


def rewrite(state: State, change: Callable[[int, Evidence, str], tuple[str, str] | None]) -> State:
    """Return the state with some decisions changed.

    Args:
        state: what holds.
        change: (place, evidence, decision) -> (new decision, its reason), or None to leave it; known entries are not asked.
    """
    decisions, reasons = list(state.decisions), list(state.reasons)
    for place, (item, decision) in enumerate(zip(state.evidence, state.decisions, strict=True)):
        changed = None if item.basis == "known" else change(place, item, decision)
        if changed is not None:
            decisions[place], reasons[place] = changed
    return replace(state, decisions=tuple(decisions), reasons=tuple(reasons))


def check_known(state: State) -> State:
    """Add the check of the entries that were given as known; without any there is nothing to check."""
    given = [pair for pair in zip(state.evidence, state.decisions, strict=True) if pair[0].basis == "known"]
    if not given:
        return state
    wrong = [item.entry for item, decision in given if decision == "conflict"]
    says = (
        f"The recording contradicts what was given as known: {', '.join(wrong)}. Drop it from --known, or look at the recording."
        if wrong
        else f"{len(given)} known entries, none contradicted."
        if any(not item.why.startswith(TAKEN_AS_GIVEN) for item, _ in given)
        else f"{len(given)} known entries; this kind of evidence rests on them and does not test them."
    )
    return state.having([Check("known entries", not wrong, 0.0 if wrong else 1.0, says)])


def take_back(state: State, failed: Sequence[str], p_value: float = 0.0) -> State:
    """Open decisions that were not given: run again, the law as a whole does not look like the recording.

    What was proven stays where the law holds guesses, which are to blame then, and where the runs left a doubt (p > 0): a proof rests on
    what was recorded, not on the values that open entries were given for the run. What was open before keeps its own reason.

    Args:
        state: what holds.
        failed: what of the recording the run does not show, in words; empty to change nothing.
        p_value: the least p-value of these; 0 where the run was exact.
    """
    if not failed:
        return state
    guesses = state.decisions.count("undetermined")
    stands = guesses > 0 or p_value > 0
    held = f", in which {guesses} open entries are guesses," if guesses else ""
    blame = f"{RUN_AGAIN}{held} does not show the recorded {' and '.join(failed)}, so this stays open."

    def change(place: int, item: Evidence, decision: str) -> tuple[str, str] | None:
        if decision == "undetermined" or (stands and item.is_proof):
            return None
        return "undetermined", f"{item.why} {blame}"

    return rewrite(state, change)

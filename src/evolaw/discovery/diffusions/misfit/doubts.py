"""A check with its cause, and what it does when it fails: it opens decisions, and says what to record.

A check fails at one in a thousand by chance, and only for effects large enough to matter. `remedy` says what to record when one failed:
no experiment on an equation that does not hold is worth making.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evolaw.discovery.diffusions.misfit.predictive_check import Prediction
from evolaw.discovery.spine.amendments import State, rewrite, take_back
from evolaw.discovery.spine.evidence import Check, Evidence

__all__ = ["HOPELESS", "LEVEL", "Doubt", "doubting", "is_hopeless", "predicting", "remedy"]

LEVEL = 1e-3
"""Chance of each check to fail by itself."""
_NARROW = frozenset(("library", "drifting", "strength", "unsteady", "history", "driven", "beating"))
"""Causes that speak against one component's law."""
HOPELESS = frozenset(("spikes", "held", "memory", "leftover", "relaxation", "period"))
"""Causes that leave no fitted law to test."""
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
    "driven": "Add the drive to --library, as cos(w t) and sin(w t) of the time t, or record without it.",
    "beating": "Add the beat to --diffusion, as cos(w t) and sin(w t) of the time t, or record without it.",
    "unsteady": "Cut the recording where the noise changes, or record what changes it.",
    "drifting": "Cut the recording where it changes, or record what changes.",
    "symmetry": "Discover without --symmetry, or remove what breaks it: a preferred direction, a wall, a centre that is not the origin.",
    "known": "Drop what the recording contradicts from --known, or look at the recording.",
    "prediction": "Give a larger --library or --diffusion, or record what else moves it: run again, the law does not move as recorded.",
}


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


def is_hopeless(cause: str) -> bool:
    """Whether no equation of the space describes the recording, so that not even combinations of coefficients mean anything."""
    return cause in HOPELESS or cause in ("jumps", "history", "driven")


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


def remedy(cause: str) -> tuple[str, str] | None:
    """Return cause and sentence of what to do about it; None where nothing failed."""
    return (cause, _REMEDIES[cause]) if cause in _REMEDIES else None

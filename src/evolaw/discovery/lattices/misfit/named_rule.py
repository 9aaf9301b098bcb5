"""The rule that a recording names, beside what was found."""

from __future__ import annotations

import numpy as np

from evolaw.automata.rules.generations import Generations, lattice_law
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import WINDOWS
from evolaw.discovery.spine.amendments import State
from evolaw.discovery.spine.e_values import worded_list
from evolaw.discovery.spine.evidence import Check
from evolaw.errors import EvolawError

__all__ = ["compare_named"]


def compare_named(case: Case, state: State) -> State:
    """Compare the decisions with the rule that the recordings name, where they name one."""
    named = {str(recording.law) for recording in case.recordings if recording.law is not None}
    if len(named) != 1:
        return state
    name = named.pop()
    try:
        law = lattice_law(name)
    except EvolawError:
        return state
    space = case.space
    if (law.states > 2) != space.ages:
        return state
    rule = law.alive if isinstance(law, Generations) else law
    if space.is_line and rule.neighbourhood == "line":
        rule = space.on_windows(rule)
    if not rule.is_deterministic or rule.table.shape != (WINDOWS,):
        return state
    told = np.append(rule.table, law.states == space.states)  # what the rule says of every window, and of the cycle
    differing = [
        item.entry
        for place, (item, decision) in enumerate(zip(state.evidence, state.decisions, strict=True))
        if decision in ("present", "absent") and (told[space.windows(place)] != (decision == "present")).any()
    ]
    says = (
        f"The recording names the rule {name}, which {worded_list(differing)} contradict{'s' if len(differing) == 1 else ''}."
        if differing
        else f"Nothing decided contradicts the rule that the recording names, {name}."
    )
    return state.having([Check("named rule", not differing, 0.0 if differing else 1.0, says)])

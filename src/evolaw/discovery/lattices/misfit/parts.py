"""A recording in parts: what follows without the part that contradicts the rest, or in each part alone."""

from __future__ import annotations

import re

import numpy as np

from evolaw.discovery.lattices.evidence.counting import weigh_counts
from evolaw.discovery.lattices.evidence.hidden_coins import give_up_coins
from evolaw.discovery.lattices.misfit.causes import Diagnosis
from evolaw.discovery.lattices.misfit.faults import Fault
from evolaw.discovery.lattices.misfit.specification_tests import cure_of_the_edge
from evolaw.discovery.lattices.misfit.transitions import Transitions
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.law import Law
from evolaw.discovery.lattices.model.window_counts import WindowCounts, contradicted
from evolaw.discovery.spine.amendments import State
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.e_values import log_e_dependence, p_value, worded_list
from evolaw.discovery.spine.evidence import Check
from evolaw.discovery.spine.finding import EntryFinding, shortened

__all__ = ["diagnose_parts", "follows"]

_CHECKS = {"blocks": "block automaton"}
"""Names of checks that are not those of their causes; "blocks" is a statistic of the predictive check."""


def diagnose_parts(case: Case, seen: Transitions, fault: Fault) -> Diagnosis:
    """Name a fault, and say what follows without it or in each of its parts."""
    tallies = seen.counts(fault.labels, fault.parts, np.arange(case.space.entry_of.size))
    parts = [follows(case, WindowCounts(visits, alive)) for visits, alive in tallies]
    check = "time" if fault.cause == "cut" else fault.cause
    if fault.cause == "blocks":
        if (tallies[:, 1] * (tallies[:, 0] - tallies[:, 1])).any():
            says = f"The outcome depends on {fault.where}. No rule of this program looks at where a cell lies."
        else:
            says = (
                f"The outcome depends on {fault.where}: told apart by that, nothing contradicts itself. No rule of this program "
                "looks at where a cell lies."
            )
    elif fault.between:
        says = (
            f"The recordings follow different laws: all contradictions lie between {fault.where}. "
            f"Alone they say: {'; '.join(parts)}. Ask about each by itself."
        )
    elif fault.cause == "cut":
        says = (
            f"The law changes with time: all contradictions lie between {fault.where}. "
            f"The parts alone say: {'; '.join(parts)}. Cut the recording there and ask for each part."
        )
    elif fault.cause == "alternating":
        what = "Two laws take turns" if fault.parts == 2 else "Three laws take turns"
        says = f"{what}: all contradictions lie between {fault.where}. The parts alone say: {'; '.join(parts)}."
    elif fault.cause == "boundary":
        says = f"Windows that cross the edge follow another law than those inside. {cure_of_the_edge(case.recordings, case.space)}"
    else:
        cure = (
            "Cut the margin away"
            if fault.margin
            else "Mark these cells as missing (255), or cut them away"
            if fault.box is not None
            else "Leave these frames out, and pass what is before and after as recordings of their own"
        )
        inside = f" There alone: {parts[1]}." if fault.cause == "region" and not fault.margin else ""
        differing = _differing(case, tallies)
        lies = (
            f"{differing} there otherwise than elsewhere: {fault.where}"
            if fault.drifts
            else f"All contradictions lie in {fault.where}"
        )
        says = f"{lies}. Without it {parts[0]}.{inside} {cure}."
    named = _CHECKS.get(fault.cause, check)
    return Diagnosis(check, (Check(named, False, p_value(fault.log_e), says),))


def _differing(case: Case, tallies: np.ndarray) -> str:
    """The entry whose outcomes differ most between the first two parts, with its shares."""
    visits, alive = (np.stack([case.space.pool(part[which]) for part in tallies[:2]], -1) for which in (0, 1))
    entry = np.argmax(log_e_dependence(visits, alive))
    there, elsewhere = alive[entry, 1] / max(visits[entry, 1], 1), alive[entry, 0] / max(visits[entry, 0], 1)
    return f"{case.space.names[entry]} (alive {there:.2g}, elsewhere {elsewhere:.2g}) behaves"


def follows(case: Case, counts: WindowCounts) -> str:
    """Return what a part of the recording, or another reading of it, says by itself: its law, and how many entries it decides."""
    pooled = counts.pool(case.space)
    if case.space.ages and contradicted(pooled, case.space)[-1]:
        return "cells do not age as they must"
    weighing = weigh_counts(case, counts)
    state = State.of(weighing.evidence, decide(weighing.evidence, case.alpha, case.error))
    decisions = give_up_coins(case, state, pooled).decisions
    if (contradicted(pooled, case.space) & case.free).any() and "probabilistic" not in decisions:
        return "the rest contradicts itself in other ways"
    entries = tuple(EntryFinding.of(item, each) for item, each in zip(weighing.evidence, decisions, strict=True))
    law, decided = Law.of(case.space, entries).most_probable, sum(each != "undetermined" for each in decisions)
    named = [
        f"{item.name} with probability {item.probability:.2g}" for item in entries if item.decision == "probabilistic"
    ]
    if 2 * len(named) > len(entries):
        return f"{len(named)} of {len(entries)} entries still give both outcomes"
    chance = f", {worded_list(named)}" if named else ""
    return f"{shortened(_rounded(law))} explains everything ({decided} of {len(entries)} entries decided{chance})"


def _rounded(law: str) -> str:
    """The text of a law with its probabilities in three digits."""
    return re.sub(r"0\.\d{4,}", lambda number: f"{float(number[0]):.3g}", law)

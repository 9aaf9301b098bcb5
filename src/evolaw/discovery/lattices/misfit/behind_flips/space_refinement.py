"""Doubt of the space behind misread cells: weigh a wider space, and see whether it tears an entry apart.

Behind flips no single window can contradict an entry, so a space that is too narrow shows as chance: what is alive in one
arrangement and dead in another looks like a coin. Whenever an entry comes out probabilistic, the next wider space is weighed
as well. If windows of the entry are decided there and differ, no law of the narrow space fits, and the entry is in conflict;
an entry keeps its decision only if all its windows were decided alike.

A coin seen a few times in each of many windows shows some of them all alive and some all dead by chance. So an entry counts as torn only
where telling its windows apart pays: with theta its own probability and n the visits of each window or orbit,

    sum over those decided present of n log(1/theta) + sum over those absent of n log(1/(1 - theta))  >  log(3) for each seen + log(1/0.01)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolaw.discovery.lattices import selection
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.decisions import decide
from evolaw.discovery.spine.e_values import LEVEL, p_value, worded_list
from evolaw.discovery.spine.evidence import Check, Evidence

__all__ = ["Torn", "widen"]

_WHAT = {"outer-totalistic": ("totalistic", "arrangement"), "isotropic": ("symmetry D4", "orientation")}


@dataclass(frozen=True)
class Torn:
    """What a wider space did to a narrow one.

    Attributes:
        space: the wider space.
        chance: whether anything still looks like chance in it.
        check: the failed check, with the space to use.
        decisions: the decisions that are left, one an entry of the narrow space.
        reasons: why, where a decision was taken back; else empty.
    """

    space: RuleSpace
    chance: bool
    check: Check
    decisions: list[str]
    reasons: list[str]


def widen(case: Case, evidence: Sequence[Evidence], decisions: Sequence[str]) -> Torn | None:
    """Weigh wider spaces while entries look like chance; None when no entry is torn apart.

    Args:
        case: what was weighed, in the narrow space.
        evidence: its evidence.
        decisions: its decisions.
    """
    wider, chance = case.space.wider, "probabilistic" in decisions
    while wider is not None and chance:
        weighing = selection.weigh(case.within(wider))
        decided = decide(weighing.evidence, case.alpha, case.error, weighing.hypotheses)
        torn = _torn(case.space, wider, evidence, decisions, weighing.evidence, decided)
        if torn is not None:
            return torn
        wider, chance = wider.wider, "probabilistic" in decided
    return None


def _torn(
    space: RuleSpace,
    wider: RuleSpace,
    evidence: Sequence[Evidence],
    decisions: Sequence[str],
    found: Sequence[Evidence],
    decided: Sequence[str],
) -> Torn | None:
    inside = np.array([space.entry_of[wider.windows(place)[0]] for place in range(len(wider))])
    verdicts = [{decided[place] for place in np.flatnonzero(inside == entry).tolist()} for entry in range(len(space))]
    torn = [
        {"present", "absent"} <= verdict and _pays(evidence[entry], found, decided, inside == entry)
        for entry, verdict in enumerate(verdicts)
    ]
    if not any(torn):
        return None
    name, what = _WHAT[space.name] if wider is space.wider else _WHAT["isotropic"]
    weakest = [min(_strength(found, decided, inside == entry)) for entry in np.flatnonzero(torn)]
    says = (
        f"The outcome of {worded_list([space.names[entry] for entry in np.flatnonzero(torn)])} depends on the {what}, "
        f"which no {space.name} law does. Try --space {wider.name}."
    )
    kept, reasons = [], []
    for item, before, verdict, apart in zip(evidence, decisions, verdicts, torn, strict=True):
        same = item.basis == "known" or before == "undetermined" or verdict == {before}
        kept.append("conflict" if apart and item.basis != "known" else before if same else "undetermined")
        reasons.append("" if same and not apart else f"{item.why} The check of {name} failed: {says}")
    return Torn(wider, "probabilistic" in decided, Check(name, False, p_value(max(weakest)), says), kept, reasons)


def _pays(entry: Evidence, found: Sequence[Evidence], decided: Sequence[str], inside: np.ndarray) -> bool:
    """Whether windows told apart explain the visits better than one coin, the choices among them paid for."""
    theta = float(np.clip(0.5 if entry.probability is None else entry.probability, 0.01, 0.99))
    nats = {"present": -np.log(theta), "absent": -np.log1p(-theta)}
    places = np.flatnonzero(inside).tolist()
    gain = sum(found[place].visits * nats.get(decided[place], 0.0) for place in places)
    seen = sum(found[place].visits > 0 for place in places)
    return bool(gain > seen * np.log(3) - np.log(LEVEL))


def _strength(found: Sequence[Evidence], decided: Sequence[str], inside: np.ndarray) -> tuple[float, float]:
    """The strongest evidence for a present and for an absent window of one entry."""
    places = np.flatnonzero(inside).tolist()
    present = [found[place].log_e_present for place in places if decided[place] == "present"]
    absent = [found[place].log_e_absent for place in places if decided[place] == "absent"]
    return max(present), max(absent)

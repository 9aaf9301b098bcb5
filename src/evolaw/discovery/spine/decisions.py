"""Decisions at a declared error rate.

Each free entry has two null hypotheses, "absent" and "present", of which at most one is true. With the larger of its two
e-values an entry enters the e-BH procedure over the F free entries:

    k* = max { k : at least k entries have e >= F / (alpha k) },      an entry is settled when e >= F / (alpha k*)

The expected share of wrong decisions among all decisions is at most alpha under arbitrary dependence, whenever the recording
stopped and however the questions were chosen [wang2022]: only the e-value against the true null can mislead, and there is at
most one an entry. With ``error="fwer"`` the bar is F / alpha for each, and the chance of any wrong decision is at most alpha.

An entry both of whose nulls fall is probabilistic, or in conflict when the space itself is in doubt. A settled entry is still
left open while the posterior chance that the decision is wrong, coins included, exceeds alpha. What a world knows beyond the e-values,
such as coins that have not shown yet, is the affair of its `amendments`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evolaw import checks
from evolaw.discovery.spine.evidence import Evidence

__all__ = ["DECISIONS", "decide", "settled"]

DECISIONS = ("present", "absent", "probabilistic", "undetermined", "conflict")


def settled(log_e: np.ndarray, alpha: float, error: str = "fdr") -> np.ndarray:
    """Return which nulls fall: e-BH for "fdr", the e-value Bonferroni rule for "fwer".

    Args:
        log_e: natural logarithms of the e-values, shape (hypotheses,); infinities are allowed.
        alpha: error rate.
        error: "fdr" or "fwer".

    References:
        wang2022, section 4.

    Example:
        >>> settled(np.log([90.0, 45.0, 10.0, 1.0]), 0.05)
        array([ True,  True, False, False])
    """
    checks.one_of(error, "error", ("fdr", "fwer"))
    count = log_e.size
    if count == 0:
        return np.zeros(0, bool)
    # The bar is lowered by one rounding error, so that an e-value exactly on it counts in any base of the logarithm.
    bars = np.log(count / alpha) - np.log(np.arange(1, count + 1)) - 1e-12
    if error == "fwer":
        return log_e >= bars[0]
    enough = np.sort(log_e)[::-1] >= bars
    return log_e >= bars[np.flatnonzero(enough)[-1]] if enough.any() else np.zeros(count, bool)


def decide(evidence: Sequence[Evidence], alpha: float, error: str = "fdr", hypotheses: int | None = None) -> list[str]:
    """Return one of `DECISIONS` for every entry, in order.

    Args:
        evidence: one record an entry.
        alpha: error rate of the decisions.
        error: "fdr" (share of wrong decisions) or "fwer" (chance of any).
        hypotheses: how many hypotheses share the error rate, where they are not one an entry (`Weighing.hypotheses`); the bar
            is then hypotheses / alpha for each.

    Notes:
        A known entry is never changed: it is "conflict" if the evidence refutes it outright, else what it was given as.
        An entry without a visit is always undetermined.
    """
    alpha = checks.probability(alpha, "alpha")
    checks.require(0 < alpha < 1, "alpha", "lie between 0 and 1", alpha)
    free = [item for item in evidence if item.basis != "known"]
    strongest = np.array([max(item.log_e_present, item.log_e_absent) for item in free])
    fallen = settled(strongest, alpha, error) if hypotheses is None else strongest >= np.log(hypotheses / alpha) - 1e-9
    bar = np.min(strongest[fallen], initial=np.inf)
    tolerated = alpha / max(1, len(free)) if error == "fwer" else alpha
    return [_known(item) if item.basis == "known" else _free(item, bar, tolerated) for item in evidence]


def _known(item: Evidence) -> str:
    if max(item.log_e_present, item.log_e_absent) == np.inf:
        return "conflict"
    given = 1.0 if item.probability is None else item.probability
    return {0.0: "absent", 1.0: "present"}.get(given, "probabilistic")


def _free(item: Evidence, bar: float, tolerated: float) -> str:
    not_absent, not_present = item.log_e_present >= bar, item.log_e_absent >= bar
    if item.visits == 0 or not (not_absent or not_present):
        return "undetermined"
    if not_absent and not_present:
        return "probabilistic"
    if item.probability is not None:
        wrong = item.neither + (1 - item.probability if not_absent else item.probability)
        if wrong > tolerated:
            return "undetermined"
    return "present" if not_absent else "absent"

"""Counted evidence: complete, consecutive, error-free frames, where one look at every window says it all.

The sufficient statistic is, for every window w, how often it was seen (n_w) and how often the cell was alive one generation
later (k_w). Outcomes of different windows are independent given the windows, so the evidence is one line an entry.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln

from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.entry_posterior import Readings, confidence_interval, weigh_readings
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import WindowCounts
from evolaw.discovery.spine.evidence import Evidence, Weighing

__all__ = ["weigh", "weigh_counts"]


def weigh(case: Case) -> Weighing:
    """Weigh every entry by its own visits.

    log e against present = log B(k+1, n-k+1) if k = n, else +inf; against absent the same with k = 0.

    Args:
        case: clean, consecutive recordings.

    Notes:
        Cost: one look-up a cell and frame. Exact; nothing is approximated.
    """
    weighing = weigh_counts(case, case.window_counts)
    case.tell(1, 1, "windows counted")
    return weighing


def weigh_counts(case: Case, windows: WindowCounts) -> Weighing:
    """Weigh every entry by counts, those of the whole case or of a part of it."""
    space, known, free = case.space, case.known, case.free
    counts = windows.pool(space)
    if space.ages:
        free = free & (np.arange(len(space)) < len(space) - 1)
    readings = weigh_readings(counts.visits[free], counts.alive[free])
    orientations = space.pool((windows.visits > 0).astype(np.int64))
    place = np.cumsum(free) - 1
    evidence = [
        _cycle(space, int(counts.visits[entry]), int(counts.alive[entry]), known=bool(case.known[entry] == 1))
        if space.ages and entry == len(space) - 1
        else _free(space, entry, counts, int(orientations[entry]), readings, int(place[entry]), case.level)
        if free[entry]
        else _fixed(space, entry, counts, float(known[entry]))
        for entry in range(len(space))
    ]
    return Weighing(tuple(evidence), {"deterministic": readings.deterministic})


def _free(
    space: RuleSpace, entry: int, counts: WindowCounts, orientations: int, readings: Readings, place: int, level: float
) -> Evidence:
    n, k = int(counts.visits[entry]), int(counts.alive[entry])
    against_present = float(betaln(k + 1, n - k + 1)) if k == n else np.inf
    against_absent = float(betaln(k + 1, n - k + 1)) if k == 0 else np.inf
    return Evidence(
        entry=space.names[entry],
        basis="counted",
        visits=n,
        log_e_present=against_absent,
        log_e_absent=against_present,
        probability=float(np.clip(readings.alive[place], 0, 1)),
        interval=confidence_interval(n, k, level),
        why=_words(space, entry, n, k, orientations),
        neither=float(readings.probabilistic[place]),
    )


def _cycle(space: RuleSpace, visits: int, followed: int, *, known: bool) -> Evidence:
    """The evidence on the number of states: a clock, so that one cell seen to go around proves it, and one that cannot refutes it."""
    last, wrong = space.states - 1, visits - followed
    if wrong:
        why = f"{_times(wrong).capitalize()} a cell did not age as one of {space.states} states does."
    elif visits:
        why = f"Cells in state {last} were seen {_times(visits)}, dead afterwards every time; younger ones were one state older."
    else:
        why = f"No cell was seen to leave state {last}, the highest one, so there may be more states."
    against = np.inf if wrong else 0.0
    if known:
        return Evidence(space.names[-1], "known", visits, 0.0, against, 1.0, (1.0, 1.0), f"Given as known. {why}")
    proof = np.inf if visits else 0.0
    return Evidence(
        entry=space.names[-1],
        basis="counted",
        visits=visits,
        log_e_present=proof,
        log_e_absent=against if wrong else -proof,
        probability=0.5 if wrong or not visits else 1.0,
        interval=(0.0, 1.0) if wrong or not visits else (1.0, 1.0),
        why=why,
    )


def _fixed(space: RuleSpace, entry: int, counts: WindowCounts, value: float) -> Evidence:
    """A known entry: the recording may contradict it, outright when the value is 0 or 1."""
    n, k = int(counts.visits[entry]), int(counts.alive[entry])
    return Evidence(
        entry=space.names[entry],
        basis="known",
        visits=n,
        log_e_present=np.inf if value == 0 and k > 0 else 0.0,
        log_e_absent=np.inf if value == 1 and k < n else 0.0,
        probability=value,
        interval=(value, value),
        why=f"Given as known; seen {_times(n)}, alive afterwards {_times(k)}.",
    )


def _words(space: RuleSpace, entry: int, n: int, k: int, orientations: int) -> str:
    if n == 0:
        return "Never seen in the recording, so nothing is known about it."
    size = 1 if space.is_line else int(space.sizes[entry])
    seen = f"Seen {_times(n)}" + (f" in {orientations} of its {size} windows" if size > 1 else "")
    if 0 < k < n:
        return f"{seen}, alive afterwards {_times(k)} and dead {_times(n - k)}."
    return f"{seen}, {'alive' if k else 'dead'} afterwards every time."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")

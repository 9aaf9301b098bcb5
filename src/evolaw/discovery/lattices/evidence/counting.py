"""Counted evidence: complete, consecutive, error-free frames, where one look at every window says it all.

The sufficient statistic is, for every window w, how often it was seen (n_w) and how often the cell was alive one generation
later (k_w). Outcomes of different windows are independent given the windows, so the evidence is one line an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy.special import betaln

from evolaw.automata import stepping
from evolaw.discovery.lattices.model.entry_posterior import Readings, confidence_interval, weigh_readings
from evolaw.discovery.lattices.model.observation import Channel
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.discovery.spine.evidence import Evidence, Weighing
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["Tally", "tally", "weigh"]


@dataclass(frozen=True)
class Tally:
    """How often every window was seen, and how often it led to a living cell; arrays of shape (512,)."""

    visits: np.ndarray
    alive: np.ndarray

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.visits + other.visits, self.alive + other.alive)

    def pool(self, space: RuleSpace) -> Tally:
        """Return the same counts per entry of a space."""
        return Tally(space.pool(self.visits), space.pool(self.alive))

    @property
    def mixed(self) -> np.ndarray:
        """Where both outcomes were seen."""
        return (self.alive > 0) & (self.alive < self.visits)


def tally(recordings: Sequence[Trajectory]) -> Tally:
    """Count windows and what became of them, frame by frame to the next frame."""
    return reduce(Tally.__add__, map(_tally_one, recordings))


def _tally_one(recording: Trajectory) -> Tally:
    visits, alive = np.zeros(WINDOWS, np.int64), np.zeros(WINDOWS, np.int64)
    for before, after in zip(recording.values[:-1], recording.values[1:], strict=True):
        seen = stepping.windows(before, recording.boundary or "torus").ravel()
        visits += np.bincount(seen, minlength=WINDOWS)
        alive += np.bincount(seen[after.ravel() == 1], minlength=WINDOWS)
    return Tally(visits, alive)


def weigh(
    recordings: Sequence[Trajectory],
    space: RuleSpace,
    known: np.ndarray,
    channel: Channel,
    *,
    alpha: float,
    rng: Source,
    progress: Callable[[int, int, str], None] | None = None,
) -> Weighing:
    """Weigh every entry by its own visits.

    log e against present = log B(k+1, n-k+1) if k = n, else +inf; against absent the same with k = 0.

    Args:
        recordings: clean, consecutive trajectories with axes ("times", "rows", "cols").
        space: rule space.
        known: one number an entry, NaN where free.
        channel: must be clean; it is here because every kind of evidence takes one.
        alpha: error rate of the intervals, shared among the free entries.
        rng: unused, no chance enters.
        progress: called with (done, total, words).

    Notes:
        Cost: one look-up a cell and frame. Exact; nothing is approximated.
    """
    windows = tally(recordings)
    counts = windows.pool(space)
    free = np.isnan(known)
    readings = weigh_readings(counts.visits[free], counts.alive[free])
    level = alpha / max(1, int(free.sum()))
    orientations = space.pool((windows.visits > 0).astype(np.int64))
    place = np.cumsum(free) - 1
    evidence = [
        _free(space, entry, counts, int(orientations[entry]), readings, int(place[entry]), level)
        if free[entry]
        else _fixed(space, entry, counts, float(known[entry]))
        for entry in range(len(space))
    ]
    if progress is not None:
        progress(1, 1, "windows counted")
    return Weighing(tuple(evidence), {"deterministic": readings.deterministic})


def _free(
    space: RuleSpace, entry: int, counts: Tally, orientations: int, readings: Readings, place: int, level: float
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


def _fixed(space: RuleSpace, entry: int, counts: Tally, value: float) -> Evidence:
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
    size = int(space.sizes[entry])
    seen = f"Seen {_times(n)}" + (f" in {orientations} of its {size} windows" if size > 1 else "")
    if 0 < k < n:
        return f"{seen}, alive afterwards {_times(k)} and dead {_times(n - k)}."
    return f"{seen}, {'alive' if k else 'dead'} afterwards every time."


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")

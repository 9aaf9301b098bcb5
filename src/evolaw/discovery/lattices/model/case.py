"""A case: what is weighed, in one record, with what is counted once.

Every kind of evidence is a function ``weigh(case) -> Weighing`` of this record and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from evolaw.discovery.lattices.model.observation import CLEAN, Channel
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import CUTOUT, WindowCounts, count_windows
from evolaw.display import Progress
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["CHANCE", "Case", "Progress", "Simulator"]

CHANCE = 0.01
"""The least probability of the rarer side of a coin, unless another is declared; what is nearer to certainty counts as certain."""

Simulator = Callable[[Sequence[Trajectory], str, np.ndarray, Source], "np.ndarray | str | None"]
"""(recordings, space, known entries with NaN where open, seed) -> probabilities of life by window, shape (members, 512); or, if it
has nothing to propose, a sentence that says why, or None."""


@dataclass(frozen=True, eq=False)
class Case:
    """Recordings of one automaton and the terms on which they are weighed.

    Attributes:
        recordings: trajectories with axes ("times", "rows", "cols") and a boundary, times in generations; 255 marks a missing cell.
        space: rule space.
        known: one number an entry, NaN where it is free, shape (entries,) (`RuleSpace.known`).
        channel: how the recordings were taken.
        alpha: declared error rate; that of intervals is shared among the free entries.
        error: "fdr" or "fwer".
        rng: seed of all chance.
        progress: called with (done, total, words); None for silence.
        evidence: "auto", the cheapest that suffices, or "rollout".
        simulator: proposes laws for rollouts; None draws them blindly.
        chance: the least probability of the rarer side of a coin, against which the error rate is held; 0 declares the law deterministic.
    """

    recordings: Sequence[Trajectory]
    space: RuleSpace
    known: np.ndarray
    channel: Channel = CLEAN
    alpha: float = 0.05
    error: str = "fdr"
    rng: Source = field(default_factory=lambda: Source(0))
    progress: Progress | None = None
    evidence: str = "auto"
    simulator: Simulator | None = None
    chance: float = CHANCE

    @cached_property
    def window_counts(self) -> WindowCounts:
        """Windows and what became of them over all recordings, counted once."""
        return count_windows(self.recordings)

    @cached_property
    def counts(self) -> WindowCounts:
        """The same per entry of the space."""
        return self.window_counts.pool(self.space)

    @cached_property
    def interior(self) -> WindowCounts:
        """Windows that do not cross the edge of a board, and what became of them."""
        return count_windows([replace(recording, boundary=CUTOUT) for recording in self.recordings])

    @property
    def free(self) -> np.ndarray:
        """Which entries are not known, shape (entries,)."""
        return np.isnan(self.known)

    @property
    def level(self) -> float:
        """Error rate of the interval of one entry: alpha shared among the free entries."""
        return self.alpha / max(1, int(self.free.sum()))

    def within(self, space: RuleSpace) -> Case:
        """Return the same case in a wider space; what is known stays known, for each of its windows."""
        narrow = self.space.entry_of[[space.windows(place)[0] for place in range(len(space))]]
        return replace(self, space=space, known=self.known[narrow])

    def tell(self, done: int, total: int, words: str) -> None:
        """Report progress, if anybody listens."""
        if self.progress is not None:
            self.progress(done, total, words)

"""Laws to start a search from: drawn blindly, or as a simulator trained on the recording thinks likely.

A simulator gives each open entry a probability, the known entries held fixed. Half of the starts are its own laws, hardened, the
others are drawn by its probabilities. Without one every value is as likely as the other. A simulator may have nothing to
propose, and then says why; that goes into the finding, never past the user.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.discovery.lattices.model.rule_space import WINDOWS, RuleSpace
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["Proposals", "Simulator"]

Simulator = Callable[[Sequence[Trajectory], str, np.ndarray, Source], "np.ndarray | str | None"]
"""(recordings, space, known entries with NaN where open, seed) -> probabilities of life by window, shape (members, 512); or, if it
has nothing to propose, a sentence that says why, or None. `evolaw.learning.orbit_simulator` is one."""


@dataclass(eq=False)
class Proposals:
    """Where the laws of a search come from.

    Attributes:
        recordings: trajectories whose times are generations.
        space: rule space.
        known: 0 or 1 for a known entry, NaN for an open one, shape (entries,).
        simulator: asked from the second round on.
        rng: seed.
        asked: how often the simulator proposed laws.
        refused: why it had nothing to propose, the last time it had not.
    """

    recordings: Sequence[Trajectory]
    space: RuleSpace
    known: np.ndarray
    simulator: Simulator | None
    rng: Source
    asked: int = 0
    refused: str = field(default="", init=False)

    def draw(self, number: int, starts: int) -> np.ndarray:
        """Return the laws of round ``number``, from 0, shape (starts, entries)."""
        tables = None if self.simulator is None or not number else self._ask(self.simulator, number)
        chance = self.rng.stream(f"proposals {number}").generator()
        likely = np.full((starts, len(self.space)), 0.5)
        if tables is not None:
            members = np.stack([self.space.pool(table) / self.space.sizes for table in tables])
            likely = np.resize(members, likely.shape)
        drawn = chance.random(likely.shape) < likely
        if tables is not None:
            own = min(len(tables), starts // 2)
            drawn[:own] = likely[:own] > 0.5
        return np.where(np.isnan(self.known), drawn, self.known).astype(np.uint8)

    @property
    def facts(self) -> dict[str, Any]:
        """What a finding must tell of the simulator, JSON values."""
        told = {"simulator_asked": self.asked}
        return told | {"simulator_refused": self.refused} if self.refused else told

    def _ask(self, simulator: Simulator, number: int) -> np.ndarray | None:
        seed = Source(self.rng.stream(f"simulator {number}").key[0])
        answer = simulator(self.recordings, self.space.name, self.known, seed)
        if answer is None or isinstance(answer, str):
            self.refused = answer or "The simulator had nothing to propose, so laws were drawn blindly."
            return None
        checks.shape(answer, "simulator", ("members", WINDOWS))
        self.asked += 1
        return np.asarray(answer, float)

"""Laws to start a search from: drawn blindly, or as a simulator trained on the recording thinks likely.

A simulator gives each open entry a probability, the known entries held fixed. Half of the starts are its own laws, hardened, the
others are drawn by its probabilities. Without one every value is as likely as the other. A simulator may have nothing to
propose, and then says why; that goes into the finding, never past the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evolaw import checks
from evolaw.discovery.lattices.model.case import Case, Simulator
from evolaw.discovery.lattices.model.rule_space import WINDOWS
from evolaw.discovery.spine.facts import Facts
from evolaw.errors import ArgumentError, MissingExtra
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["Proposals", "propose_by_network"]


def propose_by_network(
    recordings: Sequence[Trajectory], space: str, known: np.ndarray, rng: Source
) -> np.ndarray | str:
    """Train a network on the recording and return what it proposes; or say why there is none.

    This is the one way from discovery to learning: `orbit_simulator` of the extra ``learn``, for Python and the command line alike.
    """
    try:
        from evolaw.learning.windows.orbit_tables import orbit_simulator

        return orbit_simulator(recordings, space, known, rng)
    except (ArgumentError, MissingExtra) as error:
        return f"No network proposed laws, so they were drawn blindly: {error}"


@dataclass(eq=False)
class Proposals:
    """Where the laws of a search come from.

    Attributes:
        case: what is weighed; its simulator is asked from the second round on.
        asked: how often the simulator proposed laws.
        refused: why it had nothing to propose, the last time it had not.
    """

    case: Case
    asked: int = 0
    refused: str = field(default="", init=False)

    def draw(self, number: int, starts: int) -> np.ndarray:
        """Return the laws of round ``number``, from 0, shape (starts, entries)."""
        case, simulator = self.case, self.case.simulator
        tables = None if simulator is None or not number else self._ask(simulator, number)
        chance = case.rng.stream(f"proposals {number}").generator()
        likely = np.full((starts, len(case.space)), 0.5)
        if tables is not None:
            members = np.stack([case.space.pool(table) / case.space.sizes for table in tables])
            likely = np.resize(members, likely.shape)
        drawn = chance.random(likely.shape) < likely
        if tables is not None:
            own = min(len(tables), starts // 2)
            drawn[:own] = likely[:own] > 0.5
        return np.where(case.free, drawn, case.known).astype(np.uint8)

    @property
    def facts(self) -> Facts:
        """What a finding must tell of the simulator."""
        told: Facts = {"simulator_asked": self.asked}
        if self.refused:
            told["simulator_refused"] = self.refused
        return told

    def _ask(self, simulator: Simulator, number: int) -> np.ndarray | None:
        seed = Source(self.case.rng.stream(f"simulator {number}").key[0])
        answer = simulator(self.case.recordings, self.case.space.name, self.case.known, seed)
        if answer is None or isinstance(answer, str):
            self.refused = answer or "The simulator had nothing to propose, so laws were drawn blindly."
            return None
        checks.shape(answer, "simulator", ("members", WINDOWS))
        self.asked += 1
        return np.asarray(answer, float)

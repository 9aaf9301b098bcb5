"""A learned law set beside the truth: rolled out from the same boards, and compared in its statistics.

Cell by cell a law with one wrong window departs from the truth as damage spreads; its statistics may stay those of the truth for
ever. Both are worth knowing, and neither stands for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, display
from evolaw.analysis.comparison import Comparison, compare
from evolaw.analysis.estimates import Estimate
from evolaw.analysis.evolution import density
from evolaw.automata import evolution
from evolaw.automata.rules.rule import Rule
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.randomness import Source, source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["Beside", "rollout_error", "rollout_statistics", "rollouts"]


@told
def rollout_error(law: LearnedLaw, truth: Rule | str, starts: Any, steps: int, *, rng: Any = None) -> np.ndarray:
    """Return the share of cells where the rolled-out law differs from the truth, by network and time.

    Args:
        law: the learned law, hard.
        truth: the true rule.
        starts: boards, shape (boards, rows, cols) or (rows, cols).
        steps: generations.
        rng: for probabilistic truths.

    Returns:
        Shape (members, steps + 1); the first column is zero.
    """
    true = evolution.evolve(truth, starts, steps, rng=rng).frames
    rolled = [law.evolve(starts, steps, member=member).frames for member in range(len(law))]
    return np.stack([(found != true).reshape(steps + 1, -1).mean(1) for found in rolled])


@told
def rollouts(
    law: LearnedLaw,
    truth: Rule | str,
    starts: Any,
    steps: int,
    *,
    member: int | None = None,
    hard: bool = True,
    rng: Any,
) -> tuple[Trajectory, Trajectory]:
    """Roll out the law from one half of the boards and the truth from the other: two independent ensembles.

    Args:
        law: the learned law.
        truth: the true rule.
        starts: independent boards, shape (boards, rows, cols), at least four.
        steps: generations.
        member, hard: as in `LearnedLaw.rule`.
        rng: of whichever of the two is a law of chance.
    """
    boards = checks.shape(starts, "starts", ("boards", "rows", "cols"))
    checks.require(len(boards) >= 4, "starts", "hold at least four boards, two for each law", f"{len(boards)} boards")
    half, seeded = len(boards) // 2, source(rng)
    seeds = [Source(seeded.stream(name).key[0]) for name in ("law", "truth")]
    learned = law.evolve(boards[:half], steps, member=member, hard=hard, rng=seeds[0])
    return learned, evolution.evolve(truth, boards[half:], steps, rng=seeds[1])


@told
def rollout_statistics(
    law: LearnedLaw,
    truth: Rule | str,
    starts: Any,
    steps: int,
    *,
    member: int | None = None,
    hard: bool = True,
    permutations: int = 999,
    rng: Any,
) -> Comparison:
    """Compare density, activity, blocks and clusters over time of law and truth by permutation tests.

    Args:
        law, truth, starts, steps, member, hard: as in `rollouts`.
        permutations: random permutations a statistic.
        rng: of the permutations, and of laws of chance.

    Returns:
        A difference a statistic. If law and truth are the same law, the smallest adjusted p-value is at most alpha with a
        probability of at most alpha.

    Example:
        >>> from evolaw.learning.windows.cnn import Cnn, read_logits
        >>> law = LearnedLaw(read_logits(Cnn.life())[None], None, ((),), (Cnn.life(),))
        >>> starts = source(1).stream("start").chance(0, (16, 16, 16), 0.4).astype(np.uint8)
        >>> rollout_statistics(law, "B36/S23", starts, 8, permutations=99, rng=0).smallest > 0.01
        True
    """
    seeded = source(rng)
    learned, true = rollouts(law, truth, starts, steps, member=member, hard=hard, rng=seeded)
    return compare(learned, true, permutations=permutations, rng=Source(seeded.stream("permutations").key[0]))


@dataclass(frozen=True, eq=False)
class Beside:
    """Law and truth side by side: what a report shows of the two.

    Attributes:
        error: share of wrong cells by network and time from the same boards, shape (members, steps + 1).
        densities: density over time of the law and of the truth, from independent boards.
        comparison: permutation tests of four statistics over time.
        boards: boards each of the two was rolled out from.
    """

    error: np.ndarray
    densities: tuple[Estimate, Estimate]
    comparison: Comparison
    boards: int

    @classmethod
    def of(cls, law: LearnedLaw, truth: Rule | str, starts: Any, steps: int, *, rng: Any) -> Beside:
        """Roll out both from ``starts``; the arguments are those of `rollout_statistics`."""
        learned, true = rollouts(law, truth, starts, steps, rng=rng)
        comparison = compare(learned, true, rng=Source(source(rng).stream("permutations").key[0]))
        error = rollout_error(law, truth, starts, steps, rng=rng)
        return cls(error, (density(learned), density(true)), comparison, learned.repetitions)

    def __repr__(self) -> str:
        facts = [
            ("boards", f"{self.boards} for each, {self.error.shape[1] - 1} generations"),
            ("wrong cells at the end", ", ".join(f"{share:.3g}" for share in self.error[:8, -1])),
            ("smallest adjusted p", f"{self.comparison.smallest:.3g}"),
        ]
        return display.lines("Beside the truth", facts)

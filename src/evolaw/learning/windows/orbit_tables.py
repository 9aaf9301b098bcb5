"""Networks trained on a recording with known entries held fixed: simulators for discovery by rollout.

The orbit table is the most expressive equivariant step there is. Its open logits are learned through the skipped generations of
the recording; its known ones are constants, in training as in use, so that what is known is never traded for a better fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.rules.rule import entries
from evolaw.learning.windows.datasets import board_pairs, window_pairs
from evolaw.learning.windows.equivariant import OrbitTable
from evolaw.learning.windows.learned_law import fit
from evolaw.learning.windows.objective import Schedule
from evolaw.randomness import Source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["HeldTable", "orbit_simulator"]

_SURE = 12.0
_SPREAD = 0.5
_FILLINGS = 4


class HeldTable(OrbitTable):
    """An orbit table in which known entries are held fixed.

    Attributes:
        held: logit of each known entry, None where it is open and learned.
    """

    held: tuple[float | None, ...] = eqx.field(static=True)

    @classmethod
    def random(cls, known: np.ndarray, space: str, *, rng: Source) -> HeldTable:
        """Draw the open logits from N(0, 1/4).

        Args:
            known: probability of each known entry, NaN where open, shape (entries,).
            space: rule space.
            rng: seed.

        Example:
            >>> table = HeldTable.random(np.array([1.0] + [np.nan] * 17), "outer-totalistic", rng=Source(0))
            >>> float(jax.nn.sigmoid(table.window_logits()[0])) > 0.9999
            True
        """
        given = checks.shape(known, "known", (len(entries(space)),))
        drawn = rng.stream("open logits").generator().normal(0, _SPREAD, len(given))
        bound = np.clip(given, 1 / (1 + np.exp(_SURE)), 1 / (1 + np.exp(-_SURE)))
        logits = np.log(bound) - np.log1p(-bound)
        held = tuple(None if np.isnan(value) else float(value) for value in logits)
        return cls(jnp.asarray(drawn, jnp.float32), space, held)

    def window_logits(self) -> jax.Array:
        """Return the logit of each window, held ones as they were given, shape (512,)."""
        is_open = np.array([value is None for value in self.held])
        fixed = np.array([value or 0.0 for value in self.held], np.float32)
        return OrbitTable(jnp.where(is_open, self.logits, fixed), self.space).window_logits()

    def __str__(self) -> str:
        return f"HeldTable({self.space}, {sum(value is not None for value in self.held)} entries held)"


@told
def orbit_simulator(
    recordings: Sequence[Trajectory],
    space: str,
    known: np.ndarray,
    rng: Source,
    *,
    members: int = 2,
    epochs: int = 60,
) -> np.ndarray:
    """Train an ensemble of orbit tables on recordings, given what is known; a ``simulator`` for `evolaw.discovery.discover`.

    Args:
        recordings: trajectories whose times are generations, equally spaced; on a torus where generations are skipped. Misread
            cells are learned as they were read.
        space: rule space.
        known: probability of each known entry, NaN where open, shape (entries,).
        rng: seed.
        members: tables trained, each from other open logits.
        epochs: passes over the recordings.

    Returns:
        Probabilities of life by window, shape (members, 512); known entries have their known probability.

    Raises:
        ArgumentError: the recordings cannot be learned from; see `window_pairs` and `board_pairs`.

    Notes:
        Every generation seen, only complete windows are learned from. Where generations are skipped and cells are missing, these
        are drawn with the density of their frame, four times over: the tables come out less sure of themselves, which is right
        for proposals. Cost: epochs x 8 gradient steps a member, each through the skipped generations of an eighth of the boards.
    """
    gaps = {int(gap) for recording in recordings for gap in np.unique(np.diff(recording.times))}
    checks.require(len(gaps) == 1, "recordings", "have equal gaps between times", sorted(gaps))
    every = gaps.pop()
    pairs = window_pairs(recordings) if every == 1 else board_pairs(_filled(recordings, rng), every)
    schedule = Schedule(epochs=epochs, batches=8, learning_rate=0.1)
    seeds = [Source(rng.stream(f"member {number}").key[0]) for number in range(members)]
    tables = [HeldTable.random(known, space, rng=seed) for seed in seeds]
    law = fit(tables, pairs, schedule=schedule, chance=True, rng=rng)
    chances = np.asarray(1 / (1 + np.exp(-np.asarray(law.logits, float))))
    for windows, value in zip(entries(space).values(), known, strict=True):
        if not np.isnan(value):
            chances[:, windows] = value
    return chances


def _filled(recordings: Sequence[Trajectory], rng: Source) -> list[Trajectory]:
    """Recordings without missing cells: complete ones as they are, others several times with drawn cells in the gaps."""
    filled: list[Trajectory] = []
    for number, recording in enumerate(recordings):
        hidden = recording.values == MISSING
        if not hidden.any():
            filled.append(recording)
            continue
        alive, seen = (recording.values == 1).sum((-2, -1)), (~hidden).sum((-2, -1))
        density = np.divide(alive, seen, out=np.full(seen.shape, 0.5), where=seen > 0)[..., None, None]
        chance = rng.stream(f"missing cells of recording {number}").generator()
        for _ in range(_FILLINGS):
            drawn = (chance.random(hidden.shape) < density).astype(np.uint8)
            filled.append(replace(recording, values=np.where(hidden, drawn, recording.values)))
    return filled

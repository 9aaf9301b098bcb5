"""Were generations skipped? An isotropic law is learned through two and three unseen generations, and tried on every frame.

Laws that count are searched exhaustively (`exhaustive`); the 2^102 isotropic ones are not. A few orbit tables descend the
likelihood through the unseen generations (`learning.windows.orbit_tables`), each is read out as a rule, and the rule is run from
every frame to the next. One that is never wrong explains the recording: all 2^102 laws, for either gap, betting with equal stakes give

    e >= 2^-103 / max_theta prod_windows theta^k (1 - theta)^(n - k)

against every law of 3x3 windows that takes one generation a frame. Failing to find one says nothing: of ten lively random laws
all were found behind two generations, four behind three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.model.window_counts import WindowCounts, edge_of, log_best
from evolaw.discovery.spine.e_values import LEVEL
from evolaw.errors import MissingExtra
from evolaw.randomness import Source
from evolaw.trajectory import Trajectory

__all__ = ["SkippedLaw", "looks_scrambled", "skipped_law"]

_ENTRIES = 102
_SCRAMBLED = 0.3
_MOST_CELLS = 2**15
_MEMBERS, _EPOCHS = 4, 40


@dataclass(frozen=True)
class SkippedLaw:
    """A law that, taken several times a frame, is never wrong.

    Attributes:
        every: generations a frame.
        law: the law.
        log_e: log e-value against every law of 3x3 windows that takes one generation a frame.
    """

    every: int
    law: str
    log_e: float


def looks_scrambled(windows: WindowCounts) -> bool:
    """Return whether even the best 3x3 table misses more than 0.3 nats a cell, as behind skipped generations of lively laws."""
    return -log_best(windows) > _SCRAMBLED * max(1, int(windows.visits.sum()))


def skipped_law(recordings: Sequence[Trajectory], windows: WindowCounts, rng: Source) -> SkippedLaw | None:
    """Learn an isotropic law that explains clean recordings on a torus by two or three generations a frame.

    Args:
        recordings: clean trajectories, equally spaced.
        windows: their tally.
        rng: seed of the tables.

    Returns:
        None where none was found, where a board has other edges than a torus or more than 2^14 cells, and where the extra
        ``learn`` is not installed.

    Notes:
        Learned from at most 2^15 cells: about three seconds for each of two and three generations. Tried on all frames.
    """
    log_e = -(_ENTRIES + 1) * np.log(2) - log_best(windows)
    cells = recordings[0].values[0].size
    torus = all(edge_of(recording) == "torus" for recording in recordings)
    if log_e < -np.log(LEVEL) or not torus or cells > _MOST_CELLS // 2:
        return None
    try:
        from evolaw.learning.windows.orbit_tables import orbit_simulator
    except MissingExtra:  # the check of the neighbourhood, which follows, says that it is missing
        return None

    seen = recordings[0].values[: max(2, _MOST_CELLS // cells)]
    for every in (2, 3):
        spaced = replace(recordings[0], values=seen, times=np.arange(len(seen)) * every)
        free = np.full(_ENTRIES, np.nan)
        stream = Source(rng.stream(f"every {every}").key[0])
        tables = orbit_simulator([spaced], "isotropic", free, stream, members=_MEMBERS, epochs=_EPOCHS)
        for table in tables:
            law = Rule.from_table((table > 0.5).astype(np.uint8))
            if _explains(law, recordings, every):
                return SkippedLaw(every, str(law), float(log_e))
    return None


def _explains(law: Rule, recordings: Sequence[Trajectory], every: int) -> bool:
    for recording in recordings:
        for before, after in zip(recording.values[:-1], recording.values[1:], strict=True):
            if not np.array_equal(evolve(law, before, every).final, after):
                return False
    return True

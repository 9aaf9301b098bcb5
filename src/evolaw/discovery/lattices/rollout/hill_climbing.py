"""Searching laws by what they forecast: uphill from many starts, every open entry tried present and absent in every move.

A move flips the entry whose flip raises log f most (`ensemble_forecast`), together with half, a quarter, … of the others that raise it by
themselves, where that raises it more. A summit is a law that no flip of one entry improves. From there every pair of flips is
tried as well: two entries can make up for each other, and the best law with one entry flipped, alone or with a partner, is that
entry's *rival*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from evolaw.discovery.lattices.rollout.ensemble_forecast import Ensemble

__all__ = ["Ascent", "Summit"]

_MOVES = 60
_PARTNERS = 128

Tell = Callable[[int], None]


@dataclass(frozen=True, eq=False)
class Summit:
    """Where a search ended.

    Attributes:
        law: entry values 0 and 1, shape (entries,).
        score: its log f.
        losses: what log f loses when one open entry is flipped, shape (open entries,).
    """

    law: np.ndarray
    score: float
    losses: np.ndarray


@dataclass(eq=False)
class Ascent:
    """Searches over the open entries of one ensemble.

    Attributes:
        ensemble: scores laws.
        free: indices of the open entries.
        tried: laws scored so far.
    """

    ensemble: Ensemble
    free: np.ndarray
    tried: int = 0

    def climb(self, start: np.ndarray) -> Summit:
        """Go uphill from a law until no flip of one entry raises log f, at most 60 moves."""
        law = np.asarray(start, np.uint8)
        score = float(self._score(law[None])[0])
        for _ in range(_MOVES):
            gains = self._score(self._flipped(law, self.free[:, None])) - score
            upward = np.argsort(-gains, kind="stable")[: int((gains > 0).sum())]
            if not upward.size:
                break
            sizes = sorted({1, *(len(upward) >> halving for halving in range(len(upward).bit_length()))})
            steps = np.stack([self._flipped(law, self.free[upward[:size]][None])[0] for size in sizes])
            scores = self._score(steps)
            law, score = steps[scores.argmax()], float(scores.max())
        return Summit(law, score, -gains)

    def rivals(self, summit: Summit, tell: Tell | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return, for each open entry, the best law found with that entry flipped, and its score.

        All partners of an entry are tried, or the 128 whose own flip costs least.

        Returns:
            Shapes (open entries, entries) and (open entries,). A rival may score more than the summit.
        """
        laws = self._flipped(summit.law, self.free[:, None])
        scores = summit.score - summit.losses
        partners = np.argsort(summit.losses, kind="stable")[:_PARTNERS]
        for place, entry in enumerate(self.free):
            others = self.free[partners[partners != place]]
            if not others.size:
                continue
            pairs = self._flipped(summit.law, np.stack([np.full(len(others), entry), others], 1))
            found = self._score(pairs)
            if found.max() > scores[place]:
                laws[place], scores[place] = pairs[found.argmax()], found.max()
            if tell is not None:
                tell(place)
        return laws, scores

    def _score(self, laws: np.ndarray) -> np.ndarray:
        self.tried += len(laws)
        return self.ensemble.score(laws)

    def _flipped(self, law: np.ndarray, entries: np.ndarray) -> np.ndarray:
        """The law with some entries flipped, one law a row of ``entries``."""
        laws = np.tile(law, (len(entries), 1))
        laws[np.arange(len(entries))[:, None], entries] ^= 1
        return laws

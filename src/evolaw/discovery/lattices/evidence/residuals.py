"""Where and when do the inferred misreadings lie? Behind flips, what a law cannot explain is explained by misread cells.

Under the right law and channel every cell is misread with eps, wherever and whenever it was read. So in any region R chosen before

    z_R = [ sum over R of P(misread | readings) - eps n_R ] / sqrt(eps (1 - eps) n_R + 1/2)

is about standard normal, or narrower, because what was inferred varies less than what happened. A wrong edge shows on the rim, a bad
place in its rows or columns, a bad time in its frames.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr

from evolaw.discovery.lattices.evidence.belief_propagation import Smoother

__all__ = ["BANDS", "residual_scores", "worst_residual"]

BANDS = 4
"""Rows, columns and frames are looked at in so many bands each."""


def residual_scores(smoothers: Sequence[Smoother], shapes: Sequence[tuple[int, int]]) -> dict[str, float]:
    """Return z of the rim and of bands of rows, columns and frames, summed over the recordings.

    Args:
        smoothers: beliefs about the true cells, one a recording.
        shapes: rows and columns of each.
    """
    excess: dict[str, float] = {}
    variance: dict[str, float] = {}
    for smoother, (rows, cols) in zip(smoothers, shapes, strict=True):
        chance, seen = smoother.misread()
        frames = len(chance)
        chance, seen = chance.reshape(frames, rows, cols), seen.reshape(frames, rows, cols)
        more, eps = np.where(seen, chance - smoother.flips, 0.0), smoother.flips
        for name, where in _regions(frames, rows, cols):
            excess[name] = excess.get(name, 0.0) + float(more[where].sum())
            variance[name] = variance.get(name, 0.5) + eps * (1 - eps) * int(seen[where].sum())
    return {name: excess[name] / float(np.sqrt(variance[name])) for name in excess}


def worst_residual(scores: dict[str, float]) -> tuple[str, float]:
    """Return the name of the largest |z| and its two-sided p-value, times the number of regions looked at."""
    name = max(scores, key=lambda each: abs(scores[each]))
    return name, float(min(1.0, 2 * ndtr(-abs(scores[name])) * len(scores)))


def _regions(frames: int, rows: int, cols: int) -> list[tuple[str, tuple[slice | np.ndarray, ...]]]:
    everywhere = slice(None)
    rim = np.ones((rows, cols), bool)
    rim[1:-1, 1:-1] = False
    found: list[tuple[str, tuple[slice | np.ndarray, ...]]] = [("rim", (everywhere, rim))]
    for place, (name, size) in enumerate((("frames", frames), ("rows", rows), ("columns", cols))):
        for band in range(BANDS):
            part = slice(band * size // BANDS, (band + 1) * size // BANDS)
            if part.start < part.stop:
                found.append((f"{name} {part.start} to {part.stop - 1}", (everywhere,) * place + (part,)))
    return found

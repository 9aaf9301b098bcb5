"""From nats of a density to bits per dimension of levels.

K levels spread over an interval of length L are bins of width L/K. A density p of dequantised values gives each the probability
p (L/K)^d at least on average, so that

    bits per dimension = -log2 p / d + log2(K/L)

256 levels on [-1, 1] add 7 bits, on [0, 1] 8; 17 levels on [-1, 1] add log2(8.5) = 3.087; 2 levels on [-1, 1] add nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.told import told

__all__ = ["bits_per_dim", "dequantised"]


@told
def bits_per_dim(values: Any, dim: int, levels: int, *, low: float = -1.0, high: float = 1.0) -> np.ndarray:
    """Return -log2 p / d + log2(K/L) for log-densities in nats.

    Args:
        values: log-densities of dequantised data, any shape.
        dim: d.
        levels: K.
        low, high: ends of the interval that the levels fill.

    Example:
        >>> bits_per_dim([0.0], 3, 256).tolist(), bits_per_dim([0.0], 3, 256, low=0.0).tolist()
        ([7.0], [8.0])
    """
    dim, levels = checks.integer(dim, "dim", least=1), checks.integer(levels, "levels", least=2)
    length = checks.number(high, "high") - checks.number(low, "low")
    checks.require(length > 0, "high", f"be above low = {low}", high)
    return np.asarray(values, float) / (-dim * math.log(2)) + math.log2(levels / length)


@told
def dequantised(whole: Any, levels: int, *, rng: Any, low: float = -1.0, high: float = 1.0) -> np.ndarray:
    """Return low + (k + u) L/K with u uniform in [0, 1), for levels k = 0 … K - 1.

    Notes:
        A density of values that were not dequantised may be as high as one likes, and bits per dimension negative.

    Example:
        >>> spread = dequantised([0, 1], 2, rng=0)
        >>> bool(-1 <= spread[0] < 0 <= spread[1] < 1)
        True
    """
    levels = checks.integer(levels, "levels", least=2)
    whole = np.asarray(whole)
    good = whole.size > 0 and bool((whole == np.round(whole)).all() and whole.min() >= 0 and whole.max() < levels)
    checks.require(good, "whole", f"hold whole numbers from 0 to {levels - 1}", "another number")
    uniform = randomness.source(rng).stream("dequantisation").generator().random(whole.shape)
    return np.asarray(low + (whole + uniform) * ((high - low) / levels))

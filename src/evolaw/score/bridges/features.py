"""Features of states, on which drifts are regressed: the numbers themselves, and waves for what is no straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import namespace
from evolaw.told import told

__all__ = ["Features", "affine_features", "fourier_features"]


@dataclass(frozen=True, eq=False)
class Features:
    """φ(x) = (1, (x - center)/scale, √2 cos(Ω (x - center)/scale + phase)), without the last part where Ω is None.

    Attributes:
        center, scale: shape (d,).
        frequencies, phases: Ω, shape (number, d), and shape (number,); None for affine features.
    """

    center: Any
    scale: Any
    frequencies: Any = None
    phases: Any = None

    def __call__(self, x: Any) -> Any:
        """Return the features of states of shape (count, d), shape (count, features)."""
        xp = namespace(x, self.center)
        y = (x - self.center) / self.scale
        parts = [xp.ones((len(x), 1), dtype=y.dtype), y]
        if self.frequencies is not None:
            parts.append(xp.sqrt(2.0) * xp.cos(y @ self.frequencies.T + self.phases))
        return xp.concatenate(parts, axis=1)

    @property
    def arrays(self) -> tuple[Any, ...]:
        """The arrays, without those that are None."""
        return tuple(part for part in (self.center, self.scale, self.frequencies, self.phases) if part is not None)


@told
def affine_features(x: Any) -> Features:
    """Return φ = (1, x), centred and scaled by data of shape (count, d)."""
    x = checks.finite(checks.shape(x, "x", ("count", "d")), "x").astype(float)
    return Features(x.mean(0), np.maximum(x.std(0), 1e-12))


@told
def fourier_features(x: Any, number: int = 200, *, rng: Any, width: float = 1.0) -> Features:
    """Return affine features and ``number`` random Fourier ones, those of a Gaussian kernel as wide as ``width`` spreads of the data.

    References:
        rahimi2007.
    """
    base = affine_features(x)
    number, width = checks.integer(number, "number", least=1), checks.positive(width, "width")
    draw = randomness.source(rng).stream("features").generator()
    frequencies = draw.standard_normal((number, len(base.center))) / width
    return Features(base.center, base.scale, frequencies, draw.uniform(0, 2 * np.pi, number))

"""Densities of the plane: mixtures whose score is known, and shapes that a picture shows.

gaussians      eight Gaussians on a circle of radius 4, standard deviation 0.3: a `GaussianMixture`, so everything of it is exact
moons          two half circles, blurred by 0.1
spiral         one arm r = θ/π of 3π, blurred by 0.1
checkerboard   eight squares of side 2 in [-4, 4]²
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evolaw import checks
from evolaw.randomness import source
from evolaw.score.exact.mixture import GaussianMixture
from evolaw.told import told

__all__ = ["DENSITIES", "gaussians", "plane"]

_BLUR = 0.1


@told
def gaussians(count: int = 8, radius: float = 4.0, deviation: float = 0.3) -> GaussianMixture:
    """Return equal Gaussians on a circle, as an exact distribution.

    Example:
        >>> bool(np.allclose(gaussians(4).mean, 0))
        True
    """
    angles = 2 * np.pi * np.arange(checks.integer(count, "count", least=1)) / count
    means = checks.positive(radius, "radius") * np.stack([np.cos(angles), np.sin(angles)], 1)
    return GaussianMixture(means, checks.positive(deviation, "deviation") ** 2)


@told
def plane(name: str, count: int, *, rng: object) -> np.ndarray:
    """Draw points of a density of the plane, shape (count, 2).

    Args:
        name: "gaussians", "moons", "spiral" or "checkerboard".
        count: number of points.
        rng: seed or source of chance.

    Example:
        >>> plane("checkerboard", 5, rng=0).shape
        (5, 2)
    """
    checks.one_of(name, "name", DENSITIES)
    count = checks.integer(count, "count", least=1, most=2**28)
    seeded = source(rng)
    if name == "gaussians":
        return gaussians().sample(count, rng=seeded)
    return DENSITIES[name](seeded.stream(f"plane {name}").generator(), count)


def _moons(chance: np.random.Generator, count: int) -> np.ndarray:
    angle, is_second = np.pi * chance.random(count), chance.random(count) < 0.5
    x = np.where(is_second, 1 - np.cos(angle), np.cos(angle)) - 0.5
    y = np.where(is_second, 0.5 - np.sin(angle), np.sin(angle)) - 0.25
    return np.asarray(np.stack([x, y], 1) + _BLUR * chance.standard_normal((count, 2)))


def _spiral(chance: np.random.Generator, count: int) -> np.ndarray:
    angle = 3 * np.pi * np.sqrt(chance.random(count))  # the root spreads points evenly along the arm
    along = angle / np.pi
    points = np.stack([along * np.cos(angle), along * np.sin(angle)], 1)
    return np.asarray(points + _BLUR * chance.standard_normal((count, 2)))


def _checkerboard(chance: np.random.Generator, count: int) -> np.ndarray:
    row, pair = chance.integers(0, 4, count), chance.integers(0, 2, count)
    corner = np.stack([2 * (2 * pair + row % 2), 2 * row], 1) - 4
    return np.asarray(corner + 2 * chance.random((count, 2)))


def _gaussians(chance: np.random.Generator, count: int) -> np.ndarray:
    return gaussians().sample(count, rng=chance)


DENSITIES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "gaussians": _gaussians,
    "moons": _moons,
    "spiral": _spiral,
    "checkerboard": _checkerboard,
}
"""The densities by name."""

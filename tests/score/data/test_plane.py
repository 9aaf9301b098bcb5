"""Points lie where their density is, in the shares it says."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.data.plane import DENSITIES, gaussians, plane


def test_gaussians_are_an_exact_mixture() -> None:
    """20,000 points: each of eight shares is known to 0.23 %, five of these; spreads to 0.5 %."""
    points, target = plane("gaussians", 20_000, rng=1), gaussians()
    nearest = np.argmin(((points[:, None] - target.means) ** 2).sum(-1), 1)
    assert np.bincount(nearest, minlength=8) / 20_000 == pytest.approx(np.full(8, 0.125), abs=0.012)
    assert (points - target.means[nearest]).std() == pytest.approx(0.3, rel=0.025)


def test_shapes_are_what_they_are_called() -> None:
    board = plane("checkerboard", 4000, rng=0)
    square = np.floor((board + 4) / 2).astype(int)
    assert (np.abs(board) <= 4).all()
    assert (square.sum(1) % 2 == 0).all()
    assert len({tuple(each) for each in square}) == 8
    moons = plane("moons", 4000, rng=0) + np.array([0.5, 0.25])
    first, second = (np.abs(np.hypot(*(moons - centre).T) - 1) for centre in ([0, 0], [1, 0.5]))
    assert np.minimum(first, second).mean() < 0.12
    spiral = plane("spiral", 4000, rng=0)
    radius, angle = np.hypot(*spiral.T), np.arctan2(spiral[:, 1], spiral[:, 0])
    arm = np.abs(((radius * np.pi - angle + np.pi) % (2 * np.pi)) - np.pi) / np.pi
    assert np.median(arm) < 0.12


@pytest.mark.parametrize("name", DENSITIES)
def test_the_seed_is_all(name: str) -> None:
    assert np.array_equal(plane(name, 10, rng=3), plane(name, 10, rng=3))
    assert not np.array_equal(plane(name, 10, rng=3), plane(name, 10, rng=4))


def test_unknown_densities_are_named() -> None:
    with pytest.raises(ArgumentError, match="moons"):
        plane("moon", 3, rng=0)

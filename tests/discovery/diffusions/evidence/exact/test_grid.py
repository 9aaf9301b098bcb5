"""Recorded steps on cells: weights that keep polynomials, cells that match the noise, what does not fit."""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.evidence.exact.grid import _cubic, fits_on_grid, grid_of
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.problem import pose


def test_cubic_weights_keep_cubics() -> None:
    places = np.array([1.0, 3.3, 7.9, 5.5])
    cells, weights = _cubic(places, 12, periodic=False)
    for power in range(4):
        assert np.allclose(
            sum(w * c.astype(float) ** power for c, w in zip(cells, weights, strict=True)), places**power
        )


def test_counts_are_the_steps_and_joined_cells_hold_them(relaxation: object) -> None:
    case = pose(relaxation(1.0, 0.5, 0.5, 1500, 2), library="x", noise=0.0)  # type: ignore[operator]
    grid = grid_of(case, "x", weigh(case, "x", 4))
    assert abs(grid.counts.sum() - 1500) < 1e-6
    assert 101 <= len(grid.centres) <= 240
    rows, cols = np.nonzero(grid.counts)
    assert (cols >= grid.joined[0][rows]).all() and (cols <= grid.joined[1][rows]).all()
    assert (grid.joined[0] <= np.arange(len(grid.centres))).all()


def test_noise_and_several_components_do_not_fit(relaxation: object) -> None:
    track = relaxation(1.0, 0.5, 0.5, 400, 2)  # type: ignore[operator]
    case = pose(track, library="x", noise=0.1)
    assert not fits_on_grid(case, "x", weigh(case, "x"))

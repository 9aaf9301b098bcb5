"""Two-point correlation against a loop, against independent cells and against a chain of known correlation."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.analysis.correlations import two_point_correlation
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

AXES = ("boards", "times", "rows", "cols")


@pytest.mark.parametrize("boundary", ["torus", None])
@pytest.mark.parametrize("missing", [False, True])
def test_against_a_loop(boundary: str | None, missing: bool) -> None:
    draw = np.random.default_rng(0)
    cells = draw.integers(0, 2, (1, 2, 6, 7), dtype=np.uint8)
    if missing:
        cells[draw.random(cells.shape) < 0.2] = 255
    found = two_point_correlation(Trajectory(cells, [0, 1], AXES, boundary=boundary), 3).value
    for time, frame in enumerate(cells[0]):
        density = (frame == 1).sum() / (frame != 255).sum()
        for r in range(4):
            products, pairs = 0, 0
            for (row, col), (down, right) in [(at, way) for at in np.ndindex(6, 7) for way in ((r, 0), (0, r))]:
                there = (row + down, col + right)
                if boundary != "torus" and (there[0] >= 6 or there[1] >= 7):
                    continue
                a, b = frame[row, col], frame[there[0] % 6, there[1] % 7]
                if a != 255 and b != 255:
                    products, pairs = products + int(a) * int(b), pairs + 1
            assert found[time, r] == pytest.approx(products / pairs - density**2, abs=1e-12)


def test_independent_cells_are_uncorrelated() -> None:
    """C(0) = p (1 - p), else 0, within 4.5 standard errors of 60 boards (9 comparisons, false alarms below 1 in 2000).

    On small boards the square of the estimated density is biased by p (1 - p) / cells, and this bias must be gone.
    """
    cells = (np.random.default_rng(4).random((60, 1, 8, 8)) < 0.3).astype(np.uint8)
    found = two_point_correlation(Trajectory(cells, [0], AXES, boundary="torus"))
    wanted = np.array([[0.21, 0, 0, 0, 0]])
    assert found.value.shape == (1, 5)
    assert (np.abs(found.value - wanted) < 4.5 * found.standard_error).all()


def test_a_chain_along_rows_decays_as_it_must() -> None:
    """Rows are copies of one +-chain with <s s'> - 1/4 = 0.8**r / 4; columns are constant, hence 1/4: their mean."""
    flips = np.random.default_rng(5).random((200, 1, 1, 100)) < 0.1
    flips[..., 0] = np.random.default_rng(6).random((200, 1, 1)) < 0.5
    cells = np.repeat((np.cumsum(flips, axis=-1) % 2).astype(np.uint8), 100, axis=2)
    found = two_point_correlation(Trajectory(cells, [0], AXES, boundary="plane"), 3)
    wanted = (0.8 ** np.arange(4) + 1) / 8
    assert (np.abs(found.value[0] - wanted) < 4.5 * found.standard_error[0] + 1e-12).all()


def test_refusals() -> None:
    trajectory = Trajectory(np.zeros((1, 1, 4, 6)), [0], AXES)
    with pytest.raises(ArgumentError, match="`most`"):
        two_point_correlation(trajectory, 4)
    blind = np.full((1, 1, 3, 3), 255)
    blind[0, 0, 0, 0] = 1
    with pytest.raises(ArgumentError, match="pairs of cells at every distance"):
        two_point_correlation(Trajectory(blind, [0], AXES))

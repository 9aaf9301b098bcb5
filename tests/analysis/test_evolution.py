"""Densities and changes, against counting by hand, and the mean-field map against its closed forms and against Life."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.analysis.evolution import activity, births, deaths, density, mean_field
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

AXES = ("boards", "times", "rows", "cols")
LIFE = [
    float(count == 3 or (count == 2 and bool(window & 16)))
    for window in range(512)
    for count in [(window & ~16).bit_count()]
]


def life(boards: np.ndarray) -> np.ndarray:
    neighbours = sum(np.roll(boards, (i, j), (-2, -1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - boards
    return ((neighbours == 3) | ((boards == 1) & (neighbours == 2))).astype(np.uint8)


def test_counts_by_hand_with_missing_cells() -> None:
    frames = np.array([[[[1, 0, 255, 1]], [[1, 1, 1, 0]]], [[[0, 0, 0, 0]], [[1, 0, 0, 255]]]])
    trajectory = Trajectory(frames, [0, 1], AXES)
    np.testing.assert_allclose(density(trajectory).samples, [[2 / 3, 3 / 4], [0, 1 / 3]])
    np.testing.assert_allclose(activity(trajectory).samples, [[2 / 3], [1 / 3]])
    np.testing.assert_allclose(births(trajectory).samples, [[1 / 3], [1 / 3]])
    np.testing.assert_allclose(deaths(trajectory).samples, [[1 / 3], [0]])
    assert density(trajectory).n == 2


def test_changes_are_births_and_deaths_and_they_move_the_density() -> None:
    frames = np.random.default_rng(0).integers(0, 2, (5, 4, 6, 7), dtype=np.uint8)
    trajectory = Trajectory(frames, range(4), AXES)
    born, died = births(trajectory).samples, deaths(trajectory).samples
    np.testing.assert_allclose(activity(trajectory).samples, born + died)
    np.testing.assert_allclose(np.diff(density(trajectory).samples, axis=1), born - died, atol=1e-15)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.364, 0.5, 1.0])
def test_mean_field_of_life_is_its_polynomial(p: float) -> None:
    np.testing.assert_allclose(mean_field(LIFE, p), 28 * p**3 * (1 - p) ** 5 * (3 - p), atol=1e-15)


def test_mean_field_values() -> None:
    assert mean_field(LIFE, 0.5) == pytest.approx(0.2734375, abs=1e-15)
    np.testing.assert_allclose(mean_field(LIFE, [0.192469, 0.370174]), [0.192469, 0.370174], atol=2e-6)
    grid = np.linspace(0, 1, 1001)
    assert grid[np.argmax(mean_field(LIFE, grid))] == pytest.approx(0.364)
    assert mean_field(LIFE, grid).max() == pytest.approx(0.370419, abs=1e-6)


@pytest.mark.parametrize("p", [0.2, 0.5, 0.8])
def test_the_first_step_of_life_meets_mean_field_exactly(p: float) -> None:
    """From independent cells, within 4 standard errors of 64 boards (false alarms 3 in 10 000); the second step does not."""
    start = (np.random.default_rng(7).random((64, 48, 48)) < p).astype(np.uint8)
    frames = np.stack([start, life(start), life(life(start))], axis=1)
    found = density(Trajectory(frames, [0, 1, 2], AXES, boundary="torus"))
    assert abs(found.value[1] - mean_field(LIFE, p)) < 4 * found.standard_error[1]
    if p != 0.8:
        assert abs(found.value[2] - mean_field(LIFE, mean_field(LIFE, p))) > 10 * found.standard_error[2]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: activity(Trajectory(np.zeros((1, 1, 2, 2)), [0], AXES)), "at least two times"),
        (lambda: density(Trajectory(np.full((1, 1, 2, 2), 255), [0], AXES)), "an observed cell"),
        (lambda: mean_field([0, 1, 0], 0.5), "2\\*\\*k elements"),
        (lambda: mean_field([0, 2], 0.5), "`probabilities`"),
        (lambda: mean_field([0, 1], 1.5), "`density`"),
    ],
)
def test_refusals(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=says):
        call()

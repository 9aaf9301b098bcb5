"""Rotating, shifting or rescaling a recording, or its clock, does the same to the answer."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.trajectory import Trajectory


@pytest.fixture(scope="module")
def turning() -> np.ndarray:
    """dx = -x - 2y, dy = 2x - y with the same noise in both, which no rotation changes."""
    rng, x = np.random.default_rng(4), np.zeros((6001, 2))
    for k in range(6000):
        x[k + 1] = x[k] + 0.02 * (x[k] @ np.array([[-1, 2], [-2, -1]])) + np.sqrt(0.02) * rng.normal(size=2)
    return x


def _drift(values: np.ndarray, step: float = 0.02) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Matrix and level of the drift with all terms free, and the decisions."""
    found = discover(Trajectory(values, step * np.arange(len(values)), ("times", "dim")), library="1, x, y", rng=0)
    # The middle of the widest interval is the estimate that no prior has touched.
    free = {e.name: float(e.why.split(" ±")[0]) for e in found.entries if ": D" not in e.name}
    matrix = np.array([[free[f"{i}: {j}"] for j in "xy"] for i in "xy"])
    return matrix, np.array([free["x: 1"], free["y: 1"]]), [e.decision for e in found.entries]


@pytest.mark.slow
def test_a_rotation_turns_the_drift(turning: np.ndarray) -> None:
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    matrix, level, _ = _drift(turning)
    turned, turned_level, _ = _drift(turning @ turn.T)
    assert np.allclose(turned, turn @ matrix @ turn.T, atol=5e-3)
    assert np.allclose(turned_level, turn @ level, atol=5e-3)


@pytest.mark.parametrize(("scale", "clock"), [(1e-6, 1.0), (1000.0, 60.0)])
def test_units_of_length_and_time_change_units_alone(turning: np.ndarray, scale: float, clock: float) -> None:
    matrix, level, decisions = _drift(turning)
    scaled, scaled_level, same = _drift(scale * turning, clock * 0.02)
    assert np.allclose(clock * scaled, matrix, rtol=2e-3, atol=2e-3)
    assert np.allclose(clock / scale * scaled_level, level, rtol=2e-3, atol=2e-3)
    assert same == decisions


def test_a_shift_moves_the_level_alone(turning: np.ndarray) -> None:
    matrix, level, _ = _drift(turning)
    moved, moved_level, _ = _drift(turning + np.array([3.0, -1.0]))
    assert np.allclose(moved, matrix, atol=2e-3)
    assert np.allclose(moved_level, level - matrix @ [3.0, -1.0], atol=2e-2)

"""Transients and periods: of maps with known cycles, of known patterns, and never a false one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evolaw.analysis.cycles import Cycle, find_cycle, recorded_cycles
from evolaw.errors import ArgumentError, NotConverged
from evolaw.trajectory import Trajectory

AXES = ("times", "rows", "cols")


def life(board: np.ndarray) -> np.ndarray:
    neighbours = sum(np.roll(board, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - board
    return ((neighbours == 3) | ((board == 1) & (neighbours == 2))).astype(np.uint8)


@given(st.integers(0, 30), st.integers(1, 30))
def test_every_transient_and_period(transient: int, period: int) -> None:
    last = transient + period - 1

    def step(x: np.ndarray) -> np.ndarray:
        return np.where(x == last, transient, x + 1)

    assert find_cycle(step, np.array([0]), 60) == Cycle(transient, period)


def test_a_glider_on_a_torus_and_a_beacon() -> None:
    board = np.zeros((6, 6), np.uint8)
    board[[0, 1, 2, 2, 2], [1, 2, 0, 1, 2]] = 1
    assert find_cycle(life, board, 100) == Cycle(0, 24)
    beacon = np.zeros((10, 10), np.uint8)
    beacon[1:3, 1:3] = beacon[3:5, 3:5] = 1
    beacon[7, 7] = 1
    assert find_cycle(life, beacon, 100) == Cycle(1, 2)


def test_too_few_steps_are_said_with_the_board_reached() -> None:
    with pytest.raises(NotConverged, match="within 5 steps") as caught:
        find_cycle(lambda x: x + 1, np.array([0]), 5)
    assert caught.value.partial.tolist() == [5]
    with pytest.raises(ArgumentError, match="`most_steps`"):
        find_cycle(life, np.zeros((2, 2)), 0)


def test_equal_digests_of_different_boards_do_not_deceive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evolaw.analysis.cycles._digest", lambda board: b"same")
    frames = np.array([0, 1, 1]).reshape(3, 1, 1)
    assert recorded_cycles(Trajectory(frames, [0, 1, 2], AXES)) == [Cycle(1, 1)]
    with pytest.raises(NotConverged):
        find_cycle(lambda x: x + 1, np.array([0]), 5)


def test_recordings_board_by_board() -> None:
    still, moving = np.zeros((3, 2, 2), np.uint8), np.eye(4, dtype=np.uint8)[:3].reshape(3, 2, 2)
    trajectory = Trajectory(np.stack([still, moving]), [0, 1, 2], ("boards", *AXES))
    assert recorded_cycles(trajectory) == [Cycle(0, 1), None]
    with pytest.raises(ArgumentError, match="complete boards"):
        recorded_cycles(Trajectory(np.full((1, 1, 1), 255), [0], AXES))

"""Units of a motion: a circle for angles, spread and centre for the rest."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.learning.trajectories.frame import Frame

STATES = np.array([[1.0, 0.5], [3.0, 7.5], [5.0, -2.0]])
FRAME = Frame.of(STATES, 0.1, [None, 2.0])


def test_inputs_are_reduced_states_and_points_of_a_circle() -> None:
    found = FRAME.inputs(STATES)
    assert (FRAME.dim, FRAME.width) == (2, 3)
    np.testing.assert_allclose(found[:, 0], (STATES[:, 0] - 3) / np.sqrt(8 / 3))
    np.testing.assert_allclose(found[:, 1:], [[0, 1], [0, -1], [1, 0]], atol=1e-12)


def test_angles_stay_within_their_turn_and_change_the_short_way() -> None:
    np.testing.assert_allclose(FRAME.within(STATES), [[1, 0.5], [3, 1.5], [5, 0]])
    np.testing.assert_allclose(FRAME.apart(np.array([[9.0, 1.8], [-9.0, -1.3]])), [[9, -0.2], [-9, 0.7]])


@pytest.mark.parametrize("x", [0.0, 0.7, 1.99])
def test_a_turn_changes_nothing(x: float) -> None:
    one, other = FRAME.inputs(np.array([[0.0, x]])), FRAME.inputs(np.array([[0.0, x + 6.0]]))
    np.testing.assert_allclose(one, other, atol=1e-12)

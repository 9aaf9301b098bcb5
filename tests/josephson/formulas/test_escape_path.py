"""Actions of paths."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import barrier_height, escape_action, most_probable_escape, path_action


@pytest.mark.parametrize(
    "i", [pytest.param(0.1, marks=pytest.mark.slow), 0.5, pytest.param(0.8, marks=pytest.mark.slow)]
)
def test_the_least_action_is_the_barrier_over_the_noise(i):
    """Found by descent from a straight line; within 1e-3."""
    found = most_probable_escape(i)
    assert found.action == pytest.approx(barrier_height(i), rel=1e-3)
    assert path_action(found.time, found.phase, i, 0.1) == pytest.approx(escape_action(i, 0.1), rel=1e-3)


def reversed_relaxation(i, damping):
    """A path from beside the well to the top: the way down, backwards."""
    top, well = np.pi - np.arcsin(i), np.arcsin(i)
    t = np.linspace(0, 60, 60_001)
    if damping is None:
        down = solve_ivp(
            lambda t, x: i - np.sin(x), (0, 60), [top - 1e-5], "DOP853", t_eval=t, rtol=1e-11, atol=1e-12
        ).y[0]
    else:
        down = solve_ivp(
            lambda t, z: [z[1], i - np.sin(z[0]) - damping * z[1]],
            (0, 60),
            [top - 1e-5, 0.0],
            "DOP853",
            t_eval=t,
            rtol=1e-11,
            atol=1e-12,
        ).y[0]
    assert abs(down[-1] - well) < 1e-3
    return t, down[::-1]


@pytest.mark.parametrize("damping", [None, 0.6, 2.0])
def test_the_relaxation_backwards_is_optimal_with_and_without_inertia(damping):
    t, path = reversed_relaxation(0.5, damping)
    assert path_action(t, path, 0.5, 0.1, damping) == pytest.approx(escape_action(0.5, 0.1), rel=1e-3)
    # Forwards it costs nothing.
    assert path_action(t, path[::-1], 0.5, 0.1, damping) < 1e-4


def test_onsager_and_machlup_take_the_curvature_off():
    t = np.linspace(0, 3, 301)
    path = 0.5 + 0.1 * np.sin(t)
    plain, whole = (path_action(t, path, 0.5, 0.2, onsager_machlup=flag) for flag in (False, True))
    assert plain - whole == pytest.approx(np.trapezoid(np.cos(path), t) / 2, rel=1e-5)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="bias"):
        most_probable_escape(1.0)
    with pytest.raises(ArgumentError, match="onsager_machlup"):
        path_action([0, 1, 2], [0, 0, 0], 0.5, 0.1, 1.0, onsager_machlup=True)
    with pytest.raises(ArgumentError, match="noise"):
        escape_action(0.5, 0.0)

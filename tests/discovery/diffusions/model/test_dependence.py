"""Components that are functions of one another are refused by name; others are let through."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.model.dependence import require_apart
from evolaw.discovery.diffusions.model.recording import gather
from evolaw.discovery.diffusions.problem import pose
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory

X = np.cumsum(np.random.default_rng(0).normal(size=300)) * 0.1


def _both(y: np.ndarray) -> Trajectory:
    return Trajectory(np.stack([X, y], 1), np.arange(300.0), ("times", "dim"), about={"names": ["u", "w"]})


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (2.5 * X - 1, "w = -1 + 2.5 u"),
        (X**2, "w = u^2"),
        (X - X**3, "w = u - 1 u^3"),
        (3 * np.exp(X), "w = 3 exp(u)"),
        (np.sin(X) - 2, "w = -2 + sin(u)"),
    ],
)
def test_a_function_of_another_component_is_named(y: np.ndarray, says: str) -> None:
    with pytest.raises(ArgumentError, match="Leave") as refused:
        require_apart(gather(_both(y)))
    assert says in str(refused.value)


def test_noise_of_a_millionth_is_a_component_of_its_own() -> None:
    require_apart(gather(_both(X**2 + 1e-6 * np.random.default_rng(1).normal(size=300))))


@pytest.mark.parametrize("digits", [5, 6, 8])
def test_a_function_written_with_few_digits_is_named(digits: int) -> None:
    """As files are: both columns rounded."""
    u, w = (np.array([float(f"{value:.{digits}g}") for value in column]) for column in (X, X**2))
    track = Trajectory(np.stack([u, w], 1), np.arange(300.0), ("times", "dim"), about={"names": ["u", "w"]})
    with pytest.raises(ArgumentError, match="w = "):
        require_apart(gather(track))


def test_components_that_are_near_and_written_with_few_digits_are_let_through() -> None:
    u, w = (np.round(column, 5) for column in (X, X + 0.002 * np.random.default_rng(2).normal(size=300)))
    require_apart(gather(Trajectory(np.stack([u, w], 1), np.arange(300.0), ("times", "dim"))))


def test_powers_of_a_price_are_left_out_of_the_usual_library_alone() -> None:
    """Around 4.6 ± 0.1 the fifth power differs from lower ones by its tenth digit; a library that was given is refused as before."""
    path = 4.6 + 0.2 * np.cumsum(np.random.default_rng(3).normal(size=2520)) / np.sqrt(252) / 4
    track = Trajectory(path, np.arange(2520) / 252, ("times",))
    usual = [term.name for term in pose(track).drift["x"]]
    assert usual[:2] == ["1", "x"] and len(usual) < 6
    assert [term.name for term in pose(track, library="poly:5").drift["x"]][-1] == "x^5"
    wide = Trajectory(path - path.mean(), track.times, ("times",))
    assert [term.name for term in pose(wide).drift["x"]][-1] == "x^5"

"""Recordings come in one piece, and what cannot teach is refused with its reason."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.model.recording import gather, unwrapped
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


def track(values: np.ndarray, times: np.ndarray | None = None, **about: object) -> Trajectory:
    values = np.asarray(values, float)
    at = np.arange(values.shape[-2]) if times is None else times
    return Trajectory(values, at, ("paths", "times", "dim")[3 - values.ndim :], about=dict(about))


def test_paths_and_holes_become_stretches() -> None:
    values = np.random.default_rng(0).normal(size=(2, 50, 1))
    values[1, 20:30] = np.nan
    found = gather(track(values))
    assert [rows.stop - rows.start for rows in found.stretches()] == [50, 20, 20]


def test_a_single_missing_value_only_makes_a_step_longer() -> None:
    values = np.random.default_rng(0).normal(size=(40, 1))
    values[7] = np.nan
    found = gather(track(values))
    assert len(found.stretches()) == 1
    assert np.diff(found.times).max() == 2.0


def test_no_stencil_reaches_over_the_end_of_a_stretch() -> None:
    found = gather(track(np.random.default_rng(0).normal(size=(3, 12, 1))))
    rows = found.starts(1, 3)
    assert (found.within[rows - 1] == found.within[rows + 3]).all()
    assert len(rows) == 3 * (12 - 4)


def test_an_angle_is_made_continuous() -> None:
    angle = 0.5 * np.arange(60)
    found = unwrapped(gather(track(np.mod(angle, 2 * np.pi)[:, None])), {"x": 2 * np.pi})
    assert np.diff(found.values[:, 0]) == pytest.approx(np.full(59, 0.5))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((1, 1)), "at least 20 steps"),
        (np.zeros((50, 1)), "must move, but is x, which is 0"),
        (np.full((50, 1), np.inf), "finite or missing"),
    ],
)
def test_what_teaches_nothing_is_refused(values: np.ndarray, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        gather(track(values))


def test_units_that_disagree_are_refused() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=(50, 1)), 0)
    with pytest.raises(ArgumentError, match="same units"):
        gather([track(walk, units=["mV"]), track(walk, units=["V"])])


def test_names_are_checked() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=(50, 2)), 0)
    with pytest.raises(ArgumentError, match="each of the 2 components"):
        gather(track(walk), ["x"])
    with pytest.raises(ArgumentError, match="differ"):
        gather(track(walk), ["x", "x"])


def test_units_of_time_that_disagree_are_refused() -> None:
    x = np.cumsum(np.ones((30, 1)), 0)
    items = [Trajectory(x, np.arange(30.0), ("times", "dim"), about={"time_unit": unit}) for unit in ("s", "ms")]
    with pytest.raises(ArgumentError, match="unit of time in every trajectory, but is ms and s"):
        gather(items)

"""The time grid: equal steps through the saved times, and its complaints."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde.loop.time_grid import grid_of


def test_equal_steps_share_one_origin():
    grid, saved = grid_of([0.0, 0.1, 0.3, 1.0], steps=10)
    assert grid.last.tolist() == [1, 3, 10] and grid.first.tolist() == [0, 1, 3]
    assert set(grid.dt.tolist()) == {0.1} and grid.origin.tolist() == [0, 0, 0]
    np.testing.assert_array_equal(saved, [0.0, 0.1, 0.3, 1.0])


def test_dt_cuts_each_interval_so_that_saved_times_are_met():
    grid, _ = grid_of([1.0, 2.0, 2.5], dt=0.3)
    assert grid.dt.tolist() == [0.25, 0.25] and grid.last.tolist() == [4, 6]
    # A quotient that is whole up to rounding gives no extra step.
    assert grid_of([0.0, 0.3], dt=0.1)[0].last.tolist() == [3]


@pytest.mark.parametrize(
    ("times", "kinds", "words"),
    [
        ([0.0, 1.0], {}, "Argument `steps` must be given, or `dt`, and not both"),
        ([0.0, 1.0], {"steps": 3, "dt": 0.1}, "not both"),
        ([0.0, 1.0], {"dt": 0.0}, "Argument `dt` must be positive, but is 0.0"),
        ([0.0, 1.0], {"dt": -0.1}, "Argument `dt` must be positive"),
        ([0.0, 1.0], {"steps": 0}, "whole number from 1 to"),
        ([0.0, 1.0, 0.5], {"steps": 4}, "must rise strictly, but is 1.0 followed by 0.5 at index 2"),
        ([0.0, np.nan], {"steps": 4}, "finite everywhere"),
        ([0.0], {"steps": 4}, "at least two times"),
        ([0.0, 0.33, 1.0], {"steps": 10}, r"times\[1\] = 0.33 at step 3.3"),
        ([0.0, 1e-13, 1.0], {"steps": 10}, r"times\[1\]"),
        ([0.0, 1.0], {"dt": 1e-12}, "at most 2147418112 steps"),
    ],
)
def test_impossible_grids_are_refused(times, kinds, words):
    with pytest.raises(ArgumentError, match=words):
        grid_of(times, **kinds)

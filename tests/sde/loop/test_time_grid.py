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
        ([0.0, 1.0], {}, "Argument `steps` must be given, or `dt`, or `grid`, and only one of them, but is none"),
        ([0.0, 1.0], {"steps": 3, "dt": 0.1}, "is steps and dt together"),
        ([0.0, 1.0], {"dt": 0.0}, "Argument `dt` must be positive, but is 0.0"),
        ([0.0, 1.0], {"dt": -0.1}, "Argument `dt` must be positive"),
        ([0.0, 1.0], {"steps": 0}, "whole number from 1 to"),
        ([0.0, 1.0, 0.5], {"steps": 4}, "must rise strictly, but is 1.0 followed by 0.5 at index 2"),
        ([1.0, 0.5, 0.7], {"steps": 4}, "must fall strictly, as it begins, but is 0.5 followed by 0.7 at index 2"),
        ([0.0, 1.0], {"grid": [0.0, 0.5, 2.0]}, r"times\[1\] = 1, the nearest of it being 0.5"),
        ([0.0, 1.0], {"grid": [-1.0, 0.0, 1.0]}, "begin with the first"),
        ([0.0, 1.0], {"grid": [0.0, 1.0, 2.0]}, "end with the last"),
        ([0.0, 1.0], {"grid": [0.0, 0.6, 0.5, 1.0]}, "Argument `grid` must rise strictly"),
        ([0.0, 1.0], {"grid": [1.0, 0.0]}, "Argument `grid` must"),
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


def test_falling_times_have_negative_steps():
    grid, saved = grid_of([1.0, 0.5, 0.0], steps=4)
    assert grid.dt.tolist() == [-0.25, -0.25] and grid.last.tolist() == [2, 4]
    np.testing.assert_array_equal(saved, [1.0, 0.5, 0.0])
    assert grid_of([1.0, 0.0, -0.5], dt=0.3)[0].dt.tolist() == [-0.25, -0.25]


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_steps_given_one_by_one(sign):
    edges = sign * np.array([0.0, 0.1, 0.3, 0.6, 1.0])
    grid, _ = grid_of(edges[[0, 2, 4]], grid=edges)
    assert grid.first.tolist() == [0, 2] and grid.last.tolist() == [2, 4]
    np.testing.assert_allclose(grid.lengths, sign * np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_allclose(grid.dt, sign * np.array([0.2, 0.4]))
    assert [grid.step_ending(n) for n in (1, 4)] == [(edges[1], grid.lengths[0]), (edges[4], grid.lengths[3])]


def test_every_step_begins_and_ends_where_its_interval_says():
    """Intervals cut by themselves, and edges given one by one."""
    for times, kinds, edges in (
        ([1.0, 2.0, 2.5], {"dt": 0.3}, [1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5]),
        ([1.0, 2.0], {"steps": 4}, [1.0, 1.25, 1.5, 1.75, 2.0]),
        ([0.0, 1.0], {"grid": [0.0, 0.1, 0.4, 1.0]}, [0.0, 0.1, 0.4, 1.0]),
    ):
        grid, _ = grid_of(times, **kinds)
        for number in range(1, len(edges)):
            end, length = grid.step_ending(number)
            assert end == pytest.approx(edges[number], abs=1e-14)
            assert length == pytest.approx(edges[number] - edges[number - 1], abs=1e-14)
        if grid.edges is None:
            begins = [
                float(grid.begin[k] + (n - grid.origin[k]) * grid.dt[k])
                for k in range(len(grid.first))
                for n in range(grid.first[k], grid.last[k])
            ]
            np.testing.assert_allclose(begins, edges[:-1], rtol=0, atol=1e-14)

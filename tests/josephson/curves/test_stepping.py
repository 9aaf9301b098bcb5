"""Steps, starts, grids."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Drive, Junction, iv_curve
from evolaw.josephson.curves.starting import starts
from evolaw.josephson.curves.stepping import bias_grid, chunk_size, longest_step, run, scheme_for, step_length


def test_the_scheme_fits_the_junction():
    names = [scheme_for(j).name for j in (Junction(noise=0.1), Junction(damping=1.0, noise=0.1), Junction(damping=1.0))]
    assert names == ["Euler–Maruyama", "BAOAB, rescaled", "Runge–Kutta 4"]


def test_a_step_too_long_for_the_damping_says_which_would_do():
    with pytest.raises(ArgumentError, match=r"`dt`.*damping of 50.*Use dt=0\.008"):
        iv_curve(Junction(damping=50.0, noise=0.1), [0.5], 0, dt=0.2)
    assert step_length(Junction(damping=50.0, noise=0.1), None) <= 0.01
    assert longest_step(Junction(drive=Drive(1.0, 20.0))) < 0.03


def test_biases_must_rise():
    with pytest.raises(ArgumentError, match=r"`bias` must rise strictly.*index 2"):
        iv_curve(Junction(noise=0.1), [0.1, 0.5, 0.4], 0)
    assert bias_grid(0.5).tolist() == [0.5]


def test_long_runs_are_committed_every_half_a_minute():
    """4e9 steps a chunk, and no fewer than 64 paths; short runs fill the cache."""
    assert chunk_size(1000, 1e5) == "auto" and chunk_size(10**6, 1e5) == "auto"
    assert chunk_size(1000, 1e7) == 400 and chunk_size(1000, 1e9) == 64


@pytest.mark.slow
def test_a_grid_of_biases_is_the_biases_one_by_one():
    """One solution, the same noise: path p of bias s is path s·paths + p."""
    junction, grid = Junction(damping=0.7, noise=0.2), np.array([0.2, 0.9])
    start = starts(junction, grid, 8, 0)
    whole = run(junction, grid, [0.0, 5.0], paths=8, rng=0, dt=0.1, start=start).values
    for s in (0, 1):
        alone = run(
            junction, grid[s : s + 1], [0.0, 5.0], paths=8, rng=0, dt=0.1, start=start[s : s + 1], first_path=8 * s
        )
        np.testing.assert_allclose(whole[s], alone.values[0], rtol=0, atol=1e-10)

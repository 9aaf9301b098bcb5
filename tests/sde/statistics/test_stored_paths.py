"""Statistics of stored paths are those of all paths at once, and those taken while the paths ran."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.sde import EulerMaruyama, FirstPassage, Histogram, Moments, ornstein_uhlenbeck, solve
from evolaw.sde.statistics.stored_paths import measure, standard_errors_apart
from evolaw.trajectory import Trajectory

TIMES = np.array([0.0, 0.5, 1.0])


def sample(paths: int = 700) -> Trajectory:
    values = np.random.default_rng(4).normal(3.0, 2.0, (paths, 3, 2)).cumsum(axis=1)
    return Trajectory(values, TIMES, ("paths", "times", "dim"))


@pytest.mark.sampled(5)
@pytest.mark.parametrize("paths", [7, 1, 700, 1024, 20_000])
def test_moments_are_those_of_all_paths(paths: int) -> None:
    stored = sample(paths)
    found = measure(stored, Moments(covariance=False), Moments())
    values = stored.values
    assert np.allclose(found.mean, values.mean(axis=0), rtol=1e-12)
    if paths > 1:
        assert np.allclose(found.variance, values.var(axis=0, ddof=1), rtol=1e-11)
        assert np.allclose(found.mean_error, values.std(axis=0, ddof=1) / np.sqrt(paths), rtol=1e-11)
        whole = np.cov(values[:, -1].T)
        assert np.allclose(found.results[1].covariance[-1], whole, rtol=1e-10)


@pytest.mark.slow
def test_the_same_as_while_the_paths_ran() -> None:
    asked = (Moments(), Histogram(np.linspace(-3, 3, 13)))
    words = {"steps": 50, "paths": 3000, "rng": 5}
    process = ornstein_uhlenbeck(rate=1.0, scale=1.0)
    running = solve(process, EulerMaruyama(), 1.0, TIMES, statistics=asked, **words)
    stored = measure(solve(process, EulerMaruyama(), 1.0, TIMES, **words), *asked)
    assert np.allclose(running.mean, stored.mean, rtol=1e-12)
    assert np.allclose(running.covariance, stored.covariance, rtol=1e-10)
    assert np.array_equal(running.histogram.counts, stored.histogram.counts)


@pytest.mark.slow
def test_lost_paths_are_counted_and_left_out() -> None:
    values = sample().values.copy()
    values[450, 2, 0] = np.nan
    values[600, 1, 1] = np.inf
    found = measure(Trajectory(values, TIMES, ("paths", "times", "dim")), Moments())
    assert (found.lost, found.paths, int(found.moments.paths[0])) == (2, 700, 698)
    assert np.allclose(found.mean, np.delete(values, [450, 600], axis=0).mean(axis=0))
    lost = measure(Trajectory(np.full((5, 3, 2), np.nan), TIMES, ("paths", "times", "dim")), Moments())
    assert lost.lost == 5


def test_what_needs_the_steps_is_refused() -> None:
    with pytest.raises(ArgumentError, match="saved times"):
        measure(sample(), FirstPassage(lambda t, x, p: x[0] - 1))
    with pytest.raises(ArgumentError, match="`trajectory` must have axes"):
        measure(Trajectory(np.zeros((3, 2, 2)), TIMES, ("times", "rows", "cols")), Moments())


def test_distances_are_in_standard_errors() -> None:
    found, error = np.array([1.0, 2.0]), np.array([0.1, 0.0])
    assert standard_errors_apart(found, error, np.array([1.5, 2.0])) == pytest.approx(5.0)
    assert standard_errors_apart(found, error, None) is None
    assert standard_errors_apart(found, np.zeros(2), found) is None

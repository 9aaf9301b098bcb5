"""Moments gathered chunk by chunk are those of all paths at once; exact densities are densities."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.cli.simulate.ensembles import Ensemble, exact_density, exact_moments
from evolaw.ito.equations import process
from evolaw.sde.catalogue import PROCESSES

TIMES = np.array([0.0, 0.5, 1.0])


def sample(paths: int = 700) -> np.ndarray:
    return np.random.default_rng(4).normal(3.0, 2.0, (paths, 3, 2)).cumsum(axis=1)


@pytest.mark.parametrize("size", [7, 100, 700])
def test_chunks_do_not_matter(size: int) -> None:
    values = sample()
    ensemble = Ensemble(TIMES, 2)
    for offset in range(0, len(values), size):
        ensemble.add(values[offset : offset + size])
    assert np.allclose(ensemble.mean, values.mean(axis=0), rtol=1e-12)
    assert np.allclose(ensemble.variance, values.var(axis=0, ddof=1), rtol=1e-12)
    assert np.allclose(ensemble.mean_error, values.std(axis=0, ddof=1) / np.sqrt(700), rtol=1e-12)
    # For normal numbers the variance has the standard error s² √(2/n); the kurtosis of 700 numbers is good to 30 %.
    assert np.allclose(ensemble.variance_error, ensemble.variance * np.sqrt(2 / 700), rtol=0.3)
    fourth = ((values - values.mean(axis=0)) ** 4).mean(axis=0) - values.var(axis=0) ** 2
    assert np.allclose(ensemble.variance_error, np.sqrt(fourth / 700), rtol=1e-9)
    assert np.array_equal(ensemble.kept, values[:30])


def test_lost_paths_are_counted_and_left_out() -> None:
    values = sample()
    values[450, 2, 0] = np.nan
    values[600, 1, 1] = np.inf
    ensemble = Ensemble(TIMES, 2)
    ensemble.add(values[:400])
    ensemble.add(values[400:])
    good = np.delete(values, [450, 600], axis=0)
    assert (ensemble.lost, ensemble.first_lost, ensemble.finite, ensemble.paths) == (2, 450, 698, 700)
    assert np.allclose(ensemble.mean, good.mean(axis=0))


def test_all_lost_is_no_crash() -> None:
    ensemble = Ensemble(TIMES, 2)
    ensemble.add(np.full((5, 3, 2), np.nan))
    assert (ensemble.lost, ensemble.finite, ensemble.gap(np.zeros((3, 2)))) == (5, 0, None)


def test_the_histogram_is_the_density_of_all_paths() -> None:
    ensemble = Ensemble(TIMES, 2)
    values = sample(20_000)
    ensemble.add(values[:10_000])
    ensemble.add(values[10_000:])
    edges, density, error = ensemble.density(0)
    middle, spread = (edges[1:] + edges[:-1]) / 2, 2 * np.sqrt(3)
    truth = np.exp(-(((middle - 9) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi))
    # 40 bins within 4.5 standard errors and the curvature of a bin: false alarms below 1 in 2000.
    assert (np.abs(density - truth) < 4.5 * error + 0.003).all()
    assert (density * np.diff(edges)).sum() == pytest.approx(1.0, abs=0.01)


def test_the_gap_is_in_standard_errors() -> None:
    ensemble = Ensemble(TIMES, 2)
    ensemble.add(sample())
    off = ensemble.mean.copy()
    off[1, 1] += 5 * ensemble.mean_error[1, 1]
    assert ensemble.gap(off) == pytest.approx(5.0)
    assert ensemble.gap(None) is None


@pytest.mark.parametrize("name", PROCESSES)
def test_exact_densities_are_densities(name: str) -> None:
    """They integrate to one, and where the moments are known they have them."""
    classic = PROCESSES[name]
    law, start, time = process(name, {}), np.array(classic.start), 0.7
    x = np.linspace(-30, 30, 200_001)
    for component in range(law.dim):
        height, words = exact_density(law, x, component, time, start)
        if height is None:
            assert words == ""
            continue
        mean, variance = exact_moments(law, np.array([time]), start)
        assert np.trapezoid(height, x) == pytest.approx(1.0, abs=1e-6)
        if words == "exact" and mean is not None and variance is not None:
            assert np.trapezoid(x * height, x) == pytest.approx(mean[0, component], abs=1e-6)
            second = np.trapezoid((x - mean[0, component]) ** 2 * height, x)
            assert second == pytest.approx(variance[0, component], rel=1e-5)


def test_what_is_not_known_is_none() -> None:
    cubic = process("dX = -X^3 dt + dW", {})
    assert exact_moments(cubic, TIMES, np.zeros(1)) == (None, None)
    assert exact_density(cubic, TIMES, 0, 1.0, np.zeros(1)) == (None, "")

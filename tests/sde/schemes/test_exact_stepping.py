"""Exact steps in the loop: right law at any step, and refusals."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from evolaw.errors import ArgumentError
from evolaw.sde import (
    SDE,
    ExactStep,
    brownian_bridge,
    geometric_brownian_motion,
    harmonic_oscillator,
    linear_system,
    ornstein_uhlenbeck,
    square_root,
)
from evolaw.sde.loop.solver import solve

PATHS = 20_000
CASES = {
    "ou": (ornstein_uhlenbeck(rate=3.0, scale=1.0, level=0.5), [2.0]),
    "gbm": (geometric_brownian_motion(growth=0.5, volatility=0.4), [1.0]),
    "bridge": (brownian_bridge(end=0.4, duration=1.5), [0.0]),
    "oscillator": (harmonic_oscillator(frequency=2.0, damping=0.5, amplitude=1.0, drive=1.5, drive_frequency=3.0), [0.5, 0.0]),
    "linear": (linear_system([[-1.0, 2.0], [-2.0, -1.0]], b=[[1.0, 0.5], [0.0, 1.0]], a=[1.0, 0.0]), [0.0, 1.0]),
}  # fmt: skip


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", CASES)
def test_one_and_three_big_steps_have_the_exact_law(name):
    """Mean and covariance within 4.5 standard errors: a false alarm in 10,000 per number, and the seed is fixed."""
    process, start = CASES[name]
    for steps in (1, 3):
        x = np.asarray(solve(process, ExactStep(), start, [0.0, 1.2], steps=steps, paths=PATHS, rng=4).values)[:, -1]
        mean, spread = process.exact.mean(1.2, start), process.exact.covariance(1.2, start)
        np.testing.assert_array_less(np.abs(x.mean(0) - mean), 4.5 * np.sqrt(np.diag(spread) / PATHS))
        away = x - mean
        products = away[:, :, None] * away[:, None, :]
        error = products.std(0) / np.sqrt(PATHS)
        np.testing.assert_array_less(np.abs(products.mean(0) - spread), 4.5 * error)


@pytest.mark.slow
def test_the_bridge_ends_where_it_must():
    x = solve(brownian_bridge(end=0.4, duration=1.5), ExactStep(), 0.0, [0.0, 1.5], steps=3, paths=50, rng=1).values
    np.testing.assert_allclose(np.asarray(x)[:, -1], 0.4, atol=1e-12)


@pytest.mark.sampled(30)
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(
    ("degrees", "start"), [(10.7, 0.9), (3.0, 0.0), (2.2, 1e-3), (1.2, 0.3), (1.2, 40.0), (900.0, 0.9)]
)
def test_square_root_steps_have_the_noncentral_chi_square_law(degrees, start, precision):
    """One step and three, against SciPy: Kolmogorov–Smirnov (p > 1e-4), mean and variance within 4.5 standard errors, and
    outer quantiles by their counts. Shapes of the gamma variable from 0.1 to 450."""
    rate, scale, time, paths = 1.2, 0.6, 0.7, 40_000
    process = square_root(rate=rate, level=degrees * scale**2 / (4 * rate), scale=scale)
    c = scale**2 * -np.expm1(-rate * time) / (4 * rate)
    law = stats.ncx2(degrees, start * np.exp(-rate * time) / c, scale=c)
    for steps in (1, 3):
        found = solve(process, ExactStep(), start, [0, time], steps=steps, paths=paths, rng=steps, precision=precision)
        x = found.final[:, 0].astype(float)
        assert x.min() >= 0 and stats.kstest(x, law.cdf).pvalue > 1e-4
        assert abs(x.mean() - law.mean()) < 4.5 * law.std() / np.sqrt(paths)
        spread = ((x - law.mean()) ** 2).std() / np.sqrt(paths)
        assert abs(((x - law.mean()) ** 2).mean() - law.var()) < 4.5 * spread
        for share in (0.001, 0.01, 0.99, 0.999):
            below = np.sum(x <= law.ppf(share))
            assert abs(below - paths * share) < 4.5 * np.sqrt(paths * share * (1 - share)) + 1


@pytest.mark.slow
def test_square_root_draws_are_independent_of_step_to_step():
    """In equilibrium Cov(X(0), X(t)) is e^{-at} of the variance; a path is not stuck on its normals."""
    process = square_root(rate=1.0, level=2.0, scale=0.8)
    found = solve(process, ExactStep(), 2.0, [0, 20, 20.5, 21], dt=0.5, paths=40_000, rng=5).values[:, 1:, 0]
    correlation = np.corrcoef(found.T)
    assert abs(correlation[0, 1] - np.exp(-0.5)) < 0.02 and abs(correlation[0, 2] - np.exp(-1.0)) < 0.02
    assert np.var(found[:, 2]) == pytest.approx(2.0 * 0.64 / 2, rel=0.04)


def test_processes_without_a_known_transition_are_refused():
    rare = square_root(rate=1.0, level=0.2, scale=1.0)
    assert "has 0.8 degrees of freedom" in str(ExactStep().refuses(rare))
    with pytest.raises(ArgumentError, match=r"use process\.exact\.draw, or EulerMaruyama with small steps"):
        solve(rare, ExactStep(), 1.0, [0, 1], steps=1, rng=0)
    assert "is not known" in str(ExactStep().refuses(SDE(lambda t, x, p: jnp.sin(x), 1.0)))
    for process, _ in CASES.values():
        assert ExactStep().refuses(process) is None

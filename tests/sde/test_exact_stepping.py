"""Exact steps in the loop: right law at any step, and refusals."""

import jax.numpy as jnp
import numpy as np
import pytest

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
from evolaw.sde.solver import solve

PATHS = 20_000
CASES = {
    "ou": (ornstein_uhlenbeck(rate=3.0, scale=1.0, level=0.5), [2.0]),
    "gbm": (geometric_brownian_motion(growth=0.5, volatility=0.4), [1.0]),
    "bridge": (brownian_bridge(end=0.4, duration=1.5), [0.0]),
    "oscillator": (harmonic_oscillator(frequency=2.0, damping=0.5, amplitude=1.0, drive=1.5, drive_frequency=3.0), [0.5, 0.0]),
    "linear": (linear_system([[-1.0, 2.0], [-2.0, -1.0]], b=[[1.0, 0.5], [0.0, 1.0]], a=[1.0, 0.0]), [0.0, 1.0]),
}  # fmt: skip


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


def test_the_bridge_ends_where_it_must():
    x = solve(brownian_bridge(end=0.4, duration=1.5), ExactStep(), 0.0, [0.0, 1.5], steps=3, paths=50, rng=1).values
    np.testing.assert_allclose(np.asarray(x)[:, -1], 0.4, atol=1e-12)


def test_processes_without_a_known_transition_are_refused():
    assert "use process.exact.draw" in str(ExactStep().refuses(square_root(rate=1.0, level=1.0, scale=1.0)))
    assert "is not known" in str(ExactStep().refuses(SDE(lambda t, x, p: jnp.sin(x), 1.0)))
    for process, _ in CASES.values():
        assert ExactStep().refuses(process) is None

"""Pairs are those of the recording; the energy score is what it says; learned double wells pass the exact kernel's test."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import kstest

from evolaw.errors import ArgumentError
from evolaw.score.emulation.judgement import judge
from evolaw.score.emulation.training import EnergyScore, emulator, ensemble_emulator, pairs_of
from evolaw.score.networks.mlp import MLP
from evolaw.sde import ExactStep, StochasticHeun, double_well, ornstein_uhlenbeck, solve
from evolaw.trajectory import Trajectory


def test_pairs_are_frames_apart() -> None:
    values = np.arange(24.0).reshape(2, 6, 2) ** 1.5
    before, after, step = pairs_of(Trajectory(values, np.arange(6) * 0.5, ("paths", "times", "dim")), every=2)
    assert step == 1.0
    assert np.array_equal(before, values[:, :4].reshape(8, 2))
    assert np.array_equal(after, values[:, 2:].reshape(8, 2))


@pytest.mark.parametrize(
    ("values", "times", "says"),
    [
        (np.random.rand(4, 1), [0, 1, 2, 4], "equal gaps"),
        (np.random.rand(2, 1), [0, 1], "at least two pairs"),
        (np.ones((5, 1)), range(5), r"constant in \[0\]"),
        (np.arange(5.0)[:, None], range(5), r"vary in every component"),
        (np.array([[0.0], [np.nan], [1.0]]), range(3), "finite"),
    ],
)
def test_recordings_that_teach_nothing_are_refused(values: Any, times: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        emulator(Trajectory(values, times, ("times", "dim")), rng=0)


def test_what_is_no_trajectory_is_refused() -> None:
    with pytest.raises(ArgumentError, match="trajectories"):
        emulator([np.zeros((3, 1))], rng=0)  # type: ignore[list-item]
    with pytest.raises(ArgumentError, match="trajectories"):
        emulator([], rng=0)


@pytest.mark.slow
def test_the_energy_score_of_a_silent_ensemble_is_known() -> None:
    """All members at 0: |y| in the mean, and no spread."""
    net = MLP(width=4, depth=1).draw((1,), numbers=2, rng=0)
    y = jnp.array([[0.5], [-2.0]])
    loss = EnergyScore(y, jnp.zeros((2, 1)), 3)
    assert float(loss(net, jnp.array([0, 1, 1]), jax.random.key(0))) == pytest.approx(1.5, abs=1e-4)


@pytest.mark.slow
def test_the_baseline_learns_too() -> None:
    """One call a step: the spread is calibrated to a tenth, the CRPS that of the exact law to three standard errors and 2 %."""
    path = solve(
        ornstein_uhlenbeck(rate=1.0, scale=1.0),
        ExactStep(),
        0.0,
        [0.3 * k for k in range(51)],
        steps=50,
        paths=200,
        rng=0,
    )
    law = ensemble_emulator(path, net=MLP(width=32, depth=2), steps=600, batch=256, rng=0)
    fresh = solve(ornstein_uhlenbeck(rate=1.0, scale=1.0), ExactStep(), 0.0, [0, 3.0, 3.3], steps=11, paths=1500, rng=5)
    found = judge(law, fresh.values[:, 1], fresh.values[:, 2], members=39, rng=0)
    exact = np.sqrt((1 - np.exp(-0.6)) / 2) / np.sqrt(np.pi)
    assert found.crps == pytest.approx(exact, abs=3 * found.crps_error + 0.02 * exact)
    assert found.spread_skill == pytest.approx(1, abs=0.1)


@pytest.mark.slow
def test_a_double_well_is_learned_to_its_exact_kernel() -> None:
    """Steps of a law against the kernel of the Fokker–Planck matrix: the transform of 1500 draws is uniform (level 0.001), where
    a Gaussian with the exact mean and variance is refused with certainty, because a step from the top ends in either well."""
    barrier, width, temperature, step = 2.0, 1.0, 1.0, 0.5
    process = double_well(barrier=barrier, width=width, temperature=temperature)
    start = np.random.default_rng(0).uniform(-1.8, 1.8, (4000, 1))
    path = solve(process, StochasticHeun(), start, [step * k for k in range(6)], steps=500, paths=4000, rng=1)
    law = emulator(path, net=MLP(width=96, depth=3), steps=5000, levels=30, rng=0)
    grid = np.linspace(-2.6, 2.6, 801)
    h = grid[1] - grid[0]

    def potential(x: np.ndarray) -> np.ndarray:
        return barrier * ((x / width) ** 2 - 1) ** 2

    rates = temperature / h**2 * np.exp(-(potential(grid[1:]) - potential(grid[:-1])) / (2 * temperature))
    back = temperature / h**2 * np.exp(-(potential(grid[:-1]) - potential(grid[1:])) / (2 * temperature))
    matrix = np.diag(rates, -1) + np.diag(back, 1)
    matrix -= np.diag(matrix.sum(0))
    kernel = expm(matrix * step)
    for x in (0.0, -0.9):
        distribution = np.cumsum(kernel[:, np.argmin(np.abs(grid - x))])
        drawn = law.ensemble(np.array([[x]]), 1500, rng=2)[:, 0, 0]
        transform = np.interp(drawn, grid + h / 2, distribution)
        assert kstest(transform, "uniform").pvalue > 1e-3
        density = kernel[:, np.argmin(np.abs(grid - x))]
        mean = density @ grid
        spread = np.sqrt(density @ (grid - mean) ** 2)
        gaussian = np.random.default_rng(0).normal(mean, spread, 1500)
        assert kstest(np.interp(gaussian, grid + h / 2, distribution), "uniform").pvalue < 1e-3

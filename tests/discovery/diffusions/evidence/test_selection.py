"""How coarse the steps are, and what weighs the recording then."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.selection import coarseness, is_coarse, relaxation_per_step, weigh_all
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_coarseness_is_how_far_a_step_goes_noise_or_not(relaxation: object, noise: float) -> None:
    """e^{-θΔt}(1 − e^{-θΔt}) 2 for a relaxation: 0.0388 at θΔt = 0.02 (its statistical error here is 0.004)."""
    case = pose(relaxation(1.0, 0.5, 0.02, 40_000, 1, noise=noise), library="1, x", noise=0.0)  # type: ignore[operator]
    expected = 2 * np.exp(-0.02) * (1 - np.exp(-0.02)) * 0.5 / (0.5 + noise**2)
    assert coarseness(replace(case, noise=())) == pytest.approx(expected, rel=0.3)


@pytest.mark.parametrize("step", [0.1, 3.0])
def test_relaxation_is_seen_also_within_a_step(relaxation: object, step: float) -> None:
    """−4ρ = 2 (1 − e^{-θΔt}) for a relaxation; at θΔt = 3 the two-step reach has fallen to a twentieth of that."""
    case = pose(relaxation(1.0, 0.5, step, 40_000, 1), library="1, x", noise=0.0)  # type: ignore[operator]
    assert relaxation_per_step(case) == pytest.approx(2 * (1 - np.exp(-step)) - 8 / 200, abs=4 * 4 / 200)
    assert coarseness(case) >= relaxation_per_step(case)


def test_fine_coarse_and_exact(relaxation: object) -> None:
    fine = pose(relaxation(1.0, 0.5, 0.02, 3000, 1), library="1, x")  # type: ignore[operator]
    long = pose(relaxation(1.0, 0.5, 0.5, 3000, 1), library="1, x")  # type: ignore[operator]
    assert not is_coarse(fine) and is_coarse(long)
    assert weigh_all(fine)[0].method == "moments"
    assert weigh_all(long)[0].method == "exact"
    assert long.noise == (0.0,)


def test_a_running_phase_is_measured_by_its_angle_not_by_how_far_it_ran() -> None:
    times = 0.5 * np.arange(2000)
    walk = np.cumsum(np.random.default_rng(0).normal(size=2000))
    case = pose(Trajectory(1.1 * times + 0.1 * walk, times, ("times",)), library="harmonics:1", names=["p"])
    assert is_coarse(case)

"""How coarse the steps are, and what weighs the recording then."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.selection import coarseness, is_coarse, weigh_all
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_coarseness_is_how_far_a_step_goes_noise_or_not(relaxation: object, noise: float) -> None:
    """e^{-θΔt}(1 − e^{-θΔt}) 2 for a relaxation: 0.0388 at θΔt = 0.02 (its statistical error here is 0.004)."""
    case = pose(relaxation(1.0, 0.5, 0.02, 40_000, 1, noise=noise), library="1, x", noise=0.0)  # type: ignore[operator]
    expected = 2 * np.exp(-0.02) * (1 - np.exp(-0.02)) * 0.5 / (0.5 + noise**2)
    assert coarseness(case) == pytest.approx(expected, rel=0.3)


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

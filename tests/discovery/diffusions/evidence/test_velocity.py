"""A hidden velocity: drift and diffusion from positions alone, through noise too."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.velocity import VelocityEquation, accelerations
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.model.recording import gather
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_an_oscillator_is_found_from_its_positions(record: object, noise: float) -> None:
    """Each coefficient within 4.5 of its errors. Velocities taken backwards would give damping 0.2 for 0.3."""
    law = (lambda x: [x[1], -x[0] - 0.3 * x[1]], lambda x: [0.0, 0.1])
    both = record(*law, [0.5, 0.0], 0.05, 8000, 3, fine=4)  # type: ignore[operator]
    positions = np.asarray(both.values)[:, :1] + noise * np.random.default_rng(1).standard_normal((8001, 1))
    track = Trajectory(positions, both.times, ("times", "dim"))
    case = pose(track, library="1, x, v", hidden="velocity", noise=noise)
    weighed = weigh(case, "v")
    assert weighed.drift is not None and weighed.diffusion is not None
    scores = (weighed.drift.estimate - np.array([0.0, -1.0, -0.3])) / weighed.drift.error
    assert np.abs(scores).max() < 4.5
    assert weighed.drift.error[2] < 0.08
    assert weighed.diffusion.estimate[0] == pytest.approx(0.1, rel=0.15)


@pytest.mark.parametrize("noise", [(), (0.1,)])
def test_a_constant_acceleration_is_its_own_change_over_the_step_at_unequal_times(noise: tuple[float, ...]) -> None:
    """x = 3t²/2 at any times: (x₂ − x₁)/h₁ − (x₁ − x₀)/h₀ = 3 (h₀ + h₁)/2, and the central velocity is 3 (t₀ + t₂)/2."""
    times = np.cumsum(np.random.default_rng(2).uniform(0.05, 0.15, 40))
    seen = accelerations(gather(Trajectory(1.5 * times**2, times, ("times",))), 0, 0, 40, noise)
    used = np.flatnonzero(seen.usable)
    assert used.tolist() == list(range(3 if noise else 1, 38))
    assert seen.change[used] == pytest.approx(3 * seen.step[used], abs=1e-10)
    assert seen.step[used] == pytest.approx((times[used + 2] - times[used]) / 2, abs=1e-12)
    assert seen.middle[1][used] == pytest.approx(1.5 * (times[used] + times[used + 2]), abs=1e-10)


@pytest.mark.parametrize(("noise", "lags", "floor"), [((0.0,), 2, 0.5), ((0.1,), 4, 0.02)])
def test_noisy_accelerations_share_two_steps_more(noise: tuple[float, ...], lags: int, floor: float) -> None:
    recording = gather(Trajectory(np.arange(30.0) ** 2, np.arange(30.0), ("times",)))
    equation = VelocityEquation(recording, 0, (), (), None, noise)
    assert (equation.lags, equation.floor) == (lags, floor)

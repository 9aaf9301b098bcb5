"""What increments say, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from evolaw.discovery.diffusions.misfit.increment_tests import (
    first_rows,
    jump_kurtosis,
    memory,
    noise_share,
    remainders,
    wrapping,
)
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def test_remainders_of_a_first_order_process_have_no_memory(relaxation: object) -> None:
    """40 recordings at level 0.01: more than 3 false alarms have a chance of 1 in 1600. Fine and coarse steps alike."""
    alarms = 0
    for seed in range(40):
        step = 0.02 if seed % 2 else 0.7
        case = pose(relaxation(1.0, 0.5, step, 2000, seed), library="1, x", noise=0.0)  # type: ignore[operator]
        alarms += memory(remainders(case, "x"), (1,)).p_value < 0.01
    assert alarms <= 3


def test_a_position_remembers_its_velocity(record: object) -> None:
    law = (lambda x: [x[1], -x[0] - 0.3 * x[1]], lambda x: [0.0, 0.1])
    track = record(*law, [0.5, 0.0], 0.2, 2000, 2)  # type: ignore[operator]
    case = pose(type(track)(np.asarray(track.values)[:, :1], track.times, track.axes), library="poly:3", noise=0.0)
    found = memory(remainders(case, "x"), (1,))
    assert found.correlation > 0.5 and found.p_value < 1e-6


@pytest.mark.parametrize("ratio", [0.5, 1.0, 3.0])
def test_the_share_of_noise_is_its_closed_form(relaxation: object, ratio: float) -> None:
    """ρ₁ = −s²/(2DΔt + 2s²) for short steps; statistical error 0.01."""
    sd = ratio * np.sqrt(2 * 0.5 * 0.01)
    case = pose(relaxation(1.0, 0.5, 0.01, 20_000, 3, noise=sd), library="x", noise=0.0)  # type: ignore[operator]
    assert noise_share(case, 0) == pytest.approx(ratio**2 / (1 + 2 * ratio**2), abs=0.03)


def test_the_kurtosis_is_three_where_the_strength_varies_and_more_with_jumps() -> None:
    rng = np.random.default_rng(0)
    place = rng.uniform(0, 1, 20_000)
    steps = (0.1 + place) * rng.normal(size=20_000)
    kurtosis, error = jump_kurtosis(steps, [place])
    assert abs(kurtosis - 3) < 5 * error
    jumps = steps + 3 * (rng.uniform(size=20_000) < 0.005) * rng.normal(size=20_000)
    assert jump_kurtosis(jumps, [place])[0] > 6


def test_an_angle_recorded_modulo_its_period_shows() -> None:
    angle = np.cumsum(0.1 + 0.05 * np.random.default_rng(0).normal(size=3000))
    assert wrapping(np.mod(angle, 2 * np.pi)) == 2 * np.pi
    assert wrapping(np.mod(angle, 5.0)) == pytest.approx(5.0, rel=0.05)
    assert wrapping(angle) == 0.0
    assert wrapping(np.sin(angle)) == 0.0
    levels = np.where(np.cumsum(np.random.default_rng(1).random(5000) < 0.01) % 2, 1.0, -1.0)
    assert wrapping(levels + 0.1 * np.random.default_rng(2).normal(size=5000)) == 0.0


def test_a_strength_that_varies_with_any_component_is_no_jump() -> None:
    """D over four decades in both components: 20 even places left a kurtosis of 8 to 38; jumps in 1 % of the steps are still seen."""
    rng = np.random.default_rng(3)
    x, y = np.exp(rng.normal(size=(2, 20_000)))
    steps = x * y * rng.normal(size=20_000)
    kurtosis = jump_kurtosis(steps, [x, y])[0]
    assert abs(kurtosis - 3) < 1.0
    assert jump_kurtosis(steps * np.where(rng.random(20_000) < 0.01, 6, 1), [x, y])[0] > 4.5


def test_noise_as_large_as_a_step_is_no_memory(relaxation: object) -> None:
    """A narrow well seen through noise: regression on noisy values would leave a correlation of 0.05 at lags 2 and 3, five errors of 0.01."""
    found = []
    for seed in range(6):
        track = relaxation(0.87, 0.02, 0.05, 10_000, seed, noise=0.0447)  # type: ignore[operator]
        found.append(memory(remainders(pose(track, library="1, x", noise=0.0447), "x"), (2, 3)).p_value)
    assert min(found) > 1e-3


def test_jumps_late_in_a_long_recording_are_seen() -> None:
    """Four hundred jumps of twenty steps in the last tenth of 400,000 rows: kurtosis about 3 without them, and far beyond with."""
    rng = np.random.default_rng(8)
    steps = 0.1 * rng.normal(size=400_000)
    steps[rng.integers(360_000, 400_000, 400)] += 2.0 * rng.choice([-1, 1], 400)
    x = lfilter([1.0], [1.0, -0.98], steps)
    case = pose(Trajectory(x, 0.02 * np.arange(x.size), ("times",)), library="1, x", noise=0.0)
    assert len(remainders(case, "x")) == len(first_rows(case)) == 199_999
    kurtosis, error = jump_kurtosis(remainders(case, "x"), [case.recording.columns[0][first_rows(case)]])
    assert kurtosis > 4.5 and error < 0.02

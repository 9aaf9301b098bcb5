"""The level of measurement noise, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.noise_level import _mean_with_error, filter_gain, noise_level
from evolaw.discovery.diffusions.model.recording import gather
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize("sd", [0.07, 0.14, 0.5])
def test_the_level_is_found(relaxation: object, sd: float) -> None:
    track = relaxation(1.0, 0.5, 0.02, 20_000, 4, noise=sd)  # type: ignore[operator]
    assert noise_level(gather(track), 0).sd == pytest.approx(sd, rel=0.2)


def test_clean_recordings_have_none(relaxation: object) -> None:
    """A level is believed at two standard errors: 1 in 44 clean recordings; of 40 more than 5 is a chance of 1 in 400."""
    found = [noise_level(gather(relaxation(1.0, 0.5, 0.02, 3000, seed)), 0).sd for seed in range(40)]  # type: ignore[operator]
    assert sum(sd > 0 for sd in found) <= 5


def test_a_position_whose_velocity_diffuses_is_not_taken_for_noise(record: object) -> None:
    law = (lambda x: [x[1], -x[0] - 0.3 * x[1]], lambda x: [0.0, 0.1])
    track = record(*law, [0.5, 0.0], 0.05, 4000, 2)  # type: ignore[operator]
    recording = gather(track, ["x", "v"])
    assert noise_level(recording, 0, smooth=False).sd > 0
    assert noise_level(recording, 0, smooth=True).sd == 0


def test_the_gain_is_that_of_the_steady_kalman_filter() -> None:
    """P = (q + sqrt(q² + 4 q r))/2 with q = 2DΔt, r = s²; gain P/(P + r)."""
    q, r = 2 * 0.3 * 0.1, 0.2**2
    prior = (q + np.sqrt(q**2 + 4 * q * r)) / 2
    assert filter_gain(0.2, 0.3, 0.1) == pytest.approx(prior / (prior + r))
    assert filter_gain(0.0, 0.3, 0.1) == 1.0


def test_diffusivity_is_what_the_noise_leaves_of_the_steps() -> None:
    """⟨ΔY²⟩ = 2DΔt + 2s²: D = 0.5 within 5 of its errors sqrt(2/n) ⟨ΔY²⟩/2Δt."""
    rng, step = np.random.default_rng(5), 0.02
    path = np.cumsum(np.sqrt(0.02) * rng.normal(size=40_000)) + 0.1 * rng.normal(size=40_000)
    level = noise_level(gather(Trajectory(path, step * np.arange(40_000), ("times",))), 0)
    steps = float(np.mean(np.diff(path) ** 2))
    assert level.diffusivity == pytest.approx((steps - 2 * level.sd**2) / (2 * step), rel=1e-12)
    assert level.diffusivity == pytest.approx(0.5, abs=0.04)


def test_the_error_of_a_mean_counts_what_hangs_together() -> None:
    """Bartlett's sum Σ (1 − |l|/(L+1)) γ_l / n, written out over all pairs of places."""
    values, weights, lags = np.convolve(np.random.default_rng(6).normal(size=303), np.ones(4), "valid"), np.ones(300), 3
    rest, sums = values - values.mean(), {0: 0.0}
    for i in range(300):
        for j in range(max(0, i - lags), min(300, i + lags + 1)):
            sums[abs(i - j)] = sums.get(abs(i - j), 0.0) + rest[i] * rest[j] / (300 - abs(i - j))
    total = sums[0] + sum((1 - lag / (lags + 1)) * sums[lag] for lag in range(1, lags + 1))
    mean, error = _mean_with_error(values, weights, lags)
    assert mean == pytest.approx(values.mean()) and error == pytest.approx(np.sqrt(total / 300), rel=1e-9)

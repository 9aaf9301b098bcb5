"""The level of measurement noise, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.noise_level import filter_gain, noise_level
from evolaw.discovery.diffusions.model.recording import gather


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

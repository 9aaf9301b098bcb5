"""A hidden velocity: drift and diffusion from positions alone, through noise too."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
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

"""Noise is told from relaxation within a step by how successive steps hang together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.evidence.noise_level import noise_level
from evolaw.discovery.diffusions.evidence.noise_or_relaxation import without_noise
from evolaw.discovery.diffusions.evidence.selection import weigh_all
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def quick_wells(count: int, step: float, seed: int) -> Trajectory:
    """dx = 6 (x - x³) dt + sqrt(0.8) dW, which relaxes in its wells in 1/12."""
    rng, fine = np.random.default_rng(seed), round(step / 0.01)
    x, values = 1.0, np.empty(count)
    for k in range(count):
        for kick in np.sqrt(0.8 * 0.01) * rng.standard_normal(fine):
            half = x + 0.01 * 6 * (x - x**3) + kick
            x += 0.01 * 3 * (x - x**3 + half - half**3) + kick
        values[k] = x
    return Trajectory(values, step * np.arange(count), ("times",), about={"names": ["x"]})


def test_what_relaxes_within_a_step_is_not_taken_for_noise() -> None:
    """Noise is seen, of a third of the mean square step."""
    track = quick_wells(3000, 0.3, 1)
    case = pose(track, library="poly:3")
    assert noise_level(case.recording, 0).sd > 0.1
    assert case.noise == (0.0,)
    assert case.kept["weighed"] is weigh_all(case)  # what told them apart is not weighed again
    assert not replace(case, periods={"x": 9.0}).kept
    assert weigh_all(case)[0].method == "exact"


@pytest.mark.slow
def test_what_relaxes_within_a_step_is_found_with_its_diffusion() -> None:
    """D was 0.15 by the noise that was seen, and is 0.4."""
    track = quick_wells(3000, 0.3, 1)
    finding = discover(track, library="poly:3", rng=0)
    low, high = finding["x: D 1"].interval
    assert low < 0.4 < high < 0.5
    assert finding.of("present") == ("x: x", "x: x^3", "x: D 1")
    assert finding.facts["methods"] == {"x": "exact"}


def test_noise_is_noise(relaxation: object) -> None:
    track = relaxation(1.0, 0.5, 0.05, 4000, 1, noise=0.2)  # type: ignore[operator]
    case = pose(track, library="1, x, x^3")
    assert case.noise[0] == pytest.approx(0.2, rel=0.2)
    assert without_noise(case) is None
    assert without_noise(replace(case, noise=(0.02,))) is None  # so little that nothing hangs on it

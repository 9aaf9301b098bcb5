"""Every curve from noise against its exact values, over a grid of dampings, noises and biases: distances in standard errors.

The wrong are found by their spread: over all points χ² of the distances, and none beyond 4.5. Points of one junction share their noise, and
averages of one path are correlated, so that χ² scatters about twice as much as its law: 5 of its own widths are allowed. One of 300 other
seeds would see a false alarm.
"""

import numpy as np
import pytest

from evolaw.errors import NotConverged
from evolaw.josephson import Junction, phase_density, phase_diffusion, stationary_averages

BIAS = np.array([0.0, 0.3, 0.8, 0.95, 1.0, 1.1, 1.5])
GRID = [(None, 1.0), (None, 0.1), (None, 0.03), (5.0, 0.1), (1.0, 0.3), (0.3, 1.0)]


def agree(distances):
    z = np.concatenate([np.ravel(d) for d in distances])
    z = z[np.isfinite(z)]
    assert np.abs(z).max() < 4.5
    assert abs(np.sum(z * z) - z.size) < 5 * np.sqrt(2 * z.size)
    return z.size


@pytest.mark.slow
def test_averages():
    far = []
    for seed, (damping, noise) in enumerate(GRID):
        found = stationary_averages(Junction(damping=damping, noise=noise), BIAS, seed, paths=512, duration=100.0)
        names = ["voltage", "cosine", "uncertainty ratio"] + ([] if damping is None else ["square velocity"])
        for value, error, exact in (found.columns[name] for name in names):
            far.append(np.where(found.doubtful, np.nan, (value - exact) / np.where(error > 0, error, np.nan)))
    assert agree(far) > 90


@pytest.mark.slow
def test_diffusion():
    far = []
    for seed, (damping, noise) in enumerate(GRID):
        found = phase_diffusion(Junction(damping=damping, noise=noise), BIAS, 10 + seed, paths=2048)
        far.append(np.where(found.doubtful, np.nan, (found.value - found.exact) / found.error))
    assert agree(far) > 35


@pytest.mark.slow
def test_densities():
    """χ² of each histogram over its bins, in its own widths, and ⟨cos φ⟩."""
    far = []
    for seed, (damping, noise) in enumerate(GRID[:5]):
        for i in (0.3, 0.95, 1.5):
            try:
                found = phase_density(Junction(damping=damping, noise=noise), i, 20 + seed, paths=10_000, bins=24)
            except NotConverged:
                continue
            expected = found.exact * np.diff(found.edges) * 10_000
            counted = found.density * np.diff(found.edges) * 10_000
            full = expected > 5
            free = full.sum() - 1
            square = np.sum((counted - expected)[full] ** 2 / expected[full])
            far.append((square - free) / np.sqrt(2 * free))
            far.append((found.cosine - found.exact_cosine) / found.cosine_error)
    assert agree(far) > 24

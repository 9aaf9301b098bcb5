"""A learned equation, trained shortly: what it says is not asked, but how it is shown."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.trajectories.equation_training import fit_equation
from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.trajectory import Trajectory


@pytest.fixture(scope="package")
def plane() -> NeuralEquation:
    """Two components, x and <v>, of a damped oscillator."""
    rng, h, z = np.random.default_rng(1), 0.02, np.zeros((3000, 2))
    for k in range(len(z) - 1):
        x, v = z[k]
        z[k + 1] = x + h * v, v - h * (x + v) + np.sqrt(2 * h) * rng.normal()
    z[:, 0] += 0.01 * rng.normal(size=len(z))
    track = Trajectory(z, h * np.arange(len(z)), ("times", "dim"), about={"names": ["x", "<v>"]})
    return fit_equation(track, schedule=Optimisation(epochs=2, batches=8, average=0.5), rng=0)

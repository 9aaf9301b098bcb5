"""One word for two kinds of law; that of a lattice is tested beside `recorded_law`."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.learning import Optimisation, fit
from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.trajectory import Trajectory


@pytest.mark.slow
def test_a_trajectory_of_numbers_becomes_an_equation() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=(300, 2)), 0)
    track = Trajectory(walk, np.arange(300.0), ("times", "dim"), about={"names": ["u", "w"]})
    short = Optimisation(epochs=1, batches=4)
    law = fit([track], schedule=short, rng=4)
    assert isinstance(law, NeuralEquation) and law.names == ("u", "w") and law.sde.dim == 2

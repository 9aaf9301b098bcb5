"""Networks as an equation: they find a drift no polynomial is needed for, run on the loop, read out its terms, and say where they end."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.proposed_terms import propose_terms
from evolaw.errors import ArgumentError
from evolaw.learning.loop.optimisation import Optimisation
from evolaw.learning.trajectories.equation_training import fit_equation
from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.sde import EulerMaruyama, solve
from evolaw.trajectory import Trajectory


def _wells(count: int) -> Trajectory:
    """dx = 2 (x - x³) dt + sqrt(2 (0.3 + 0.2 x²)) dW, stepped finely."""
    rng, h, x = np.random.default_rng(3), 0.005, 1.0
    values = np.empty(count + 1)
    for k, kicks in enumerate(rng.normal(size=(count + 1, 4))):
        values[k] = x
        for kick in kicks:
            x = x + h * 2 * (x - x**3) + np.sqrt(2 * h * (0.3 + 0.2 * x**2)) * kick
    return Trajectory(values, 0.02 * np.arange(count + 1), ("times",))


@pytest.fixture(scope="module")
def learned() -> NeuralEquation:
    return fit_equation(
        _wells(12_000), schedule=Optimisation(epochs=16, batches=64, learning_rate=5e-3, average=0.98), rng=1
    )


@pytest.mark.slow
def test_drift_and_diffusion_come_out(learned: NeuralEquation) -> None:
    """240 time units leave f ± 0.1 where the path spends a tenth of them: 0.45 is four of that; D ± 1 %, and the step's own 4 %."""
    at = np.linspace(-1.2, 1.2, 7)[:, None]
    drift, spread = learned.at(at)
    assert np.abs(drift - 2 * (at - at**3)).max() < 0.6
    assert np.abs(spread / (0.3 + 0.2 * at**2) - 1).max() < 0.2
    assert learned.held[0] < learned.held[1] - 0.01


@pytest.mark.slow
def test_it_runs_on_the_loop_and_stays_in_its_wells(learned: NeuralEquation) -> None:
    runs = np.asarray(solve(learned.sde, EulerMaruyama(), 1.0, [0, 10, 20, 30], dt=0.02, paths=200, rng=0).values)[
        :, 1:, 0
    ]
    assert np.isfinite(runs).all()
    assert 0.5 < runs.std() < 1.4 and (runs < 0).mean() > 0.1


@pytest.mark.slow
def test_it_proposes_terms_and_says_where_it_ends(learned: NeuralEquation) -> None:
    proposal = propose_terms(learned, "poly:5")
    assert {"x1", "x1^3"} <= set(proposal.library["x1"]) and proposal.left["x1"] < 0.15
    assert learned.knows([[0.5], [4.0]]).tolist() == [True, False]
    assert "interpolates" in repr(learned)


def test_recordings_that_teach_nothing_are_refused() -> None:
    with pytest.raises(ArgumentError, match="at least 63 steps"):
        fit_equation(Trajectory(np.arange(20.0), np.arange(20.0), ("times",)), rng=0)
    with pytest.raises(ArgumentError, match="move in every component"):
        fit_equation(Trajectory(np.ones(200), np.arange(200.0), ("times",)), rng=0)

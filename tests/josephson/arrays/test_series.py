"""Series arrays with a common load: constants of motion, equilibrium, the phase model."""

import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.order import cross_ratios
from evolaw.josephson.arrays.series import series_array
from evolaw.josephson.formulas import load_coupling

LOAD = {"inductance": 1.3, "resistance": 0.4, "capacitance": 0.7}


def test_constants_of_motion_drift_less_than_1e_8():
    """N - 3 cross ratios of 9 identical junctions over 50 units of time, while the phases turn ten times."""
    law = series_array(9, 1.6, **LOAD)
    start = np.concatenate([np.linspace(0.2, 5.5, 9), [0.1, -0.2]])
    found = sde.solve(law, sde.RungeKutta4(), start, np.linspace(0, 50, 11), dt=0.005, rng=None).values[0, :, :9]
    ratios = cross_ratios(found)
    assert np.abs(ratios / ratios[0] - 1).max() < 1e-8
    assert found[-1].min() - found[0].min() > 40


def test_different_junctions_have_no_such_constants():
    law = series_array(9, np.linspace(1.5, 1.7, 9), **LOAD)
    start = np.concatenate([np.linspace(0.2, 5.5, 9), [0.1, -0.2]])
    found = sde.solve(law, sde.RungeKutta4(), start, [0.0, 20.0], dt=0.02, rng=None).values[0, :, :9]
    ratios = cross_ratios(found)
    assert np.abs(ratios[-1] / ratios[0] - 1).max() > 0.01


def test_the_load_is_as_warm_as_the_junctions():
    """Linearised in equilibrium, ⟨L q²⟩ = D and ⟨Q²/C⟩ = D; 3000 arrays, 1 of 500 other seeds."""
    law = series_array(2, 0.0, noise=0.05, **LOAD)
    found = sde.solve(law, sde.StochasticHeun(), np.zeros(4), [0.0, 15.0], paths=3000, dt=0.02, rng=0).values[:, -1]
    error = 0.05 * np.sqrt(2 / 3000)
    assert LOAD["inductance"] * found[:, 3].var() == pytest.approx(0.05, abs=3.3 * error)
    assert found[:, 2].var() / LOAD["capacitance"] == pytest.approx(0.05, abs=3.3 * error)


@pytest.mark.slow
def test_a_weak_load_pulls_phases_together_as_the_phase_model_says():
    """Two junctions apart by ψ in natural angle: ψ' = -K sin(δ)… measured against the full equations to a fifth, the order left out.

    θ' = w - (K/N) Σ sin(θ_j - θ_k + δ) gives ψ' = -(2K/N) cos δ sin ψ, rate K cos δ for N = 2 and small ψ.
    """
    load = {"inductance": 40.0, "resistance": 20.0, "capacitance": 1.0}
    coupling = load_coupling(1.5, 2, *load.values())
    law = series_array(2, 1.5, **load)
    period = 2 * np.pi / coupling.frequency
    start = np.array([0.0, 0.3, 0.0, 0.0])
    times = np.array([20, 120]) * period
    found = sde.solve(law, sde.RungeKutta4(), start, [0.0, *times], dt=0.01, rng=None).values[0]
    ratio = np.abs(np.sin((found[2, 1] - found[2, 0]) / 2) / np.sin((found[1, 1] - found[1, 0]) / 2))
    rate = -np.log(ratio) / (times[1] - times[0])
    assert rate == pytest.approx(coupling.strength * np.cos(coupling.lag), rel=0.5)


def test_faults_are_named():
    for name in ("inductance", "capacitance"):
        with pytest.raises(ArgumentError, match=name):
            series_array(4, 1.5, **(LOAD | {name: -1.0}))
    with pytest.raises(ArgumentError, match="bias"):
        series_array(4, [1.5, 1.6], **LOAD)

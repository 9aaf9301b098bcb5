"""Series arrays with a common load: constants of motion, equilibrium, the phase model."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson.arrays.order import cross_ratios
from evolaw.josephson.arrays.series import series_array
from evolaw.josephson.formulas import load_coupling, locking_range, natural_angle

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


@pytest.mark.slow
def test_the_load_is_as_warm_as_the_junctions():
    """Linearised in equilibrium, ⟨L q²⟩ = D and ⟨Q²/C⟩ = D; 3000 arrays, 1 of 500 other seeds."""
    law = series_array(2, 0.0, noise=0.05, **LOAD)
    found = sde.solve(law, sde.StochasticHeun(), np.zeros(4), [0.0, 15.0], paths=3000, dt=0.02, rng=0).values[:, -1]
    error = 0.05 * np.sqrt(2 / 3000)
    assert LOAD["inductance"] * found[:, 3].var() == pytest.approx(0.05, abs=3.3 * error)
    assert found[:, 2].var() / LOAD["capacitance"] == pytest.approx(0.05, abs=3.3 * error)


def angles(law, start, times, bias, dt=0.05):
    """Natural angles of the full equations, shape (times, junctions)."""
    found = sde.solve(law, sde.RungeKutta4(), start, [0.0, *times], dt=dt, rng=None).values[0, 1:, :-2]
    return natural_angle(found, bias)


WEAK = {"inductance": 120.0, "resistance": 20.0, "capacitance": 1.0}


def test_a_weak_load_pulls_phases_together_as_the_phase_model_says():
    """Two junctions: ψ' = -K cos δ sin ψ, so that tan ψ/2 falls at the rate K cos δ; within 0.3 %, the next order of the coupling."""
    coupling = load_coupling(1.5, 2, *WEAK.values())
    times = np.array([30, 130]) * 2 * np.pi / coupling.frequency
    gap = np.diff(angles(series_array(2, 1.5, **WEAK), [0.0, 0.3, 0.0, 0.0], times, 1.5), axis=1)[:, 0]
    rate = -np.log(np.tan(gap[1] / 2) / np.tan(gap[0] / 2)) / (times[1] - times[0])
    assert rate == pytest.approx(coupling.strength * np.cos(coupling.lag), rel=3e-3)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("load", [(400.0, 40.0, 0.01), (100.0, 1000.0, 0.008), (40.0, 400.0, 0.0025)])
def test_junctions_in_step_turn_faster_by_what_the_lag_says(load):
    """w - K sin δ of four, by SciPy's solver; within 2 %, the next order of the coupling."""
    coupling = load_coupling(1.5, 4, *load)
    inductance, resistance, capacitance = load

    def motion(t, x):
        speed = 1.5 - np.sin(x[0]) - x[2]
        return [speed, x[2], (4 * speed - resistance * x[2] - x[1] / capacitance) / inductance]

    turn = 2 * np.pi / coupling.frequency
    when = np.array([50, 150]) * turn
    found = solve_ivp(motion, (0, when[1]), [0.0, 0.0, 0.0], "DOP853", rtol=1e-9, atol=1e-9, t_eval=when).y[0]
    shift = np.diff(natural_angle(found, 1.5))[0] / np.diff(when)[0] - coupling.frequency
    assert shift == pytest.approx(-coupling.strength * np.sin(coupling.lag), rel=0.02)


@pytest.mark.parametrize("share", [0.9, 1.1])
def test_a_pair_locks_up_to_its_range_and_no_further(share):
    """Free frequencies 10 % nearer than K cos δ lock for good; 10 % farther they slip at √(Δ² - K² cos² δ), within 10 %."""
    coupling = load_coupling(1.5, 2, *WEAK.values())
    width = locking_range(coupling)
    free = coupling.frequency + np.array([0.5, -0.5]) * share * width
    bias = np.sqrt(1 + free**2)
    law, times = series_array(2, bias, **WEAK), np.array([60, 180]) / width
    gap = np.diff(angles(law, [0.0, 0.3, 0.0, 0.0], times, bias), axis=1)[:, 0]
    slipped = abs(gap[1] - gap[0])
    if share < 1:
        assert slipped < 0.5
    else:
        assert slipped == pytest.approx(np.sqrt(share**2 - 1) * width * (times[1] - times[0]), rel=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.6, 2.0])
def test_many_junctions_are_kuramoto_s(share):
    """24 Lorentzian frequencies below and above K_c: order and frequencies are those of the phase model, by SciPy, within 0.03."""
    n = 24
    load = {"inductance": 40.0 * n, "resistance": 20.0, "capacitance": 1.0}
    coupling = load_coupling(1.5, n, *load.values())
    k, lag = coupling.strength, coupling.lag
    free = coupling.frequency + k / (2 * share) * np.tan(np.pi * ((np.arange(n) + 0.5) / n - 0.5))
    bias = np.sqrt(1 + free**2)
    times = np.linspace(20, 60, 201) / k
    start = np.random.default_rng(1).uniform(-np.pi, np.pi, n)
    full = angles(series_array(n, bias, **load), np.concatenate([start, [0.0, 0.0]]), times, bias)

    def slope(t, x):
        # Σ_k sin(θ_j - θ_k + δ) = Im(e^{j(θ_j + δ)} Σ_k e^{-jθ_k}), in the frame of the middle frequency.
        return free - coupling.frequency - k / n * np.imag(np.exp(1j * (x + lag)) * np.sum(np.exp(-1j * x)))

    model = solve_ivp(slope, (0, times[-1]), natural_angle(start, bias), t_eval=times, rtol=1e-8, atol=1e-8).y.T
    order, wanted = (np.abs(np.exp(1j * x).mean(1)).mean() for x in (full, model))
    assert order == pytest.approx(wanted, abs=0.03)
    # Above K_c those in the middle lock, and how many is the same.
    turned = [np.abs((x[-1] - x[0]) - np.median(x[-1] - x[0])) < np.pi for x in (full, model)]
    assert abs(turned[0].sum() - turned[1].sum()) <= 1
    assert (turned[1].sum() > n / 2) == (share > 1)


def test_faults_are_named():
    for name in ("inductance", "capacitance"):
        with pytest.raises(ArgumentError, match=name):
            series_array(4, 1.5, **(LOAD | {name: -1.0}))
    with pytest.raises(ArgumentError, match="bias"):
        series_array(4, [1.5, 1.6], **LOAD)

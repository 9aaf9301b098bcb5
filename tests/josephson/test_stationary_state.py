"""The stationary state from the Fokker–Planck equation."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Drive, Junction, fokker_planck
from evolaw.josephson.formulas import equilibrium_cosine, mean_voltage


def test_without_capacitance_it_is_the_closed_form():
    state = fokker_planck(Junction(noise=0.2), 0.5)
    assert state.mean_velocity == state.voltage == pytest.approx(mean_voltage(0.5, 0.2), abs=1e-13)
    assert state.mean_sin == pytest.approx(0.5 - state.voltage, abs=1e-13)


def test_with_capacitance_it_has_the_known_digits_and_balances():
    state = fokker_planck(Junction(damping=1.0, noise=0.5), 0.5)
    assert (state.mean_velocity, state.mean_cos, state.mean_square_velocity) == pytest.approx(
        (0.1353910159, 0.4846515959, 0.5676955080), abs=2e-10
    )
    assert state.mean_sin == pytest.approx(0.5 - state.voltage, abs=1e-9)
    assert state.entropy_production == pytest.approx(0.5 * 0.1353910159 / 0.5, abs=1e-9)


@pytest.mark.parametrize("damping", [None, 0.6])
def test_equilibrium_does_not_know_the_damping(damping):
    state = fokker_planck(Junction(damping=damping, noise=0.5), 0.0)
    assert state.mean_cos == pytest.approx(equilibrium_cosine(0.5), abs=1e-9)
    assert float(np.mean(state.density)) * 2 * np.pi == pytest.approx(1, abs=1e-9)


def test_a_4π_part_doubles_the_period():
    state = fokker_planck(Junction(noise=0.3, current_phase={1: 1.0, 0.5: 0.4}), 0.0)
    x = np.linspace(0, 4 * np.pi, 4001)
    weight = np.exp((np.cos(x) + 0.8 * np.cos(x / 2)) / 0.3)
    assert state.mean_cos == pytest.approx(np.trapezoid(weight * np.cos(x), x) / np.trapezoid(weight, x), abs=1e-9)


def test_faults_are_named():
    for junction in (Junction(), Junction(noise=0.1, drive=Drive(1.0, 1.0))):
        with pytest.raises(ArgumentError, match="junction"):
            fokker_planck(junction, 0.5)
    with pytest.raises(ArgumentError, match="capacitance"):
        _ = fokker_planck(Junction(noise=0.2), 0.5).mean_square_velocity
    with pytest.raises(ArgumentError, match="capacitance"):
        fokker_planck(Junction(noise=0.2), 0.5).joint_density(0.0, 0.0)

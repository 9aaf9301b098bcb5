"""The junction and its equation of motion."""

import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.josephson import Drive, Junction, Subgap
from evolaw.josephson.formulas import phase


def test_the_noiseless_phase_is_the_closed_form():
    """Y1 on the loop: Runge–Kutta of order 4 against tan(φ/2)."""
    times = [0.0, 1.0, 10.0]
    solved = sde.solve(Junction().process(1.5), sde.RungeKutta4(), 0.0, times, steps=1000, rng=None)
    np.testing.assert_allclose(solved.values[0, :, 0], phase(times, 1.5), atol=1e-8)


def test_with_strong_damping_the_equations_agree():
    """α = 40, time α times longer: up to 1/α²."""
    solved = sde.solve(
        Junction(damping=40.0).process(1.5), sde.RungeKutta4(), [0.0, 0.0], [0.0, 400.0], dt=0.02, rng=None
    )
    assert solved.values[0, -1, 0] == pytest.approx(phase(10.0, 1.5), abs=5e-3)


def test_noise_and_friction_match():
    """Fluctuation and dissipation: amplitude² = 2 α D, in both forms of the resistor."""
    for gap in (None, Subgap(0.5, 3.0)):
        process = Junction(damping=0.3, noise=0.2, subgap=gap).process(0.1)
        assert process.matrix(0.0, np.zeros(2))[1, 0] == pytest.approx(np.sqrt(2 * 0.3 * 0.2))
    assert Junction(noise=0.2).process(0.1).diffusion_at(0.0, 0.0)[0] == pytest.approx(np.sqrt(0.4))


def test_a_phase_of_four_pi_is_wrapped_at_four_pi():
    assert Junction(noise=0.1, current_phase={1: 1.0, 0.5: 0.3}).process(0.0).periods == (pytest.approx(4 * np.pi),)
    assert Junction(damping=1.0, noise=0.1).process(0.0).periods == (pytest.approx(2 * np.pi), None)


def test_it_says_what_it_is():
    said = repr(Junction(damping=0.5, noise=0.1, drive=Drive(1.0, 2.0)))
    assert "β_c = 4" in said and "Drive" in said
    assert "no capacitance" in repr(Junction())


def test_faults_are_named():
    for arguments, name in (
        ({"damping": 0.0}, "damping"),
        ({"damping": -1.0}, "damping"),
        ({"noise": -0.1}, "noise"),
        ({"subgap": Subgap(1.0, 2.0)}, "subgap"),
    ):
        with pytest.raises(ArgumentError, match=name):
            Junction(**arguments)
    with pytest.raises(ArgumentError, match="frequency"):
        Drive(1.0, 0.0)
    with pytest.raises(ArgumentError, match="ratio"):
        Subgap(1.0, 0.5)
    with pytest.raises(ArgumentError, match="critical_current"):
        Junction(damping=1.0).to_si()

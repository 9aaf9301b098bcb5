"""The escape rate as well as it is known."""

import numpy as np
import pytest

from evolaw.josephson import Junction, fokker_planck
from evolaw.josephson.escapes.known_rates import TURNOVER, excess_of_turnover, forward_rates, known_rate
from evolaw.josephson.formulas import barrier_height, effective_diffusion, energy_diffusion_rate, escape_rate


def test_without_capacitance_slips_forward_and_back_are_those_of_voltage_and_diffusion():
    """At zero current D_eff = 2π² Γ, half of it forwards; the quotient of the two senses is e^{-2πi/D}."""
    known = known_rate(Junction(noise=0.2), 0.0, 0.5)
    assert known.rate(np.array([0.0]))[0] == pytest.approx(effective_diffusion(0.0, 0.2) / (2 * np.pi**2), rel=1e-3)
    forward, words = forward_rates(Junction(noise=0.2), np.array([0.0, 0.5]))
    assert forward[0] == pytest.approx(known.rate(np.array([0.0]))[0] / 2) and words.startswith("exact")
    assert forward[1] - forward[1] * np.exp(-2 * np.pi * 0.5 / 0.2) == pytest.approx(0.024833889939 / (2 * np.pi))


@pytest.mark.slow
def test_with_capacitance_it_is_the_eigenvalue():
    """The table's 9.094469e-5 at α = 1, D = 0.1, i = 0.5; where the barrier is below 4 D the leading order stands and is named."""
    rate, words = forward_rates(Junction(damping=1.0, noise=0.1), np.array([0.5]))
    assert rate[0] == pytest.approx(9.094469e-5, rel=1e-4) and words == "Fokker–Planck eigenvalue"


def test_out_of_reach_it_is_the_turnover():
    weak = Junction(damping=0.01, noise=0.1)
    assert known_rate(weak, 0.3, 0.5) is None
    rate, words = forward_rates(weak, np.array([0.3, 0.5]))
    assert rate[1] == escape_rate(0.5, 0.01, 0.1) and words == TURNOVER
    assert known_rate(Junction(damping=1.0, noise=0.1), 0.99, 0.995) is None


def test_the_bound_of_the_turnover_holds_where_the_energy_diffuses():
    """α → 0, where the leading order is furthest off: exact to all orders in D/ΔU by the integral over energies."""
    for i in (0.0, 0.5, 0.9):
        for steps in (5.0, 8.0, 15.0, 30.0):
            d = barrier_height(i) / steps
            excess = escape_rate(i, 1e-7, d) / energy_diffusion_rate(i, 1e-7, d) - 1
            assert 0 < excess < excess_of_turnover(i, 1e-7, d)


@pytest.mark.slow
@pytest.mark.parametrize("a", [0.5, 1.0, 3.0])
def test_the_bound_of_the_turnover_holds_against_eigenvalues(a):
    for i, d in ((0.3, 0.15), (0.5, 0.1), (0.6, 0.1)):
        true = fokker_planck(Junction(damping=a, noise=d), i).equation.escape_rate()
        excess = escape_rate(i, a, d) / true - 1
        assert 0 < excess < excess_of_turnover(i, a, d)

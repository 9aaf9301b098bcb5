"""The escape rate as well as it is known."""

import numpy as np
import pytest

from evolaw.josephson import Junction, fokker_planck
from evolaw.josephson.escapes.escape import escape_rates
from evolaw.josephson.escapes.known_rates import (
    TURNOVER,
    excess_of_turnover,
    forward_rates,
    known_rate,
    share_of_the_other_barrier,
)
from evolaw.josephson.formulas import (
    barrier_height,
    effective_diffusion,
    energy_diffusion_rate,
    escape_rate,
    mean_voltage,
)


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


@pytest.mark.slow
def test_beside_a_running_state_it_is_the_eigenvalue_still():
    """α = 0.1, far above retrapping, where the leading order is 4.5 % high: 1.2707e-4 from twice as many waves and half as many orders again."""
    known = known_rate(Junction(damping=0.1, noise=0.1), 0.5, 0.5)
    rate, leading = known.rate(np.array([0.5]))[0], escape_rate(0.5, 0.1, 0.1)
    assert known.source == "Fokker–Planck eigenvalue" and known.error < 1e-3
    assert rate == pytest.approx(1.2707e-4, rel=2e-4)
    assert 0.03 < leading / rate - 1 < excess_of_turnover(0.5, 0.1, 0.1)


def test_out_of_reach_it_is_the_turnover():
    weak = Junction(damping=0.001, noise=0.1)
    assert known_rate(weak, 0.3, 0.5) is None
    rate, words = forward_rates(weak, np.array([0.3, 0.5]))
    assert rate[1] == escape_rate(0.5, 0.001, 0.1) and words == TURNOVER
    assert known_rate(Junction(damping=1.0, noise=0.1), 0.99, 0.995) is None


@pytest.mark.sampled(3)
@pytest.mark.parametrize("noise", [0.3, 1e-2, 1e-4, 1e-6])
def test_without_capacitance_it_is_right_to_the_error_that_it_says(noise):
    """Against the voltage itself, between its nodes; below D = 1e-3 the whole rate had been no number, as at zero current it is e^{-2000}."""
    known = known_rate(Junction(noise=noise), 0.0, 0.9)
    draw = np.random.default_rng(0)
    i = np.concatenate([draw.uniform(0, 1, 100), 1 - noise ** (2 / 3) * 10 ** draw.uniform(-3, 1, 100)])
    i = i[(i > 0) & (i < 1)]
    voltage, rate = mean_voltage(i, noise), known.rate(i)
    there = voltage > 1e-120
    exact = voltage[there] / (2 * np.pi) / np.tanh(np.pi * i[there] / noise)
    assert there.sum() > 90 and known.error < 2e-4
    assert np.abs(rate[there] / exact - 1).max() < max(1.5 * known.error, 1e-7)
    # Far below, where a voltage is less than the smallest number, Kramers' rate is all but exact.
    assert (
        known.rate(np.array([0.2]))[0] == pytest.approx(escape_rate(0.2, None, noise), rel=max(noise, 1e-9), abs=1e-300)
        or noise > 0.01
    )


def test_the_bound_of_the_turnover_holds_at_both_ends_of_the_damping():
    """α → 0: exact to all orders in D/ΔU by the integral over energies. No capacitance: exact by the I–V curve, D_eff at zero current."""
    for i in (0.0, 0.5, 0.99):
        for steps in (4.0, 7.0, 30.0):
            d = barrier_height(i) / steps
            excess = escape_rate(i, 1e-7, d) / energy_diffusion_rate(i, 1e-7, d) - 1
            assert 0 < excess < excess_of_turnover(i, 1e-7, d)
            forwards = effective_diffusion(0.0, d) / (4 * np.pi**2)
            if i > 0:
                forwards = mean_voltage(i, d) / (2 * np.pi) / -np.expm1(-2 * np.pi * i / d)
            excess = escape_rate(i, None, d) / forwards - 1
            assert 0 < excess < excess_of_turnover(i, None, d) < 1.35 * excess


def test_at_zero_current_two_barriers_share_what_climbs():
    """α → 0: half of it leaves forwards; strong damping or a tilt of several widths of an orbit's loss, and there is one barrier."""
    assert share_of_the_other_barrier(0.0, 1e-5, 0.1) == pytest.approx(0.5, abs=0.02)
    assert share_of_the_other_barrier(0.0, 3.0, 0.1) < 1e-6
    assert share_of_the_other_barrier(0.1, 0.01, 0.1) < 1e-3
    rates, words = forward_rates(Junction(damping=1e-4, noise=0.2), np.array([0.0, 0.002, 0.5]))
    assert np.isnan(rates[:2]).all() and words == TURNOVER
    assert rates[2] == pytest.approx(escape_rate(0.5, 1e-4, 0.2), rel=1e-12)


@pytest.mark.slow
def test_at_zero_current_a_weakly_damped_junction_leaves_forwards_half_as_often():
    """Waited for, α = 0.02, D = 0.4: half of the eigenvalue, far below Mel'nikov and Meshkov's rate over one barrier; 4 errors."""
    found = escape_rates(Junction(damping=0.02, noise=0.4), [0.0], 0, method="waiting", escapes=1000)
    assert found.source == "Fokker–Planck eigenvalue"
    assert found.value[0] == pytest.approx(found.exact[0], abs=4 * found.error[0])
    assert found.exact[0] < 0.6 * escape_rate(0.0, 0.02, 0.4)


@pytest.mark.slow
@pytest.mark.parametrize("a", [0.3, 0.5, 1.0, 3.0])
def test_the_bound_of_the_turnover_holds_against_eigenvalues(a):
    for i, d in ((0.0, 0.4), (0.05, 0.36), (0.3, 0.15), (0.5, 0.1), (0.6, 0.1))[: 3 if a < 0.5 else 5]:
        # Forward slips are this share of all, as work over temperature says.
        true = fokker_planck(Junction(damping=a, noise=d), i).equation.escape_rate() / (1 + np.exp(-2 * np.pi * i / d))
        excess = escape_rate(i, a, d) / true - 1
        assert 0 < excess < excess_of_turnover(i, a, d)

"""Ramps of an experimenter's rate, drawn from the integrated escape rate."""

import numpy as np
import pytest
from scipy import stats

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, switching_currents
from evolaw.josephson.escapes.slow_ramps import draw_currents, integrated_law
from evolaw.josephson.formulas import effective_diffusion, switching_law


def test_a_real_ramp_is_drawn_at_once_and_says_how():
    """10 µA, 1 Ω, 1 pF, 0.3 K at 3 µA/s: 10¹² oscillations a ramp. The inverted rate is the one drawn from; 1e-3 of other seeds."""
    junction = Junction.from_si(critical_current=10e-6, resistance=1, capacitance=1e-12, temperature=0.3)
    rate = 3e-6 / 10e-6 * junction.scales.time_unit
    found = switching_currents(junction, rate, 4000, 0)
    assert found.method == "rate" and found.rate_error < 0.1 and found.current_error < 0.2 * found.law.deviation
    assert found.mean[0] == pytest.approx(found.law.mean, abs=3.3 * found.mean[1])
    assert found.deviation[0] == pytest.approx(found.law.deviation, abs=3.3 * found.deviation[1])
    assert "drawn from the integrated" in repr(found) and "µA, deviation" in repr(found) and "at 3 µA/s" in repr(found)
    again = switching_currents(junction, rate, 4000, 0)
    assert again.currents.tobytes() == found.currents.tobytes()


def test_a_cold_underdamped_junction_at_an_experimenters_ramp():
    """10 µA, 100 Ω, 0.1 pF, 0.1 K at 3 µA/s, out of reach of eigenvalues: the bound of the leading order moves a current by 0.3 nA."""
    junction = Junction.from_si(critical_current=10e-6, resistance=100, capacitance=0.1e-12, temperature=0.1)
    found = switching_currents(junction, 3e-6 / 10e-6 * junction.scales.time_unit, 1000, 0)
    assert found.method == "rate" and found.rate_error < 0.03 and found.current_error < 0.03 * found.law.deviation
    assert found.law.mean == pytest.approx(0.97385, abs=1e-5) and found.law.deviation == pytest.approx(
        1.153e-3, rel=1e-3
    )


def test_without_capacitance_the_rate_is_that_of_slips_of_either_sense():
    """At zero bias D_eff = 2π² Γ: a Poisson process of slips; the law is the integral of SciPy's own."""
    found = integrated_law(Junction(noise=0.05), 1e-9)
    assert found.source.startswith("exact") and found.rate_error <= 1e-3
    gamma = effective_diffusion(0.0, 0.05) / (2 * np.pi**2)
    low = integrated_law(Junction(noise=0.05), gamma * 100).law
    at = np.searchsorted(low.bias, 1e-3)
    assert -np.log(low.survival[at]) * gamma * 100 / low.bias[at] == pytest.approx(gamma, rel=0.01)


def test_draws_follow_their_law():
    """Kolmogorov–Smirnov, 1e-3 of other seeds."""
    law = switching_law(1e-6, lambda i: np.exp(-4 * 2**0.5 / 3 / 0.01 * (1 - i) ** 1.5))
    drawn = draw_currents(law, 4000, np.random.default_rng(1))
    assert stats.kstest(drawn, lambda i: 1 - np.interp(i, law.bias, law.survival)).pvalue > 1e-3


@pytest.mark.slow
@pytest.mark.parametrize(("damping", "noise"), [(None, 0.05), (1.0, 0.1), (5.0, 0.05)])
def test_both_methods_agree_where_both_are_in_reach(damping, noise):
    """Ramps followed step by step against the law drawn from; Kolmogorov–Smirnov on 1200 ramps, 3e-3 of other seeds in all."""
    junction = Junction(damping=damping, noise=noise)
    followed = switching_currents(junction, 3e-5, 1200, 4, method="simulation")
    law = integrated_law(junction, 3e-5)
    assert law.rate_error < 0.02
    survival = np.interp(followed.currents, law.law.bias, law.law.survival)
    assert stats.kstest(1 - survival, "uniform").pvalue > 1e-3
    assert followed.method == "simulation"


def test_too_fast_a_ramp_is_no_rare_escape():
    with pytest.raises(ArgumentError, match=r'rate.*4 D.*method="simulation"'):
        switching_currents(Junction(damping=0.5, noise=0.02), 0.05, 10, 0, method="rate")


def test_a_ramp_in_amperes_is_that_of_kramers_in_amperes():
    """10 µA, 10 Ω, 1 pF, 4.2 K at 1 mA/s, in SI all the way: ω_p, γ = 1/RC, ΔU in joule. Kramers' own 3 % of the rate are 0.03 widths."""
    critical, resistance, capacitance, temperature, ramp = 10e-6, 10.0, 1e-12, 4.2, 1e-3
    junction = Junction.from_si(
        critical_current=critical, resistance=resistance, capacitance=capacitance, temperature=temperature
    )
    rate = ramp / critical * junction.scales.time_unit
    found = switching_currents(junction, rate, 4000, 0)
    quantum, boltzmann = 2.067833848e-15, 1.380649e-23
    current = np.linspace(0.5 * critical, critical * (1 - 1e-9), 200_001)
    i = current / critical
    omega = np.sqrt(2 * np.pi * critical / (quantum * capacitance)) * (1 - i * i) ** 0.25
    damp = 1 / (2 * resistance * capacitance)
    barrier = quantum * critical / np.pi * (np.sqrt(1 - i * i) - i * np.arccos(i))
    gamma = (np.sqrt(omega**2 + damp**2) - damp) / (2 * np.pi) * np.exp(-barrier / (boltzmann * temperature))
    alive = np.exp(-np.concatenate([[0], np.cumsum((gamma[1:] + gamma[:-1]) / 2)]) * (current[1] - current[0]) / ramp)
    mean = current[0] + np.trapezoid(alive, current)
    width = np.sqrt(2 * np.trapezoid((current - mean) * alive, current) + (current[0] - mean) ** 2)
    assert found.method == "rate"
    assert found.law.mean * critical == pytest.approx(mean, abs=0.05 * width)
    assert found.law.deviation * critical == pytest.approx(width, rel=0.02)
    assert found.mean[0] * critical == pytest.approx(mean, abs=0.05 * width + 4 * width / np.sqrt(4000))
    assert f"at {ramp * 1e3:g} mA/s" in repr(found)

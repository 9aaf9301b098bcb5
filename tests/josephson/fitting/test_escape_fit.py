"""From switching currents and rates to critical current and temperature."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Scales
from evolaw.josephson.fitting.escape_fit import fit_rates, fit_switching
from evolaw.josephson.formulas import escape_rate, switching_law

SCALES = Scales(10e-6, 100.0, 0.1e-12, 0.5)
KNOWN = {"resistance": 100.0, "capacitance": 0.1e-12}
RAMP = 1e-5


def drawn(seed, count=600):
    law = switching_law(RAMP / 10e-6 * SCALES.time_unit, lambda i: escape_rate(i, SCALES.damping, SCALES.noise))
    return np.interp(np.random.default_rng(seed).random(count), 1 - law.survival, law.bias) * 10e-6


@pytest.mark.slow
def test_two_numbers_come_back_from_a_histogram():
    """Within 1.8 half-widths of their 95 % intervals: 1 of 1000 other seeds."""
    fit = fit_switching(drawn(4), RAMP, temperature=0.5, **KNOWN)
    for name, value in (("critical_current", 10e-6), ("temperature", 0.5)):
        found = fit.parameters[name]
        assert abs(found.value - value) < 0.9 * (found.high - found.low)
        assert (found.high - found.low) / found.value < 0.25
    assert [check.passed for check in fit.checks] == [True, True, True]
    assert fit.junction.scales.capacitance == 0.1e-12 and "narrow" in fit.next_measurement


@pytest.mark.slow
def test_a_mixture_of_two_junctions_fails_the_check():
    both = np.concatenate([drawn(1), 0.97 * drawn(2)])
    assert fit_switching(both, RAMP, **KNOWN).checks[0].passed is False


@pytest.mark.slow
def test_a_coarse_histogram_says_what_its_currents_say():
    """Eight bins were taken for eight currents that repeat, which no law allows (p = 1e-27)."""
    currents = drawn(4, 1000)
    counts, edges = np.histogram(currents, bins=8)
    fine, coarse = (
        fit_switching(x, RAMP, counts=n, **KNOWN) for x, n in ((currents, None), ((edges[1:] + edges[:-1]) / 2, counts))
    )
    assert coarse.checks[0].passed is True and "χ²" in coarse.checks[0].says
    for name in ("critical_current", "temperature"):
        a, b = fine.parameters[name], coarse.parameters[name]
        assert abs(a.value - b.value) < 0.4 * (a.high - a.low)
        assert b.high - b.low == pytest.approx(a.high - a.low, rel=0.3)


def test_rates_that_do_not_rise_are_refused():
    for g in ([5e3, 5e2, 5e1, 5.0], [5.0] * 4):
        with pytest.raises(ArgumentError, match="rise with the current"):
            fit_rates([9e-6, 9.2e-6, 9.4e-6, 9.6e-6], g, **KNOWN)


def test_two_numbers_come_back_from_rates():
    """Ten per cent errors on eight rates; within 1.8 half-widths: 1 of 1000 other seeds."""
    i = np.linspace(0.9, 0.97, 8)
    g = escape_rate(i, SCALES.damping, SCALES.noise) / SCALES.time_unit
    noisy = g * np.exp(0.1 * np.random.default_rng(0).standard_normal(8))
    fit = fit_rates(i * 10e-6, noisy, 0.1 * g, temperature=0.8, **KNOWN)
    for name, value in (("critical_current", 10e-6), ("temperature", 0.5)):
        found = fit.parameters[name]
        assert abs(found.value - value) < 0.9 * (found.high - found.low)
    assert (
        fit.checks[0].passed is True and fit.checks[1].passed is False and "less than the bath's" in fit.checks[1].says
    )


def random_junction(draw):
    """I_c, R, α, D, and the law of its switching current under a ramp in A/s: 10⁶ to 10¹¹ units of time long."""
    critical, resistance, noise = 10 ** draw.uniform([-7, 0.5, -3], [-5, 2.5, -1.3])
    damping, rate = 10 ** draw.uniform([-2, -11], [0, -6])
    scales = Scales.of_reduced(damping, noise, critical, resistance)
    law = switching_law(rate, lambda i: escape_rate(i, damping, noise))
    return scales, law, rate * critical / scales.time_unit


def covers(fit, scales):
    names = ("critical_current", "temperature")
    return np.array([fit.parameters[n].low <= getattr(scales, n) <= fit.parameters[n].high for n in names])


@pytest.mark.slow
def test_intervals_cover_on_random_junctions():
    """40 junctions, 500 switching currents each, and 12 rates of 8 %, half without errors in the file: 34 of 40 and more for both numbers of both.

    Of 100 junctions 94 were covered by either. At 95 % one set of seeds in seventy fails; I_c and T are missed together.
    """
    draw = np.random.default_rng(7)
    switching, rates = np.zeros(2), np.zeros(2)
    for n in range(40):
        scales, law, ramp = random_junction(draw)
        known = {"resistance": scales.resistance, "capacitance": scales.capacitance}
        currents = np.interp(draw.random(500), 1 - law.survival, law.bias) * scales.critical_current
        switching += covers(fit_switching(currents, ramp, **known), scales)
        i = np.minimum(np.linspace(law.mean - 3 * law.deviation, law.mean + law.deviation, 12), 0.995)
        g = escape_rate(i, scales.damping, scales.noise) / scales.time_unit * np.exp(0.08 * draw.standard_normal(12))
        rates += covers(fit_rates(i * scales.critical_current, g, 0.08 * g if n % 2 else None, **known), scales)
    assert min(*switching, *rates) >= 34


def test_an_overdamped_junction_is_warned_of():
    fit = fit_rates([9e-6, 9.2e-6, 9.4e-6, 9.6e-6], [1e6, 1e7, 1e8, 1e9], resistance=1.0, capacitance=0.1e-12)
    assert any(check.passed is False and "slips many times" in check.says for check in fit.checks)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="20 switching"):
        fit_switching([1e-6] * 3, RAMP, **KNOWN)
    with pytest.raises(ArgumentError, match="ramp"):
        fit_switching(drawn(0), -1.0, **KNOWN)
    with pytest.raises(ArgumentError, match="rate"):
        fit_rates([1e-6, 2e-6, 3e-6, 4e-6], [1.0, 0.0, 1.0, 1.0], **KNOWN)

"""Curves of junctions with a capacitance that noise or damping keep from hysteresis."""

import numpy as np
import pytest

from evolaw.josephson import Junction, Scales
from evolaw.josephson.fitting.inertial_curve import inertial_voltage
from evolaw.josephson.fitting.voltage_fit import fit_voltage
from evolaw.josephson.formulas import mean_voltage

REAL = Scales(1e-6, 10.0, 1e-12, 4.2)
TRUTH = {"critical_current": 1e-6, "resistance": 10.0, "temperature": 4.2}


def measured(seed, scales=REAL, points=36, spread=0.003):
    """An I–V curve of a junction up to 2.5 I_c, by the Fokker–Planck equation, with errors of a share of I_c R."""
    bias = np.linspace(0.05, 2.5, points)
    noise = spread * np.random.default_rng(seed).standard_normal(points)
    v = inertial_voltage(bias, scales.stewart_mccumber, scales.noise) + noise
    return bias * scales.critical_current, v * scales.voltage_unit, np.full(points, spread * scales.voltage_unit)


def holds(fit, name, value):
    found = fit.parameters[name]
    return found.low <= value <= (np.inf if found.high is None else found.high)


@pytest.mark.slow
def test_a_capacitance_is_no_resistance():
    """1 µA, 10 Ω, 1 pF, 4.2 K: without capacitance R came out as 10.3 with an interval of ±0.02, and the noise as less than the bath's.

    All four numbers in their intervals, for two seeds; each misses one time in twenty, so that this fails for a third of other pairs.
    """
    for seed in (0, 1):
        fit = fit_voltage(*measured(seed), temperature=4.2)
        assert all(holds(fit, name, value) for name, value in (TRUTH | {"capacitance": 1e-12}).items())
        assert fit.parameters["capacitance"].high < 1.6e-12 and fit.junction.damping is not None
    wrong = fit_voltage(*measured(0), capacitance=0)
    assert wrong.parameters["resistance"].low > 10.1


@pytest.mark.slow
def test_a_capacitance_that_is_known_narrows_the_rest():
    given = fit_voltage(*measured(2), capacitance=1e-12)
    free = fit_voltage(*measured(2))
    assert (
        all(holds(given, name, value) for name, value in TRUTH.items())
        and given.parameters["capacitance"].basis == "given"
    )
    width = [fit.parameters["resistance"].high - fit.parameters["resistance"].low for fit in (given, free)]
    assert width[0] < 0.5 * width[1]
    assert "β_c = 0.3" in given.checks[-1].says and given.checks[-1].passed


@pytest.mark.slow
def test_without_a_capacitance_it_is_bounded_from_above():
    i = np.linspace(0.05, 2.5, 36)
    v = 10e-6 * (mean_voltage(i, 0.176) + 0.003 * np.random.default_rng(5).standard_normal(36))
    fit = fit_voltage(i * 1e-6, v, np.full(36, 3e-8))
    found = fit.parameters["capacitance"]
    assert found.low == 0 and 0 < found.high < 1e-12 and "at most" in found.words("F")
    assert holds(fit, "resistance", 10.0) and "is at most" in fit.checks[-1].says


@pytest.mark.slow
def test_weak_noise_tells_no_capacitance_and_says_so():
    """D = 0.002: out of reach of the series; the check asks for the capacitance."""
    i = np.linspace(0.05, 2.0, 24)
    v = 10e-6 * (mean_voltage(i, 0.002) + 0.003 * np.random.default_rng(0).standard_normal(24))
    fit = fit_voltage(i * 1e-6, v, np.full(24, 3e-8))
    assert fit.parameters["capacitance"].value is None
    assert fit.checks[-1].passed is None and "Give it if it is known" in fit.checks[-1].says


@pytest.mark.slow
def test_a_capacitance_that_sharpens_the_corner_is_not_taken_for_cold():
    """β_c = 0.67, D = 0.04, no errors in the file: without capacitance the best noise is a twelfth, and what was fitted stayed beside it, R 7 % off.

    C within a tenth and R within a hundredth, five of their errors.
    """
    scales = Scales.of_reduced(0.6672**-0.5, 0.0396, 1e-6, 10.0)
    i, v, _ = measured(3, scales)
    fit = fit_voltage(i, v)
    assert fit.parameters["capacitance"].value == pytest.approx(scales.capacitance, rel=0.1)
    assert fit.parameters["resistance"].value == pytest.approx(10.0, rel=0.01)


@pytest.mark.slow
def test_intervals_with_a_free_capacitance_cover():
    """6 random junctions with β_c up to 0.6: 20 and more of 24 intervals of 95 % hold the truth, as in 99 of 100 sets of seeds."""
    draw, inside = np.random.default_rng(7), 0
    for seed in range(6):
        critical, resistance, beta, noise = 10 ** draw.uniform([-7, -0.3, -1.3, -1.4], [-5, 1.7, -0.2, -0.2])
        kelvin = noise / Junction.from_si(critical_current=critical, resistance=resistance, temperature=1.0).noise
        farad = beta / Scales(critical, resistance, 1.0, 0.0).stewart_mccumber
        fit = fit_voltage(*measured(seed, Scales(critical, resistance, farad, kelvin)))
        truth = {"critical_current": critical, "resistance": resistance, "temperature": kelvin, "capacitance": farad}
        inside += sum(
            holds(fit, name, value) for name, value in truth.items() if fit.parameters[name].value is not None
        )
    assert inside >= 20


def test_no_rounding_is_no_lower_end_of_the_temperature():
    """Thirty points of a junction without noise: any weak enough fits; the search's own end was said, 88 µK."""
    i = np.linspace(0.1, 3, 30)
    v = 8e-6 * np.sqrt(np.maximum(i * i - 1, 0.0)) + 3e-8 * np.random.default_rng(0).standard_normal(30)
    found = fit_voltage(i * 1e-6, v, capacitance=0).parameters["temperature"]
    assert found.low == 0 and 1e-3 < found.high < 0.05 and "at most" in found.words("K")

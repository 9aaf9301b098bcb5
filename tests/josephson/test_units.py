"""Physical and reduced units, with numbers of real junctions."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, Scales, iv_curve, noise_of_amplitude
from evolaw.josephson.formulas import mean_voltage, retrapping_current
from evolaw.josephson.units import BOLTZMANN, FLUX_QUANTUM


def test_the_constants_give_the_known_conversions():
    """E_J/k_B = 23.837049 K per µA; D = 1 at 4.2 K means 0.1762 µA; K_J = 483597.8484 GHz/V."""
    one = Scales(1e-6, 1.0, 0.0, 4.2)
    assert one.josephson_energy / BOLTZMANN == pytest.approx(23.837049, abs=1e-6)
    assert one.noise * 1e-6 == pytest.approx(0.1762e-6, rel=1e-4)
    assert pytest.approx(483597.8484, abs=1e-4) == 1e-9 / FLUX_QUANTUM


def test_a_real_junction_has_its_known_numbers():
    """1 µA, 10 Ω, 1 pF, 4.2 K."""
    s = Scales(1e-6, 10.0, 1e-12, 4.2)
    assert (s.noise, s.stewart_mccumber, s.damping) == pytest.approx((0.1761963, 0.3038535, 1.8141278), rel=2e-7)
    assert (s.plasma_frequency, s.characteristic_frequency) == pytest.approx((5.512291e10, 3.038535e10), rel=2e-7)
    assert s.plasma_frequency / 2 / np.pi == pytest.approx(8.77308e9, rel=1e-6)
    assert s.characteristic_frequency / 2 / np.pi == pytest.approx(4.83598e9, rel=1e-6)
    assert s.voltage_unit == pytest.approx(10e-6)
    junction = Junction.from_si(critical_current=1e-6, resistance=10.0, capacitance=1e-12, temperature=4.2)
    assert (junction.damping, junction.noise) == (s.damping, s.noise)


def test_another_real_junction():
    """10 µA, 1 Ω, 1 pF, 4.2 K: ten times the current, so a tenth of the noise; β_c = 2e I_c R² C/ħ is a tenth too."""
    junction = Junction.from_si(critical_current=10e-6, resistance=1.0, capacitance=1e-12, temperature=4.2)
    assert junction.noise == pytest.approx(0.01761963, rel=1e-6)
    assert junction.damping**-2 == pytest.approx(0.03038535, rel=1e-6)
    assert retrapping_current(junction.damping) == 1


@pytest.mark.parametrize("numbers", [(1e-6, 10.0, 1e-12, 4.2), (10e-6, 1.0, 1e-12, 4.2), (50e-9, 3e3, 20e-15, 0.02)])
def test_the_way_there_and_back(numbers):
    junction = Junction.from_si(
        **dict(zip(("critical_current", "resistance", "capacitance", "temperature"), numbers, strict=True))
    )
    reduced = Junction(damping=junction.damping, noise=junction.noise)
    back = reduced.to_si(critical_current=numbers[0], resistance=numbers[1])
    assert (back.critical_current, back.resistance, back.capacitance, back.temperature) == pytest.approx(
        numbers, rel=1e-12
    )
    assert junction.to_si() is junction.scales


def test_without_capacitance_time_is_in_the_other_unit():
    junction = Junction.from_si(critical_current=1e-6, resistance=10.0, temperature=4.2)
    assert junction.is_overdamped and junction.scales.time_unit == pytest.approx(1 / 3.038535e10, rel=1e-6)
    # The same physical curve from SI numbers and from reduced ones.
    assert mean_voltage(0.9, junction.noise) == pytest.approx(mean_voltage(0.9e-6 / 1e-6, 0.1761963), rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("numbers", "damping", "noise"),
    [
        ((10e-6, 1.0, 1e-12, 4.2), 5.7367758, 0.01761963),
        pytest.param((1e-6, 10.0, 1e-12, 4.2), 1.8141278, 0.1761963, marks=pytest.mark.slow),
    ],
)
def test_si_and_reduced_units_give_the_same_curve(numbers, damping, noise):
    """Two real junctions: the same voltages from either kind of numbers, in volt and in I_c R; far above I_c it is V = I R."""
    critical, resistance, capacitance, temperature = numbers
    physical = Junction.from_si(
        critical_current=critical, resistance=resistance, capacitance=capacitance, temperature=temperature
    )
    reduced = Junction(damping=damping, noise=noise)
    one, two = (iv_curve(j, [0.9, 5.0], 0, paths=32, duration=60.0, exact=False) for j in (physical, reduced))
    np.testing.assert_allclose(one.voltage, two.voltage, rtol=1e-4, atol=1e-5)
    current, voltage, error = one.in_si()
    np.testing.assert_allclose(voltage, two.voltage * critical * resistance, rtol=1e-4, atol=1e-9)
    assert voltage[1] == pytest.approx(
        current[1] * resistance * np.sqrt(1 - 1 / 25), abs=6 * error[1] + 0.01 * critical * resistance
    )
    assert current[1] == pytest.approx(5 * critical)


def test_a_noise_amplitude_implies_a_temperature():
    assert noise_of_amplitude(0.2, 0.1) == pytest.approx(0.2)
    assert noise_of_amplitude(0.2, None) == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"capacitance": -1e-12}, "capacitance"),
        ({"temperature": -1.0}, "temperature"),
        ({"resistance": 0.0}, "resistance"),
        ({"critical_current": -1e-6}, "critical_current"),
        # in another unit: µA for A, pF for F
        ({"critical_current": 50.0}, "ampere"),
        ({"capacitance": 1.0}, "farad"),
        ({"temperature": 4200.0}, "kelvin"),
        ({"resistance": np.inf}, "resistance"),
    ],
)
def test_impossible_numbers_are_named(change, name):
    numbers = {"critical_current": 1e-6, "resistance": 10.0, "capacitance": 1e-12, "temperature": 4.2} | change
    with pytest.raises(ArgumentError, match=name):
        Junction.from_si(**numbers)

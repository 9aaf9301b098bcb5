"""Switching currents and the rate they tell."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.josephson import Junction, switching_currents
from evolaw.josephson.escapes.switching import SwitchingCurrents
from evolaw.josephson.formulas import escape_rate, thermal_switching


@pytest.fixture(scope="module")
def ramps():
    return switching_currents(Junction(damping=0.5, noise=0.02), 1e-4, 800, 3)


@pytest.mark.slow
def test_the_distribution_is_that_of_the_turnover_rate(ramps):
    """Kramers' leading order is 3 to 6 % high at these barriers, which moves the mean by a tenth of the width."""
    (mean, error), (width, width_error) = ramps.mean, ramps.deviation
    assert mean == pytest.approx(ramps.law.mean, abs=3 * error + 0.1 * ramps.law.deviation)
    assert width == pytest.approx(ramps.law.deviation, abs=3 * width_error + 0.05 * ramps.law.deviation)


@pytest.mark.slow
def test_inversion_recovers_the_rate_within_its_interval(ramps):
    """Bins with 20 and more switches, at 99.9 %, the theory's own 6 % allowed: 1 % of other seeds."""
    found = ramps.rates(12, confidence=0.999)
    theory = escape_rate(np.minimum(found.bias, 1.0), 0.5, 0.02)
    well = (found.switched >= 20) & (found.bias < 0.97)
    assert well.sum() >= 5
    assert np.all((theory[well] * 0.94 < found.high[well]) & (theory[well] > found.low[well]))
    # The rate grows tenfold and more over the bins, and what is recovered with it; a bin that all switched in has none.
    well &= np.isfinite(found.rate)
    seen = found.rate[well]
    assert np.corrcoef(np.log(seen), np.log(theory[well]))[0, 1] > 0.97 and seen.max() > 10 * seen.min()


@pytest.mark.slow
def test_it_is_an_array_of_currents(ramps):
    assert len(ramps) == 800 and np.asarray(ramps).shape == (800,)
    assert np.asarray(ramps).min() > ramps.first and np.asarray(ramps).max() < 1.05
    assert "law" in repr(ramps)


@pytest.mark.slow
def test_the_clock_of_a_junction_without_capacitance_is_another():
    """1 of 1000 other seeds, with Kramers' own error of a tenth of the width."""
    found = switching_currents(Junction(noise=0.02), 1e-4, 400, 1)
    assert found.mean[0] == pytest.approx(found.law.mean, abs=3.3 * found.mean[1] + 0.1 * found.law.deviation)


def test_a_ramp_that_outruns_heat_is_said_to_do_so():
    """At 0.05 a unit of time the barrier has gone before a junction has left: the law has nothing to say."""
    ramps = switching_currents(Junction(damping=0.5, noise=0.02), 1e-4, 100, 3)
    fast = SwitchingCurrents(ramps.junction, 0.05, ramps.currents, thermal_switching(0.5, 0.02, 0.05), 0.0, 0)
    assert ramps.is_slow and not fast.is_slow
    assert "does not hold" in repr(fast) and "does not hold" not in repr(ramps)
    with pytest.raises(ArgumentError, match=r'2e9 steps.*method="rate".*at least'):
        switching_currents(Junction(damping=0.5, noise=0.02), 1e-12, 10, 0, method="simulation")


@pytest.mark.slow
def test_phases_left_of_zero_are_in_the_well_they_start_in():
    """Without capacitance and with much noise, phases around 0 are drawn from one period: they were counted as having left."""
    found = switching_currents(Junction(noise=0.15), 1e-3, 256, 0, method="simulation")
    assert np.isfinite(found.currents).all() and found.currents.max() < 1.3


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="noise"):
        switching_currents(Junction(damping=0.5), 1e-4, 10, 0)
    with pytest.raises(ArgumentError, match="rate"):
        switching_currents(Junction(damping=0.5, noise=0.1), -1e-4, 10, 0)
    with pytest.raises(ArgumentError, match="sinusoidal"):
        switching_currents(Junction(noise=0.1, current_phase={2: 1.0}), 1e-4, 10, 0)

"""What a fit says."""

import numpy as np

from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter, thermal_check


def fit(**changes):
    numbers = {
        "critical_current": Parameter(1e-6, 0.9e-6, 1.1e-6),
        "resistance": Parameter(10.0, basis="given"),
        "capacitance": Parameter(None, basis="undetermined"),
        "temperature": Parameter(4.2, 4.0, 4.4),
    } | changes
    x = np.ones(3)
    return JunctionFit("iv", numbers, (Check("a?", True, "Yes.", 0.5),), "Measure.", x, x, x, x, ("x", "y"))


def test_the_junction_has_the_numbers():
    assert fit().junction.scales.critical_current == 1e-6 and fit().junction.is_overdamped
    assert fit(temperature=Parameter(None, basis="undetermined")).junction is None


def test_it_speaks_and_writes():
    said = repr(fit(critical_current=Parameter(1e-6, 1e-6, None)))
    assert "at least 1 µA" in said and "10 Ohm (given)" in said and "not determined" in said and "Measure." in said
    document = fit().document()
    assert document["parameters"]["temperature"] == {
        "value": 4.2,
        "interval": [4.0, 4.4],
        "basis": "fitted",
        "unit": "K",
    }
    assert document["checks"][0]["passed"] is True and document["next"]["says"] == "Measure."


def test_no_digit_is_said_that_the_interval_does_not_allow():
    """Two digits of the distance to the nearer end; the document keeps all."""
    found = Parameter(999.153e-9, 991.2513e-9, 1005.2371e-9)
    assert found.words("A") == "999.2 nA, 95 % from 991.3 to 1005.2"
    assert Parameter(7.98649, 7.8942, 8.0057).words("Ohm") == "7.986 Ohm, 95 % from 7.894 to 8.006"
    assert Parameter(123.456, 40.2, 411.9).words("K") == "123 K, 95 % from 40 to 412"
    assert Parameter(9.2513e-6, 9.2513e-6, None).words("A") == "at least 9.251 µA"
    assert fit(critical_current=found).document()["parameters"]["critical_current"]["interval"] == [
        991.2513e-9,
        1005.2371e-9,
    ]


def test_noise_that_may_be_none_has_an_upper_end():
    """The lower end of a search is no lower end of the temperature."""
    cold = Parameter(3e-4, 0.0, 3.5561e-3)
    assert cold.words("K") == "at most 3.56 mK"
    assert thermal_check(cold, None).says.startswith("The noise is at most that of 3.56 mK; give")
    assert thermal_check(cold, 1e-3).passed is True and thermal_check(cold, 4.2).passed is False
    assert "at most that of 3.56 mK, less than the bath's 4.2 K" in thermal_check(cold, 4.2).says

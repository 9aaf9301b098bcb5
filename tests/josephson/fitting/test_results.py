"""What a fit says."""

import numpy as np

from evolaw.josephson.fitting.results import Check, JunctionFit, Parameter


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

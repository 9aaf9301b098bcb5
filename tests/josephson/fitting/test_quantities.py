"""Numbers with units as text, and units alone."""

import pytest

from evolaw.errors import ParseError
from evolaw.josephson.fitting.quantities import quantity_of_text, unit_of


def test_quantities_as_they_are_typed():
    assert quantity_of_text("10 Ohm", "resistance") == 10
    assert quantity_of_text("4.2K", "temperature") == pytest.approx(4.2)
    for text, ramp in (("3 uA/s", 3e-6), ("2 µA/ms", 2e-3), ("5 nA/us", 5e-3), ("6 mA/min", 1e-4)):
        assert quantity_of_text(text, "ramp") == pytest.approx(ramp)
    for text, quantity in (("10", "resistance"), ("10 pF", "resistance"), ("ten Ohm", "resistance")):
        with pytest.raises(ParseError):
            quantity_of_text(text, quantity)


def test_quantities_in_the_wrong_unit_say_which():
    for text, quantity, says in (
        ("10", "resistance", "no unit"),
        ("10 pF", "resistance", "unit of a capacitance 'pF'"),
        ("4.2 C", "temperature", "unknown unit 'C'"),
        ("3 uA/xs", "ramp", "unknown unit 'uA/xs'"),
        ("1,5 uA", "current", "decimals with a point"),
        ("1.2.3 uA", "current", "must be a current with its unit"),
    ):
        with pytest.raises(ParseError, match=says):
            quantity_of_text(text, quantity)


def test_units_in_letters_and_in_words():
    for unit, scale, quantity in (
        ("µA", 1e-6, "current"),
        ("微伏", 1e-6, "voltage"),
        ("milliamp", 1e-3, "current"),
        ("s^-1", 1.0, "rate"),
        ("kHz", 1e3, "rate"),
    ):
        assert unit_of(unit) == (pytest.approx(scale), quantity)
    assert unit_of("furlong") == unit_of("") == unit_of("xA") == (None, None)

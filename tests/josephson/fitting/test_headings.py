"""What columns are, by their names or by their units alone."""

import pytest

from evolaw.errors import ParseError
from evolaw.josephson.fitting.headings import columns_of, is_units, kind_of


def read(*cells):
    return [(column.name, column.is_told) for column in columns_of(cells, "x.csv", 1)]


def test_a_name_that_is_not_known_is_read_by_its_unit():
    assert read("Strom [µA]", "Spannung (mV)") == [("current", False), ("voltage", False)]
    assert read("I (uA)", "V (mV)", "std of V (mV)", "time (s)") == [
        ("current", True), ("voltage", True), ("voltage error", False), ("", True)
    ]  # fmt: skip


def test_a_second_current_beside_one_that_says_its_name_is_left_out():
    assert read("coil (mA)", "I (uA)", "V (uV)")[0][0] == ""
    with pytest.raises(ParseError, match="Two columns are called 'current'"):
        read("left (uA)", "right (uA)", "V (uV)")


def test_a_line_of_units_is_one_of_units_alone():
    assert is_units(["µA", "(mV)", ""]) and is_units(["微安", "毫伏"])
    assert not is_units(["", ""]) and not is_units(["current", "mV"]) and not is_units(["1", "2"])


def test_kinds_of_measurement():
    assert kind_of({"current", "voltage"}, [], "x.csv", 1) == "iv"
    assert kind_of({"switching current", "count"}, [], "x.csv", 1) == "switching"
    assert kind_of({"current", "rate"}, [], "x.csv", 1) == "rates"
    with pytest.raises(ParseError, match="must be current and voltage"):
        kind_of({"current"}, [], "x.csv", 1)

"""Files of measured curves: units, and every way they go wrong."""

import numpy as np
import pytest

from evolaw.errors import ParseError
from evolaw.josephson.fitting.tables import quantity_of_text, read_table

GOOD = "# a junction\ncurrent (uA), voltage [mV]\n1.0, 0.001\n2.0, 0.0173\n3.0, 0.0283\n"


def written(tmp_path, text):
    file = tmp_path / "curve.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_units_become_si(tmp_path):
    table = read_table(written(tmp_path, GOOD))
    assert table.kind == "iv"
    np.testing.assert_allclose(table.columns["current"], [1e-6, 2e-6, 3e-6])
    np.testing.assert_allclose(table.columns["voltage"], [1e-6, 17.3e-6, 28.3e-6])


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("电流 (µA); 电压 (µV)", "iv"),
        ("I_bias (nA); U (mV)", "iv"),
        ("偏置电流 (nA), V_dc (mV)", "iv"),
        ("电流（微安）,电压（毫伏）,电压误差（纳伏）", "iv"),
        ("I_uA, V_mV", "iv"),
        ("I/nA; V/uV; sigma (uV)", "iv"),
        ("Isw (uA), N", "switching"),
        ("I (uA), Γ (1/s)", "rates"),
        ("Switching_current [nA]\tcounts", "switching"),
        ("I (A), escape rate (1/s), rate error (kHz)", "rates"),
    ],
)
def test_headings_of_all_kinds(tmp_path, heading, kind):
    separator = max(",;\t", key=heading.count)
    rows = "\n".join(separator.join(["1.5", "2", "3"][: heading.count(separator) + 1]) for _ in range(3))
    assert read_table(written(tmp_path, heading + "\n" + rows)).kind == kind


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (GOOD.replace(" (uA)", ""), r"2:1: 'current' has no unit.*current \(uA\)"),
        (GOOD.replace("(uA)", "(mV)").replace("[mV]", "[uA]"), r"2:1: .*unit of a voltage.*swapped"),
        (GOOD.replace("(uA)", "(furlong)"), "unknown unit 'furlong'"),
        (GOOD.replace("(uA)", "(mA)").replace("[mV]", "[kV]"), "Voltages reach .* V; a junction shows millivolts"),
        (GOOD.replace("2.0,", "2.0 mA,"), r"4:1: The cell '2.0 mA' has a unit of its own"),
        (GOOD.replace("voltage [mV]", "current [mA]"), "Two columns are called 'current'"),
        (GOOD.replace("0.0173", "seven"), r"4:2: The cell 'seven' is no number"),
        (GOOD.replace("0.0173", "nan"), "not finite"),
        (GOOD.replace("0.0173", "0.1, 7"), r":4: The line has 3 cells; the heading has 2\.$"),
        (GOOD.replace("2.0,", "2,0,0").replace("0.0173", ",17"), r":4: The line has 4 cells.*decimals with a point"),
        (GOOD.replace("voltage [mV]", "colour"), "is none of"),
        (GOOD.replace("[mV]", "[kV]").replace("0.0", "700."), "which no junction has"),
        ("current (uA)\n1\n2\n3\n", "The columns must be"),
        ("current (uA), voltage (mV)\n1,1\n", "at least three lines"),
    ],
)
def test_faults_have_their_line(tmp_path, text, says):
    with pytest.raises(ParseError, match=says):
        read_table(written(tmp_path, text))


def test_files_that_are_none(tmp_path):
    with pytest.raises(ParseError, match="no such file"):
        read_table(tmp_path / "missing.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParseError, match="UTF-8"):
        read_table(tmp_path / "x.csv")


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


def test_a_unit_that_changes_within_a_column_is_seen(tmp_path):
    """From µA to mA written as mA; sweeps that return to zero, start there, or go over decades are none such."""
    head = "current (uA), voltage (uV)\n"

    def read(currents):
        rows = "\n".join(f"{i}, {k + 1}" for k, i in enumerate(currents))
        return read_table(written(tmp_path, head + rows + "\n"))

    with pytest.raises(ParseError, match=r":7:1: From here on the currents are .* smaller"):
        read([1, 2, 3, 4, 5, 0.006, 0.007, 0.008])
    for fine in (
        [0, 0, 0, 1, 2, 3, 4],
        [1, 2, 3, 0.001, 1, 2, 3],
        [0.001, 0.01, 0.1, 1, 10, 100],
        [3, 2, 1, 0, -1, -2, -3],
    ):
        assert read(fine).kind == "iv"

"""Files of measured curves: units, and every way they go wrong."""

import numpy as np
import pytest

from evolaw.errors import ParseError
from evolaw.josephson.fitting.tables import read_table

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


POINTS = [(0.1 * k, 0.25 * k) for k in range(1, 7)]


def laid_out(heading, between, decimal=".", remark="", before=""):
    rows = [between.join(f"{x:.4f}".replace(".", decimal) for x in pair) for pair in POINTS]
    return before + remark + heading + "\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        laid_out("current (uA);voltage (uV)", ";", ","),
        laid_out("current (uA)\tvoltage (uV)", "\t", ","),
        laid_out("I (uA)   V (uV)", "   "),
        laid_out("current (uA), voltage (uV)", " ", remark="# "),
        laid_out("I_uA V_uV", "\t", remark="% "),
        laid_out("Strom [µA];Spannung [µV]", ";", ",", before="sep=;\n"),
        laid_out("I (uA),V (uV)", ",", before="Instrument: K2400\nDate,2024-01-02\n\n"),
        laid_out("Current\tVoltage\nµA\tµV\nsweep 1", "\t"),
        laid_out("Ibias in microamp,Junction voltage (microvolt)", ","),
        laid_out("I (uA),V (uV),", ","),
        laid_out("I (uA),V (uV)", ",").replace("0.1000,0.2500", '"0.1000","0.2500"'),
        laid_out('"I (uA)","V (uV)"', '","', ",").replace("\n0", '\n"0').replace("00\n", '00"\n'),
    ],
)
def test_files_as_laboratories_write_them(tmp_path, text):
    """Commas or points in decimals, what stands between columns, remarks, lines of units: the same numbers."""
    table = read_table(written(tmp_path, text))
    assert table.kind == "iv"
    np.testing.assert_allclose(table.columns["current"], [x * 1e-6 for x, _ in POINTS])
    np.testing.assert_allclose(table.columns["voltage"], [y * 1e-6 for _, y in POINTS])


def test_what_no_heading_says_is_told(tmp_path):
    text = "time (s),Strom (uA),V (uV),dV (uV)\n" + "".join(f"x,{k},{k},0.1\n" for k in range(1, 5))
    table = read_table(written(tmp_path, text))
    assert set(table.columns) == {"current", "voltage", "voltage error"}
    assert table.read_as == ("'Strom (uA)' is the current", "'dV (uV)' is the voltage error", "left out: 'time (s)'")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0.1,0.2\n0.2,0.3\n0.3,0.5\n", ":1: The numbers have no heading"),
        ("Isw (nA);N\n1,636;3\n1,637;5\n1,638;4\n", r":2:1: The cell '1,636' has a comma that may be"),
        ('I (nA),V (nV)\n"10.1","1,636.1"\n"11.1","1,7"\n"12.5","2"\n', r":2:2: The cell '1,636.1' has a comma"),
        ("I (uA),V (uV)\nseven,1\n8,2\n9,3\n10,4\n", r":2:1: The cell 'seven' is no number"),
        ("I (uA),V1 (uV),V2 (uV)\n1,2,3\n2,3,4\n3,4,5\n", "Two columns are called 'voltage'"),
        ("I (uA),V (uV)\n0,1\n0,2\n0,3\n", "All currents are zero"),
    ],
)
def test_what_may_mean_two_things_is_refused(tmp_path, text, says):
    with pytest.raises(ParseError, match=says):
        read_table(written(tmp_path, text))


def test_many_rows_are_read_in_proportion(tmp_path):
    """Each row was once compared with all: 40,000 took a minute."""
    rows = "\n".join(f"{k / 1e4:.4f},{k / 1e4:.4f}" for k in range(1, 40_001))
    assert read_table(written(tmp_path, "I (uA),V (uV)\n" + rows)).columns["current"].size == 40_000


def test_files_that_are_none(tmp_path):
    with pytest.raises(ParseError, match="no such file"):
        read_table(tmp_path / "missing.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ParseError, match="UTF-8"):
        read_table(tmp_path / "x.csv")


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


def test_blanks_stand_between_headings_of_either_kind(tmp_path):
    """One with its unit after a dash, the other in brackets without a blank: they were taken for one heading."""
    path = tmp_path / "rates.dat"
    path.write_text("I_nA rate(1/s)\n700 41.1\n710 80.2\n720 166\n730 350\n")
    found = read_table(path)
    assert found.kind == "rates" and found.columns["current"][0] == pytest.approx(7e-7)

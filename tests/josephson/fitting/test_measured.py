"""The door from a file to a junction."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError, ParseError
from evolaw.josephson.fitting.measured import fit_file
from evolaw.josephson.formulas import mean_voltage


def test_the_columns_decide(tmp_path):
    i = np.linspace(0.1, 3, 30)
    v = 10 * mean_voltage(i, 0.1761963) + 0.02 * np.random.default_rng(0).standard_normal(30)
    file = tmp_path / "iv.csv"
    file.write_text("current (uA), voltage (uV)\n" + "\n".join(f"{a:.6f}, {b:.6f}" for a, b in zip(i, v, strict=True)))
    fit = fit_file(file, capacitance=0.0, temperature=4.2)
    assert fit.kind == "iv" and fit.parameters["resistance"].value == pytest.approx(10, rel=0.01)
    with pytest.raises(ArgumentError, match="resistance"):
        fit_file(file, resistance=10.0)


@pytest.mark.slow
def test_what_the_data_cannot_tell_must_be_given(tmp_path):
    file = tmp_path / "switching.csv"
    file.write_text("switching current (uA), count\n9.0, 10\n9.1, 30\n9.2, 20\n9.25, 5\n")
    for missing in ("ramp", "resistance", "capacitance"):
        given = {"ramp": 1e-5, "resistance": 100.0, "capacitance": 1e-13}
        given.pop(missing)
        with pytest.raises(ArgumentError, match=missing):
            fit_file(file, **given)
    assert fit_file(file, ramp=1e-5, resistance=100.0, capacitance=1e-13).measured.sum() == 65


def test_a_curve_with_both_units_a_thousand_times_too_large_is_named(tmp_path):
    """Written in mA and mV instead of µA and µV, the rounding of 11.93 K is that of 11,930 K."""
    bias = np.linspace(0.1, 2, 30)
    rows = [f"{10 * i:.6g},{10 * v:.6g}" for i, v in zip(bias, mean_voltage(bias, 0.05), strict=True)]
    for units, is_hot in (("I_mA,V_mV", True), ("I_uA,V_uV", False)):
        file = tmp_path / "curve.csv"
        file.write_text("\n".join([units, *rows]), encoding="utf-8")
        if is_hot:
            with pytest.raises(ParseError, match=r"rounded as by 11\.9 kK.*a thousand times too large"):
                fit_file(file, capacitance=0.0)
        else:
            assert fit_file(file, capacitance=0.0).parameters["temperature"].value == pytest.approx(11.93, rel=0.01)

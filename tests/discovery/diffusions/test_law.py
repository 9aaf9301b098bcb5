"""The equation reads back, runs, and is stored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.ito import system

LAW = EquationLaw(
    ("x", "y"),
    {"x": {"x": 1.0, "x^3": -1.0}, "y": {"1": 0.5, "sin(x)": -2.0}},
    {"x": {"1": 0.3}, "y": {"1": 0.1, "y^2": 0.2}},
    {"x": {"x": 1.0, "x^3": -1.0}, "y": {"1": 0.5, "sin(x)": -2.0}},
    {"x": {"1": 0.3}, "y": {"1": 0.1, "y^2": 0.2}},
    (),
)


def test_the_text_is_an_equation_that_ito_reads() -> None:
    read = system(LAW.text.replace("\n", "; "))
    assert [str(part) for part in read.drift] == ["x*(1 - x**2)", "1/2 - 2*sin(x)"]
    assert LAW.text.splitlines()[0] == "dx = (x - x^3) dt + sqrt(2*(0.3)) dW1"


def test_the_law_is_an_sde() -> None:
    with precise("float64"):
        drift = np.asarray(LAW.sde.drift(0.0, np.array([0.4, 1.5]), LAW.sde.params))
    assert drift == pytest.approx([0.4 - 0.064, 0.5 - 2 * np.sin(0.4)], rel=1e-6)
    assert LAW.drift_at([np.array([0.4]), np.array([1.5])], "y")[0] == pytest.approx(drift[1], rel=1e-6)
    assert LAW.diffusion_at([np.array([0.4]), np.array([1.5])], "y")[0] == pytest.approx(0.1 + 0.2 * 2.25)


def test_a_law_writes_itself_in_a_line() -> None:
    assert repr(replace(LAW, open=("x: x^2",))) == (
        "EquationLaw(dx = (x - x^3 + 1 open) dt + sqrt(2*(0.3)) dW1; dy = (0.5 - 2*sin(x)) dt + sqrt(2*(0.1 + 0.2*y^2)) dW2)"
    )
    assert (
        LAW.sde.name == "dx = (x - x^3) dt + sqrt(2*(0.3)) dW1; dy = (0.5 - 2*sin(x)) dt + sqrt(2*(0.1 + 0.2*y^2)) dW2"
    )


def test_latex_and_typst_are_written() -> None:
    assert r"\mathrm{d}y &= \left(0.5 - 2\,\sin\left(x\right)\right)\mathrm{d}t" in LAW.latex
    assert LAW.typst.startswith("$ dif x &= (x - x^(3)) dif t")


def test_a_law_reads_back() -> None:
    assert EquationLaw.from_json(LAW.to_json()).to_json() == LAW.to_json()


def test_units_are_said_where_they_are_known() -> None:
    assert replace(LAW, units=("", "mV"), time_unit="ms").in_units == "y [mV], t [ms]"
    assert replace(LAW, units=("m",)).in_units == "x [m]"
    assert LAW.in_units == ""


def test_terms_of_the_time_are_written_and_run_and_left_out_of_the_drift_of_a_place() -> None:
    driven = EquationLaw(("x",), {"x": {"x": -1.0, "cos(2t)": 0.5}}, {}, {"x": {"x": -1.0, "cos(2t)": 0.5}}, {}, ())
    assert driven.text == "dx = (-x + 0.5*cos(2*t)) dt" and r"\cos\left(2\,t\right)" in driven.latex
    with precise("float64"):
        assert driven.sde.drift(0.3, np.array([0.4]), {})[0] == pytest.approx(0.5 * np.cos(0.6) - 0.4)
    assert driven.drift_at([np.array([0.4])], "x").tolist() == [-0.4]
    assert driven.drift_at([np.array([0.4]), np.array([0.3])], "x")[0] == pytest.approx(0.5 * np.cos(0.6) - 0.4)
    assert EquationLaw(("t",), {"t": {"t": -1.0}}, {}, {}, {}, ()).text == "dt = (-t) dt"

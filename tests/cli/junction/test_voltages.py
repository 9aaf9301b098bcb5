"""`evolaw junction iv|hysteresis|shapiro`: once each, on little work; the numbers are those of the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw.josephson.formulas import mean_voltage
from evolaw.storage import Run

SI = ("--ic", "1 uA", "--r", "10 Ohm", "--temperature", "4.2 K")


@pytest.mark.slow
def test_an_iv_curve_from_four_numbers(evolaw: Callable[..., Any]) -> None:
    """SI and reduced units are the same curve; the exact one stands beside it, the run directory and the figure are written."""
    done = evolaw(
        "junction",
        "iv",
        *SI,
        "--bias",
        "0.5,1.5",
        "--paths",
        64,
        "--duration",
        10,
        "--json",
        "--out",
        "run",
        "--figure",
        "iv.png",
    )
    assert done.code == 0 if hasattr(done, "code") else done.returncode == 0
    facts = json.loads(done.stdout)
    reduced = evolaw(
        "junction",
        "iv",
        "--noise",
        facts["junction"]["noise"],
        "--bias",
        "0.5,1.5",
        "--paths",
        64,
        "--duration",
        10,
        "--json",
    )
    assert json.loads(reduced.stdout)["voltage"] == facts["voltage"]
    np.testing.assert_allclose(facts["exact"], mean_voltage([0.5, 1.5], 0.1761963), rtol=1e-6)
    assert facts["junction"]["si"]["voltage_unit"] == pytest.approx(1e-5)
    assert Run.open("run").read("voltage").tolist() == facts["voltage"] and Path("iv.png").stat().st_size > 5000


@pytest.mark.slow
def test_text_has_a_line_a_bias_and_the_distance(evolaw: Callable[..., Any]) -> None:
    done = evolaw("junction", "iv", "--noise", 0.2, "--bias", "0.5,1.5", "--paths", 64, "--duration", 10)
    assert "standard errors" in done.stdout and "1.138999" in done.stdout


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("hysteresis", "--damping", 0.5, "--noise", 0, "--rate", 1e-3, "--points", 40), "orientation"),
        (("shapiro", "--noise", 0, "--bias", "0:2:5", "--amplitude", "0,1", "--frequency", 1, "--periods", 5), "turns"),
    ],
)
def test_each_curve_is_one_document(evolaw: Callable[..., Any], arguments: tuple[Any, ...], name: str) -> None:
    done = evolaw("junction", *arguments, "--json", "--figure", "x.svg")
    facts = json.loads(done.stdout)
    assert facts["schema"] == 1 and name in facts and Path(facts["figure"]).exists()

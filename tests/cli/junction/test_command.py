"""`evolaw junction …`: every sub-command once, on little work; its numbers are those of the library."""

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


def test_text_has_a_line_a_bias_and_the_distance(evolaw: Callable[..., Any]) -> None:
    done = evolaw("junction", "iv", "--noise", 0.2, "--bias", "0.5,1.5", "--paths", 64, "--duration", 10)
    assert "standard errors" in done.stdout and "1.138999" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("hysteresis", "--damping", 0.5, "--noise", 0, "--rate", 1e-3, "--points", 40), "orientation"),
        (("switching", "--damping", 0.5, "--noise", 0.05, "--rate", 1e-3, "--count", 50), "mean"),
        (("escape", "--damping", 0.5, "--noise", 0.2, "--bias", 0.5, "--escapes", 50), "rate"),
        (("shapiro", "--noise", 0, "--bias", "0:2:5", "--amplitude", "0,1", "--frequency", 1, "--periods", 5), "turns"),
        (("diffusion", "--noise", 0.5, "--bias", "1.5", "--paths", 64), "diffusion"),
        (("density", "--noise", 0.5, "--bias", 0.5, "--paths", 500, "--bins", 12), "distance"),
        (("array", "--kind", "ladder", "--size", 3, "--bias", 0.2, "--noise", 0.1, "--duration", 4), "order"),
        (("array", "--kind", "series", "--size", 4, "--duration", 4), "locked"),
    ],
)
def test_each_curve_is_one_document(evolaw: Callable[..., Any], arguments: tuple[Any, ...], name: str) -> None:
    done = evolaw("junction", *arguments, "--json", "--figure", "x.svg")
    facts = json.loads(done.stdout)
    assert facts["schema"] == 1 and name in facts and Path(facts["figure"]).exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("iv", "--ic", "1", "--r", "10 Ohm", "--temperature", "4.2 K"), "no unit"),
        (("iv", "--ic", "1 uV", "--r", "10 Ohm", "--temperature", "4.2 K"), "unit of a voltage"),
        (("iv", *SI, "--c", "-1 pF"), "capacitance"),
        (("iv", "--ic", "1 uA", "--r", "10 Ohm", "--temperature", "-4 K"), "temperature"),
        (("iv", *SI, "--noise", "0.1"), "noise"),
        (("iv",), "noise"),
        (("iv", "--noise", "0.1", "--bias", "0.5,0.4"), "rise strictly"),
        (("iv", "--noise", "0.1", "--damping", "50", "--dt", "0.5"), "Use dt="),
        (("switching", "--noise", "0.1", "--ramp", "3 uA/s"), "ramp"),
        (("iv", "--noise", "0.1", "--figure", "x.gif"), "figure"),
        (("array", "--kind", "heap"), "kind"),
        (("array", "--load", "1,2"), "load"),
    ],
)
def test_bad_input_is_a_sentence_and_exit_code_3(
    evolaw: Callable[..., Any], arguments: tuple[str, ...], says: str
) -> None:
    done = evolaw("junction", *arguments)
    assert done.returncode == 3 and says in done.stderr

"""``evolaw junction fit CURVE.csv``: from a measured curve to the junction, with intervals, checks and the next measurement."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli.junction import answers
from evolaw.cli.junction.options import Report

__all__ = ["fit_curve"]


def fit_curve(
    curve: Annotated[Path, typer.Argument(metavar="CURVE.csv", help="Columns with units in their headings: current (uA), voltage (mV); or switching current (uA); or current (uA), rate (1/s).")],
    ramp: Annotated[str | None, typer.Option("--ramp", help='dI/dt of switching currents, as "3 uA/s".')] = None,
    r: Annotated[str | None, typer.Option("--r", help='Resistance, for switching currents and rates, as "10 Ohm".')] = None,
    c: Annotated[str | None, typer.Option("--c", help='Capacitance, likewise, as "1 pF"; "0 F" for none. Of an I–V curve too, where it is known.')] = None,
    temperature: Annotated[str | None, typer.Option("--temperature", help='Of the bath, to compare with, as "4.2 K".')] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Run directory to write.")] = None,
    figure: Annotated[Path | None, typer.Option("--figure", help="Draw data, fit and residuals: .svg, .pdf or .png.")] = None,
    report: Report = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:  # fmt: skip
    """Find critical current, resistance, capacitance and effective temperature in a measured curve."""
    typed_words = dict(locals())
    from evolaw.josephson.fitting.measured import fit_file
    from evolaw.josephson.fitting.quantities import quantity_of_text

    with answers.kept("fit", typed_words) as place:
        if place.found is not None:
            answers.say(place.found, place, source=str(curve))
            return
        typed = {
            "ramp": (ramp, "ramp"),
            "resistance": (r, "resistance"),
            "capacitance": (c, "capacitance"),
            "temperature": (temperature, "temperature"),
        }
        numbers = {
            name: None if text is None else quantity_of_text(text, kind, name) for name, (text, kind) in typed.items()
        }
        found = fit_file(Path(curve), **numbers)
        answers.say(found, place, source=str(curve))

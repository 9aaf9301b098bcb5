"""Every option of ``evolaw junction`` that more than one verb has, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evolaw.cli import completion

__all__ = [
    "Bias",
    "Capacitance",
    "Critical",
    "Damping",
    "Duration",
    "Figure",
    "Json",
    "Noise",
    "Out",
    "Paths",
    "Precision",
    "Ramp",
    "Report",
    "Resistance",
    "Seed",
    "Step",
    "SweepRate",
    "Temperature",
]

_SI = "Junction in SI units"
_REDUCED = "Junction in reduced units"

Critical = Annotated[str | None, typer.Option("--ic", help='Critical current, as "1 uA".', rich_help_panel=_SI)]
Resistance = Annotated[str | None, typer.Option("--r", help='Shunt resistance, as "10 Ohm".', rich_help_panel=_SI)]
Capacitance = Annotated[
    str | None, typer.Option("--c", help='Capacitance, as "1 pF"; left out for none.', rich_help_panel=_SI)
]
Temperature = Annotated[str | None, typer.Option("--temperature", help='As "4.2 K".', rich_help_panel=_SI)]
Damping = Annotated[
    float | None,
    typer.Option("--damping", help="α = 1/√β_c; left out for no capacitance.", rich_help_panel=_REDUCED),
]
Noise = Annotated[float | None, typer.Option("--noise", help="D = k_B T/E_J.", rich_help_panel=_REDUCED)]

Bias = Annotated[str, typer.Option("--bias", help="I/I_c: 0.5, or 0.1,0.5,1, or FROM:TO:COUNT.")]
Step = Annotated[float | None, typer.Option("--dt", help="Time step; by default a tenth of the shortest time.")]
Duration = Annotated[float | None, typer.Option("--duration", help="Time watched, in the unit of the junction.")]
Paths = Annotated[int | None, typer.Option("--paths", help="Independent junctions.")]
Ramp = Annotated[str | None, typer.Option("--ramp", help='Instead, dI/dt in SI, as "3 uA/s".')]
SweepRate = Annotated[float | None, typer.Option("--rate", help="di/dt in the unit of the junction.")]
Precision = Annotated[
    str,
    typer.Option("--precision", autocompletion=completion.among("float64", "float32"), help="float64 or float32."),
]

Seed = Annotated[int, typer.Option("--seed", help="Seed of the noise.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Run directory to write; kill it, and the same command continues.")
]
Figure = Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf or .png.")]
Report = Annotated[Path | None, typer.Option("--report", help="HTML page to write.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

"""What is typed of a junction: four numbers with units, or two without; grids of biases; and the options that all curves have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import numpy as np

    from evolaw.josephson.junction import Junction

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
    "Resistance",
    "Seed",
    "Step",
    "Temperature",
    "grid",
    "junction_of",
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
Seed = Annotated[int, typer.Option("--seed", help="Seed of the noise.")]
Step = Annotated[float | None, typer.Option("--dt", help="Time step; by default a tenth of the shortest time.")]
Duration = Annotated[float | None, typer.Option("--duration", help="Time watched, in the unit of the junction.")]
Paths = Annotated[int | None, typer.Option("--paths", help="Independent junctions.")]
Out = Annotated[
    Path | None, typer.Option("--out", "-o", help="Run directory to write; kill it, and the same command continues.")
]
Figure = Annotated[Path | None, typer.Option("--figure", help="Draw it: .svg, .pdf or .png.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_MOST_POINTS = 100_000


def junction_of(
    ic: str | None,
    r: str | None,
    c: str | None,
    temperature: str | None,
    damping: float | None,
    noise: float | None,
    **more: Any,
) -> Junction:
    """Return the junction that was typed.

    Raises:
        ArgumentError: both kinds of units, or not enough of one.
        ParseError: a unit is missing, unknown, or of another quantity.
    """
    from evolaw import checks
    from evolaw.josephson.fitting.tables import quantity_of_text
    from evolaw.josephson.junction import Junction

    physical = {"ic": ic, "r": r, "c": c, "temperature": temperature}
    if any(value is not None for value in physical.values()):
        for name, value in (("damping", damping), ("noise", noise)):
            checks.require(value is None, name, "be left out beside --ic, --r, --c and --temperature", value)
        for name in ("ic", "r", "temperature"):
            checks.require(physical[name] is not None, name, "be given with its unit, beside the others in SI", None)
        return Junction.from_si(
            critical_current=quantity_of_text(str(ic), "current"),
            resistance=quantity_of_text(str(r), "resistance"),
            capacitance=None if c is None else quantity_of_text(c, "capacitance"),
            temperature=quantity_of_text(str(temperature), "temperature"),
            **more,
        )
    checks.require(
        noise is not None, "noise", "be given, or --ic, --r and --temperature in SI", None,
        'Write --noise 0.1, or --ic "1 uA" --r "10 Ohm" --temperature "4.2 K".',
    )  # fmt: skip
    return Junction(damping=damping, noise=float(noise or 0.0), **more)


def grid(text: str, name: str) -> np.ndarray:
    """Return the numbers of "0.5", "0.1,0.5,1" or "FROM:TO:COUNT".

    Example:
        >>> grid("0:1:3", "bias").tolist(), grid("0.5,2", "bias").tolist()
        ([0.0, 0.5, 1.0], [0.5, 2.0])
    """
    import numpy as np

    from evolaw import checks

    parts = text.split(":")
    if len(parts) == 3:
        count = checks.integer(
            int(parts[2]) if parts[2].strip().isdecimal() else parts[2], name, least=2, most=_MOST_POINTS
        )
        return np.linspace(checks.number(parts[0], name), checks.number(parts[1], name), count)
    checks.require(len(parts) == 1, name, "be numbers as 0.1,0.5,1 or FROM:TO:COUNT", text)
    return checks.increasing(np.array([checks.number(part, name) for part in text.split(",")]), name)

"""The one door from a file to a junction: what the columns are decides what is fitted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evolaw import checks, display
from evolaw.errors import ParseError
from evolaw.josephson.fitting.escape_fit import fit_rates, fit_switching
from evolaw.josephson.fitting.results import JunctionFit
from evolaw.josephson.fitting.tables import MeasuredTable, read_table
from evolaw.josephson.fitting.voltage_fit import fit_voltage
from evolaw.told import told

__all__ = ["fit_file"]

_HOTTEST = 1000.0


@told
def fit_file(
    path: str | Path,
    *,
    ramp: float | None = None,
    resistance: float | None = None,
    capacitance: float | None = None,
    temperature: float | None = None,
) -> JunctionFit:
    """Fit the measured curve in a file.

    Args:
        path: see `read_table`.
        ramp: dI/dt in A/s, for switching currents.
        resistance, capacitance: R and C in SI, for switching currents and rates, which cannot tell them; C, where it is known, for an
            I–V curve too.
        temperature: of the bath in kelvin, to compare the effective one with.

    Raises:
        ParseError: the file cannot be read, or a unit is missing, wrong or mixed.
        ArgumentError: what the data cannot tell was not given, or what they tell was.
    """
    table = read_table(path)
    found = _fitted(table, ramp, resistance, capacitance, temperature)
    return replace(found, read_as=table.read_as + found.read_as) if table.read_as else found


def _fitted(
    table: MeasuredTable,
    ramp: float | None,
    resistance: float | None,
    capacitance: float | None,
    temperature: float | None,
) -> JunctionFit:
    columns = table.columns
    if table.kind == "iv":
        for name, value in (("ramp", ramp), ("resistance", resistance)):
            checks.require(value is None, name, "be left out for an I–V curve", value)
        found = fit_voltage(
            columns["current"],
            columns["voltage"],
            columns.get("voltage error"),
            capacitance=capacitance,
            temperature=temperature,
        )
        _require_cool(found, table.source)
        return found
    why = "The attempt frequency cannot be told from the data."
    if resistance is None:
        raise checks.refuse("resistance", "be given for switching currents and rates", None, why)
    if capacitance is None:
        raise checks.refuse("capacitance", "be given for switching currents and rates, 0 for none", None, why)
    if table.kind == "rates":
        checks.require(ramp is None, "ramp", "be left out for a table of rates", ramp)
        error = columns.get("rate error")
        return fit_rates(
            columns["current"],
            columns["rate"],
            error,
            resistance=resistance,
            capacitance=capacitance,
            temperature=temperature,
        )
    if ramp is None:
        raise checks.refuse("ramp", "be given for switching currents, as 3 uA/s", None)
    currents = columns["switching current"]
    return fit_switching(
        currents,
        ramp,
        resistance=resistance,
        capacitance=capacitance,
        temperature=temperature,
        counts=columns.get("count"),
    )


def _require_cool(found: JunctionFit, source: str) -> None:
    """Refuse a curve rounded as no cold junction is: one whose currents and voltages are both a thousand times too large looks so."""
    kelvin = found.parameters["temperature"].value
    if kelvin is not None and kelvin > _HOTTEST:
        raise ParseError(
            f"The curve is rounded as by {display.quantity(kelvin, 'K', 3)}, which no junction lives at. Are both units right, or a thousand times too large?",
            source=source,
        )

"""Measured curves from files: columns with units, checked before a number is believed.

    current (uA), voltage (mV)[, voltage error (mV)]      an I–V curve, in the order it was swept
    switching current (uA)[, count]                       switching currents, one a ramp, or a histogram of them
    current (uA), rate (1/s)[, rate error (1/s)]          a table of escape rates

A unit stands in the heading of its column, in brackets or as its last word. A column without one, one whose unit is of another quantity, and cells with units of their
own are refused, with the line: numbers whose unit is guessed are wrong by a thousand sooner or later.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evolaw import checks
from evolaw.errors import ParseError
from evolaw.textfiles import read_text

__all__ = ["MeasuredTable", "quantity_of_text", "read_table"]

_LEAST_LINES, _APART = 3, 100.0
_MOST_VOLTS = 1.0
_MOST_BYTES, _MOST_ROWS = 64 * 2**20, 2_000_000
_PREFIXES = {
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "m": 1e-3,
    "u": 1e-6,
    "µ": 1e-6,
    "μ": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
}
_UNITS = {
    "A": "current",
    "V": "voltage",
    "Hz": "rate",
    "1/s": "rate",
    "s^-1": "rate",
    "A/s": "ramp",
    "K": "temperature",
    "Ohm": "resistance",
    "ohm": "resistance",
    "Ω": "resistance",
    "F": "capacitance",
}
_WORDS = {"安": "A", "伏": "V", "赫兹": "Hz", "赫": "Hz"}
_PREFIX_WORDS = {"": "", "千": "k", "毫": "m", "微": "u", "纳": "n", "皮": "p"}
"""Units in Chinese words, as 微安."""
_COLUMNS = {
    "current": ("current", ("bias", "bias current", "i", "i bias", "电流", "偏置电流")),
    "voltage": ("voltage", ("v", "u", "v dc", "电压")),
    "voltage error": ("voltage", ("sigma", "sigma v", "v error", "电压误差")),
    "switching current": ("current", ("isw", "i sw", "开关电流")),
    "rate": ("rate", ("escape rate", "γ", "逃逸率")),
    "rate error": ("rate", ("逃逸率误差",)),
    "count": ("count", ("counts", "n", "计数")),
}
"""Column -> its quantity, and what else it is called."""
_CALLED = {said: name for name, (_, others) in _COLUMNS.items() for said in (name, *others)}
_HEADING = re.compile(r"^\s*(?P<name>[^()\[\]]*?)\s*(?:[(\[]\s*(?P<unit>[^()\[\]]*?)\s*[)\]])?\s*$")


@dataclass(frozen=True)
class MeasuredTable:
    """A measured curve in SI units.

    Attributes:
        kind: "iv", "switching" or "rates".
        columns: name -> values in ampere, volt, 1/s.
        source: the file.
    """

    kind: str
    columns: dict[str, np.ndarray]
    source: str


def read_table(path: str | Path) -> MeasuredTable:
    """Read a measured curve.

    Args:
        path: a text file of comma-, semicolon- or tab-separated columns; lines that begin with # are remarks.

    Raises:
        ParseError: a heading has no unit, a wrong or an unknown one, two columns say the same, a cell is no number; with line and column.
    """
    text = read_text(path, _MOST_BYTES)
    lines = [
        (number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    if len(lines) < 4:
        raise ParseError("A measured curve needs a heading and at least three lines of numbers.", source=str(path))
    separator = max(",;\t", key=lines[0][1].count)
    rows = [(number, next(csv.reader(io.StringIO(line), delimiter=separator))) for number, line in lines]
    heading_line, heading = rows[0]
    names, scales = zip(*(_column(cell, str(path), heading_line, k) for k, cell in enumerate(heading, 1)), strict=True)
    _require_once(names, str(path), heading_line)
    if len(rows) > _MOST_ROWS:
        raise ParseError(f"The file has more than {_MOST_ROWS} lines of numbers.", source=str(path))
    values = np.array([_numbers(row, len(names), str(path), number) for number, row in rows[1:]])
    for k, name in enumerate(names):
        if name in ("current", "switching current"):
            _require_one_unit(values[:, k], [number for number, _ in rows[1:]], str(path), k + 1)
    columns = {name: values[:, k] * scales[k] for k, name in enumerate(names)}
    return MeasuredTable(_kind(columns, str(path), heading_line), columns, str(path))


def quantity_of_text(text: str, quantity: str, name: str | None = None) -> float:
    """Return a number with its unit in SI, as "4.2 K", "1 pF", "10 Ohm" or "3 uA/s".

    Args:
        text: number and unit.
        quantity: "current", "resistance", "capacitance", "temperature", "ramp", "voltage" or "rate".
        name: of the argument, for the message; None for the quantity's.

    Raises:
        ParseError: there is no number, no unit, or one of another quantity.

    Example:
        >>> quantity_of_text("1 pF", "capacitance"), round(quantity_of_text("100 nA/ms", "ramp"), 12)
        (1e-12, 0.0001)
    """
    found = re.fullmatch(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S+)?\s*", text)
    scale, kind = (None, None) if found is None or found[2] is None else _unit(found[2])
    if found is not None and scale is not None and kind == quantity:
        return float(found[1]) * scale
    if found is None:
        why = " Write decimals with a point." if re.fullmatch(r"\s*[-+]?\d+,\d+\s*\S*\s*", text) else ""
    elif found[2] is None:
        why = " It has no unit."
    else:
        why = f" It has the {f'unit of a {kind}' if kind else 'unknown unit'} {found[2]!r}."
    raise ParseError(
        f"Argument `{name or quantity}` must be a {quantity} with its unit, as {_EXAMPLES[quantity]!r}, but is {text!r}.{why}"
    )


def _unit(unit: str) -> tuple[float | None, str | None]:
    """What a number with this unit is multiplied with, and the quantity; None for an unknown unit."""
    unit = _in_letters(unit)
    ramp = re.fullmatch(r"(.*A)/(\S*s|min)", unit)
    if ramp and ramp[2] != "s":
        scale, kind = _unit(ramp[1] + "/s")
        time = 60.0 if ramp[2] == "min" else _PREFIXES.get(ramp[2][:-1])
        return (None, None) if scale is None or time is None else (scale / time, kind)
    for name in sorted(_UNITS, key=len, reverse=True):
        if unit.endswith(name) and unit[: -len(name)] in _PREFIXES:
            return _PREFIXES[unit[: -len(name)]], _UNITS[name]
    return None, None


def _in_letters(unit: str) -> str:
    """A unit written in Chinese words, in letters; any other as it is."""
    for word, letters in _WORDS.items():
        if unit.endswith(word) and unit.removesuffix(word) in _PREFIX_WORDS:
            return _PREFIX_WORDS[unit.removesuffix(word)] + letters
    return unit


_EXAMPLES = {
    "current": "10 uA",
    "voltage": "1 mV",
    "rate": "100 1/s",
    "ramp": "3 uA/s",
    "temperature": "4.2 K",
    "resistance": "10 Ohm",
    "capacitance": "1 pF",
}


def _column(cell: str, source: str, line: int, place: int) -> tuple[str, float]:
    """The name of a column and what its numbers are multiplied with."""
    found = _HEADING.match(checks.halfwidth(cell))
    words = (found["name"] if found else cell).replace("_", " ").replace("/", " ").split()
    unit = (found["unit"] or "") if found else ""
    # Without brackets the last word is the unit, as in I_uA and I/uA, where it is one.
    if not unit and len(words) > 1 and _unit(words[-1])[0] is not None:
        unit = words.pop()
    name = " ".join(words).lower()
    if name not in _CALLED:
        known = ", ".join(n for n in _CALLED if n.isascii())
        raise ParseError(
            f"The heading {cell.strip()!r} is none of: {known}, each with a unit as in 'current (uA)'.",
            source=source,
            line=line,
            column=place,
        )
    column = _CALLED[name]
    quantity = _COLUMNS[column][0]
    if quantity == "count":
        return column, 1.0
    return column, _scale(unit, quantity, cell.strip(), source, line, place)


def _scale(
    unit: str, quantity: str, where: str, source: str | None, line: int | None, place: int | None = None
) -> float:
    """What a number with this unit is multiplied with to be in SI."""
    if not unit:
        raise ParseError(
            f"{where!r} has no unit. Write it in brackets, for example '{quantity} ({_EXAMPLES[quantity].split()[1]})'.",
            source=source or "", line=line, column=place,
        )  # fmt: skip
    scale, kind = _unit(unit)
    if scale is not None:
        if kind != quantity:
            raise ParseError(
                f"{where!r} has the unit of a {kind}, {unit}, and must have that of a {quantity}. Are two columns swapped?",
                source=source or "", line=line, column=place,
            )  # fmt: skip
        return scale
    raise ParseError(
        f"{where!r} has the unknown unit {unit!r}; write one as in {_EXAMPLES[quantity]!r}.",
        source=source or "",
        line=line,
        column=place,
    )


def _require_once(names: tuple[str, ...], source: str, line: int) -> None:
    for place, name in enumerate(names, 1):
        if names.index(name) != place - 1:
            raise ParseError(
                f"Two columns are called {name!r}. Keep one; a current in two units would be two currents.",
                source=source,
                line=line,
                column=place,
            )


def _numbers(row: list[str], count: int, source: str, line: int) -> list[float]:
    if len(row) != count:
        why = " Write decimals with a point, or put semicolons between columns." if len(row) == 2 * count else ""
        raise ParseError(f"The line has {len(row)} cells; the heading has {count}.{why}", source=source, line=line)
    found = []
    for place, cell in enumerate(row, 1):
        try:
            value = float(cell)
        except ValueError:
            mixed = re.match(r"\s*[-+0-9.eE]+\s*[A-Za-zµμΩ]", cell)
            why = (
                "has a unit of its own; units stand in the heading, one for the whole column"
                if mixed
                else "is no number; write decimals with a point"
                if re.fullmatch(r"[-+]?\d+,\d+", cell.strip())
                else "is no number"
            )
            raise ParseError(f"The cell {cell.strip()!r} {why}.", source=source, line=line, column=place) from None
        if not np.isfinite(value):
            raise ParseError(f"The cell {cell.strip()!r} is not finite.", source=source, line=line, column=place)
        found.append(value)
    return found


def _require_one_unit(current: np.ndarray, lines: list[int], source: str, place: int) -> None:
    """Refuse currents that are hundreds of times smaller or larger from one line on: a column whose unit changed on the way."""
    size = np.abs(current)
    for cut in range(_LEAST_LINES, size.size - _LEAST_LINES + 1):
        before, after = size[:cut].max(), size[cut:].max()
        # A sweep begins or ends at zero: only a step of hundreds to what never comes back is no sweep.
        step = max(size[cut], size[cut - 1]) / max(min(size[cut], size[cut - 1]), 1e-300)
        apart = max(before, after) / (min(before, after) or np.inf)
        if apart > _APART and step > _APART:
            raise ParseError(
                f"From here on the currents are {apart:.2g} times {'smaller' if before > after else 'larger'}. Did the unit change within the column?",
                source=source,
                line=lines[cut],
                column=place,
            )


def _kind(columns: dict[str, np.ndarray], source: str, line: int) -> str:
    names = set(columns)
    if {"current", "voltage"} <= names:
        _require_plausible(columns["current"], columns["voltage"], source)
        return "iv"
    if "switching current" in names:
        return "switching"
    if {"current", "rate"} <= names:
        return "rates"
    raise ParseError(
        "The columns must be current and voltage, or switching current, or current and rate, but are " + ", ".join(sorted(names)) + ".",
        source=source, line=line,
    )  # fmt: skip


def _require_plausible(current: np.ndarray, voltage: np.ndarray, source: str) -> None:
    """Refuse an I–V curve whose resistance or voltage no junction has: its units are wrong, or its columns swapped."""
    large = np.abs(current) > np.abs(current).max() / 2
    ratio = float(np.median(np.abs(voltage[large] / current[large])))
    if not 1e-4 <= ratio <= 1e8:
        raise ParseError(
            f"Voltage over current is about {ratio:.2g} Ohm, which no junction has. Are the units of the two columns right, or the columns swapped?",
            source=source,
        )
    highest = float(np.abs(voltage).max())
    if highest > _MOST_VOLTS:
        raise ParseError(
            f"Voltages reach {highest:.2g} V; a junction shows millivolts. Is the unit of the voltage right?",
            source=source,
        )

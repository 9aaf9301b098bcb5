"""Measured curves from files: columns with units, checked before a number is believed.

    current (uA), voltage (mV)[, voltage error (mV)]      an I–V curve, in the order it was swept
    switching current (uA)[, count]                       switching currents, one a ramp, or a histogram of them
    current (uA), rate (1/s)[, rate error (1/s)]          a table of escape rates

A unit stands in the heading of its column, in brackets or as its last word, or in a line of units below the names. A column without one, one whose unit
is of another quantity, and cells with units of their own are refused, with the line: numbers whose unit is guessed are wrong by a thousand sooner or later.

Commas, semicolons, tabs or blanks stand between columns; decimals have a point, or a comma where nothing has a point. Lines that begin with #, %
or // are remarks, and so is what stands above the heading; a heading may be one (MATLAB's, NumPy's).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evolaw.errors import ParseError
from evolaw.josephson.fitting.headings import Column, columns_of, is_units, kind_of
from evolaw.textfiles import read_text

__all__ = ["MeasuredTable", "read_table"]

_LEAST_LINES, _APART = 3, 100.0
_MOST_VOLTS = 1.0
_MOST_BYTES, _MOST_ROWS = 64 * 2**20, 2_000_000
_ABOVE = 60
"""Lines above the numbers among which the heading is looked for."""
_REMARK = re.compile(r"^\s*(?:#|%|//)+\s?")
_NUMBER = re.compile(
    r"\s*(?:[-+−]?(?:\d+(?:,\d{3})*[.,]?\d*|[.,]\d+)(?:[eEdD][-+]?\d+)?\s*[A-Za-zµμΩ]{0,4}|[-+]?nan|[-+]?inf)\s*", re.I
)
_OWN_UNIT = re.compile(r"\s*[-+0-9.eE]+\s*[A-Za-zµμΩ]")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")
_TITLE = re.compile(r"[^()\[\]\s][^()\[\]]*?\s*[(\[][^()\[\]]*[)\]]|\S+")
Split = Callable[[str], list[str]]


@dataclass(frozen=True)
class MeasuredTable:
    """A measured curve in SI units.

    Attributes:
        kind: "iv", "switching" or "rates".
        columns: name -> values in ampere, volt, 1/s.
        source: the file.
        read_as: what was taken for what where a heading did not say it, a sentence each.
    """

    kind: str
    columns: dict[str, np.ndarray]
    source: str
    read_as: tuple[str, ...] = ()


def read_table(path: str | Path) -> MeasuredTable:
    """Read a measured curve.

    Args:
        path: a text file.

    Raises:
        ParseError: a heading has no unit, a wrong or an unknown one, two columns say the same, a cell is no number; with line and column.
    """
    source = str(path)
    lines = [(n, s) for n, s in enumerate(read_text(path, _MOST_BYTES).splitlines(), 1) if s.strip(" \t,;")]
    rows = [(n, s) for n, s in lines if not _REMARK.match(s)]
    first = next((k for k, (_, s) in enumerate(rows) if any(_is_numeric(cells(s)) for cells in _SPLITS.values())), None)
    if first is None or len(rows) - first < _LEAST_LINES:
        raise ParseError("A measured curve needs a heading and at least three lines of numbers.", source=source)
    begin, line = rows[first]
    above = [pair for pair in lines if pair[0] < begin][-_ABOVE:]
    place, columns, split = _layout(above, line, begin, source)
    # A line between heading and numbers that has a number is one of them, with a cell that is none.
    there = [k for k in range(first) if rows[k][0] > place and any(_NUMBER.fullmatch(c) for c in split(rows[k][1]))]
    rows = rows[min([*there, first]) :]
    if len(rows) > _MOST_ROWS:
        raise ParseError(f"The file has more than {_MOST_ROWS} lines of numbers.", source=source)
    values = _values([(n, split(s)) for n, s in rows], columns, source)
    for k, column in enumerate(columns):
        if column.name in ("current", "switching current"):
            _require_one_unit(values[:, k], [n for n, _ in rows], source, k + 1)
    found = {column.name: values[:, k] * column.scale for k, column in enumerate(columns) if column.name}
    kind = kind_of(set(found), columns, source, place)
    if kind == "iv":
        _require_plausible(found["current"], found["voltage"], source)
    return MeasuredTable(kind, found, source, _read_as(columns))


def _read_as(columns: Sequence[Column]) -> tuple[str, ...]:
    """What was not said by a heading in words that are known."""
    said = [f"{c.heading!r} is the {c.name}" for c in columns if c.name and not c.is_told]
    left = [repr(c.heading) for c in columns if not c.name and c.heading]
    return (*said, *([f"left out: {', '.join(left)}"] if left else []))


# -- how the file is laid out ---------------------------------------------------------------------------------------------


def _separated(mark: str) -> Split:
    def split(line: str) -> list[str]:
        cells = next(csv.reader([line], delimiter=mark)) if '"' in line else line.split(mark)
        while cells and not cells[-1].strip():
            cells.pop()
        return cells

    return split


_SPLITS: dict[str, Split] = {";": _separated(";"), "\t": _separated("\t"), ",": _separated(","), " ": str.split}
"""What stands between columns, the surest first: a comma may be one of decimals."""
_TITLES: dict[str, Split] = _SPLITS | {" ": _TITLE.findall}
"""The same for headings, whose names have blanks before their brackets."""


def _is_numeric(cells: Sequence[str]) -> bool:
    """Whether most cells are numbers; a column that is left out may hold words or times."""
    some = [cell for cell in cells if cell.strip()]
    return 2 * sum(bool(_NUMBER.fullmatch(cell)) for cell in some) > len(some)


def _layout(above: list[tuple[int, str]], line: str, number: int, source: str) -> tuple[int, list[Column], Split]:
    """The heading: its line, its columns; and how a line of numbers is taken apart.

    The heading is the lowest line above the numbers that makes sense of them, with a line of units below it or without. If none does, the
    fault that is told is that of the lowest line that is no remark.
    """
    splits = [(mark, split) for mark, split in _SPLITS.items() if _is_numeric(split(line))]
    fault: ParseError | None = None
    for n, text in reversed(above):
        bare = _REMARK.sub("", text)
        for title in sorted(_titles(bare), key=len, reverse=True):
            for cells in _with_units(title, [s for m, s in above if m > n]):
                for _, split in splits:
                    if len(cells) == len(split(line)):
                        try:
                            return n, columns_of(cells, source, n), split
                        except ParseError as error:
                            is_first = fault is None or (fault.line or 0) < n
                            fault = error if is_first and not _REMARK.match(text) else fault
    if fault is not None and not _is_apart(above, fault):
        raise fault
    lowest = next(((n, s) for n, s in reversed(above) if not _REMARK.match(s)), above[-1] if above else None)
    if lowest is None:
        raise ParseError(
            "The numbers have no heading. Write one with units above them, as 'current (uA), voltage (mV)'.",
            source=source,
            line=number,
        )
    bare = _REMARK.sub("", lowest[1])
    cells = max(_titles(bare), key=len)
    columns_of(cells, source, lowest[0])
    raise _uneven(splits[0][1](line), len(cells), source, number)


def _is_apart(above: list[tuple[int, str]], fault: ParseError) -> bool:
    """Whether a lower line that is no remark stands between the one of a fault and the numbers."""
    return any(n > (fault.line or 0) and not _REMARK.match(s) for n, s in above)


def _titles(line: str) -> list[list[str]]:
    """The ways to take a heading apart, each once."""
    found: list[list[str]] = []
    for split in (*_TITLES.values(), str.split):
        cells = [cell.strip().strip('"') for cell in split(line)]
        if cells and cells not in found:
            found.append(cells)
    return found


def _with_units(title: list[str], below: list[str]) -> list[list[str]]:
    """A heading by itself, and with each line of units that stands below it."""
    found = [title]
    for line in below:
        for cells in _titles(_REMARK.sub("", line)):
            if is_units(cells) and len(cells) <= len(title):
                units = [cell.strip("()[] ") for cell in cells] + [""] * (len(title) - len(cells))
                found.append([f"{name} ({unit})" if unit else name for name, unit in zip(title, units, strict=True)])
    return found


# -- numbers --------------------------------------------------------------------------------------------------------------


def _values(rows: list[tuple[int, list[str]]], columns: Sequence[Column], source: str) -> np.ndarray:
    """The numbers, shape (lines, columns); those of columns that are left out may be anything, and are zero."""
    wanted = [bool(column.name) for column in columns]
    comma = _has_decimal_commas(rows, wanted, source)
    found = np.zeros((len(rows), len(columns)))
    for k, (line, row) in enumerate(rows):
        if len(row) != len(columns):
            last = max(place for place, is_wanted in enumerate(wanted) if is_wanted)
            if not last < len(row) < len(columns):  # a line may end before columns that are left out
                raise _uneven(row, len(columns), source, line)
        for place, cell in enumerate(row):
            if wanted[place]:
                found[k, place] = _number(cell, comma, source, line, place + 1)
    return found


def _has_decimal_commas(rows: list[tuple[int, list[str]]], wanted: Sequence[bool], source: str) -> bool:
    """Whether decimals have a comma; refused where commas may be those of thousands."""
    there = [
        (line, place, cell.strip())
        for line, row in rows
        for place, (cell, is_wanted) in enumerate(zip(row, wanted, strict=False), 1)
        if is_wanted and "," in cell
    ]
    if not there:
        return False
    points = any("." in cell for _, row in rows for cell, is_wanted in zip(row, wanted, strict=False) if is_wanted)
    if points or all(_THOUSANDS.fullmatch(cell) for _, _, cell in there):
        line, place, cell = there[0]
        raise ParseError(
            f"The cell {cell!r} has a comma that may be one of decimals or of thousands; write decimals with a point and thousands without a mark.",
            source=source, line=line, column=place,
        )  # fmt: skip
    return True


def _uneven(row: Sequence[str], count: int, source: str, line: int) -> ParseError:
    why = " Write decimals with a point, or put semicolons between columns." if len(row) == 2 * count else ""
    return ParseError(f"The line has {len(row)} cells; the heading has {count}.{why}", source=source, line=line)


def _number(cell: str, comma: bool, source: str, line: int, place: int) -> float:
    text = cell.replace(",", ".") if comma else cell
    try:
        value = float(text)
    except ValueError:
        try:  # Fortran's and MATLAB's exponents, and the minus of typographers
            value = float(re.sub(r"(?<=[\d.])[dD](?=[-+]?\d)", "e", text).replace("−", "-"))
        except ValueError:
            why = (
                "has a unit of its own; units stand in the heading, one for the whole column"
                if _OWN_UNIT.match(cell)
                else "is no number"
            )
            raise ParseError(f"The cell {cell.strip()!r} {why}.", source=source, line=line, column=place) from None
    if not np.isfinite(value):
        raise ParseError(f"The cell {cell.strip()!r} is not finite.", source=source, line=line, column=place)
    return value


def _require_one_unit(current: np.ndarray, lines: Sequence[int], source: str, place: int) -> None:
    """Refuse currents that are hundreds of times smaller or larger from one line on: a column whose unit changed on the way."""
    size = np.abs(current)
    before, after = np.maximum.accumulate(size)[:-1], np.maximum.accumulate(size[::-1])[::-1][1:]
    # A sweep begins or ends at zero: only a step of hundreds to what never comes back is no sweep.
    step = np.maximum(size[1:], size[:-1]) / np.maximum(np.minimum(size[1:], size[:-1]), 1e-300)
    least = np.minimum(before, after)
    apart = np.divide(np.maximum(before, after), least, out=np.zeros_like(least), where=least > 0)
    cut = 1 + np.flatnonzero((apart > _APART) & (step > _APART))
    cut = cut[(cut >= _LEAST_LINES) & (cut <= size.size - _LEAST_LINES)]
    if cut.size:
        k = int(cut[0])
        raise ParseError(
            f"From here on the currents are {apart[k - 1]:.2g} times {'smaller' if before[k - 1] > after[k - 1] else 'larger'}. Did the unit change within the column, or are the columns swapped?",
            source=source,
            line=lines[k],
            column=place,
        )


def _require_plausible(current: np.ndarray, voltage: np.ndarray, source: str) -> None:
    """Refuse an I–V curve whose resistance or voltage no junction has: its units are wrong, or its columns swapped."""
    if not np.any(current):
        raise ParseError("All currents are zero.", source=source)
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

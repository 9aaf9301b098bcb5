"""Tables of text: a column of times, a column a component, maybe one that says which path.

    t, x, y                 the header names columns; "x (mV)", "x [mV]" give a unit; t, time or zeit is the time
    0.00, 1.02, -0.31       commas, tabs, semicolons or spaces; an empty field, NaN or NA is a missing value
    0.02, 1.05, -0.28       lines that begin with # are comments
    2026-01-31 12:00; 1,05  dates count in seconds from the first; between semicolons a comma is the point of a decimal
    ,t,x                    a first column without a heading that counts the rows, as pandas and R write it, is left out

A column called path, run, trajectory, track, particle or id (or track_id) tells several paths apart. Without a column called t or time one
called date, year, second, frame or the like is the time, then a first column without a heading, then the only column that rises evenly.
Without a header the first column is the time; a table of one column has one row each unit of time. What was chosen so is in ``notes``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evolaw.arrays import byte_size, memory_limit
from evolaw.errors import ParseError
from evolaw.textfiles import read_text, require_file

__all__ = ["Table", "column_roles", "parse_table", "plain_names", "read_table"]

_TIMES = ("t", "time", "times", "zeit", "时间", "时刻")
_ALSO_TIMES = (
    "date",
    "year",
    "years",
    "month",
    "day",
    "hour",
    "second",
    "seconds",
    "sec",
    "s",
    "ms",
    "timestamp",
    "position_t",
    "frame",
    "frames",
    "step",
)
"""Headings that are taken for the time where none is called so, in this order."""
_PATHS = (
    "path",
    "paths",
    "run",
    "trajectory",
    "track",
    "particle",
    "id",
    "track_id",
    "trackid",
    "particle_id",
    "trajectory_id",
    "path_id",
)
_UNNAMED = ("", "unnamed: 0")
"""What programs that write the number of every row put above it."""
_MISSING = ("", "nan", "na", "null", "none", "-", "--")
_HEADER = re.compile(r"\s*\"?\s*([^\[\(（\"]*?)\s*(?:[\[\(（]([^\]\)）]*)[\]\)）])?\s*\"?\s*")
_WITH_UNIT = re.compile(r"(t|time|times|zeit|时间|时刻)[ _.](s|sec|secs|seconds?|ms|us|µs|ns|min|h|hours?|d|days?)")
"""A heading of the time that ends in its unit, as time_s."""
_DATE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d")
_BYTES_A_BYTE = 12
"""Memory that a byte of text takes while it is read."""


@dataclass(frozen=True, eq=False)
class Table:
    """What a table says.

    Attributes:
        times: shape (rows,).
        values: shape (rows, components), NaN where missing.
        paths: number of the path of each row.
        names: one a component.
        units: one a component; "" where none was given.
        time_unit: unit of the times; "" where none was given.
        named: whether the names stood in the table.
        notes: sentences on what was chosen.
    """

    times: np.ndarray
    values: np.ndarray
    paths: np.ndarray
    names: tuple[str, ...]
    units: tuple[str, ...]
    time_unit: str
    named: bool
    notes: tuple[str, ...] = ()


def read_table(path: Path) -> Table:
    """Read a table from a file; one too large for the memory is refused before it is read."""
    path = require_file(path)
    size = path.stat().st_size
    if size * _BYTES_A_BYTE > memory_limit():
        raise ParseError(
            f"The file has {byte_size(size)}; reading it would take more than the {byte_size(memory_limit())} allowed. "
            "Give every tenth row, or save it as .npy.",
            source=str(path),
        )
    text = read_text(path, size)
    return parse_table(text, source=str(path))


def parse_table(text: str, source: str = "table") -> Table:
    """Read a table.

    Raises:
        ParseError: with line and column of a field that is no number, or a line that has too few.

    Example:
        >>> parse_table("t,x (mV)\\n0,1.5\\n0.1,1.25\\n").units
        ('mV',)
    """
    lines = [
        (n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise ParseError("The table holds no line.", source=source)
    mark = _separator(lines[0][1])
    first = _fields(lines[0][1], mark)
    headed = not all(_is_number(field) for field in first) or _is_counted(first)
    header = [_heading(field) for field in first] if headed else [("", "")] * len(first)
    body = lines[1:] if headed else lines
    if not body:
        raise ParseError("The table has a header and no line of numbers.", source=source)
    if mark == ";":
        body = _with_points(body)
    dated = _dates_as_seconds(body, mark, header if headed else None)
    numbers = _numbers(dated or body, mark, len(first), source)
    ends = headed and header[-1] == ("", "") and bool(np.isnan(numbers[:, -1]).all())
    if ends:  # a mark behind the last field of every line
        first, header, numbers = first[:-1], header[:-1], numbers[:, :-1]
    times, labels, notes = _time_column(header if headed else None, numbers, source, lines[0][0])
    paths = next((i for i, (name, _) in enumerate(header) if name.lower() in _PATHS), None)
    rest = [i for i in range(len(first)) if i not in (times, labels, paths)]
    if not rest:
        raise ParseError("The table holds times and no component.", source=source, line=lines[0][0])
    when = np.arange(float(len(numbers))) if times is None else numbers[:, times]
    bad = np.flatnonzero(~np.isfinite(when))
    if bad.size:
        raise ParseError("The time is missing.", source=source, line=body[int(bad[0])][0])
    names = plain_names([header[i][0] if headed else "" for i in rest])
    return Table(
        when,
        numbers[:, rest],
        np.zeros(len(numbers), int) if paths is None else np.unique(numbers[:, paths], return_inverse=True)[1],
        names,
        tuple(header[i][1] for i in rest),
        "s" if dated else "" if times is None else header[times][1],
        headed,
        notes,
    )


def column_roles(headings: Sequence[str], *, counted: bool) -> tuple[int | None, int | None, list[tuple[str, str]]]:
    """Return which column holds the times, which the number of the path (None for neither), and all headings as (name, unit).

    Args:
        headings: as they stand, "x (mm)".
        counted: whether nothing but a count of the rows stands beside the columns, so that a frame or a date is the time too.

    Example:
        >>> column_roles(["id", "frame", "x (mm)"], counted=True)
        (1, 0, [('id', ''), ('frame', ''), ('x', 'mm')])
    """
    header = [_heading(heading) for heading in headings]
    called = [name.lower() for name, _ in header]
    wanted = (*_TIMES, *_ALSO_TIMES) if counted else _TIMES
    times = next((called.index(name) for name in wanted if name in called), None)
    return times, next((i for i, name in enumerate(called) if name in _PATHS), None), header


def plain_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names of components that terms may use: those given, or x, y, z, or x1, x2, …

    Example:
        >>> plain_names(["position x", ""]), plain_names([""])
        (('position_x', 'y'), ('x',))
    """
    plain = {1: ("x",), 2: ("x", "y"), 3: ("x", "y", "z")}.get(
        len(names), tuple(f"x{i + 1}" for i in range(len(names)))
    )
    return tuple(_word(name) or plain[k] for k, name in enumerate(names))


class _Times(NamedTuple):
    """The column of the times, None where rows are counted; one of row numbers, which is left out; and what is to be said of them."""

    column: int | None
    labels: int | None = None
    notes: tuple[str, ...] = ()


_EACH_ROW = "The table has one column and no times: one unit of time from each row to the next."


def _time_column(header: list[tuple[str, str]] | None, numbers: np.ndarray, source: str, line: int) -> _Times:
    if header is None:
        return _Times(0) if numbers.shape[1] > 1 else _Times(None, None, (_EACH_ROW,))
    called = [name.lower() for name, _ in header]
    named = next((called.index(name) for name in (*_TIMES, *_ALSO_TIMES) if name in called), None)
    if named is None:
        named = next((k for k, name in enumerate(called) if _WITH_UNIT.fullmatch(name)), None)
    if called[0] in _UNNAMED and len(called) > 1:
        return _beside_labels(named, numbers, source, line)
    if named is not None:
        return _Times(named)
    if len(called) == 1:
        return _Times(None, None, (_EACH_ROW,))
    even = [k for k in range(len(called)) if called[k] not in _PATHS and _rises_evenly(numbers[:, k])]
    if len(even) == 1:
        return _Times(
            even[0], None, (f"The column {header[even[0]][0]}, the only one that rises evenly, was read as the time.",)
        )
    shown = ", ".join(name for name, _ in header)
    raise ParseError(
        f"No column is called t or time; there are {shown}. Name the column of times t.", source=source, line=line
    )


def _beside_labels(named: int | None, numbers: np.ndarray, source: str, line: int) -> _Times:
    """The times of a table whose first column has no heading: it counts the rows, or is the time itself where no other column is."""
    if named is None:
        return _Times(0, None, ("The first column, which has no heading, was read as the time.",))
    if not (numbers[:, 0] == np.floor(numbers[:, 0])).all():
        raise ParseError(
            "The first column has no heading and is no count of the rows. Name it, or drop it.",
            source=source,
            line=line,
        )
    return _Times(named, 0, ("The first column, which has no heading, counts the rows and was left out.",))


def _rises_evenly(column: np.ndarray) -> bool:
    """Whether a column is a clock: no state that moves by chance has equal steps to six digits."""
    steps = np.diff(column)
    return len(steps) > 2 and bool(steps.min() > 0) and bool(np.ptp(steps) <= 1e-6 * steps.max())


def _is_counted(first: list[str]) -> bool:
    """Whether a first line is what pandas writes above columns that have no name: nothing, 0, 1, 2, …"""
    return len(first) > 1 and first[0] == "" and first[1:] == [str(k) for k in range(len(first) - 1)]


def _separator(line: str) -> str | None:
    """The mark between fields; None for spaces."""
    return next((mark for mark in ("\t", ";", ",") if mark in line), None)


def _fields(line: str, mark: str | None) -> list[str]:
    return [field.strip().strip('"').strip() for field in line.split(mark)]


def _heading(field: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(field)
    return (found[1].strip(), (found[2] or "").strip()) if found else (field.strip(), "")


def _word(name: str) -> str:
    """A heading as a name that terms may use."""
    word = re.sub(r"\W+", "_", name).strip("_")
    return word if word and not word[0].isdigit() else ""


def _with_points(body: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Lines with semicolons between their fields: there a comma is the point of a decimal, where no other point is."""
    if any(re.search(r"\d\.\d", line) for _, line in body):
        return body
    return [(number, re.sub(r"(?<=\d),(?=\d)", ".", line)) for number, line in body]


def _dates_as_seconds(
    body: list[tuple[int, str]], mark: str | None, header: list[tuple[str, str]] | None
) -> list[tuple[int, str]] | None:
    """Lines whose times were dates, as 2026-01-31 23:59:59.5, now seconds from the first; None where they are none."""
    called = [name.lower() for name, _ in header or []]
    at = next((called.index(name) for name in (*_TIMES, *_ALSO_TIMES) if name in called), 0)
    rows = [_fields(line, mark) for _, line in body]
    if mark is None or not all(at < len(fields) and _DATE.match(fields[at]) for fields in rows):
        return None
    try:
        dates = np.array([fields[at].replace("/", "-").removesuffix("Z") for fields in rows], "datetime64[ns]")
    except ValueError:
        return None
    seconds = (dates - dates[0]) / np.timedelta64(1, "s")
    return [
        (number, mark.join([*fields[:at], repr(float(second)), *fields[at + 1 :]]))
        for (number, _), fields, second in zip(body, rows, seconds, strict=True)
    ]


def _is_number(field: str) -> bool:
    if field.lower() in _MISSING:
        return True
    try:
        float(field)
    except ValueError:
        return False
    return True


def _numbers(body: list[tuple[int, str]], mark: str | None, columns: int, source: str) -> np.ndarray:
    """The numbers of all lines: at once where every field is one, else field by field, so that the fault has its place."""
    try:
        found = np.loadtxt(io.StringIO("\n".join(line for _, line in body)), delimiter=mark, quotechar='"', ndmin=2)
        if found.shape[1] == columns:
            return found
    except ValueError:
        pass
    numbers = np.empty((len(body), columns))
    for row, (number, line) in enumerate(body):
        fields = _fields(line, mark)
        if len(fields) != columns:
            raise ParseError(f"The line has {len(fields)} fields, the first has {columns}.", source=source, line=number)
        for place, field in enumerate(fields):
            try:
                numbers[row, place] = np.nan if field.lower() in _MISSING else float(field)
            except ValueError:
                comma = " Write decimals with a point." if re.fullmatch(r"[-+]?\d+,\d+", field) else ""
                raise ParseError(
                    f"{field[:40]!r} is no number.{comma} Leave a missing value empty, or drop a column of text.",
                    source=source,
                    line=number,
                    column=place + 1,
                ) from None
    return numbers

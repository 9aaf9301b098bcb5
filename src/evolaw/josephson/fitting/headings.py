"""What the columns of a measured curve are, from their headings.

current (uA)    a name that is known, and its unit, without which it is refused
Strom (µA)      a name that is not, whose unit tells the quantity: read as the current, which is said
time (s)        neither, and not needed: left out, which is said
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evolaw import checks
from evolaw.errors import ParseError
from evolaw.josephson.fitting.quantities import EXAMPLES, unit_of

__all__ = ["Column", "columns_of", "is_units", "kind_of"]

_COLUMNS = {
    "current": ("current", ("bias", "bias current", "i", "i bias", "ibias", "电流", "偏置电流")),
    "voltage": ("voltage", ("v", "u", "v dc", "vdc", "电压")),
    "voltage error": ("voltage", ("sigma", "sigma v", "v error", "电压误差")),
    "switching current": ("current", ("isw", "i sw", "switching", "i switch", "开关电流")),
    "rate": ("rate", ("escape rate", "γ", "gamma", "逃逸率")),
    "rate error": ("rate", ("逃逸率误差",)),
    "count": ("count", ("counts", "n", "number", "events", "计数")),
}
"""Column -> its quantity, and what else it is called."""
_CALLED = {said: name for name, (_, others) in _COLUMNS.items() for said in (name, *others)}
_HEADING = re.compile(r"^\s*(?P<name>[^()\[\]]*?)\s*(?:[(\[]\s*(?P<unit>[^()\[\]]*?)\s*[)\]])?\s*$")
_ERROR = re.compile(r"err|std|sigma|σ|uncertain|deviation|±|误差|标准差|^[dδΔ] ?[ivu]\b", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        heading: as it was written.
        name: what it is, as "current"; "" where it is left out.
        scale: what its numbers are multiplied with to be in SI.
        is_told: whether its name said so, and not its unit alone.
    """

    heading: str
    name: str
    scale: float = 1.0
    is_told: bool = True


def columns_of(cells: Sequence[str], source: str, line: int) -> list[Column]:
    """Return what the columns under these headings are.

    Raises:
        ParseError: a known name has no unit, a wrong or an unknown one; two columns are the same; what is needed is not there.
    """
    found = [_column(cell, source, line, place) for place, cell in enumerate(cells, 1)]
    told = {column.name for column in found if column.is_told}
    # A second current beside one that says its name is something else: a critical current, a current of a coil.
    found = [Column(c.heading, "") if not c.is_told and c.name in told else c for c in found]
    _require_once([column.name for column in found], source, line)
    kind_of({column.name for column in found}, found, source, line)
    return found


def kind_of(names: set[str], columns: Sequence[Column], source: str, line: int) -> str:
    """Return what is measured: "iv", "switching" or "rates".

    Raises:
        ParseError: the columns make none of these; names the first heading that was not understood.
    """
    if {"current", "voltage"} <= names:
        return "iv"
    if "switching current" in names:
        return "switching"
    if {"current", "rate"} <= names:
        return "rates"
    for place, column in enumerate(columns, 1):
        if not column.name:
            known = ", ".join(n for n in _CALLED if n.isascii())
            raise ParseError(
                f"The heading {column.heading!r} is none of: {known}, each with a unit as in 'current (uA)'.",
                source=source,
                line=line,
                column=place,
            )
    raise ParseError(
        "The columns must be current and voltage, or switching current, or current and rate, but are " + ", ".join(sorted(names)) + ".",
        source=source, line=line,
    )  # fmt: skip


def is_units(cells: Sequence[str]) -> bool:
    """Return whether a line is one of units alone, as below the names in exports of programs for figures."""
    bare = [_bare(cell) for cell in cells]
    return any(bare) and all(not cell or unit_of(cell)[0] is not None for cell in bare)


def _bare(cell: str) -> str:
    return checks.halfwidth(cell).strip().strip("()[]").strip()


def _column(cell: str, source: str, line: int, place: int) -> Column:
    """One column: by its name, or by its unit where the name is not known."""
    found = _HEADING.match(checks.halfwidth(cell))
    words = (found["name"] if found else cell).replace("_", " ").replace("/", " ").split()
    unit = (found["unit"] or "") if found else ""
    # Without brackets the last word is the unit, as in I_uA, I/uA and "I in uA", where it is one.
    if not unit and len(words) > 1 and unit_of(words[-1])[0] is not None:
        unit = words.pop()
        words = words[:-1] if words[-1].lower() == "in" and len(words) > 1 else words
    name, heading = " ".join(words).lower(), cell.strip()
    known = _CALLED.get(name)
    if known is not None and _COLUMNS[known][0] == "count":
        return Column(heading, known)
    if known is not None:
        return Column(heading, known, _scale(unit, _COLUMNS[known][0], heading, source, line, place))
    scale, quantity = unit_of(unit) if unit else (None, None)
    if scale is None or quantity not in ("current", "voltage", "rate"):
        return Column(heading, "")
    if _ERROR.search(name):
        return Column(heading, "" if quantity == "current" else f"{quantity} error", scale, is_told=False)
    return Column(heading, quantity, scale, is_told=False)


def _scale(unit: str, quantity: str, where: str, source: str, line: int, place: int) -> float:
    """What a number with this unit is multiplied with to be in SI."""
    if not unit:
        raise ParseError(
            f"{where!r} has no unit. Write it in brackets, for example '{quantity} ({EXAMPLES[quantity].split()[1]})'.",
            source=source, line=line, column=place,
        )  # fmt: skip
    scale, kind = unit_of(unit)
    if scale is not None:
        if kind != quantity:
            raise ParseError(
                f"{where!r} has the unit of a {kind}, {unit}, and must have that of a {quantity}. Are two columns swapped?",
                source=source, line=line, column=place,
            )  # fmt: skip
        return scale
    raise ParseError(
        f"{where!r} has the unknown unit {unit!r}; write one as in {EXAMPLES[quantity]!r}.",
        source=source,
        line=line,
        column=place,
    )


def _require_once(names: Sequence[str], source: str, line: int) -> None:
    for place, name in enumerate(names, 1):
        if name and names.index(name) != place - 1:
            raise ParseError(
                f"Two columns are called {name!r}. Keep one; a current in two units would be two currents.",
                source=source,
                line=line,
                column=place,
            )

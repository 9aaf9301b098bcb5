"""Entries as little windows, and the map of what a recording visited.

    outer-totalistic   two rows of nine: dead and living centre, 0 to 8 living neighbours
    isotropic          one row a number of neighbours, one cell a Hensel letter, for a dead and for a living centre
    elementary         one row of eight: left, centre and right, in the middle of their little pictures
    general            16 x 32: the row is the upper four cells of the window, the column the other five
    generations, …     as the space of what is alive, and the number of states below it

The shade of a cell says how often the entry was visited, its sign what was decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evolaw.automata.rules.rule import entries as entries_of
from evolaw.discovery.lattices.model.rule_space import GENERATIONS
from evolaw.report.wording import short_count

__all__ = ["SIGNS", "EntryGroup", "EntryRow", "EntryView", "arrange", "family_of", "glyph", "views"]

SIGNS = {"present": "●", "absent": "○", "probabilistic": "◐", "undetermined": "?", "conflict": "✕"}
"""The sign of every decision: nobody has to tell colours apart."""

_SHADES = (1, 10, 100, 1000)


@dataclass(frozen=True)
class EntryView:
    """One entry as the page shows it.

    Attributes:
        name: entry name.
        window: one window of the entry, 0 … 511, for its little picture; None of the cycle of cells that age, which has none.
        decision, sign, visits: as decided; ``shade`` 0 (never visited) to 4 (a thousand times or more).
    """

    name: str
    window: int | None
    decision: str
    sign: str
    visits: float
    shade: int

    @property
    def label(self) -> str:
        """The name without its centre, which the group already says."""
        return self.name[1:] if self.name[:1] in "BS" else self.name

    @property
    def count(self) -> str:
        """The visits in at most four signs."""
        return short_count(self.visits)


@dataclass(frozen=True)
class EntryRow:
    """A row of the map: the number of living neighbours and its entries."""

    head: str
    cells: tuple[EntryView, ...]


@dataclass(frozen=True)
class EntryGroup:
    """The entries of a dead ("birth") or a living ("survival") centre, all windows ("windows"), those of a line ("line"), or the number of states ("cycle")."""

    key: str
    rows: tuple[EntryRow, ...]


def family_of(document: Mapping[str, Any]) -> str:
    """Return the space that the entries of a finding's JSON are of; where cells age that of what is alive.

    Example:
        >>> family_of({"space": "isotropic generations"}), family_of({"space": "general"})
        ('isotropic', 'general')
    """
    return GENERATIONS.get(document["space"], document["space"])


def views(document: Mapping[str, Any]) -> list[EntryView]:
    """Return the entries of a finding's JSON in their order."""
    space = entries_of(family_of(document))
    return [
        EntryView(
            name=entry["name"],
            window=int(min(space[entry["name"]])) if entry["name"] in space else None,
            decision=entry["decision"],
            sign=SIGNS[entry["decision"]],
            visits=entry["visits"],
            shade=sum(entry["visits"] >= least for least in _SHADES),
        )
        for entry in document["entries"]
    ]


def arrange(space: str, entries: list[EntryView]) -> list[EntryGroup]:
    """Lay the entries out as the map of their space."""
    if space in GENERATIONS:
        return [*arrange(GENERATIONS[space], entries[:-1]), EntryGroup("cycle", (EntryRow("", (entries[-1],)),))]
    if space == "elementary":
        return [EntryGroup("line", (EntryRow("", tuple(entries)),))]
    if space == "general":
        ordered = sorted(entries, key=lambda entry: entry.window or 0)
        rows = [EntryRow("", tuple(ordered[start : start + 32])) for start in range(0, 512, 32)]
        return [EntryGroup("windows", tuple(rows))]
    groups = []
    for key, letter in (("birth", "B"), ("survival", "S")):
        mine = [entry for entry in entries if entry.name.startswith(letter)]
        if space == "outer-totalistic":
            rows = [EntryRow("", tuple(mine))]
        else:
            counts = sorted({entry.name[1] for entry in mine})
            rows = [EntryRow(count, tuple(e for e in mine if e.name[1] == count)) for count in counts]
        groups.append(EntryGroup(key, tuple(rows)))
    return groups


def glyph(window: int) -> str:
    """Return the SVG path of the living cells of a window in a 3 x 3 square, north-west first.

    Example:
        >>> glyph(0b100010000)
        'M0 0h1v1h-1zM1 1h1v1h-1z'
    """
    alive = [place for place in range(9) if window >> (8 - place) & 1]
    return "".join(f"M{place % 3} {place // 3}h1v1h-1z" for place in alive)

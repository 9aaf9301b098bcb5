"""Rule spaces: which windows a law must treat alike, and the names of the entries that stay free.

A window is the integer 0 … 511 whose most significant bit is the north-west cell, row by row. An *entry* is a set of windows
with one common probability theta of a living cell in the next generation:

    general            512 entries, one a window                     000111000
    isotropic          102 entries, the orbits of the square's D4    B2a, S4t
    outer-totalistic    18 entries, centre and number of neighbours  B3, S2
    elementary           8 entries, left, centre, right of a line    011

The first three are nested: every outer-totalistic law is isotropic, every isotropic law is general. A line of cells is a board of one
row; its entries look at the middle row of the window alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import read_only
from evolaw.automata.rules.rule import ELEMENTARY, Rule
from evolaw.automata.rules.rule import entries as entries_of

__all__ = ["NESTED", "SPACES", "WINDOWS", "RuleSpace"]

NESTED = ("outer-totalistic", "isotropic", "general")
"""The spaces of the plane, from the narrowest to the widest."""

SPACES = (*NESTED, ELEMENTARY)
"""All spaces; the last is that of a line of cells."""

WINDOWS = 512
"""Number of 3 x 3 windows of a binary automaton."""


@dataclass(frozen=True, eq=False)
class RuleSpace:
    """A partition of the 512 windows into named entries; make one with `RuleSpace.named`.

    Attributes:
        name: one of `SPACES`.
        names: the entry names in canonical order.
        entry_of: entry index of every window, shape (512,).
        sizes: number of windows of every entry, shape (entries,).

    Example:
        >>> space = RuleSpace.named("isotropic")
        >>> len(space), space.names[:2], int(space.sizes.max())
        (102, ('B0', 'B1c'), 8)
    """

    name: str
    names: tuple[str, ...]
    entry_of: np.ndarray
    sizes: np.ndarray

    @classmethod
    def named(cls, space: str | RuleSpace) -> RuleSpace:
        """Return the space of that name; a RuleSpace comes back as it is."""
        return space if isinstance(space, RuleSpace) else _build(checks.one_of(space, "space", SPACES))

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.names)

    @property
    def wider(self) -> RuleSpace | None:
        """The next wider space; None for the general one, and for that of a line."""
        place = SPACES.index(self.name)
        return _build(NESTED[place + 1]) if place + 1 < len(NESTED) else None

    @property
    def is_line(self) -> bool:
        """Whether its laws move a line of cells."""
        return self.name == ELEMENTARY

    def index(self, entry: str) -> int:
        """Return the index of an entry name; an unknown one is refused with the nearest name."""
        place = _places(self.name).get(entry)
        if place is None:
            suggestion = checks.nearest(entry, self.names)
            raise checks.refuse(
                "entry",
                f"name an entry of the {self.name} space, such as {self.names[3]}",
                entry,
                f"Did you mean {suggestion}?" if suggestion else "",
            )
        return place

    def windows(self, entry: int | str) -> np.ndarray:
        """Return the windows of an entry, rising."""
        place = self.index(entry) if isinstance(entry, str) else entry
        return np.flatnonzero(self.entry_of == place)

    def pool(self, counts: np.ndarray) -> np.ndarray:
        """Add what was counted per window, shape (512,), into sums per entry, shape (entries,)."""
        return np.bincount(self.entry_of, weights=counts, minlength=len(self)).astype(np.asarray(counts).dtype)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Give every window the value of its entry: (…, entries) -> (…, 512)."""
        return np.asarray(values)[..., self.entry_of]

    def rule(self, values: np.ndarray) -> Rule:
        """Return the rule of 3x3 windows with these entry values: 0, 1, or probabilities; shape (entries,)."""
        table = self.spread(np.asarray(values, np.float64))
        return Rule.from_table(table.astype(np.uint8) if np.isin(table, (0, 1)).all() else table)

    def written(self, values: np.ndarray) -> Rule:
        """Return the rule with these entry values as it is written and named: of a line as an elementary rule."""
        return Rule.from_table(np.asarray(values, np.float64)) if self.is_line else self.rule(values)

    def on_windows(self, rule: Rule) -> Rule:
        """Return the rule that `written` gave as one of 3x3 windows."""
        return self.rule(rule.probabilities).with_noise(rule.noise) if rule.neighbourhood == "line" else rule

    def known(self, known: Mapping[str, Any] | str | None) -> np.ndarray:
        """Return what is known beforehand as one number an entry, NaN where the entry is free.

        Args:
            known: entry name -> 0, 1 or a probability; or text such as "B3,S2=0", in which a bare name means 1.

        Raises:
            ArgumentError: an unknown name, a value outside [0, 1], or an entry given twice with different values.

        Example:
            >>> RuleSpace.named("outer-totalistic").known("B3,S2=0")[[3, 11]]
            array([1., 0.])
        """
        values = np.full(len(self), np.nan)
        for entry, given in _pairs(known):
            place, value = self.index(entry), checks.probability(given, f"known[{entry}]")
            before = values[place]
            checks.require(
                bool(np.isnan(before) or before == value), "known", f"give {entry} one value", f"{before} and {value}"
            )
            values[place] = value
        return values


def _pairs(known: Mapping[str, Any] | str | None) -> list[tuple[str, Any]]:
    if known is None:
        return []
    if isinstance(known, Mapping):
        return [(str(entry), value) for entry, value in known.items()]
    checks.require(isinstance(known, str), "known", "be a mapping such as {'B3': 1} or text such as 'B3,S2=0'", known)
    pieces = [piece.strip() for piece in known.split(",") if piece.strip()]
    return [(name.strip(), value.strip() or 1) for name, _, value in (piece.partition("=") for piece in pieces)]


@cache
def _build(name: str) -> RuleSpace:
    entries = entries_of(name)
    entry_of = np.zeros(WINDOWS, np.int64)
    for place, windows in enumerate(entries.values()):
        entry_of[windows] = place
    sizes = np.bincount(entry_of, minlength=len(entries))
    return RuleSpace(name, tuple(entries), read_only(entry_of), read_only(sizes))


@cache
def _places(name: str) -> dict[str, int]:
    return {entry: place for place, entry in enumerate(_build(name).names)}

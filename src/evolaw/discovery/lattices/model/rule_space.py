"""Rule spaces: which windows a law must treat alike, and the names of the entries that stay free.

A window is the integer 0 … 511 whose most significant bit is the north-west cell, row by row. An *entry* is a set of windows
with one common probability theta of a living cell in the next generation:

    general            512 entries, one a window                     000111000
    isotropic          102 entries, the orbits of the square's D4    B2a, S4t
    outer-totalistic    18 entries, centre and number of neighbours  B3, S2
    elementary           8 entries, left, centre, right of a line    011

The first three are nested: every outer-totalistic law is isotropic, every isotropic law is general. A line of cells is a board of one
row; its entries look at the middle row of the window alone.

Cells of more than two states age when they die (`automata.Generations`); what is alive moves by a law of two states, so that three spaces
hold its entries again, and one more for the cycle of the ages:

    generations             18 + 1 entries, those of an outer-totalistic law     B2, S3, C4
    isotropic generations  102 + 1 entries, those of an isotropic law            B2a, S4t, C4
    general generations    512 + 1 entries, those of any law                     000111000, C4

C4 says that a cell has four states: what dies is 2 next, then 3, then 0. Looks at the cycle have the number `CYCLE` in the place of a
window's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import read_only
from evolaw.automata.rules.generations import Generations
from evolaw.automata.rules.reading import MOST_STATES
from evolaw.automata.rules.rule import ELEMENTARY, Rule
from evolaw.automata.rules.rule import entries as entries_of

__all__ = ["CYCLE", "GENERATIONS", "NESTED", "SPACES", "WINDOWS", "RuleSpace", "declared_states"]

NESTED = ("outer-totalistic", "isotropic", "general")
"""The spaces of the plane, from the narrowest to the widest."""

GENERATIONS = {
    "generations": "outer-totalistic",
    "isotropic generations": "isotropic",
    "general generations": "general",
}
"""The spaces of cells that age, from the narrower to the wider, and that of what is alive in each."""

SPACES = (*NESTED, ELEMENTARY, *GENERATIONS)
"""All spaces."""

WINDOWS = 512
"""Number of 3 x 3 windows of a binary automaton."""

CYCLE = WINDOWS
"""Number of a look at the cycle of the ages, in the place of a window's."""

_BITS = 1 << np.arange(8, -1, -1)


@dataclass(frozen=True, eq=False)
class RuleSpace:
    """A partition of the 512 windows into named entries; make one with `RuleSpace.named`.

    Attributes:
        name: one of `SPACES`.
        names: the entry names in canonical order.
        entry_of: entry index of every window, shape (512,); where cells age also of `CYCLE`, shape (513,).
        sizes: number of windows of every entry, shape (entries,).
        states: how many states a cell has.

    Example:
        >>> space = RuleSpace.named("isotropic")
        >>> len(space), space.names[:2], int(space.sizes.max())
        (102, ('B0', 'B1c'), 8)
    """

    name: str
    names: tuple[str, ...]
    entry_of: np.ndarray
    sizes: np.ndarray
    states: int = 2

    @classmethod
    def named(cls, space: str | RuleSpace, states: int = 3) -> RuleSpace:
        """Return the space of that name, where cells age of so many states; a RuleSpace comes back as it is."""
        if isinstance(space, RuleSpace):
            return space
        checks.one_of(space, "space", SPACES)
        return _build(space, checks.integer(states, "states", least=3, most=MOST_STATES) if space in GENERATIONS else 2)

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.names)

    @property
    def wider(self) -> RuleSpace | None:
        """The next wider space; None for the general one, and for that of a line."""
        family = tuple(GENERATIONS) if self.ages else NESTED
        place = family.index(self.name) + 1 if self.name in family else len(family)
        return _build(family[place], self.states) if place < len(family) else None

    @property
    def is_line(self) -> bool:
        """Whether its laws move a line of cells."""
        return self.name == ELEMENTARY

    @property
    def ages(self) -> bool:
        """Whether its laws move cells that age; then the last entry is the cycle."""
        return self.states > 2

    @property
    def isotropic(self) -> RuleSpace:
        """The space of isotropic laws of as many states."""
        return _build("isotropic generations" if self.ages else "isotropic", self.states)

    @property
    def family(self) -> str:
        """The name of the space of what is alive; its own where cells do not age."""
        return GENERATIONS.get(self.name, self.name)

    def index(self, entry: str) -> int:
        """Return the index of an entry name; an unknown one is refused with the nearest name."""
        place = _places(self.name, self.states).get(entry)
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
        """Return the windows of an entry, rising; of the cycle `CYCLE`."""
        place = self.index(entry) if isinstance(entry, str) else entry
        return np.flatnonzero(self.entry_of == place)

    def entries_at(self, cells: np.ndarray) -> np.ndarray:
        """Return the entries of windows given by their nine cells, 0 or 1, north-west first: (…, 9) -> (…).

        Example:
            >>> space = RuleSpace.named("outer-totalistic")
            >>> space.names[space.entries_at(np.array([0, 0, 0, 1, 1, 1, 0, 0, 0]))]
            'S2'
        """
        return self.entry_of[cells.astype(np.int64) @ _BITS]

    def pool(self, counts: np.ndarray) -> np.ndarray:
        """Add what was counted per window, shaped as `entry_of`, into sums per entry, shape (entries,)."""
        return np.bincount(self.entry_of, weights=counts, minlength=len(self)).astype(np.asarray(counts).dtype)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Give every window the value of its entry: (…, entries) -> (…, windows)."""
        return np.asarray(values)[..., self.entry_of]

    def rule(self, values: np.ndarray) -> Rule:
        """Return the rule of 3x3 windows with these entry values: 0, 1, or probabilities; shape (entries,). Where cells age that of the living."""
        table = self.spread(np.asarray(values, np.float64))[:WINDOWS]
        return Rule.from_table(table.astype(np.uint8) if np.isin(table, (0, 1)).all() else table)

    def written(self, values: np.ndarray, states: int | None = None) -> Rule | Generations:
        """Return the law with these entry values as it is written and named: of a line as an elementary rule.

        Args:
            values: shape (entries,).
            states: where cells age, how many states they have, if not as many as those of the space.
        """
        if self.ages:
            return Generations.of(self.rule(values), states or self.states)
        return Rule.from_table(np.asarray(values, np.float64)) if self.is_line else self.rule(values)

    def on_windows(self, law: Rule | Generations) -> Rule:
        """Return the rule of 3x3 windows by which the living of a law move that `written` gave."""
        rule = law.alive if isinstance(law, Generations) else law
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
            checks.require(
                not self.ages or place < len(self) - 1 or value == 1,
                "known",
                f"give {entry} no other value than 1",
                value,
            )
            before = values[place]
            checks.require(
                bool(np.isnan(before) or before == value), "known", f"give {entry} one value", f"{before} and {value}"
            )
            values[place] = value
        return values


def declared_states(known: Mapping[str, Any] | str | None) -> int | None:
    """Return the number of states that known entries declare, as C4 does; None where they declare none.

    Example:
        >>> declared_states("B3, C4"), declared_states({"S2": 1})
        (4, None)
    """
    found = [re.fullmatch(r"C(\d{1,4})", name) for name, _ in _pairs(known)]
    counts = {int(match[1]) for match in found if match}
    checks.require(len(counts) < 2, "known", "give one number of states", ", ".join(f"C{n}" for n in sorted(counts)))
    return counts.pop() if counts else None


def _pairs(known: Mapping[str, Any] | str | None) -> list[tuple[str, Any]]:
    if known is None:
        return []
    if isinstance(known, Mapping):
        return [(str(entry), value) for entry, value in known.items()]
    checks.require(isinstance(known, str), "known", "be a mapping such as {'B3': 1} or text such as 'B3,S2=0'", known)
    pieces = [piece.strip() for piece in known.split(",") if piece.strip()]
    return [(name.strip(), value.strip() or 1) for name, _, value in (piece.partition("=") for piece in pieces)]


@cache
def _build(name: str, states: int = 2) -> RuleSpace:
    entries = entries_of(GENERATIONS.get(name, name))
    if name in GENERATIONS:
        entries = entries | {f"C{states}": np.array([CYCLE])}
    entry_of = np.zeros(WINDOWS + (name in GENERATIONS), np.int64)
    for place, windows in enumerate(entries.values()):
        entry_of[windows] = place
    sizes = np.bincount(entry_of, minlength=len(entries))
    return RuleSpace(name, tuple(entries), read_only(entry_of), read_only(sizes), states)


@cache
def _places(name: str, states: int) -> dict[str, int]:
    return {entry: place for place, entry in enumerate(_build(name, states).names)}

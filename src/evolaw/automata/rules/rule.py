"""Rules of binary cellular automata: the law of a lattice.

A rule says for every neighbourhood state the probability that the cell is alive next. Deterministic rules have
probabilities 0 and 1. Two rules are equal when they are the same law, in whatever notation they were written.

    Rule("B3/S23")   Rule("B3/S2-i34q")   Rule("MAP…")   Rule("B2/S34H")   Rule("W110")   Rule("R5,C0,M1,S34..58,B34..45,NM")
    Rule("B3/S2=0.9,3")   Rule("B3/S23~0.01")

`reading` describes the notations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import read_only
from evolaw.automata.grid.neighbourhoods import (
    CENTRE,
    HEXAGONAL,
    LINE_WINDOWS,
    VON_NEUMANN,
    WINDOWS,
    alive_neighbours,
    inner_windows,
    reflect_windows,
    rotate_windows,
)
from evolaw.automata.rules.hensel import arrangement_numbers, arrangements
from evolaw.automata.rules.reading import parse_rule
from evolaw.automata.rules.tables import MOST_RADIUS, RuleTable, family, neighbour_count, table_from_counts
from evolaw.automata.rules.writing import write_hensel, write_map, write_rule
from evolaw.told import told

__all__ = ["ELEMENTARY", "SPACES", "Rule", "entries", "reflect_windows", "rotate_windows"]

SPACES = ("outer-totalistic", "isotropic", "general")
ELEMENTARY = "elementary"
"""The spaces of 3x3 rules, from narrow to wide: 18, 102 and 512 entries."""

_TABLE_SIZES = {WINDOWS: WINDOWS - 1, 128: HEXAGONAL, 32: VON_NEUMANN}
_FAMILIES = {
    "moore-counts": ("moore", "outer-totalistic"),
    "vonneumann-counts": ("vonneumann", "isotropic"),
    "hexagonal-counts": ("hexagonal", "general"),
    "isotropic": ("moore", "isotropic"),
    "vonneumann": ("vonneumann", "general"),
    "hexagonal": ("hexagonal", "general"),
    "moore": ("moore", "general"),
}

Counts = Iterable[int] | Mapping[int, float]


class Rule:
    """The law of a binary cellular automaton; frozen, hashable, equal to every other writing of the same law.

    Args:
        rule: text in any notation of `reading`, or a Rule.

    Raises:
        ParseError: the text is no rule; it carries the column.

    Example:
        >>> life = Rule("23/3")
        >>> life
        Rule('B3/S23')
        >>> life == Rule(life.map_string)
        True
    """

    _parts: RuleTable

    def __init__(self, rule: str | Rule) -> None:
        self.__dict__.update(rule.__dict__ if isinstance(rule, Rule) else {"_parts": parse_rule(rule)})

    @classmethod
    def _from_parts(cls, parts: RuleTable) -> Rule:
        rule = object.__new__(cls)
        rule.__dict__["_parts"] = parts
        return rule

    @cached_property
    def _text(self) -> str:
        return write_rule(self._parts)

    @cached_property
    def _certain(self) -> bool:
        return bool(np.isin(self._parts.probabilities, (0, 1)).all())

    @cached_property
    def _place(self) -> tuple[str, str]:
        """Neighbourhood and narrowest space."""
        if self._parts.kind == "window":
            return _FAMILIES[family(self._parts.probabilities)]
        return ("line", "general") if self._parts.kind == "line" else (f"{self._parts.kind}-r", "outer-totalistic")

    @classmethod
    def from_table(cls, table: Any, *, noise: float = 0.0) -> Rule:
        """Build a rule from the probability that each window gives life.

        Args:
            table: 512 values (3x3 windows), 128 (hexagonal), 32 (von Neumann) or 8 (line), each from 0 to 1, in the order
                of the window numbers of `neighbourhoods`.
            noise: probability that a cell is flipped after the update.

        Example:
            >>> Rule.from_table([0, 1, 1, 1, 0, 1, 1, 0])
            Rule('W110')
        """
        values = _probabilities(table, "table")
        noise = checks.probability(noise, "noise")
        if values.shape == (LINE_WINDOWS,):
            return cls._from_parts(RuleTable("line", 1, values, noise))
        checks.require(
            values.ndim == 1 and values.size in _TABLE_SIZES, "table", "hold 512, 128, 32 or 8 values", values.shape
        )
        return cls._from_parts(RuleTable("window", 1, values[inner_windows(_TABLE_SIZES[values.size])], noise))

    @classmethod
    def outer_totalistic(cls, birth: Counts, survival: Counts, radius: int = 1) -> Rule:
        """Build a rule that counts living neighbours in a square.

        Args:
            birth: counts at which a dead cell comes alive; or a mapping from counts to probabilities.
            survival: counts at which a living cell stays alive; likewise.
            radius: reach of the square in cells; the cell itself is not counted.

        Example:
            >>> Rule.outer_totalistic([3], {2: 0.9, 3: 1})
            Rule('B3/S2=0.9,3')
        """
        radius = checks.integer(radius, "radius", least=1, most=MOST_RADIUS)
        most = neighbour_count("moore", radius)
        sides = [_side(birth, "birth", most), _side(survival, "survival", most)]
        if radius == 1:
            return cls._from_parts(RuleTable("window", 1, table_from_counts(sides[0], sides[1], "moore")))
        table = np.zeros((2, most + 1))
        for row, side in zip(table, sides, strict=True):
            row[list(side)] = list(side.values())
        return cls._from_parts(RuleTable("moore", radius, table))

    @classmethod
    def elementary(cls, number: int) -> Rule:
        """Build Wolfram's elementary rule of a line: bit w of ``number`` is the next state after window w.

        References:
            wolfram1983, section 2.
        """
        number = checks.integer(number, "number", least=0, most=255)
        return cls._from_parts(RuleTable("line", 1, number >> np.arange(LINE_WINDOWS) & 1))

    @property
    def neighbourhood(self) -> str:
        """The cells it looks at: "moore", "vonneumann", "hexagonal", "line", or "moore-r", "vonneumann-r", "circular-r"."""
        return self._place[0]

    @property
    def radius(self) -> int:
        """Reach of the neighbourhood in cells."""
        return self._parts.radius

    @property
    def space(self) -> str:
        """The narrowest of `SPACES` that holds it; rules of a line count as general."""
        return self._place[1]

    @property
    def probabilities(self) -> np.ndarray:
        """P(alive next), float64, read-only, before noise.

        Shape (512,) for all rules of radius 1 in the plane, by 3x3 window; (8,) for a line, by window; (2, n+1) for a
        larger radius, by [state of the cell, living neighbours].
        """
        return self._parts.probabilities

    @property
    def states(self) -> int:
        """States of a cell: dead and alive."""
        return 2

    @property
    def table(self) -> np.ndarray:
        """The next state, uint8, shaped as `probabilities`; refused for a rule with uncertain entries."""
        checks.require(
            self._certain,
            "rule",
            "have no probabilities other than 0 and 1 to have a table",
            self,
            "Use `probabilities`.",
        )
        return read_only(self.probabilities.astype(np.uint8))

    @property
    def noise(self) -> float:
        """Probability that a cell is flipped after the update."""
        return self._parts.noise

    @property
    def is_deterministic(self) -> bool:
        """Whether no chance enters: every probability is 0 or 1 and there is no noise."""
        return self._certain and self.noise == 0

    @property
    def map_string(self) -> str:
        """The rule as a MAP text over 3x3 windows, without its noise."""
        return write_map(self._windows("map_string"))

    def hensel(self) -> str:
        """Return the rule in Hensel's notation, which every isotropic rule has; the noise is left out."""
        table = self._windows("hensel")
        checks.require(
            bool(np.array_equal(table, table[rotate_windows()]) and np.array_equal(table, table[reflect_windows()])),
            "rule",
            "be isotropic to be written with Hensel's letters",
            self,
        )
        return write_hensel(table)

    def birth_survival(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the counts at which cells are born and survive, for deterministic outer-totalistic rules.

        Example:
            >>> Rule("B36/S23").birth_survival()
            ((3, 6), (2, 3))
        """
        checks.require(self.space == "outer-totalistic", "rule", "be outer-totalistic to have counts", self)
        if self._parts.kind != "window":
            return tuple(tuple(np.flatnonzero(side).tolist()) for side in self.table)  # type: ignore[return-value]
        table = self.table.astype(bool)
        alive = (np.arange(WINDOWS) & CENTRE) > 0
        counts = alive_neighbours()
        return (
            tuple(np.unique(counts[table & ~alive]).tolist()),
            tuple(np.unique(counts[table & alive]).tolist()),
        )

    def with_noise(self, noise: float) -> Rule:
        """Return the same rule with every cell flipped with probability ``noise`` after the update.

        Example:
            >>> Rule("B3/S23").with_noise(0.01)
            Rule('B3/S23~0.01')
        """
        parts = self._parts
        return self._from_parts(
            RuleTable(parts.kind, parts.radius, parts.probabilities, checks.probability(noise, "noise"))
        )

    def _windows(self, name: str) -> np.ndarray:
        checks.require(self._parts.kind == "window", "rule", f"be of radius 1 in the plane to have {name}", self)
        return self.probabilities

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a Rule is frozen: {name} cannot be set")

    def __reduce__(self) -> tuple[Any, ...]:
        return (Rule, (self._text,))

    def __eq__(self, other: object) -> bool:
        return self._parts.key == other._parts.key if isinstance(other, Rule) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._parts.key)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Rule({self._text!r})"


@told
def entries(space: str) -> dict[str, np.ndarray]:
    """Return the entries of a rule space: the name of each and the windows it decides.

    Args:
        space: "outer-totalistic" (``B0`` … ``S8``), "isotropic" (``B0``, ``B1c`` … ``S8``), "general" (the nine bits of
            the window, as in ``000111000``), or "elementary" (left, centre, right, as in ``011``): a line of cells is a board of one row,
            whose cells look at the middle row of their windows.

    Returns:
        18, 102, 512 or 8 names in canonical order (births first, counts and letters rising), each with its windows, int64,
        read-only. Together they hold each of the 512 windows once.

    Example:
        >>> entries("isotropic")["B1c"]
        array([  1,   4,  64, 256])
    """
    checks.one_of(space, "space", (*SPACES, ELEMENTARY))
    windows = np.arange(WINDOWS)
    if space == ELEMENTARY:
        return {f"{line:03b}": read_only(np.flatnonzero(windows >> 3 & 7 == line)) for line in range(LINE_WINDOWS)}
    if space == "general":
        return {f"{window:09b}": read_only(windows[window : window + 1]) for window in windows}
    if space == "isotropic":
        names, classes = [f"{count}{letter}" for count, letter in arrangements()], arrangement_numbers()
    else:
        names, classes = [str(count) for count in range(9)], alive_neighbours()
    return {
        f"{side}{name}": read_only(np.flatnonzero((classes == number) & ((windows & CENTRE) == centre)))
        for side, centre in (("B", 0), ("S", CENTRE))
        for number, name in enumerate(names)
    }


def _probabilities(table: Any, name: str) -> np.ndarray:
    try:
        values = np.asarray(table, np.float64)
    except (TypeError, ValueError):
        raise checks.refuse(name, "hold numbers from 0 to 1", table) from None
    checks.require(bool(((values >= 0) & (values <= 1)).all()), name, "hold numbers from 0 to 1", table)
    return values


def _side(counts: Counts, name: str, most: int) -> dict[int, float]:
    pairs = counts.items() if isinstance(counts, Mapping) else ((count, 1.0) for count in counts)
    return {checks.integer(count, name, least=0, most=most): checks.probability(p, name) for count, p in pairs}

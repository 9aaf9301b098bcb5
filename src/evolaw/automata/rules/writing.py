"""From a rule's table to its canonical text: equal rules print the same, and what is printed reads back to the same rule.

The narrowest notation wins: counts on the Moore, von Neumann or hexagonal neighbourhood (``B3/S23``, ``…V``, ``…H``), then
Hensel's letters, then MAP on the smallest neighbourhood that suffices. Hensel's form is Golly's: letters sorted, a minus only
where it is shorter, all letters of a count left out.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping

import numpy as np

from evolaw.automata.grid.neighbourhoods import (
    CENTRE,
    HEXAGONAL,
    VON_NEUMANN,
    WINDOWS,
    alive_neighbours,
    inner_windows,
)
from evolaw.automata.rules.hensel import LETTERS, arrangement_numbers, arrangements
from evolaw.automata.rules.tables import SHAPES, RuleTable, family

__all__ = ["write_hensel", "write_map", "write_rule"]

_SUFFIXES = {"moore-counts": ("", 511), "vonneumann-counts": ("V", VON_NEUMANN), "hexagonal-counts": ("H", HEXAGONAL)}
_CELLS = {"moore": WINDOWS - 1, "vonneumann": VON_NEUMANN, "hexagonal": HEXAGONAL}


def write_rule(rule: RuleTable) -> str:
    """Return the canonical text of a rule.

    Example:
        >>> from evolaw.automata.rules.reading import parse_rule
        >>> write_rule(parse_rule("b4-qjrtwz_s23-a"))
        'B4aceikny/S23-a'
    """
    law = _law(rule)
    if rule.states > 2 and rule.kind == "window":
        suffix = law[-1:] if law.endswith(("V", "H")) and not law.startswith("MAP") else ""
        law = f"{law.removesuffix(suffix)}/{rule.states}{suffix}"
    return law + (f"~{_number(rule.noise)}" if rule.noise else "")


def _law(rule: RuleTable) -> str:
    table = rule.probabilities
    if rule.kind == "line":
        return _elementary(table)
    if rule.kind != "window":
        return _larger(rule)
    name = family(table)
    if name in _SUFFIXES:
        return _counts(table, *_SUFFIXES[name])
    return write_hensel(table) if name == "isotropic" else write_map(table, name)


def write_hensel(table: np.ndarray) -> str:
    """Return an isotropic table, shape (512,), in Hensel's notation; counts with all arrangements alike have no letters."""
    by_arrangement = np.zeros((2, 51))
    by_arrangement[(np.arange(WINDOWS) & CENTRE) // CENTRE, arrangement_numbers()] = table
    sides = []
    for values in by_arrangement:
        chances = dict(zip(arrangements(), values.tolist(), strict=True))
        groups: list[tuple[str, float]] = []
        for count, letters in enumerate(LETTERS):
            by_letter = {letter: chances[count, letter] for letter in letters or [""]}
            for chance in sorted(set(by_letter.values()) - {0.0}, reverse=True):
                named = "".join(sorted(letter for letter, value in by_letter.items() if value == chance))
                groups.append((f"{count}{_shortest(named, letters)}", chance))
        sides.append(_joined(groups))
    return f"B{sides[0]}/S{sides[1]}"


def _shortest(named: str, letters: str) -> str:
    """The letters of a group as written: none when all are named, with a minus only where that is shorter."""
    excluded = "".join(letter for letter in letters if letter not in named)
    if not excluded:
        return ""
    return f"-{excluded}" if 1 + len(excluded) < len(named) else named


def _counts(table: np.ndarray, suffix: str, cells: int) -> str:
    sides = []
    for state in (0, CENTRE):
        windows = np.flatnonzero((np.arange(WINDOWS) & CENTRE) == state)
        by_count = dict(zip(alive_neighbours(cells)[windows].tolist(), table[windows].tolist(), strict=True))
        sides.append(_joined((str(count), by_count[count]) for count in sorted(by_count)))
    return f"B{sides[0]}/S{sides[1]}{suffix}"


def _joined(groups: Iterable[tuple[str, float]]) -> str:
    """Write (name, probability) groups one after the other; a comma follows a probability that is not the last."""
    text, after = "", ""
    for name, chance in groups:
        if chance > 0:
            text += after + name + ("" if chance == 1 else f"={_number(chance)}")
            after = "" if chance == 1 else ","
    return text


def write_map(table: np.ndarray, neighbourhood: str = "moore") -> str:
    """Return a window table, shape (512,), as a MAP text; probabilities other than 0 and 1 follow window by window."""
    inner = inner_windows(_CELLS[neighbourhood])
    narrow = np.zeros(int(inner.max()) + 1)
    narrow[inner] = table
    digits = base64.b64encode(np.packbits(narrow == 1).tobytes()).decode().rstrip("=")
    return f"MAP{digits}{_exceptions(narrow)}"


def _elementary(table: np.ndarray) -> str:
    return f"W{int(np.sum((table == 1) << np.arange(table.size)))}{_exceptions(table)}"


def _exceptions(table: np.ndarray) -> str:
    width = table.size.bit_length() - 1
    uncertain = np.flatnonzero((table > 0) & (table < 1))
    return "".join(f",{int(window):0{width}b}={_number(table[window])}" for window in uncertain)


def _larger(rule: RuleTable) -> str:
    letter = {shape: letter for letter, shape in SHAPES.items()}[rule.kind]
    birth, survival = (_ranges(dict(enumerate(side.tolist()))) for side in rule.probabilities)
    states = rule.states if rule.states > 2 else 0
    return f"R{rule.radius},C{states},M0,S{survival},B{birth},N{letter}"


def _ranges(side: Mapping[int, float]) -> str:
    """Write counts as runs of equal probability: ``34..58,60..60=0.5``."""
    runs: list[tuple[int, int, float]] = []
    for count, chance in side.items():
        if chance > 0:
            if runs and runs[-1][1] == count - 1 and runs[-1][2] == chance:
                runs[-1] = (runs[-1][0], count, chance)
            else:
                runs.append((count, count, chance))
    return ",".join(f"{a}..{b}" + ("" if chance == 1 else f"={_number(chance)}") for a, b, chance in runs)


def _number(chance: float) -> str:
    """The shortest decimal that reads back to the same number."""
    return repr(float(chance)).removesuffix(".0")

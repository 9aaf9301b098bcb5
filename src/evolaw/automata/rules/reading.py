"""From a rule's text to its table.

    B3/S23  b3s23  B3_S23  23/3      living neighbours at birth and survival (the last form has survival first)
    B2-a/S12  B3/S2-i34q             with Hensel's letters; a minus excludes the letters that follow it
    B13/S13V   B2/S34H               the same by counts on the von Neumann or hexagonal neighbourhood
    MAP + base64                     one bit a window: 86 characters (3x3), 22 (hexagonal) or 6 (von Neumann); the spare bits
                                     of the last character mean nothing
    W110                             elementary rule of a line (Golly draws the even ones, generation below generation)
    R5,C0,M1,S34..58,B34..45,NM      larger neighbourhoods by counts; M1 counts the cell itself; NM, NN or NC
    /2/3   345/2/4   B2/S345/C4      more than two states (`generations`): the last number, or C of a larger neighbourhood

The names people know a few rules by (`WELL_KNOWN`) are read too, in letters of either case.

Probabilities are ours: ``B3/S2=0.9,3`` gives S2 probability 0.9, ``B2ac=0.5,3/S23`` two arrangements of B2; windows of
MAP and W rules are named by their bits, ``W110,101=0.5``. ``~0.01`` at the end flips every cell with that probability
after each update.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

import numpy as np

from evolaw import checks
from evolaw.automata.grid.neighbourhoods import HEXAGONAL, LINE_WINDOWS, VON_NEUMANN, WINDOWS, inner_windows
from evolaw.automata.rules.cursor import RuleCursor
from evolaw.automata.rules.hensel import LETTERS, arrangements
from evolaw.automata.rules.tables import (
    MOST_RADIUS,
    SHAPES,
    RuleTable,
    neighbour_count,
    table_from_arrangements,
    table_from_counts,
)

__all__ = ["MOST_CHARACTERS", "MOST_STATES", "WELL_KNOWN", "parse_rule"]

MOST_CHARACTERS = 3_200_000
"""Longest rule text read; the probabilities of all counts of the largest radius, written out, take less."""

MOST_STATES = 255
"""States of a cell at most: one number of a byte is left for cells that were not seen."""

WELL_KNOWN = {
    "Life": "B3/S23",
    "Game of Life": "B3/S23",
    "HighLife": "B36/S23",
    "Day & Night": "B3678/S34678",
    "Seeds": "B2/S",
    "Replicator": "B1357/S1357",
    "Diamoeba": "B35678/S5678",
    "Maze": "B3/S12345",
    "Morley": "B368/S245",
    "2x2": "B36/S125",
    "Anneal": "B4678/S35678",
    "Brian's Brain": "B2/S/3",
    "Star Wars": "B2/S345/4",
}
"""Names under which people know rules."""

_BY_NAME = {name.casefold(): rule for name, rule in WELL_KNOWN.items()}
_BY_NAME |= {"生命游戏": "B3/S23", "康威生命游戏": "B3/S23"}
_BARE_NUMBER = re.compile(r"(?:(?:rule|eca|规则)\s*#?\s*|(?=\d\d))(\d{1,3})\s*(?:号(?:规则)?)?", re.IGNORECASE)
_BASE64 = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
_MAP_SIZES = {86: (WINDOWS - 1, 9), 22: (HEXAGONAL, 7), 6: (VON_NEUMANN, 5)}
_MAP_OF_STATES = re.compile(r"(.{86}|.{22}|.{6})/[CG]?\d{1,4}")
_SUFFIXES = {"V": ("vonneumann", 4), "H": ("hexagonal", 6)}


def parse_rule(text: str, *, most_states: int = 2) -> RuleTable:
    """Return the table a rule text means.

    Args:
        text: one of the notations above, at most `MOST_CHARACTERS` long.
        most_states: a rule of more states is refused.

    Raises:
        ParseError: the text is no rule; it carries the column.

    Example:
        >>> parse_rule("B3/S23").probabilities.sum()
        np.float64(140.0)
    """
    if not isinstance(text, str):
        raise checks.refuse("text", "be the text of a rule, such as 'B3/S23'", text)
    text = checks.halfwidth(text)
    reader = RuleCursor(_BY_NAME.get(text.strip().casefold(), text))
    if len(text) > MOST_CHARACTERS:
        raise reader.error(f"A rule has at most {MOST_CHARACTERS} characters, but this has {len(text)}.")
    reader.skip_spaces()
    if number := _BARE_NUMBER.fullmatch(text):
        raise reader.error(
            f"The elementary rule of a line is written W{number[1]}, and counts without B and S as in 23/3."
        )
    kind, radius, states = "window", 1, 2
    if reader.accept("MAP"):
        table = _map(reader)
        states = _states(reader, most_states) if reader.accept("/") else 2
    elif reader.looking_at(r"[Ww]\d"):
        kind, table = "line", _elementary(reader)
    elif reader.looking_at(r"[Rr]\d"):
        kind, radius, table, states = _larger(reader, most_states)
    else:
        table, states = _birth_survival(reader, most_states)
    if states > 2 and reader.next == "~":
        raise reader.error("A flip changes between alive and dead, so a rule of more than two states takes no ~.")
    noise = reader.probability() if reader.accept("~") else 0.0
    reader.skip_spaces()
    reader.expect_end()
    return RuleTable(kind, radius, table, noise, states)


# --- B3/S23 with letters, suffixes and probabilities ---------------------------------------------------------------


def _birth_survival(reader: RuleCursor, most_states: int) -> tuple[np.ndarray, int]:
    suffix = _suffix(reader)
    if not reader.looking_at(r"[BbSs](?![AC-RT-Zac-rt-z])|[\d/_]"):
        raise reader.error("This is no rule notation." + _suggestion(reader.text))
    sides = _sides(reader, suffix)
    states = _states(reader, most_states) if reader.accept("/") else 2
    if suffix:
        reader.accept(suffix)
    birth, survival = sides["B"], sides["S"]
    if suffix:
        return table_from_counts(_counts(birth), _counts(survival), _SUFFIXES[suffix][0]), states
    values = [[side.get(arrangement, 0.0) for arrangement in arrangements()] for side in (birth, survival)]
    return table_from_arrangements(np.array(values)), states


def _states(reader: RuleCursor, most: int) -> int:
    """Read how many states a cell has, after the slash: 3, C3 or G3."""
    if not reader.accept("C"):
        reader.accept("G")
    start = reader.place
    states = reader.whole("The number of states", MOST_STATES)
    if states < 2:
        raise reader.error(f"The number of states must be from 2 to {MOST_STATES}.", start)
    return _few_enough(reader, states, most, start)


def _few_enough(reader: RuleCursor, states: int, most: int, start: int) -> int:
    if states > most:
        raise reader.error(
            "Rules with more than two states (Generations) are simulated, explored and discovered, but not taken here.",
            start,
        )
    return states


_Side = dict[tuple[int, str], float]


def _counts(side: _Side) -> Mapping[int, float]:
    return {count: chance for (count, _), chance in side.items()}


def _suffix(reader: RuleCursor) -> str:
    """The neighbourhood letter at the end of the counts, looked at but not stepped over; empty for Moore."""
    body = reader.text.partition("~")[0].rstrip()
    return body[-1].upper() if body[-1:] in ("V", "v", "H", "h") else ""


def _suggestion(text: str) -> str:
    name = checks.nearest(text.strip()[:60], WELL_KNOWN)
    return f" Did you mean {WELL_KNOWN[name]} ({name})?" if name else " Write for example B3/S23."


def _sides(reader: RuleCursor, suffix: str) -> dict[str, _Side]:
    """Read both sides: a side without its letter is the other one, and of two without letters survival comes first."""
    first, left = _lettered_side(reader, suffix)
    divided = reader.accept("/") or reader.accept("_")
    if not first and not divided:
        raise reader.error("A slash must stand here: counts without B and S are written as in 23/3.")
    if reader.looking_at("[BbSs]") and reader.next.upper() == first:
        raise reader.error(f"{first} stands twice.")
    second, right = _lettered_side(reader, suffix)
    if not first:
        first = {"B": "S", "S": "B", "": "S"}[second]
    return {first: left, {"B": "S", "S": "B"}[first]: right}


def _lettered_side(reader: RuleCursor, suffix: str) -> tuple[str, _Side]:
    letter = reader.next.upper() if reader.looking_at("[BbSs]") else ""
    reader.place += len(letter)
    return letter, _side(reader, suffix)


def _side(reader: RuleCursor, suffix: str) -> _Side:
    """Read groups such as 2-a, 3, 4ce=0.5 up to something else."""
    side: _Side = {}
    plain: dict[str, bool] = {}
    while reader.next and reader.next in string.digits:
        start, count = reader.place, reader.next
        arranged = _group(reader, suffix)
        chance, given = 1.0, reader.accept("=")
        if given:
            chance = reader.probability()
        else:
            excludes = reader.text[start + 1 : start + 2] == "-"
            if count in plain and (excludes or plain[count]):
                raise reader.error(f"The count {count} stands twice, with a minus; put its letters together.", start)
            plain[count] = excludes
        for arrangement in arranged:
            if side.setdefault(arrangement, chance) != chance:
                name = f"{arrangement[0]}{arrangement[1]}"
                raise reader.error(f"{name} is given two probabilities, {side[arrangement]:g} and {chance:g}.", start)
        if given and not reader.accept(","):
            break
    return side


def _group(reader: RuleCursor, suffix: str) -> list[tuple[int, str]]:
    """Read one count with its letters and return the arrangements it means."""
    most = _SUFFIXES[suffix][1] if suffix else 8
    count = int(reader.next)
    if count > most:
        raise reader.error(f"A cell has at most {most} neighbours here.")
    reader.place += 1
    letters = LETTERS[count]
    if suffix:
        return [(count, "")]
    excluded = reader.accept("-")
    named = ""
    while reader.next.isalpha() and reader.next.lower() not in "bsvh":
        if reader.next.lower() not in letters:
            known = f"has the letters {' '.join(letters)}" if letters else "has no letters"
            raise reader.error(f"{reader.next!r} is no arrangement of {count} neighbours; that count {known}.")
        named += reader.next.lower()
        reader.place += 1
    if not letters:
        return [(count, "")]
    if excluded:
        return [(count, letter) for letter in letters if letter not in named]
    return [(count, letter) for letter in named or letters]


# --- MAP and elementary rules --------------------------------------------------------------------------------------


def _map(reader: RuleCursor) -> np.ndarray:
    start, digits = reader.place, reader.take(_BASE64)
    if found := _MAP_OF_STATES.fullmatch(digits):  # the slash before the number of states is a letter of base64 as well
        digits = found[1]
        reader.place = start + len(digits)
    if len(digits) not in _MAP_SIZES:
        raise reader.error(
            f"MAP must be followed by 86, 22 or 6 base64 characters, but {len(digits)} were given.", reader.place
        )
    reader.accept("==")
    cells, width = _MAP_SIZES[len(digits)]
    bits = np.array([_BASE64.index(digit) >> (5 - i) & 1 for digit in digits for i in range(6)], np.float64)
    return _with_exceptions(reader, bits[: 2**width], width)[inner_windows(cells)]


def _elementary(reader: RuleCursor) -> np.ndarray:
    reader.place += 1
    number = reader.whole("The number of an elementary rule", 255)
    return _with_exceptions(reader, number >> np.arange(LINE_WINDOWS) & 1, 3)


def _with_exceptions(reader: RuleCursor, table: np.ndarray, width: int) -> np.ndarray:
    """Read ``,window=probability`` as often as it stands, into the table."""
    result, seen = table.astype(np.float64), set()
    while reader.accept(","):
        start, bits = reader.place, reader.take("01")
        if len(bits) != width:
            raise reader.error(f"A window of this rule has {width} bits, but {len(bits)} were given.", start)
        if bits in seen:
            raise reader.error(f"The window {bits} stands twice.", start)
        seen.add(bits)
        reader.expect("=", "a window is followed by its probability")
        result[int(bits, 2)] = reader.probability()
    return result


# --- Larger neighbourhoods -----------------------------------------------------------------------------------------


def _larger(reader: RuleCursor, most_states: int) -> tuple[str, int, np.ndarray, int]:
    reader.place += 1
    start = reader.place
    radius = reader.whole("The radius", MOST_RADIUS)
    if radius == 0:
        raise reader.error(f"The radius must be a whole number from 1 to {MOST_RADIUS}.", start)
    middle, shape, states = 0, "M", 2
    ranges: dict[str, list[_Range]] = {}
    seen: set[str] = set()
    while reader.accept(","):
        field = reader.next.upper()
        if field not in ("C", "M", "S", "B", "N") or field in seen:
            raise reader.error("One of C, M, S, B and N must stand here, each once, as in R5,C0,M1,S34..58,B34..45,NM.")
        seen.add(field)
        reader.place += 1
        if field == "C":
            start = reader.place
            states = max(2, reader.whole("The number of states", MOST_STATES))
            _few_enough(reader, states, most_states, start)
        elif field == "M":
            middle = reader.whole("M, whether the cell itself is counted,", 1)
        elif field == "N":
            shape = _shape(reader)
        else:
            ranges[field] = _ranges(reader)
    for field in ("S", "B"):
        if field not in ranges:
            raise reader.error(f"The counts {field} are missing, as in R5,C0,M1,S34..58,B34..45,NM.")
    kind, reach, table = _count_table(reader, radius, middle, SHAPES[shape], ranges)
    return kind, reach, table, states


def _shape(reader: RuleCursor) -> str:
    letter = reader.next.upper()
    if letter not in SHAPES:
        raise reader.error("The neighbourhood must be NM (Moore), NN (von Neumann) or NC (circular).")
    reader.place += 1
    return letter


_Range = tuple[int, int, float, int]


def _ranges(reader: RuleCursor) -> list[_Range]:
    """Read ``34..58,60=0.5`` as (least, most, probability, column)."""
    found: list[_Range] = []
    while reader.next and reader.next in string.digits:
        start = reader.place
        least = most = reader.whole("A count", 10**6)
        if reader.accept("..") or reader.accept("-"):
            most = reader.whole("A count", 10**6)
        if most < least:
            raise reader.error(f"The range {least}..{most} falls; its first count must not exceed its last.", start)
        chance = reader.probability() if reader.accept("=") else 1.0
        found.append((least, most, chance, start))
        if not reader.looking_at(r",\d"):
            break
        reader.place += 1
    return found


def _count_table(
    reader: RuleCursor, radius: int, middle: int, shape: str, ranges: Mapping[str, list[_Range]]
) -> tuple[str, int, np.ndarray]:
    neighbours = neighbour_count(shape, radius)
    table = np.full((2, neighbours + 1), np.nan)
    for state, field in enumerate("BS"):
        counted = middle * state
        for least, most, chance, start in ranges[field]:
            if most > neighbours + counted:
                raise reader.error(f"There are at most {neighbours + counted} cells to count here.", start)
            counts = table[state, max(0, least - counted) : max(0, most + 1 - counted)]
            if not np.isnan(counts).all():
                raise reader.error("A count stands twice.", start)
            counts[:] = chance
    table = np.nan_to_num(table, nan=0.0)
    if radius > 1:
        return shape, radius, table
    cells = "vonneumann" if shape == "vonneumann" else "moore"
    birth, survival = (dict(enumerate(side)) for side in table)
    return "window", 1, table_from_counts(birth, survival, cells)

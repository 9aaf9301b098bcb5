"""Patterns of MCell (``.mcl``): ``#`` lines that name the game and the rule, and ``#L`` lines of run lengths.

    #MCell 4.00
    #GAME Life            only games whose rule is one of two states are read
    #RULE 23/3            survive / birth, or S23/B3 with letters
    #BOARD 40x40
    #WRAP 1               1 a torus, 0 a plane
    #L .A$..A$AAA

``.`` is a dead cell, ``A`` a live one, ``$`` ends a row; a number before any of them repeats it.
"""

from __future__ import annotations

import re

from evolaw.automata.files.boards import Grid, Pattern, numbered_lines
from evolaw.automata.files.rle import parse_rle
from evolaw.errors import ParseError

__all__ = ["parse_mcell"]

_MOST_LINES = 2**18
_GAMES = ("life", "")


def parse_mcell(text: str, *, source: str = "") -> Pattern:
    """Read an MCell text; the board of the file becomes the grid, with the pattern in its middle.

    Raises:
        ParseError: with the line: another game than Life's family, more than two states, or no cells at all.

    Example:
        >>> parse_mcell("#MCell 4.00\\n#GAME Life\\n#RULE 23/3\\n#BOARD 40x40\\n#L .A$..A$AAA").population
        5
    """
    facts: dict[str, tuple[str, int]] = {}
    cells: list[str] = []
    comments: list[str] = []
    for number, line in numbered_lines(text, source, _MOST_LINES):
        found = re.match(r"#(MCell|[A-Z]+)\s?(.*)", line)
        if line.strip() and not found:
            raise ParseError("Each line of an MCell file begins with # and a word.", source=source, line=number)
        if not found:
            continue
        if found[1] == "L":
            cells.append(found[2].strip())
        elif found[1] == "D":
            comments.append(found[2].strip())
        else:
            facts.setdefault(found[1], (found[2].strip(), number))
    game, line_of_game = facts.get("GAME", ("", 0))
    if game.lower() not in _GAMES:
        raise ParseError(
            f"The game {game[:40]!r} of MCell is not read; games of two states, Life's family, are.",
            source=source,
            line=line_of_game,
        )
    body = "".join(cells)
    strange = re.search(r"[^0-9.A$]", body)
    if strange:
        raise ParseError(f"The cells hold {strange[0]!r}; cells of two states are . and A.", source=source)
    if not re.search("A", body):
        raise ParseError("The file holds no line #L with a living cell.", source=source)
    board = parse_rle(body + "!", source=source).board
    rule, line_of_rule = facts.get("RULE", ("", 0))
    return Pattern(
        board,
        rule=_rule(rule, source, line_of_rule),
        grid=_grid(facts, board.shape, source),
        comments=tuple(filter(None, comments)),
    )


def _rule(text: str, source: str, line: int) -> str | None:
    """Survival before birth, as MCell writes; letters say so themselves."""
    if not text:
        return None
    found = re.fullmatch(r"([0-8]*)/([0-8]*)", text)
    if found:
        return f"B{found[2]}/S{found[1]}"
    if re.fullmatch(r"[BbSs][0-8]*/[BbSs][0-8]*", text):
        return text.upper()
    raise ParseError(f"The rule {text[:40]!r} is not of the form 23/3.", source=source, line=line)


def _grid(facts: dict[str, tuple[str, int]], shape: tuple[int, ...], source: str) -> Grid | None:
    if "BOARD" not in facts:
        return None
    text, line = facts["BOARD"]
    found = re.fullmatch(r"(\d{1,6})\s*x\s*(\d{1,6})", text)
    if not found or not int(found[1]) or not int(found[2]):
        raise ParseError(f"The board {text[:40]!r} is not of the form 40x40.", source=source, line=line)
    cols, rows = int(found[1]), int(found[2])
    if rows < shape[0] or cols < shape[1]:
        raise ParseError(
            f"The board of {cols} x {rows} cells does not hold the pattern of {shape[1]} x {shape[0]}.",
            source=source,
            line=line,
        )
    return Grid(rows, cols, "plane" if facts.get("WRAP", ("1", 0))[0] == "0" else "torus")

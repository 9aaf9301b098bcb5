"""Patterns drawn or listed as plain text.

.cells        !Name: Glider        a picture: ``.`` dead, ``O`` or ``*`` alive, ``!`` begins a comment;
              .O.                  rows may end early
zeros, ones   010                  a picture of digits, blanks between them allowed; rows are equally long
Life 1.06     #Life 1.06           one live cell a line, x to the right and y downwards
              1 -2
"""

from __future__ import annotations

import re

import numpy as np

from evolaw.automata.boards import Pattern, require_cells
from evolaw.errors import ParseError

__all__ = ["parse_life106", "parse_picture"]

_ALIVE = "O*oA1"
_DEAD = ".b0"


def parse_picture(text: str, *, source: str = "") -> Pattern:
    """Read a drawn pattern: ``.cells``, or rows of 0 and 1.

    Raises:
        ParseError: with line and column: another character, a row of digits shorter or longer than the first one, or more
            than `boards.MOST_CELLS` cells.

    Example:
        >>> parse_picture("!Name: Glider\\n.O\\n..O\\nOOO").board.tolist()
        [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
    """
    name, comments, rows = "", [], []
    width = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("!"):
            title = re.match(r"!\s*Name:\s*(.*)", line)
            if title and not name:
                name = title[1].strip()
            elif line[1:].strip():
                comments.append(line[1:].strip())
            continue
        row = _row(line, source, number)
        width = max(width, row.size)
        rows.append((number, row))
        require_cells(len(rows), width, source=source, line=number)
    digits = any(set(line) & set("01") for line in text.splitlines() if not line.startswith("!"))
    while digits and rows and not rows[-1][1].size:
        rows.pop()
    board = np.zeros((len(rows), width), np.uint8)
    for index, (number, row) in enumerate(rows):
        first = rows[0][1].size
        if digits and row.size != first:
            raise ParseError(
                f"This row has {row.size} cells and the first one {first}; rows of 0 and 1 must be equally long.",
                source=source,
                line=number,
                column=min(row.size, first) + 1,
            )
        board[index, : row.size] = row
    return Pattern(board, name=name, comments=tuple(comments))


def _row(line: str, source: str, number: int) -> np.ndarray:
    letters = re.sub(r"[\s,]", "", line)
    strange = re.search(rf"[^{re.escape(_ALIVE + _DEAD)}\s,]", line)
    if strange:
        raise ParseError(
            f"{strange[0]!r} means nothing here; draw dead cells as . and live ones as O, or as 0 and 1.",
            source=source,
            line=number,
            column=strange.start() + 1,
        )
    codes = np.frombuffer(letters.encode("ascii"), np.uint8)
    return np.isin(codes, np.frombuffer(_ALIVE.encode(), np.uint8)).astype(np.uint8)


def parse_life106(text: str, *, source: str = "") -> Pattern:
    """Read a list of live cells; the board is their bounding box and its position is kept.

    Raises:
        ParseError: with line and column: a line that is not two whole numbers of at most 18 digits, or cells so far apart
            that the board would exceed `boards.MOST_CELLS`.

    Example:
        >>> parse_life106("#Life 1.06\\n-1 5\\n0 5").position
        (-1, 5)
    """
    cells: list[tuple[int, int]] = []
    comments: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#"):
            if number > 1 and line[1:].strip():
                comments.append(line[1:].strip())
            continue
        found = re.fullmatch(r"\s*([+-]?\d{1,18})[\s,]+([+-]?\d{1,18})\s*", line)
        if found:
            cells.append((int(found[1]), int(found[2])))
        elif line.strip():
            column = re.match(r"\s*(?:[+-]?\d{1,18}[\s,]+)?", line)
            raise ParseError(
                "A line of Life 1.06 must be two whole numbers of at most 18 digits, x and y, as in `3 -7`.",
                source=source,
                line=number,
                column=column.end() + 1 if column else 1,
            )
    if not cells:
        return Pattern(np.zeros((0, 0), np.uint8), comments=tuple(comments))
    points = np.array(cells, np.int64)
    corner, far = points.min(axis=0), points.max(axis=0)
    width, height = (int(high) - int(low) + 1 for low, high in zip(corner, far, strict=True))
    require_cells(height, width, source=source)
    board = np.zeros((height, width), np.uint8)
    board[points[:, 1] - corner[1], points[:, 0] - corner[0]] = 1
    return Pattern(board, position=(int(corner[0]), int(corner[1])), comments=tuple(comments))

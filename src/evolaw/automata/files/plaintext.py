"""Patterns drawn or listed as plain text.

.cells        !Name: Glider        a picture: ``.`` dead, ``O`` or ``*`` alive, ``!`` begins a comment;
              .O.                  rows may end early
zeros, ones   010                  a picture of digits, blanks between them allowed; rows are equally long
Life 1.06     #Life 1.06           one live cell a line, x to the right and y downwards
              1 -2
"""

from __future__ import annotations

import re
from array import array

import numpy as np

from evolaw.automata.files.boards import Pattern, numbered_lines, require_cells
from evolaw.errors import ParseError

__all__ = ["parse_life106", "parse_picture"]

_ALIVE, _DEAD = b"O*oA1", b".b0"
_CELLS = bytes(1 if letter in _ALIVE else 0 if letter in _DEAD else 2 for letter in range(256))
_STRANGE = r"[^O*oA1.b0 \t,\v\f]"
_MOST_LINES = 2**18
_MOST_CELLS_LISTED = 2**23


def parse_picture(text: str, *, source: str = "") -> Pattern:
    """Read a drawn pattern: ``.cells``, or rows of 0 and 1.

    Raises:
        ParseError: with line and column: another character, a row of digits shorter or longer than the first one, or more
            than `boards.MOST_CELLS` cells.

    Example:
        >>> parse_picture("!Name: Glider\\n.O\\n..O\\nOOO").board.tolist()
        [[0, 1, 0], [0, 0, 1], [1, 1, 1]]
    """
    name, comments = "", []
    rows: list[tuple[int, np.ndarray]] = []
    width, digits = 0, False
    for number, line in numbered_lines(text, source, _MOST_LINES):
        if line.startswith("!"):
            title = re.match(r"!\s*Name:\s*(.*)", line)
            if title and not name:
                name = title[1].strip()
            elif line[1:].strip():
                comments.append(line[1:].strip())
            continue
        rows.append((number, _row(line, source, number)))
        digits = digits or "0" in line or "1" in line
        width = max(width, rows[-1][1].size)
        require_cells(len(rows), width, source=source, line=number)
    while digits and not rows[-1][1].size:
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
    cells = line.encode("ascii", "replace").translate(_CELLS, b" \t,\v\f")
    strange = re.search(_STRANGE, line) if 2 in cells else None
    if strange:
        raise ParseError(
            f"{strange[0]!r} means nothing here; draw dead cells as . and live ones as O, or as 0 and 1.",
            source=source,
            line=number,
            column=strange.start() + 1,
        )
    return np.frombuffer(cells, np.uint8)


def parse_life106(text: str, *, source: str = "") -> Pattern:
    """Read a list of live cells; the board is their bounding box and its position is kept.

    Raises:
        ParseError: with line and column: a line that is not two whole numbers of at most 18 digits, or cells so far apart
            that the board would exceed `boards.MOST_CELLS`.

    Example:
        >>> parse_life106("#Life 1.06\\n-1 5\\n0 5").position
        (-1, 5)
    """
    cells = array("q")
    comments: list[str] = []
    for number, line in numbered_lines(text, source, _MOST_CELLS_LISTED):
        if not line.strip():
            continue
        if line.startswith("#"):
            if number > 1 and line[1:].strip():
                comments.append(line[1:].strip())
            continue
        found = re.fullmatch(r"\s*([+-]?\d{1,18})[\s,]+([+-]?\d{1,18})\s*", line)
        if found:
            cells.extend((int(found[1]), int(found[2])))
        else:
            column = re.match(r"\s*(?:[+-]?\d{1,18}[\s,]+)?", line)
            raise ParseError(
                "A line of Life 1.06 must be two whole numbers of at most 18 digits, x and y, as in `3 -7`.",
                source=source,
                line=number,
                column=column.end() + 1 if column else 1,
            )
    if not cells:
        return Pattern(np.zeros((0, 0), np.uint8), comments=tuple(comments))
    points = np.array(cells, np.int64).reshape(-1, 2)
    corner, far = points.min(axis=0), points.max(axis=0)
    width, height = (int(high) - int(low) + 1 for low, high in zip(corner, far, strict=True))
    require_cells(height, width, source=source)
    board = np.zeros((height, width), np.uint8)
    board[points[:, 1] - corner[1], points[:, 0] - corner[0]] = 1
    return Pattern(board, position=(int(corner[0]), int(corner[1])), comments=tuple(comments))

"""Patterns drawn or listed as plain text.

.cells        !Name: Glider        a picture: ``.`` dead, ``O`` or ``*`` alive, ``!`` begins a comment;
              .O.                  rows may end early
zeros, ones   010                  a picture of digits, blanks between them allowed; rows are equally long
Life 1.06     #Life 1.06           one live cell a line, x to the right and y downwards
              1 -2
Life 1.05     #Life 1.05           pictures of ``.`` and ``*``, each placed by a line #P x y; #N the rule of Life, #R 23/3 another
CSV           0,1,0                boards of 0, 1 and 255 (not seen), one below the other with a blank line between them; commas, semicolons,
                                   tabs or blanks, True and False, or pictures of ``.`` and ``#``, ``O`` or ``*``
"""

from __future__ import annotations

import re
from array import array

import numpy as np

from evolaw.automata.files.boards import Pattern, numbered_lines, require_cells
from evolaw.errors import ParseError

__all__ = ["is_row", "parse_boards", "parse_life105", "parse_life106", "parse_picture"]

_CELL = r"(?:(?:0|1|255)(?:\.0*)?(?:e\+00)?|true|false)"
_ROW = re.compile(
    rf"\s*{_CELL}(?:\s*[,;]\s*{_CELL})+\s*[,;]?\s*|\s*{_CELL}(?:\s+{_CELL}){{2,}}\s*|[.#oO*]{{3,}}|[01]{{8,}}", re.I
)
"""A row of a board in a table or a picture: 255 was not seen, and spreadsheets write real numbers."""

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


def parse_life105(text: str, *, source: str = "") -> Pattern:
    """Read pictures that are placed one by one; the board is the box around all of them.

    Raises:
        ParseError: with the line: cells before their place, another sign than ``.`` and ``*``, or a board that is too large.

    Example:
        >>> parse_life105("#Life 1.05\\n#N\\n#P -1 -1\\n.*.\\n..*\\n***").position
        (-1, -1)
    """
    blocks: list[tuple[int, int, list[np.ndarray]]] = []
    comments: list[str] = []
    rule = None
    for number, line in numbered_lines(text, source, _MOST_LINES):
        place = re.fullmatch(r"#P\s+([+-]?\d{1,9})\s+([+-]?\d{1,9})\s*", line)
        numbers = re.fullmatch(r"#R\s+([0-8]*)/([0-8]*)\s*", line)
        if place:
            blocks.append((int(place[1]), int(place[2]), []))
        elif line.startswith("#N"):
            rule = "B3/S23"
        elif numbers:
            rule = f"B{numbers[2]}/S{numbers[1]}"
        elif line.startswith("#"):
            comments += [line[2:].strip()] if line.startswith(("#D", "#C")) and line[2:].strip() else []
        elif line.strip():
            if not blocks or re.search(r"[^.*\s]", line):
                raise ParseError(
                    "A line of Life 1.05 must be a picture of . and * below a line such as `#P -1 -1`.",
                    source=source,
                    line=number,
                )
            blocks[-1][2].append(_row(line, source, number))
    drawn = [(x, y, rows) for x, y, rows in blocks if rows]
    if not drawn:
        raise ParseError(
            "The file holds no cells. A picture of . and * must follow a line such as `#P -1 -1`.", source=source
        )
    left, top = min(x for x, _, _ in drawn), min(y for _, y, _ in drawn)
    right = max(x + max(row.size for row in rows) for x, _, rows in drawn)
    bottom = max(y + len(rows) for _, y, rows in drawn)
    require_cells(bottom - top, right - left, source=source)
    board = np.zeros((bottom - top, right - left), np.uint8)
    for x, y, rows in drawn:
        for index, row in enumerate(rows):
            board[y - top + index, x - left : x - left + row.size] |= row
    return Pattern(board, rule=rule, position=(left, top), comments=tuple(comments))


def is_row(line: str) -> bool:
    """Whether a line of text is a row of a board, of two cells or more.

    Example:
        >>> is_row("0, 1, 255"), is_row("..##."), is_row("True False True"), is_row("0 0.5 1")
        (True, True, True, False)
    """
    return _ROW.fullmatch(line) is not None


def _row_of(text: str) -> list[int] | None:
    """The cells of a row; None where something else stands there."""
    if not is_row(text):
        return [int(float(text))] if re.fullmatch(_CELL, text) and text[0].isdigit() else None
    if re.fullmatch(r"[.#oO*]+|[01]{8,}", text):
        return [int(letter not in ".0") for letter in text]
    words = re.split(r"\s*[,;]\s*|\s+", text.lower())
    return [int(float({"true": "1", "false": "0"}.get(word, word))) for word in words]


def parse_boards(text: str, *, source: str = "") -> np.ndarray:
    """Read boards of 0, 1 and 255 written as CSV or drawn, one below the other: uint8 (time, rows, cols).

    Raises:
        ParseError: with the line: another value, a row of another length, or a board of another height.

    Example:
        >>> parse_boards("0,1\\n1,0\\n\\n1,0\\n0,1\\n").shape
        (2, 2, 2)
    """
    boards: list[list[list[int]]] = [[]]
    for number, line in numbered_lines(text, source, _MOST_LINES):
        cells = line.strip().rstrip(",;")
        if not cells:
            boards += [[]] if boards[-1] else []
            continue
        row = _row_of(cells)
        if row is None:
            raise ParseError(
                "A row of a board must be 0, 1 and 255 (not seen), with commas.", source=source, line=number
            )
        boards[-1].append(row)
        if len(boards[-1][-1]) != len(boards[0][0]):
            raise ParseError(
                f"This row has {len(boards[-1][-1])} cells and the first one {len(boards[0][0])}.",
                source=source,
                line=number,
            )
    boards = [board for board in boards if board]
    heights = sorted({len(board) for board in boards})
    if len(heights) != 1:
        raise ParseError(
            f"The boards have {', '.join(map(str, heights)) or 'no'} rows; all must have the same, with a blank line between them.",
            source=source,
        )
    return np.array(boards, np.uint8)

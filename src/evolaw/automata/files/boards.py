"""A pattern and the grid it was written for.

Boards are uint8 arrays (rows, cols) of 0 and 1, or of the states of the pattern's own rule where it has more. A *grid* is a bounded universe: how many rows and columns, and what lies
beyond the edge. Its text form is the suffix Golly puts behind a rule, ``B3/S23:T30,20``, columns first:

    :T30,20     torus                     boundary "torus"
    :T30+5,20   torus, crossing the top or bottom edge moves 5 columns      boundary "torus+5,0"
    :T30,20-2   torus, crossing the left or right edge moves -2 rows        boundary "torus+0,18"
    :P30,20     dead plane                boundary "plane"

Coordinates of a pattern on a grid follow Golly too: (x, y) with x to the right and y downwards, and the top left cell of a
grid of w columns and h rows is at (-(w // 2), -(h // 2)).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evolaw import checks, display
from evolaw.arrays import read_only
from evolaw.automata.rules.generations import state_count
from evolaw.errors import ParseError

__all__ = ["MOST_CELLS", "Grid", "Pattern", "numbered_lines", "parse_grid", "require_cells"]

MOST_CELLS = 2**28
"""Cells of the largest board a reader builds; 256 MiB."""

_SIDE = r"(\d{1,12})(\*?)([+-]\d{1,12})?"
_SUFFIX = re.compile(rf"([A-Za-z]){_SIDE}(?:,{_SIDE})?")
_REFUSED = {"K": "a Klein bottle", "C": "a cross-surface", "S": "a sphere"}


@dataclass(frozen=True)
class Grid:
    """A bounded universe.

    Attributes:
        rows, cols: its size.
        boundary: "torus", "plane" (dead beyond the edge), or "torus+dx,dy" (shifted).

    Example:
        >>> Grid(20, 30, "torus").suffix
        ':T30,20'
    """

    rows: int
    cols: int
    boundary: str = "torus"

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", checks.integer(self.rows, "rows", least=1))
        object.__setattr__(self, "cols", checks.integer(self.cols, "cols", least=1))
        checks.require(
            self.boundary in ("torus", "plane") or self._shift is not None,
            "boundary",
            "be torus, plane or torus+dx,dy",
            self.boundary,
            "Other boundaries have no name in pattern files.",
        )

    @property
    def suffix(self) -> str:
        """What Golly writes behind the rule."""
        if self.boundary == "plane":
            return f":P{self.cols},{self.rows}"
        dx, dy = self._shift or (0, 0)
        return f":T{self.cols}{f'{dx:+d}' if dx else ''},{self.rows}{f'{dy:+d}' if dy else ''}"

    @property
    def _shift(self) -> tuple[int, int] | None:
        found = re.fullmatch(r"torus\+(-?\d{1,12}),(-?\d{1,12})", self.boundary)
        return (int(found[1]), int(found[2])) if found else None


def parse_grid(text: str, *, source: str = "", line: int | None = None, column: int | None = None) -> Grid:
    """Read a topology suffix, with or without its colon.

    Raises:
        ParseError: the text is no suffix, or names a grid evolaw does not step: infinite, twisted or spherical.

    Example:
        >>> parse_grid(":T30+5,20")
        Grid(rows=20, cols=30, boundary='torus+5,0')
    """

    def refuse(message: str) -> ParseError:
        return ParseError(message, source=source, line=line, column=column)

    bare = re.sub(r"\s+", "", text.removeprefix(":"))
    found = _SUFFIX.fullmatch(bare)
    if not found:
        raise refuse(f"The grid {text[:40]!r} is not one of the forms :T30,20, :T30+5,20 and :P30,20.")
    kind, width, twist, shift, height, second_twist, second_shift = found.groups()
    kind = kind.upper()
    if kind in _REFUSED:
        raise refuse(
            f"The grid {bare} is {_REFUSED[kind]}, which evolaw does not step; it steps :T (torus) and :P (plane)."
        )
    if kind not in "TP":
        raise refuse(f"The grid {bare} begins with {kind}; it must be :T (torus) or :P (plane).")
    if twist or second_twist or (kind == "P" and (shift or second_shift)):
        raise refuse(f"The grid {bare} twists or shifts edges in a way that {kind} grids do not have.")
    cols, rows = int(width), int(height) if height else int(width)
    dx, dy = int(shift or 0), int(second_shift or 0)
    if not rows or not cols:
        raise refuse(f"The grid {bare} is infinite; evolaw steps bounded grids. Give both sides a size.")
    if dx and dy:
        raise refuse(f"The grid {bare} shifts both pairs of edges; only one may be shifted.")
    dx, dy = dx % cols, dy % rows
    if kind == "P":
        return Grid(rows, cols, "plane")
    return Grid(rows, cols, f"torus+{dx},{dy}" if dx or dy else "torus")


@dataclass(frozen=True, eq=False)
class Pattern:
    """What a pattern file says.

    Attributes:
        board: the cells, uint8 (rows, cols), read-only; it may be empty.
        rule: the rule as written, without the grid; None when the file names none.
        grid: the bounded grid of the file; None when unbounded or not said.
        position: (x, y) of the top left cell of ``board``; None when the file does not say.
        generation: generation of the board; None when the file does not say.
        name: title of the pattern, or "".
        comments: the remaining comment lines.

    Example:
        >>> Pattern(np.ones((2, 2)), name="block")
        Pattern
          name        block
          board       2 x 2
          population  4
    """

    board: np.ndarray
    rule: str | None = None
    grid: Grid | None = None
    position: tuple[int, int] | None = None
    generation: int | None = None
    name: str = ""
    comments: tuple[str, ...] = ()

    if TYPE_CHECKING:  # what is given may be anything that becomes a board; what is held is one

        def __init__(
            self,
            board: Any,
            rule: str | None = None,
            grid: Grid | None = None,
            position: tuple[int, int] | None = None,
            generation: int | None = None,
            name: str = "",
            comments: Sequence[str] = (),
        ) -> None: ...

    def __post_init__(self) -> None:
        board = checks.shape(self.board, "board", ("rows", "cols"))
        count = state_count(self.rule)
        known = board.max(initial=0) < count if board.dtype == np.uint8 else np.isin(board, np.arange(count)).all()
        wanted = "hold 0 and 1 only" if count == 2 else f"hold the {count} states of {self.rule}, from 0"
        checks.require(bool(known), "board", wanted, f"values up to {board.max(initial=0)}")
        object.__setattr__(self, "board", read_only(board if board.dtype == np.uint8 else board.astype(np.uint8)))

    @property
    def population(self) -> int:
        """Number of cells that are not dead."""
        return int(np.count_nonzero(self.board))

    def placed(self, rows: int, cols: int) -> np.ndarray:
        """Return a dead board of the given size with the pattern at its position, in the middle when it has none.

        Raises:
            ArgumentError: a live cell falls outside.

        Example:
            >>> Pattern(np.ones((1, 2))).placed(3, 4).tolist()
            [[0, 0, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]]
        """
        rows, cols = checks.integer(rows, "rows", least=1), checks.integer(cols, "cols", least=1)
        height, width = self.board.shape
        x, y = self.position or (-(width // 2), -(height // 2))
        top, left = y + rows // 2, x + cols // 2
        result = np.zeros((rows, cols), np.uint8)
        live_rows, live_cols = np.nonzero(self.board)
        if live_rows.size:
            live_rows, live_cols = live_rows + top, live_cols + left
            inside = live_rows.min() >= 0 and live_cols.min() >= 0 and live_rows.max() < rows and live_cols.max() < cols
            checks.require(
                bool(inside),
                "rows, cols",
                "hold the whole pattern",
                f"{rows} x {cols} for a pattern of {height} x {width} at row {top}, column {left}",
                "Choose a larger board.",
            )
            result[live_rows, live_cols] = self.board[self.board > 0]
        return result

    def _facts(self) -> list[tuple[str, Any]]:
        return [
            ("name", self.name or None),
            ("rule", self.rule),
            ("grid", self.grid and f"{self.grid.rows} x {self.grid.cols} {self.grid.boundary}"),
            ("position", self.position),
            ("generation", self.generation),
            ("board", f"{self.board.shape[0]} x {self.board.shape[1]}"),
            ("population", self.population),
        ]

    def __repr__(self) -> str:
        return display.lines("Pattern", self._facts())

    def _repr_html_(self) -> str:
        return display.card("Pattern", self._facts())


def require_cells(rows: int, cols: int, *, source: str, line: int | None = None, column: int | None = None) -> None:
    """Refuse a board of more than `MOST_CELLS` cells before memory is taken for it."""
    if rows * cols > MOST_CELLS or max(rows, cols) > MOST_CELLS:
        raise ParseError(
            f"The pattern needs a board of {rows} x {cols} cells, more than the {MOST_CELLS} that are read. "
            "Correct the size or the run length, or cut the pattern.",
            source=source,
            line=line,
            column=column,
        )


def numbered_lines(text: str, source: str, most: int) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text with their numbers, without line ends; LF, CR and CRLF end lines.

    Raises:
        ParseError: there are more than ``most`` lines.
    """
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if number > most:
            raise ParseError(f"The file has more than the {most} lines that are read.", source=source, line=number)
        yield number, line.rstrip("\n")

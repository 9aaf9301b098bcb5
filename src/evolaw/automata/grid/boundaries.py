"""What lies beyond the edge of a board.

torus         opposite edges are joined; on sides of 1 or 2 cells a neighbour is met, and counted, more than once
torus+dx,dy   a torus whose edges are joined with a shift: a cell seen across the top or bottom edge lies dx columns
              further east or west, across the left or right edge dy rows; one of the two must be 0. Golly writes
              :T30+5,20 for "torus+5,0" and :T30,20+5 for "torus+0,5"
plane         everything outside is dead, and stays dead also under rules with B0
reflecting    the board is mirrored at its edge, so that the cell beyond the edge equals the cell at the edge
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from evolaw import checks

__all__ = ["BOUNDARIES", "Boundary", "parse_boundary"]

BOUNDARIES = ("torus", "plane", "reflecting", "torus+dx,dy")
"""The names, the last with whole numbers for dx and dy."""


@dataclass(frozen=True)
class Boundary:
    """A boundary read from its name.

    Attributes:
        kind: "torus", "plane" or "reflecting".
        dx: shift across the top and bottom edges, in columns.
        dy: shift across the left and right edges, in rows.
    """

    kind: str
    dx: int = 0
    dy: int = 0

    def extend(self, boards: np.ndarray, radius: int) -> np.ndarray:
        """Return the boards with ``radius`` cells more on each side.

        Args:
            boards: shape (..., rows, cols).
            radius: in cells.

        Returns:
            Shape (..., rows + 2 radius, cols + 2 radius).
        """
        if self.dx or self.dy:
            return self._extend_shifted(boards, radius)
        return self._pad(boards, [(0, 0)] * (boards.ndim - 2) + [(radius, radius)] * 2)

    def extend_line(self, lines: np.ndarray, radius: int) -> np.ndarray:
        """Return lines of cells, shape (..., cells), with ``radius`` cells more at both ends."""
        checks.require(not (self.dx or self.dy), "boundary", "have no shift for a line of cells", str(self))
        return self._pad(lines, [(0, 0)] * (lines.ndim - 1) + [(radius, radius)])

    def _pad(self, cells: np.ndarray, widths: list[tuple[int, int]]) -> np.ndarray:
        if self.kind == "plane":
            return np.pad(cells, widths)
        return np.pad(cells, widths, mode="wrap" if self.kind == "torus" else "symmetric")

    def _extend_shifted(self, boards: np.ndarray, radius: int) -> np.ndarray:
        rows, cols = boards.shape[-2:]
        y, x = np.ogrid[-radius : rows + radius, -radius : cols + radius]
        return boards[..., (y + x // cols * self.dy) % rows, (x + y // rows * self.dx) % cols]

    def __str__(self) -> str:
        return f"{self.kind}+{self.dx},{self.dy}" if self.dx or self.dy else self.kind


def parse_boundary(boundary: str | Boundary) -> Boundary:
    """Return the boundary a name means.

    Raises:
        ArgumentError: the name is unknown, or both shifts are set.

    Example:
        >>> parse_boundary("torus+5,0")
        Boundary(kind='torus', dx=5, dy=0)
    """
    if isinstance(boundary, Boundary):
        return boundary
    shifted = re.fullmatch(r"torus\+(-?\d{1,12}),(-?\d{1,12})", boundary) if isinstance(boundary, str) else None
    if boundary in BOUNDARIES[:3]:
        return Boundary(boundary)
    if not shifted:
        suggestion = checks.nearest(str(boundary), BOUNDARIES)
        fix = f"Did you mean {suggestion}?" if suggestion else ""
        raise checks.refuse("boundary", f"be one of {', '.join(BOUNDARIES)} with whole numbers dx, dy", boundary, fix)
    dx, dy = int(shifted[1]), int(shifted[2])
    checks.require(dx == 0 or dy == 0, "boundary", "shift one pair of edges, not both", boundary)
    return Boundary("torus", dx, dy)

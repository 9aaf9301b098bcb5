"""Windows: what a cell sees, as one number, and how symmetries move it.

A 3x3 window is the whole number whose most significant of nine bits is the north-west cell, row by row; this is Golly's order:

    NW 256   N 128   NE 64
    W   32   C  16   E   8
    SW   4   S   2   SE  1

A law on the von Neumann or hexagonal neighbourhood is a law on 3x3 windows that ignores some cells. Their own, smaller
windows are numbered as Golly does, most significant first: N, W, C, E, S; and S, SE, W, C, E, NW, N (the hexagonal one goes
through the rows from south to north). A window of a line is (left, centre, right): 4, 2, 1.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from evolaw import checks
from evolaw.arrays import read_only
from evolaw.told import told

__all__ = [
    "CENTRE",
    "HEXAGONAL",
    "LINE_WINDOWS",
    "VON_NEUMANN",
    "WINDOWS",
    "alive_neighbours",
    "half_widths",
    "ignores",
    "inner_windows",
    "reflect_windows",
    "rotate_windows",
]

WINDOWS = 512
"""Number of 3x3 windows."""
LINE_WINDOWS = 8
"""Number of windows of a line."""
CENTRE = 16
"""The bit of the cell itself."""
VON_NEUMANN = 128 | 32 | 16 | 8 | 2
"""The cells N, W, C, E, S of a window."""
HEXAGONAL = 256 | 128 | 32 | 16 | 8 | 2 | 1
"""The cells NW, N, W, C, E, S, SE: a hexagonal grid on square cells, as Golly lays it."""
_BITS = (256, 128, 64, 32, 16, 8, 4, 2, 1)
_HEXAGONAL_ORDER = (2, 1, 32, 16, 8, 256, 128)


@cache
def alive_neighbours(cells: int = 511) -> np.ndarray:
    """Return for each of the 512 windows how many of ``cells`` other than the centre are alive, shape (512,)."""
    return read_only(np.bitwise_count(np.arange(WINDOWS) & cells & ~CENTRE).astype(np.int64))


@cache
def inner_windows(cells: int) -> np.ndarray:
    """Return for each 3x3 window its number in the smaller neighbourhood ``cells``, shape (512,).

    Example:
        >>> int(inner_windows(VON_NEUMANN)[0b010_010_000])
        20
    """
    kept = _HEXAGONAL_ORDER if cells == HEXAGONAL else [bit for bit in _BITS if bit & cells]
    windows = np.arange(WINDOWS)
    return read_only(sum(((windows & bit) > 0).astype(np.int64) << (len(kept) - 1 - i) for i, bit in enumerate(kept)))


def ignores(table: np.ndarray, cells: int) -> bool:
    """Return whether ``table``, shape (512,), gives the same value however the cells outside ``cells`` are set."""
    return bool(np.array_equal(table, table[np.arange(WINDOWS) & cells]))


@told
def rotate_windows(quarter_turns: int = 1) -> np.ndarray:
    """Return the number of each window after it is turned anticlockwise, shape (512,).

    The windows of ``numpy.rot90(board, k)`` are ``rotate_windows(k)[windows of board]``, turned as a board likewise.

    Example:
        >>> int(rotate_windows()[0b010_000_000])
        32
    """
    return _rotated(checks.integer(quarter_turns, "quarter_turns") % 4)


@cache
def _rotated(quarter_turns: int) -> np.ndarray:
    return _moved(np.rot90(np.arange(9).reshape(3, 3), quarter_turns))


@cache
def reflect_windows() -> np.ndarray:
    """Return the number of each window after west and east are exchanged, shape (512,).

    The windows of ``board[:, ::-1]`` are ``reflect_windows()[windows of board]``, exchanged as a board likewise.
    """
    return _moved(np.arange(9).reshape(3, 3)[:, ::-1])


def _moved(places: np.ndarray) -> np.ndarray:
    """The window whose i-th cell is the cell ``places[i]`` of the old one."""
    windows = np.arange(WINDOWS)
    return read_only(sum(((windows >> (8 - int(old))) & 1) << (8 - new) for new, old in enumerate(places.ravel())))


@cache
def half_widths(shape: str, radius: int) -> tuple[int, ...]:
    """Return how far a neighbourhood of ``radius`` reaches east and west in each of its rows, north to south.

    Args:
        shape: "moore" (the square), "vonneumann" (|x| + |y| <= radius) or "circular" (x^2 + y^2 <= radius^2 + radius).
        radius: in cells, at least 1.

    Example:
        >>> half_widths("circular", 2)
        (1, 2, 2, 2, 1)
    """
    rows = range(-radius, radius + 1)
    if shape == "moore":
        return tuple(radius for _ in rows)
    if shape == "vonneumann":
        return tuple(radius - abs(y) for y in rows)
    return tuple(int(np.sqrt(radius * radius + radius - y * y)) for y in rows)

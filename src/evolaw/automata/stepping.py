"""The plain step that defines truth.

    next(cell) = 1 with probability P(window of the cell), flipped with probability noise

Every fast path must equal this one bit for bit. Chance is addressed, not drawn: cell c of board b at time t uses the two
words of the stream "update" at counter (t, b * cells + c); the first decides the entry, the second the flip. A run resumed at
a later time, or cut into batches of boards, is therefore the same run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.grid.boundaries import Boundary, parse_boundary
from evolaw.automata.grid.neighbourhoods import half_widths
from evolaw.automata.rules.generations import Generations, aged, lattice_law
from evolaw.automata.rules.rule import Rule
from evolaw.errors import ShapeError
from evolaw.randomness import Stream
from evolaw.told import told

__all__ = ["binary_states", "lattice_states", "line_windows", "neighbours", "step", "windows"]

_MOST_ADDRESSES = 2**32
_BLOCK = 2**14  # cells decided at a time, so that their words stay in the cache


@told
def windows(board: Any, boundary: str | Boundary = "torus") -> np.ndarray:
    """Return the 3x3 window of every cell as a number from 0 to 511, north-west the most significant bit.

    Args:
        board: states 0 and 1, shape (..., rows, cols).
        boundary: see `boundaries`.

    Returns:
        uint16, shape (..., rows, cols).

    Example:
        >>> windows([[0, 0, 0], [0, 1, 0], [0, 0, 0]])[0, 0]
        np.uint16(1)
    """
    boards = binary_states(board, "board", 2)
    rows, cols = boards.shape[-2:]
    around = parse_boundary(boundary).extend(boards, 1).astype(np.uint16)
    result: np.ndarray = np.zeros(boards.shape, np.uint16)
    for y in range(3):
        for x in range(3):
            result = result << 1 | around[..., y : y + rows, x : x + cols]
    return result


def line_windows(line: Any, boundary: str | Boundary = "torus") -> np.ndarray:
    """Return the window 4 left + 2 centre + right of every cell of a line.

    Args:
        line: states 0 and 1, shape (..., cells).
        boundary: "torus", "plane" or "reflecting".

    Returns:
        uint16, shape (..., cells).
    """
    lines = binary_states(line, "line", 1)
    around = parse_boundary(boundary).extend_line(lines, 1).astype(np.uint16)
    return around[..., :-2] << 2 | around[..., 1:-1] << 1 | around[..., 2:]


def neighbours(board: Any, shape: str, radius: int, boundary: str | Boundary = "torus") -> np.ndarray:
    """Return how many neighbours of every cell are alive, the cell itself not counted.

    Args:
        board: states 0 and 1, shape (..., rows, cols).
        shape: "moore", "vonneumann" or "circular", see `neighbourhoods.half_widths`.
        radius: in cells.
        boundary: see `boundaries`.

    Returns:
        int32, shape (..., rows, cols).

    Notes:
        Cost: running sums along the rows, then one subtraction for each of the 2 radius + 1 rows of the neighbourhood.
    """
    boards = binary_states(board, "board", 2)
    rows, cols = boards.shape[-2:]
    around = parse_boundary(boundary).extend(boards, radius)
    sums = np.zeros((*around.shape[:-1], around.shape[-1] + 1), np.int32)
    np.cumsum(around, axis=-1, out=sums[..., 1:])
    result = -boards.astype(np.int32)
    for y, width in enumerate(half_widths(shape, radius)):
        row = sums[..., y : y + rows, :]
        east, west = radius + width + 1, radius - width
        result += row[..., east : east + cols] - row[..., west : west + cols]
    return result


@told
def step(
    rule: Rule | Generations | str,
    board: Any,
    *,
    boundary: str | Boundary = "torus",
    stream: Stream | None = None,
    time: int = 0,
    first_board: int = 0,
) -> np.ndarray:
    """Return the boards one generation later.

    Args:
        rule: a Rule, a Generations, or the text of one.
        board: states 0 and 1, or those of the Generations, shape (..., rows, cols); (..., cells) for a rule of a line.
        boundary: see `boundaries`.
        stream: where chance comes from, for rules that need it; as in ``source(0).stream("update")``.
        time: generation of ``board``, the first address of chance.
        first_board: number of the first board, for batches of a larger set.

    Returns:
        uint8, the shape of ``board``.

    Raises:
        ArgumentError: the states are not the rule's, or the rule needs chance and no stream is given.

    Example:
        >>> blinker = np.zeros((5, 5), np.uint8)
        >>> blinker[2, 1:4] = 1
        >>> step("B3/S23", blinker)[:, 2]
        array([0, 1, 1, 1, 0], dtype=uint8)
    """
    rule, boundary = lattice_law(rule), parse_boundary(boundary)
    if isinstance(rule, Generations):
        cells = lattice_states(board, "board", 2, rule.states)
        alive = cells == 1
        lit = step(rule.alive, alive, boundary=boundary, stream=stream, time=time, first_board=first_board)
        return aged(cells, lit, rule.states)
    if rule.is_deterministic:
        return _looked_up(rule, rule.table, board, boundary)
    if stream is None:
        raise checks.refuse(
            "stream", "be given for a rule with chance in it", stream, "Pass source(0).stream('update')."
        )
    thresholds = np.round(rule.probabilities * 2.0**32).astype(np.uint64)
    limits = _looked_up(rule, thresholds, board, boundary)
    count = int(np.prod(limits.shape[-1 if rule.neighbourhood == "line" else -2 :]))
    first = checks.integer(first_board, "first_board", least=0) * count
    return _decided(limits, np.uint64(round(rule.noise * 2**32)), stream, time, first)


def _looked_up(rule: Rule, values: np.ndarray, board: Any, boundary: Boundary) -> np.ndarray:
    """The value that each cell's neighbourhood state has in ``values``, shaped as the rule's table."""
    if rule.neighbourhood == "line":
        return values[line_windows(board, boundary)]
    if values.ndim == 1:
        return values[windows(board, boundary)]
    boards = binary_states(board, "board", 2)
    return values[boards, neighbours(boards, rule.neighbourhood.removesuffix("-r"), rule.radius, boundary)]


def _decided(limits: np.ndarray, flip_limit: np.uint64, stream: Stream, time: int, first: int) -> np.ndarray:
    """The next states: the first word of each cell below its limit, flipped where the second is below the flip limit."""
    time = checks.integer(time, "time", least=0, most=_MOST_ADDRESSES - 1)
    checks.require(
        first + limits.size <= _MOST_ADDRESSES,
        "board",
        "hold at most 2**32 cells, all boards together, under chance",
        limits.shape,
    )
    result = np.empty(limits.size, np.uint8)
    wanted = limits.reshape(-1)
    for start in range(0, limits.size, _BLOCK):
        block = slice(start, min(start + _BLOCK, limits.size))
        entry, flip = stream.words(time, np.arange(first + block.start, first + block.stop))
        result[block] = (entry < wanted[block]) ^ (flip < flip_limit)
    return result.reshape(limits.shape)


def binary_states(board: Any, name: str, axes: int) -> np.ndarray:
    """Return the states of a rule of two: `lattice_states` with nothing but 0 and 1."""
    return lattice_states(board, name, axes, 2)


def lattice_states(board: Any, name: str, axes: int, count: int) -> np.ndarray:
    """Return states as uint8, at least ``axes`` axes, nothing but 0 … ``count`` − 1.

    Args:
        board: states as they were given.
        name: the argument to speak of.
        axes: 2 for boards, 1 for lines.
        count: how many states there are.

    Raises:
        ArgumentError: other states, or values of another type.
        ShapeError: fewer axes, or an empty side.
    """
    named = "0 and 1" if count == 2 else f"0 to {count - 1}"
    try:
        states = np.asarray(board)
    except ValueError:
        raise checks.refuse(name, "be a rectangular array of states", "ragged") from None
    if states.ndim < axes or 0 in states.shape[-axes:]:
        wanted = "(..., rows, cols)" if axes == 2 else "(..., cells)"
        raise ShapeError(f"Argument `{name}` must have shape {wanted} with no empty side, but has {states.shape}.")
    if states.dtype == np.bool_:
        return states.astype(np.uint8)
    if states.dtype.kind not in "iuf":
        raise checks.refuse(name, f"hold the states {named}", f"of type {states.dtype}")
    wrong = (states != 0) & (states != 1) if count == 2 else ~np.isin(states, np.arange(count))
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        fix = "255 means a missing cell: a board to be stepped must be complete." if states[place] == MISSING else ""
        raise checks.refuse(name, f"hold nothing but the states {named}", f"{states[place]} at index {place}", fix)
    return states.astype(np.uint8)

"""Finding where on a torus a bounding box lies, by asking for it again after shifts.

A program that writes only the bounding box of the live cells loses two numbers: the first row and the first column. On a torus
of n columns, a box of w columns leaves an arc of n - w dead ones, and the arc may begin at n - w + 1 places. After a shift that
moves the arc away from the edge of the file, the box spans the edge, and the file shows the arc inside, somewhere. Shifts are
chosen so that the possible places would show most different files.
Rows and columns are found independently, from which of them hold a live cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from evolaw.errors import BoxError

__all__ = ["Crop", "locate"]

_TRIED = 64


@dataclass(frozen=True)
class Crop:
    """The bounding box of the live cells of a board; its place is unknown."""

    cells: np.ndarray

    @classmethod
    def of(cls, board: np.ndarray) -> Self:
        """Cut a board down to its live cells; an empty board gives shape (0, 0).

        Example:
            >>> Crop.of(np.array([[0, 0, 0], [0, 1, 1]])).cells.tolist()
            [[1, 1]]
        """
        rows, cols = np.flatnonzero(board.any(axis=1)), np.flatnonzero(board.any(axis=0))
        if not rows.size:
            return cls(board[:0, :0])
        return cls(board[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1])

    def live(self, axis: int) -> np.ndarray:
        """Whether each row (axis 1) or column (axis 0) holds a live cell."""
        return np.asarray(self.cells.any(axis=axis))


def locate(
    crop: Crop, size: tuple[int, ...], ask_shifted: Callable[[int, int], Crop], most_questions: int
) -> np.ndarray:
    """Return the board of the given size whose bounding box is ``crop``.

    Args:
        crop: the answer to the unshifted question, not empty.
        size: (rows, cols) of the torus.
        ask_shifted: asks the question moved down and right, and returns the bounding box of that answer.
        most_questions: how many times it may be called.

    Returns:
        The board, uint8.

    Raises:
        BoxError: the answers contradict each other, or the place is still open after ``most_questions``.

    Notes:
        One question suffices for boards that are not thin (measured: all 238 cropped answers among 1600 one-step
        questions to Life at densities 0.2 and 0.5); a few objects on a large torus are often not found.
    """
    axes = [_Axis(crop.live(1), size[0]), _Axis(crop.live(0), size[1])]
    asked: list[tuple[int, int, np.ndarray]] = []
    while any(len(axis.places) > 1 for axis in axes) and len(asked) < most_questions:
        down, right = (axis.shift() for axis in axes)
        reply = ask_shifted(down, right)
        asked.append((down, right, reply.cells))
        axes[0].learn(down, reply.live(1))
        axes[1].learn(right, reply.live(0))
    if any(len(axis.places) > 1 for axis in axes):
        raise BoxError(
            f"The box wrote only the live part of its answer, {crop.cells.shape[0]} x {crop.cells.shape[1]} cells of a torus of "
            f"{size[0]} x {size[1]}, and not where it lies; {len(asked)} shifted questions did not tell. Let it write the whole "
            "board, `#CXRLE Pos=x,y`, or a macrocell file, as in: bgolly -q -q -a HashLife -m {steps} -i 1 -o {after}.mc {before}"
        )
    top, left = (axis.places[0] if axis.places else -1 for axis in axes)
    board = np.zeros(size, np.uint8)
    if top >= 0 and left >= 0:
        board[top : top + crop.cells.shape[0], left : left + crop.cells.shape[1]] = crop.cells
    for down, right, cells in asked:
        if not np.array_equal(Crop.of(np.roll(board, (down, right), (0, 1))).cells, cells):
            raise BoxError(
                "The box wrote only the live part of its answers, and its answers to the same question on a shifted torus "
                "contradict each other: it is random, or treats some places differently. Let it write the whole board."
            )
    return board


class _Axis:
    """What is known about the place of the box along one side of n cells."""

    def __init__(self, occupied: np.ndarray, side: int) -> None:
        self._occupied, self._side = np.flatnonzero(occupied), int(side)
        self._width = occupied.size
        self.places = list(range(side - self._width + 1))

    def shift(self) -> int:
        """The shift, of up to 64 evenly spread ones, that tells most of the possible places apart."""
        places = self.places[:: -(-len(self.places) // _TRIED)] if self.places else []
        shifts = range(0, self._side, -(-self._side // _TRIED))
        return max(shifts, key=lambda shift: len({self._shown(place + shift).tobytes() for place in places}))

    def learn(self, shift: int, occupied: np.ndarray) -> None:
        """Keep the places at which the shifted box would have shown exactly these live rows or columns."""
        seen = np.flatnonzero(occupied)
        self.places = [place for place in self.places if np.array_equal(self._shown(place + shift), seen)]

    def _shown(self, start: int) -> np.ndarray:
        cells = np.sort((self._occupied + start) % self._side)
        return cells - cells[0]

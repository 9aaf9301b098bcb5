"""Boards as bits: the canonical packing that is stored and hashed, and the striped packing that is computed on.

*Canonical*: bit b of word w of a row is the cell of column 64 w + b; unused bits of the last word are 0.

*Striped*: a row of ``cols`` cells is cut into S stripes of W = ceil(cols / S) cells, one below the other, and word w of the
packed row holds cell w of every stripe: stripe s at bit s. The west neighbour of a whole word of cells is then simply the
word before it, and no bit is shifted except at the two ends of a row, where a stripe meets the next one. With S < 64, a
word holds the stripes of 64 / S boards; with S = 1 it holds one cell of each of 64 boards. Between its words a packed row has
eight words of margin, the last of which before the row is its *west margin* and the first after it its *east margin*.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from evolaw import checks
from evolaw.automata.engine.llvm import (
    Writer,
    address,
    aligned_words,
    compile_functions,
    has_three_input_logic,
    on_all_cores,
)

__all__ = ["WORD", "Stripes", "pack", "unpack"]

WORD = 64
"""Cells in a word."""
_LINE = 8  # words in a cache line, and in the longest vector


def pack(boards: np.ndarray) -> np.ndarray:
    """Pack boards canonically, to store, compare or hash them.

    Args:
        boards: cells 0 or 1, uint8, shape (..., rows, cols).

    Returns:
        Words, uint64 in the machine's byte order, shape (..., rows, ceil(cols / 64)); bit b of word w is column 64 w + b.

    Example:
        >>> int(pack(np.array([[1, 0, 1]], dtype=np.uint8))[0, 0])
        5
    """
    cells = np.asarray(boards, dtype=np.uint8)
    words = -(-cells.shape[-1] // WORD)
    packed = np.zeros((*cells.shape[:-1], 8 * words), dtype=np.uint8)
    inside = np.packbits(cells, axis=-1, bitorder="little")
    packed[..., : inside.shape[-1]] = inside
    return packed.view("<u8").astype(np.uint64, copy=False)


def unpack(words: np.ndarray, cols: int) -> np.ndarray:
    """Unpack canonical words into cells.

    Args:
        words: as `pack` returns them, shape (..., rows, ceil(cols / 64)).
        cols: cells in a row.

    Returns:
        Cells 0 or 1, uint8, shape (..., rows, cols).

    Raises:
        ArgumentError: a row has another number of words than ``cols`` needs.
    """
    given = np.ascontiguousarray(words, dtype="<u8")
    cols = checks.integer(cols, "cols", least=1)
    checks.require(
        given.shape[-1] == -(-cols // WORD), "words", f"hold {-(-cols // WORD)} words a row", given.shape[-1]
    )
    return np.unpackbits(given.view(np.uint8), axis=-1, count=cols, bitorder="little")


@dataclass(frozen=True)
class Stripes:
    """How a stack of equal boards lies in words; see the head of this file.

    Attributes:
        boards: number of boards.
        rows: rows of a board.
        cols: columns of a board.
        stripes: S, a power of two up to 64.
    """

    boards: int
    rows: int
    cols: int
    stripes: int

    @classmethod
    def fitting(cls, boards: int, rows: int, cols: int) -> Stripes:
        """Choose the number of stripes that needs the fewest vectors; on a tie, the longest rows."""

        def cost(stripes: int) -> tuple[int, int]:
            groups = -(-boards // (WORD // stripes))
            words = -(-cols // stripes)
            return groups * (-(-words // _LINE) + 1), stripes

        return cls(boards, rows, cols, min((1 << power for power in range(7)), key=cost))

    @property
    def words(self) -> int:
        """W, words in a row; also the cells of a stripe."""
        return -(-self.cols // self.stripes)

    @property
    def padded_words(self) -> int:
        """Words in a row, rounded up to whole vectors."""
        return -(-self.words // _LINE) * _LINE

    @property
    def stride(self) -> int:
        """Words from the beginning of one row to the next."""
        return self.padded_words + _LINE

    @property
    def boards_per_word(self) -> int:
        """Boards that share a word."""
        return WORD // self.stripes

    @property
    def groups(self) -> int:
        """Number of stacks of boards that share words."""
        return -(-self.boards // self.boards_per_word)

    def empty(self) -> np.ndarray:
        """Return words of dead boards, shape (groups * rows * stride + 8,)."""
        return aligned_words(self.groups * self.rows * self.stride + _LINE)

    def place(self, col: int) -> tuple[int, int]:
        """Return (stripe, word) of a column."""
        return divmod(col, self.words)

    def stripe_mask(self, stripe: int) -> int:
        """Return the word in which the bits of one stripe of every board are set."""
        return sum(1 << (board * self.stripes + stripe) for board in range(self.boards_per_word))

    def board_masks(self, values: np.ndarray) -> np.ndarray:
        """Spread one bit a board over its stripes.

        Args:
            values: 0 or 1 for each board, shape (boards, entries).

        Returns:
            Words, uint64, shape (groups, entries): the bits of board b of a group all hold its value.
        """
        padded = np.zeros((self.groups * self.boards_per_word, values.shape[1]), dtype=np.uint64)
        padded[: self.boards] = values
        whole = np.uint64((1 << self.stripes) - 1)
        shifts = np.arange(0, WORD, self.stripes, dtype=np.uint64)[None, :, None]
        grouped = padded.reshape(self.groups, self.boards_per_word, -1)
        return np.bitwise_or.reduce((grouped * whole) << shifts, axis=1)

    def spread(self, cells: np.ndarray) -> np.ndarray:
        """Pack cells, uint8 0 or 1, shape (boards, rows, cols), into words; margins stay 0."""
        words = self.empty()
        filled = self._filled(cells)
        self._move(_mover().spread, words, filled, self.groups * self.rows)
        return words

    def gather(self, words: np.ndarray) -> np.ndarray:
        """Unpack words into cells, uint8, shape (boards, rows, cols)."""
        shape = (self.groups * self.boards_per_word, self.rows, self.stripes * self.words)
        store = np.empty(int(np.prod(shape)) + _LINE, dtype=np.uint8)
        self._move(_mover().gather, words, store, shape[0] * self.rows)
        cells = store[:-_LINE].reshape(shape)[: self.boards, :, : self.cols]
        return np.ascontiguousarray(cells)

    def _filled(self, cells: np.ndarray) -> np.ndarray:
        """Cells with dead boards and columns added to fill all words, and eight bytes behind that vectors may read."""
        shape = (self.groups * self.boards_per_word, self.rows, self.stripes * self.words)
        if cells.shape == shape and cells.flags.c_contiguous and self.words == self.padded_words:
            return cells
        store = np.zeros(int(np.prod(shape)) + _LINE, dtype=np.uint8)
        store[:-_LINE].reshape(shape)[: self.boards, :, : self.cols] = cells
        return store

    def _move(self, function: Callable[..., None], words: np.ndarray, cells: np.ndarray, items: int) -> None:
        sizes = (self.rows, self.words, self.stripes, self.boards_per_word, self.stride)

        def work(first: int, last: int) -> None:
            function(address(words), address(cells), *sizes, first, last)

        if self.words == self.padded_words:
            on_all_cores(work, items)
        else:
            work(0, items)  # a vector writes into the next row, which must then be written later


@dataclass(frozen=True)
class _Mover:
    spread: Callable[..., None]
    gather: Callable[..., None]


@cache
def _mover() -> _Mover:
    """Compile the two functions between cells, a byte each, and striped words."""
    w = Writer(has_three_input_logic())
    cells, vector = f"<{w.lanes} x i8>", w.vector
    sizes = ["rows", "words", "stripes", "boards", "stride", "first", "last"]

    row_cells, board_cells = "", ""

    def begin() -> None:
        nonlocal row_cells, board_cells
        row_cells = w.multiply("%stripes", "%words")
        board_cells = w.multiply(row_cells, "%rows")

    def packed_row(group: str, row: str) -> str:
        return w.at("%packed", w.add(w.multiply(w.add(w.multiply(group, "%rows"), row), "%stride"), _LINE))

    def cell_at(board: str, row: str, stripe: str, word: str) -> str:
        before = w.add(w.multiply(board, board_cells), w.multiply(row, row_cells))
        return w.op(f"getelementptr i8, ptr %cells, i64 {w.add(before, w.add(w.multiply(stripe, '%words'), word))}")

    def shift(board: str, stripe: str) -> str:
        return w.everywhere(w.add(w.multiply(board, "%stripes"), stripe))

    def spread() -> None:
        begin()

        def packed_rows(item: str, _: list[str]) -> list[str]:
            group, row = w.op(f"sdiv i64 {item}, %rows"), w.op(f"srem i64 {item}, %rows")
            target, first_board = packed_row(group, row), w.multiply(group, "%boards")

            def vectors(word: str, _: list[str]) -> list[str]:
                def boards(board: str, outer: list[str]) -> list[str]:
                    def stripes(stripe: str, inner: list[str]) -> list[str]:
                        source = cell_at(w.add(first_board, board), row, stripe, word)
                        bits = w.op(f"load {cells}, ptr {source}, align 1")
                        wide = w.op(f"zext {cells} {bits} to {vector}")
                        moved = w.op(f"shl {vector} {wide}, {shift(board, stripe)}")
                        return [w.op(f"or {vector} {inner[0]}, {moved}")]

                    return w.loop("0", "%stripes", [(vector, outer[0])], stripes)

                packed = w.loop("0", "%boards", [(vector, "zeroinitializer")], boards)[0]
                w.do(f"store {vector} {packed}, ptr {w.at(target, word)}, align 8")
                return []

            w.loop("0", "%words", [], vectors, step=w.lanes)
            return []

        w.loop("%first", "%last", [], packed_rows)

    def gather() -> None:
        begin()
        ones = w.everywhere("1")

        def board_rows(item: str, _: list[str]) -> list[str]:
            """In the order of memory: a last vector writes into what comes after it, which is then overwritten."""
            board, row = w.op(f"sdiv i64 {item}, %rows"), w.op(f"srem i64 {item}, %rows")
            group, inside = w.op(f"sdiv i64 {board}, %boards"), w.op(f"srem i64 {board}, %boards")
            source = packed_row(group, row)

            def stripes(stripe: str, _: list[str]) -> list[str]:
                place = shift(inside, stripe)

                def vectors(word: str, _: list[str]) -> list[str]:
                    moved = w.op(f"lshr {vector} {w.lanes_at(source, word)}, {place}")
                    bit = w.op(f"and {vector} {moved}, {ones}")
                    narrow = w.op(f"trunc {vector} {bit} to {cells}")
                    w.do(f"store {cells} {narrow}, ptr {cell_at(board, row, stripe, word)}, align 1")
                    return []

                w.loop("0", "%words", [], vectors, step=w.lanes)
                return []

            w.loop("0", "%stripes", [], stripes)
            return []

        w.loop("%first", "%last", [], board_rows)

    w.function("spread", ["packed", "cells"], sizes, spread)
    w.function("gather", ["packed", "cells"], sizes, gather)
    functions = compile_functions(w, {"spread": 9, "gather": 9})
    return _Mover(functions["spread"], functions["gather"])

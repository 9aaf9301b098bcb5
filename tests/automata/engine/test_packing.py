"""Boards as bits: there and back, canonical layout, margins of every boundary."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.engine.packing import Stripes, pack, unpack
from evolaw.errors import ArgumentError

CHANCE = np.random.default_rng(7)


@given(st.integers(1, 3), st.integers(1, 6), st.integers(1, 200))
def test_canonical_packing_and_back(boards: int, rows: int, cols: int) -> None:
    cells = CHANCE.integers(0, 2, (boards, rows, cols), dtype=np.uint8)
    words = pack(cells)
    assert words.shape == (boards, rows, -(-cols // 64))
    np.testing.assert_array_equal(unpack(words, cols), cells)
    col = cols - 1
    np.testing.assert_array_equal(words[..., col // 64] >> np.uint64(col % 64) & np.uint64(1), cells[..., col])


def test_unpack_refuses_another_width() -> None:
    with pytest.raises(ArgumentError, match="`words` must hold 2 words a row, but is 1"):
        unpack(np.zeros((3, 1), np.uint64), 65)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 150), st.integers(1, 5), st.integers(1, 300))
def test_stripes_there_and_back(boards: int, rows: int, cols: int) -> None:
    cells = CHANCE.integers(0, 2, (boards, rows, cols), dtype=np.uint8)
    stripes = Stripes.fitting(boards, rows, cols)
    words = stripes.spread(cells)
    np.testing.assert_array_equal(stripes.gather(words), cells)


@pytest.mark.parametrize("stripes_count", [1, 2, 4, 8, 16, 32, 64])
def test_every_number_of_stripes_holds_cells_where_it_says(stripes_count: int) -> None:
    stripes = Stripes(boards=3, rows=2, cols=70, stripes=stripes_count)
    cells = CHANCE.integers(0, 2, (3, 2, 70), dtype=np.uint8)
    words = stripes.spread(cells)
    for board, row, col in [(0, 0, 0), (2, 1, 69), (1, 0, 33), (1, 1, 64)]:
        group, inside = divmod(board, stripes.boards_per_word)
        stripe, word = stripes.place(col)
        here = int(words[(group * 2 + row) * stripes.stride + 8 + word])
        assert here >> (inside * stripes_count + stripe) & 1 == cells[board, row, col]


def test_garbage_between_the_rows_does_not_reach_the_cells() -> None:
    cells = CHANCE.integers(0, 2, (40, 7, 10), dtype=np.uint8)
    stripes = Stripes(boards=40, rows=7, cols=10, stripes=2)
    words = stripes.spread(cells)
    rows = words[: stripes.groups * 7 * stripes.stride].reshape(-1, stripes.stride)
    rows[:, 8 + stripes.words :] = 2**64 - 1
    np.testing.assert_array_equal(stripes.gather(words), cells)


def test_a_mask_a_board_covers_its_stripes() -> None:
    stripes = Stripes(boards=3, rows=1, cols=64, stripes=32)
    masks = stripes.board_masks(np.array([[1, 0], [0, 1], [1, 1]], dtype=np.uint8))
    low, high = 2**32 - 1, (2**32 - 1) << 32
    np.testing.assert_array_equal(masks, np.array([[low, high], [low, low]], dtype=np.uint64))

"""A board as a chain: every transition by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evolaw import markov
from evolaw.errors import ArgumentError


def test_a_lattice_chain_of_noisy_parity() -> None:
    """Every cell copies its left neighbour and is flipped with probability 0.1: the law is a product of flips."""

    def alive(boards: np.ndarray) -> np.ndarray:
        return np.where(np.roll(boards, 1, axis=2) == 1, 0.9, 0.1)

    chain = markov.lattice_chain(alive, 1, 4)
    for board in range(16):
        shifted = (board << 1 | board >> 3) & 15
        for following in range(16):
            flips = (shifted ^ following).bit_count()
            assert chain.matrix[board, following] == pytest.approx(0.1**flips * 0.9 ** (4 - flips))
    np.testing.assert_allclose(chain.stationary()[0], 1 / 16)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: markov.lattice_chain(lambda b: b, 4, 4), "at most 12 cells"),
        (lambda: markov.lattice_chain(lambda b: b + 5, 1, 1), "return probabilities"),
    ],
)
def test_messages_of_lattice_chains(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()

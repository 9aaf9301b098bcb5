"""A probabilistic automaton on a small board is a Markov chain on all its boards."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from evolaw import checks
from evolaw.markov.chains import Chain
from evolaw.told import told

__all__ = ["lattice_chain"]


@told
def lattice_chain(alive_next: Callable[[np.ndarray], np.ndarray], rows: int, cols: int) -> Chain:
    """Build the chain of a probabilistic automaton on a small board: its states are all 2^(rows cols) boards.

        P[x, y] = product over cells c of  p_c(x) if y_c else 1 - p_c(x)

    Args:
        alive_next: takes boards, uint8 of shape (boards, rows, cols), and returns for every cell the probability that it
            is alive one step later, same shape; cells are updated independently given the board.
        rows, cols: board size, at most 12 cells.

    Returns:
        A Chain; state number s is the board whose cell c, row by row, is bit c of s.

    Notes:
        Takes 8 * 4^(rows cols) bytes: 128 MiB for 12 cells.

    Example:
        >>> lattice_chain(lambda boards: 0.25 * np.ones(boards.shape), 1, 2).matrix[0]
        array([0.5625, 0.1875, 0.1875, 0.0625])
    """
    rows, cols = checks.integer(rows, "rows", least=1), checks.integer(cols, "cols", least=1)
    cells = rows * cols
    checks.require(cells <= 12, "rows", "give at most 12 cells with cols", f"{rows} x {cols} = {cells} cells")
    boards = (np.arange(2**cells)[:, None] >> np.arange(cells) & 1).astype(np.uint8)
    alive = np.asarray(alive_next(boards.reshape(-1, rows, cols)), float)
    checks.require(alive.shape == (2**cells, rows, cols), "alive_next", "return one probability a cell", alive.shape)
    checks.require(bool(((alive >= 0) & (alive <= 1)).all()), "alive_next", "return probabilities", alive)
    matrix = np.ones((2**cells, 1))
    for p in alive.reshape(2**cells, cells).T:
        matrix = np.concatenate([matrix * (1 - p)[:, None], matrix * p[:, None]], axis=1)
    return Chain(matrix)

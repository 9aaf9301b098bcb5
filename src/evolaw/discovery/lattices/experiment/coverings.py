"""Boards that show many windows in few cells.

`every_window` shows each of the 512 windows exactly once in one step of an 8 x 64 torus, the least number of cells that can.
Column j is the word 00010111, in which every three-bit word occurs once around the circle, shifted down by s_j. Three
neighbouring columns then show a window at row r according to the two differences s_(j+1) - s_j mod 8 on its sides; the
differences run through a sequence of order 2 over Z_8 in which every pair occurs once [debruijn1946], and since they add up to
a multiple of 8 the columns close around the torus.

`stored` returns boards found by search: tori that show every entry of a space at least once.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from evolaw.arrays import read_only
from evolaw.automata import stepping
from evolaw.discovery.lattices.model.rule_space import CYCLE, GENERATIONS, RuleSpace

__all__ = ["entries_shown", "every_window", "largest", "mosaic", "stored"]

_WORD = (0, 0, 0, 1, 0, 1, 1, 1)

# Found by simulated annealing over single cells, minimising the number of entries not shown.
_FOUND = {
    "outer-totalistic": "11101011 10100011 10100010 10000011",
    "isotropic": """
        11100001001011111 01000011111010111 11000001000000000 00111110100010101
        01101100011010001 01010101011010010 11011010010100111 11110100001010101
    """,
    "elementary": "00010111",
}


def entries_shown(board: np.ndarray, space: RuleSpace) -> np.ndarray:
    """Return how often one step of ``board`` on a torus shows each entry, shape (entries,); cells that age show the cycle in the last state alone."""
    entries = space.entry_of[stepping.windows((board == 1).astype(np.uint8), "torus")][board <= 1]
    shown = np.bincount(entries, minlength=len(space))
    if space.ages:
        shown[-1] = (board == space.states - 1).sum()
    return shown


@cache
def every_window() -> np.ndarray:
    """Return the 64 x 8 board, on a torus, of which one step shows each of the 512 windows exactly once.

    Example:
        >>> shown = entries_shown(every_window(), RuleSpace.named("general"))
        >>> int(shown.min()), int(shown.max())
        (1, 1)
    """
    shifts = np.concatenate([[0], np.cumsum(_every_pair(8))])[:-1]
    columns = [np.roll(_WORD, shift) for shift in shifts]
    return read_only(np.array(columns, np.uint8))


def _every_pair(letters: int) -> list[int]:
    """Return a circular sequence over 0 … letters-1 in which every ordered pair occurs once: an Euler circuit.

    Every letter has one arc to every letter. The walk always takes the highest arc not yet used; closed detours are
    inserted where the walk got stuck (Hierholzer's way).
    """
    unused = [list(range(letters)) for _ in range(letters)]
    stack, circuit = [0], []
    while stack:
        if unused[stack[-1]]:
            stack.append(unused[stack[-1]].pop())
        else:
            circuit.append(stack.pop())
    return circuit[::-1][:-1]


def mosaic(windows: np.ndarray, last: int = 2) -> np.ndarray:
    """Return a torus of 3 x 3 tiles, one a wanted window; the centre of each tile shows its window.

    Args:
        windows: window numbers, shape (count,), at least one. The tile of `rule_space.CYCLE` has a cell in the last state alone.
        last: that state.

    Returns:
        uint8 board of 3a x 3b cells with a b >= count; tiles left over repeat the last window.
    """
    down = int(np.sqrt(windows.size))
    across = -(-windows.size // down)
    wanted = np.concatenate([windows, np.full(down * across - windows.size, windows[-1])])
    bits = (wanted[:, None] % CYCLE >> np.arange(8, -1, -1) & 1).astype(np.uint8)
    bits[wanted == CYCLE, 4] = last
    tiles = bits.reshape(down, across, 3, 3)
    return tiles.transpose(0, 2, 1, 3).reshape(3 * down, 3 * across)


def largest(space: RuleSpace) -> np.ndarray:
    """Return the board that shows every entry of a space most often: each of the 512 windows once, or a line as long."""
    return np.tile(stored(space.name), (1, 64)) if space.is_line else every_window()


@cache
def stored(space: str) -> np.ndarray:
    """Return the smallest torus known to the package that shows every entry of a space in one step; of cells that age, of what is alive.

    Example:
        >>> [stored(space).size for space in ("outer-totalistic", "isotropic", "general", "elementary")]
        [32, 136, 512, 8]
    """
    space = GENERATIONS.get(space, space)
    if space not in _FOUND:
        return every_window()
    return read_only(np.array([[int(cell) for cell in row] for row in _FOUND[space].split()], np.uint8))

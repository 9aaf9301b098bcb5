"""Block frequencies and what they say about order: entropies and mutual information.

A block of h x w cells is the integer whose most significant bit is its north-west cell, row by row. With f the frequencies of
the 2**(h w) blocks, all in bits,

    block entropy         H(h, w) = - sum f log2 f
    conditional entropy   H(h, w) - H(h, w - 1): what a cell adds to the cells before it in a row
    mutual information    I(d) = 2 H(cell) - H(pair at displacement d)

Entropies are computed from the frequencies of all boards together; the bias of a finite number of boards is removed to order
1/n, and the standard error found, by leaving out one board at a time.
"""

from __future__ import annotations

import numpy as np

from evolaw import checks
from evolaw.analysis.estimates import Estimate, jackknife, mean
from evolaw.analysis.lattices import boards_of, is_wrapped, observed
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["block_entropy", "block_frequencies", "conditional_entropy", "mutual_information"]

_MOST_CELLS = 16


@told
def block_frequencies(trajectory: Trajectory, block: tuple[int, int] = (3, 3)) -> Estimate:
    """Estimate the frequency of every block at every saved time.

    Args:
        trajectory: boards at least as large as the block; blocks with a missing cell are left out, and blocks reach
            over the edge on a plain torus only.
        block: (rows, cols) of the block, at most 16 cells.

    Returns:
        Estimate of shape (times, 2**(rows * cols)).

    Example:
        >>> stripes = np.tile(np.array([0, 1], np.uint8), (1, 4, 2))
        >>> block_frequencies(Trajectory(stripes, [0], ("times", "rows", "cols"), boundary="torus"), (1, 2)).value.tolist()
        [[0.0, 0.5, 0.5, 0.0]]
    """
    rows, cols = _size(block)
    offsets = [(row, col) for row in range(rows) for col in range(cols)]
    return mean(_frequencies(trajectory, offsets), f"frequency of {rows} x {cols} blocks")


@told
def block_entropy(trajectory: Trajectory, block: tuple[int, int] = (2, 2)) -> Estimate:
    """Estimate the entropy of blocks at every saved time, in bits; shape (times,).

    Notes:
        The remaining bias is of order 1/n**2 in the number of boards n; with one board it is of the order of
        (2**(rows cols) - 1) / (2 cells ln 2), downwards, and the standard error is infinite.
    """
    samples = block_frequencies(trajectory, block).samples
    return jackknife(_entropy, samples, f"entropy of {block[0]} x {block[1]} blocks in bits")


@told
def conditional_entropy(trajectory: Trajectory, length: int = 3) -> Estimate:
    """Estimate H(1, length) - H(1, length - 1), the uncertainty of a cell given the length - 1 cells before it in its row."""
    size = checks.integer(length, "length", least=1, most=_MOST_CELLS)
    samples = block_frequencies(trajectory, (1, size)).samples

    def conditional(frequencies: np.ndarray) -> np.ndarray:
        shorter = frequencies.reshape(*frequencies.shape[:-1], -1, 2).sum(axis=-1)
        return _entropy(frequencies) - _entropy(shorter)

    return jackknife(conditional, samples, f"entropy of a cell given {size - 1} before it, in bits")


@told
def mutual_information(trajectory: Trajectory, displacement: tuple[int, int]) -> Estimate:
    """Estimate the mutual information of two cells at a displacement (rows, cols), in bits; shape (times,).

    Notes:
        Corrected for bias, so that independent cells give values around 0 that may be slightly negative.
    """
    down, right = (checks.integer(part, "displacement") for part in displacement)
    checks.require((down, right) != (0, 0), "displacement", "not be (0, 0)", displacement)
    samples = _frequencies(trajectory, [(0, 0), (down, right)])

    def information(pairs: np.ndarray) -> np.ndarray:
        table = pairs.reshape(*pairs.shape[:-1], 2, 2)
        return _entropy(table.sum(axis=-1)) + _entropy(table.sum(axis=-2)) - _entropy(pairs)

    return jackknife(information, samples, f"mutual information at displacement ({down}, {right}) in bits")


def _size(block: tuple[int, int]) -> tuple[int, int]:
    rows, cols = (checks.integer(side, "block", least=1) for side in block)
    checks.require(rows * cols <= _MOST_CELLS, "block", f"hold at most {_MOST_CELLS} cells", f"{rows} x {cols} cells")
    return rows, cols


def _frequencies(trajectory: Trajectory, offsets: list[tuple[int, int]]) -> np.ndarray:
    """Frequencies of the joint states of cells at the offsets, shape (boards, times, 2**len(offsets))."""
    boards = boards_of(trajectory)
    rows, cols = boards.shape[2:]
    top, left = (min(offset[axis] for offset in offsets) for axis in (0, 1))
    tall, wide = (max(offset[axis] for offset in offsets) - least + 1 for axis, least in ((0, top), (1, left)))
    checks.require(
        tall <= rows and wide <= cols, "trajectory", f"have boards of at least {tall} x {wide}", f"of {rows} x {cols}"
    )
    if is_wrapped(trajectory):
        # The box of offsets hangs over the edge by tall - 1 rows and wide - 1 columns: repeat that many.
        boards = np.pad(boards, ((0, 0), (0, 0), (0, tall - 1), (0, wide - 1)), mode="wrap")
    inside = [(down - top, right - left) for down, right in offsets]
    counts = np.stack([_counts(frames, inside, (tall, wide)) for frames in boards])
    totals = counts.sum(axis=-1, keepdims=True)
    checks.require(
        bool(totals.all()), "trajectory", "have a completely observed block on every board", "a board without one"
    )
    return counts / totals


def _counts(frames: np.ndarray, offsets: list[tuple[int, int]], box: tuple[int, int]) -> np.ndarray:
    """How often every joint state occurs in frames of shape (times, rows, cols), the box of offsets lying inside."""
    times, rows, cols = frames.shape[0], frames.shape[1] - box[0] + 1, frames.shape[2] - box[1] + 1
    bins = 2 ** len(offsets)
    codes = np.zeros((times, rows, cols), np.int32)
    for down, right in offsets:
        codes <<= 1
        codes |= frames[:, down : down + rows, right : right + cols] == 1
    known = observed(frames)
    if not known.all():
        for down, right in offsets:
            codes[~known[:, down : down + rows, right : right + cols]] = bins
    return np.stack([np.bincount(frame.ravel(), minlength=bins + 1)[:bins] for frame in codes]).astype(np.float64)


def _entropy(frequencies: np.ndarray) -> np.ndarray:
    """- sum f log2 f along the last axis; rounding below 0 by leaving boards out is cut off."""
    positive = np.where(frequencies > 1e-15, frequencies, 1.0)
    return -(positive * np.log2(positive)).sum(axis=-1)

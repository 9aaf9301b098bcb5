"""Two-point correlation along rows and columns.

    C(r) = < s(x) s(x + r e) > - rho**2,    C(0) = rho (1 - rho),

averaged over all cells x and over the directions e along rows and columns. All displacements are found at once from the
power spectrum. On a plain torus displacements wrap; on any other boundary boards are padded with unseen cells, and each mean is
taken over the pairs of cells that were both seen.
"""

from __future__ import annotations

import numpy as np

from evolaw import checks
from evolaw.analysis.estimates import Estimate, jackknife
from evolaw.analysis.lattices import boards_of, is_wrapped, observed
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["two_point_correlation"]


@told
def two_point_correlation(trajectory: Trajectory, most: int | None = None) -> Estimate:
    """Estimate the connected two-point correlation at distances 0 to ``most`` along rows and columns.

    Args:
        trajectory: boards of shape (rows, cols).
        most: largest distance, below the shorter side; None for half of it.

    Returns:
        Estimate of shape (times, most + 1).

    Raises:
        ArgumentError: ``most`` is too large, or two cells at some distance were never seen together.

    Notes:
        rho is estimated from all boards together and the bias of its square removed by leaving out one board at a time.
        O(cells log cells) a frame.

    Example:
        >>> checkers = np.indices((4, 4)).sum(axis=0) % 2
        >>> checkers = Trajectory(checkers[None], [0], ("times", "rows", "cols"), boundary="torus")
        >>> two_point_correlation(checkers, 2).value.round(9).tolist()
        [[0.25, -0.25, 0.25]]
    """
    boards = boards_of(trajectory)
    short = min(boards.shape[2:])
    reach = short // 2 if most is None else checks.integer(most, "most", least=0, most=short - 1)
    wrapped = is_wrapped(trajectory)
    sums = np.empty((len(boards), boards.shape[1], 2, reach + 2))
    for board, frames in enumerate(boards):
        seen = observed(frames)
        live = (frames == 1).astype(np.float64)
        sums[board, :, 0, :-1], sums[board, :, 1, :-1] = (_pair_sums(x, reach, wrapped) for x in (live, seen * 1.0))
        sums[board, :, 0, -1], sums[board, :, 1, -1] = live.sum(axis=(1, 2)), seen.sum(axis=(1, 2))
    checks.require(
        bool((sums[:, :, 1] > 0.5).all()),
        "trajectory",
        "have seen pairs of cells at every distance",
        "a board without any",
        "Choose a smaller `most`.",
    )

    def connected(total: np.ndarray) -> np.ndarray:
        ratio = total[:, 0] / total[:, 1]
        return ratio[:, :-1] - ratio[:, -1:] ** 2

    return jackknife(connected, sums, "connected two-point correlation at distances 0, 1, …")


def _pair_sums(values: np.ndarray, reach: int, wrapped: bool) -> np.ndarray:
    """sum_x v(x) v(x + r e) over both directions e, for r = 0 … reach, by FFT; values have shape (times, rows, cols)."""
    rows, cols = values.shape[1:]
    result = np.zeros((len(values), reach + 1))
    for axis, side in ((1, rows), (2, cols)):
        length = side if wrapped else 2 * side
        spectrum = np.fft.rfft(values, length, axis=axis)
        power = (spectrum.real**2 + spectrum.imag**2).sum(axis=3 - axis)
        result += np.fft.irfft(power, length, axis=1)[:, : reach + 1]
    return result

"""How many cells live, change, are born and die, and what mean-field theory says about it.

    density      rho_t = fraction of live cells among the observed ones
    activity     fraction of cells that differ between two saved times, births + deaths
    mean field   p' = sum over windows w of P(alive | w) p**|w| (1 - p)**(k - |w|)

The mean-field map is exact for one step from independent cells of density p; deviations at later times measure correlations.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.analysis.estimates import Estimate, mean
from evolaw.analysis.lattices import boards_of, observed
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["activity", "births", "deaths", "density", "mean_field"]


@told
def density(trajectory: Trajectory) -> Estimate:
    """Estimate the fraction of live cells at every saved time.

    Returns:
        Estimate of shape (times,) over independent boards; missing cells are left out.

    Raises:
        ArgumentError: a board has no observed cell at some time.

    Example:
        >>> boards = np.eye(4, dtype=np.uint8)[None]
        >>> density(Trajectory(boards, [0], ("times", "rows", "cols"))).value.tolist()
        [0.25]
    """
    boards = boards_of(trajectory)
    return mean(_fraction(boards == 1, observed(boards)), "density of live cells")


@told
def activity(trajectory: Trajectory) -> Estimate:
    """Estimate the fraction of cells that differ between neighbouring saved times; shape (times - 1,)."""
    before, after, seen = _pairs(trajectory)
    return mean(_fraction(before != after, seen), "fraction of cells that changed")


@told
def births(trajectory: Trajectory) -> Estimate:
    """Estimate the fraction of all cells that were dead and are alive at the next saved time; shape (times - 1,)."""
    before, after, seen = _pairs(trajectory)
    return mean(_fraction((before == 0) & (after == 1), seen), "fraction of cells that were born")


@told
def deaths(trajectory: Trajectory) -> Estimate:
    """Estimate the fraction of all cells that were alive and are dead at the next saved time; shape (times - 1,)."""
    before, after, seen = _pairs(trajectory)
    return mean(_fraction((before == 1) & (after == 0), seen), "fraction of cells that died")


@told
def mean_field(probabilities: Any, density: Any) -> np.ndarray:
    """Return the density after one step from independent cells of the given density.

    p' = sum_w P(alive | w) p**|w| (1 - p)**(k - |w|), the sum over all 2**k windows w with |w| live cells.

    Args:
        probabilities: P(alive | window), shape (2**k,), such as ``Rule(...).probabilities``.
        density: p in [0, 1], any shape.

    Returns:
        p', the shape of ``density``.

    Notes:
        Exact for the first step on any lattice whose windows show k different cells.

    Example:
        >>> majority = [bin(window).count("1") > 1 for window in range(8)]
        >>> float(mean_field(majority, 0.5))
        0.5
    """
    table = checks.numbers(probabilities, "probabilities")
    size = table.size.bit_length() - 1
    checks.require(
        table.ndim == 1 and table.size == 2**size, "probabilities", "have 2**k elements", f"of shape {table.shape}"
    )
    checks.require(
        bool(((table >= 0) & (table <= 1)).all()), "probabilities", "lie in [0, 1]", f"{table.min()} to {table.max()}"
    )
    p = checks.numbers(density, "density")
    checks.require(bool(((p >= 0) & (p <= 1)).all()), "density", "lie in [0, 1]", density)
    live = np.bitwise_count(np.arange(table.size, dtype=np.uint64))
    by_count = np.bincount(live, weights=table, minlength=size + 1)
    counts = np.arange(size + 1)
    return (by_count * p[..., None] ** counts * (1 - p[..., None]) ** (size - counts)).sum(axis=-1)


def _pairs(trajectory: Trajectory) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    boards = boards_of(trajectory)
    checks.require(boards.shape[1] > 1, "trajectory", "hold at least two times", f"{boards.shape[1]} time")
    before, after = boards[:, :-1], boards[:, 1:]
    return before, after, observed(before) & observed(after)


def _fraction(event: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The fraction of the seen cells where the event holds, shape (boards, times)."""
    cells = seen.sum(axis=(2, 3))
    checks.require(
        bool(cells.all()), "trajectory", "have an observed cell on every board at every time", "a board without one"
    )
    return (event & seen).sum(axis=(2, 3)) / cells

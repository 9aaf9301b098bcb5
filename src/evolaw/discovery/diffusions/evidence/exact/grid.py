r"""Cells for one component, and the recorded steps laid on them.

A step's noise should cover six cells or so: fewer do not resolve it, more cost time. Recorded values are spread over four cells by cubic
weights, in both directions, so that log L = Σ N_ij log p_ij keeps no trace of the cells up to fourth order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evolaw.discovery.diffusions.evidence.drift import features
from evolaw.discovery.diffusions.evidence.weigh import Weighed
from evolaw.discovery.diffusions.model.case import Case

__all__ = ["CENTRAL", "Grid", "fits_on_grid", "grid_of", "residual_strength"]

_CELLS = (101, 240)
_CELLS_A_STEP = 6.0
"""Cells that the noise of one step should cover."""
_LEAST_CELLS_A_STEP = 2.5
_PADDING = 0.08
CENTRAL = 1.8
"""Cell Péclet number h f/D up to which central differences are taken."""
_MOST_STEEP = 0.05


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells on an interval or a circle, with the counted steps of the recording."""

    centres: np.ndarray
    walls: np.ndarray
    width: float
    periodic: bool
    counts: np.ndarray
    joined: np.ndarray
    step: float


def fits_on_grid(case: Case, target: str, weighed: Weighed) -> bool:
    """Whether the recording is one component, clean, evenly sampled, and its steps wide enough for a grid to resolve."""
    if len(case.recording.names) != 1 or case.hidden or any(case.noise) or not weighed.strength.terms:
        return False
    if not case.split(target)[0] or case.recording.force is not None or case.recording.heat is not None:
        return False
    steps = np.concatenate([np.diff(case.recording.times[rows]) for rows in case.recording.stretches()])
    if np.ptp(steps) > 1e-4 * case.recording.step:
        return False
    low, high = _range(case, target)
    spread = _spread_of_steps(case, weighed)
    if spread < _LEAST_CELLS_A_STEP * (high - low) / _CELLS[1]:
        return False
    width = (high - low) / _cells(high - low, spread)
    drift = np.abs(weighed.fitted.at(case.recording.columns))
    strength = np.maximum(weighed.strength(case.recording.columns), spread**2 / (2 * case.recording.step))
    return float(np.mean(drift * width > CENTRAL * strength)) <= _MOST_STEEP


def _cells(length: float, spread: float) -> int:
    return int(np.clip(_CELLS_A_STEP * length / spread, *_CELLS))


def residual_strength(case: Case, weighed: Weighed) -> float:
    """D from the mean square of what the drift leaves of the steps: rough, but never negative."""
    return float(np.nanmean(weighed.residuals**2)) / (2 * case.recording.step)


def _spread_of_steps(case: Case, weighed: Weighed) -> float:
    """The standard deviation of one step's noise where it is small: at the 5 % point of D, or from residuals if D̂ fails there."""
    at = weighed.strength(case.recording.columns)
    level = residual_strength(case, weighed)
    failed = float(np.mean(at <= weighed.strength.least * (1 + 1e-9))) > 0.2
    trusted = level if failed else float(np.quantile(at, 0.05))
    return float(np.sqrt(2 * trusted * case.recording.step))


def _range(case: Case, target: str) -> tuple[float, float]:
    x = case.recording.columns[0]
    low, high = float(x.min()), float(x.max())
    if target in case.periods and high - low > case.periods[target]:
        return 0.0, case.periods[target]
    pad = _PADDING * (high - low)
    terms = (*case.drift[target], *case.diffusion.get(target, ()))

    def sound(at: float) -> bool:
        with np.errstate(all="ignore"):
            return bool(np.isfinite(features(terms, [np.array([at])])).all())

    # A term such as sqrt(x) has an end beyond which it is not a number: the grid stops before it.
    down, up = (
        next((p for p in (pad, pad / 4, pad / 32, 0.0) if sound(edge + s * p)), 0.0)
        for edge, s in ((low, -1), (high, 1))
    )
    return low - down, high + up


def grid_of(case: Case, target: str, weighed: Weighed) -> Grid:
    """Return the cells for one component, and its recorded steps on them."""
    low, high = _range(case, target)
    periodic = (low, high) == (0.0, case.periods.get(target))
    cells = _cells(high - low, _spread_of_steps(case, weighed))
    width = (high - low) / cells
    centres = low + width * (np.arange(cells) + 0.5)
    walls = low + width * (np.arange(cells) + 1.0)
    starts = case.recording.starts(0, 1)
    x = case.recording.columns[0]
    places = [(values - low) / width - 0.5 for values in (x[starts], x[starts + 1])]
    (i, a), (j, b) = (_cubic(place, cells, periodic) for place in places)
    counts = np.zeros((cells, cells))
    for k in range(4):
        for l in range(4):
            np.add.at(counts, (i[k], j[l]), a[k] * b[l])
    joined = _joined(counts)
    return Grid(centres, walls if periodic else walls[:-1], width, periodic, counts, joined, case.recording.step)


def _joined(counts: np.ndarray) -> np.ndarray:
    """The lowest and the highest cell that a recorded step joins to each cell, itself included; shape (2, cells)."""
    met = (counts != 0) | np.eye(len(counts), dtype=bool)
    return np.stack([np.argmax(met, 1), len(counts) - 1 - np.argmax(met[:, ::-1], 1)])


def _cubic(place: np.ndarray, cells: int, periodic: bool) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Four neighbouring cells of every place and the weights of the cubic through them."""
    base = np.floor(place).astype(int)
    if not periodic:
        base = np.clip(base, 1, cells - 3)
    u = place - base
    weights = [
        -u * (u - 1) * (u - 2) / 6,
        (u + 1) * (u - 1) * (u - 2) / 2,
        -(u + 1) * u * (u - 2) / 2,
        (u + 1) * u * (u - 1) / 6,
    ]
    cells_at = [base + k for k in (-1, 0, 1, 2)]
    return [at % cells for at in cells_at] if periodic else cells_at, weights

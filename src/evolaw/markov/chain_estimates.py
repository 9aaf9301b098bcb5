"""Chains estimated from what was seen, with standard errors; what was never seen stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evolaw import checks, display
from evolaw.arrays import require_memory
from evolaw.errors import ArgumentError
from evolaw.markov.chains import Chain
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["ChainEstimate", "estimate", "estimate_rates"]

_MEMORY = 2 * 2**30


@dataclass(frozen=True, eq=False)
class ChainEstimate:
    """A chain estimated from what was seen.

    Attributes:
        counts: transitions seen from i to j, shape (states, states).
        matrix: estimated P or Q; NaN in rows of states that were never left from (their law is unknown).
        standard_error: standard error of each entry; NaN likewise.
        exposure: how long each state was watched: visits, or total time.
    """

    counts: np.ndarray
    matrix: np.ndarray
    standard_error: np.ndarray
    exposure: np.ndarray

    def chain(self) -> Chain:
        """Return the estimated discrete chain; refused while the law of a state is unknown."""
        unknown = np.flatnonzero(self.exposure == 0)
        if unknown.size:
            raise ArgumentError(f"State {unknown[0]} was never left in the data: its row is unknown. Record it first.")
        return Chain(self.matrix)

    def __repr__(self) -> str:
        known = int((self.exposure > 0).sum())
        facts = [("transitions", int(self.counts.sum())), ("states seen", f"{known} of {len(self.counts)}")]
        return display.lines("ChainEstimate", facts)


@told
def estimate(trajectory: Trajectory, states: int | None = None) -> ChainEstimate:
    """Estimate P by maximum likelihood: P_ij = N_ij / N_i with standard error sqrt(P_ij (1 - P_ij) / N_i).

    Args:
        trajectory: integer states at consecutive times, axes ("times",) or ("paths", "times").
        states: number of states; by default one more than the largest seen.

    References:
        anderson1957, section 2.
    """
    values = _integer_paths(trajectory)
    checks.require(
        bool((np.diff(trajectory.times) == 1).all()), "trajectory", "hold consecutive times", trajectory.times
    )
    size = _state_count(values, states)
    pairs = values[:, :-1] * size + values[:, 1:]
    counts = np.bincount(pairs.ravel(), minlength=size * size).reshape(size, size)
    visits = counts.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = counts / visits[:, None]
        error = np.sqrt(matrix * (1 - matrix) / visits[:, None])
    return ChainEstimate(counts, matrix, error, visits)


@told
def estimate_rates(paths: Sequence[tuple[Sequence[float], Sequence[int]]], states: int | None = None) -> ChainEstimate:
    """Estimate Q from fully watched paths: Q_ij = N_ij / T_i with standard error sqrt(N_ij) / T_i.

    Args:
        paths: for each path the jump times, beginning with its start and ending with the end of the watch, and the
            states held between them: one state fewer than times.
        states: number of states; by default one more than the largest seen.

    References:
        albert1962, section 3.
    """
    checks.require(len(paths) > 0, "paths", "hold at least one path", "empty")
    watched = []
    for number, path in enumerate(paths):
        is_pair = isinstance(path, tuple | list) and len(path) == 2
        checks.require(is_pair, f"paths[{number}]", "be jump times and the states between them", path)
        times, held = path
        clock, seen = checks.increasing(times, f"paths[{number}] times"), np.asarray(held)
        fits = seen.ndim == 1 and seen.size == clock.size - 1 and np.issubdtype(seen.dtype, np.integer)
        checks.require(fits, f"paths[{number}]", "hold one whole-number state fewer than times", f"{seen.size} states")
        watched.append((np.diff(clock), seen))
    size = _state_count(np.concatenate([seen for _, seen in watched])[None], states)
    counts, exposure = np.zeros((size, size), np.int64), np.zeros(size)
    for waits, seen in watched:
        np.add.at(counts, (seen[:-1], seen[1:]), 1)
        np.add.at(exposure, seen, waits)
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix, error = counts / exposure[:, None], np.sqrt(counts) / exposure[:, None]
    np.fill_diagonal(matrix, np.where(exposure > 0, -matrix.sum(1), np.nan))
    np.fill_diagonal(error, np.sqrt(counts.sum(1)) / np.where(exposure > 0, exposure, np.nan))
    return ChainEstimate(counts, matrix, error, exposure)


def _integer_paths(trajectory: Trajectory) -> np.ndarray:
    fits = trajectory.axes in {("times",), ("paths", "times")} and np.issubdtype(trajectory.values.dtype, np.integer)
    checks.require(fits, "trajectory", "hold whole-number states on axes (paths, times)", trajectory.axes)
    checks.require(len(trajectory) > 1, "trajectory", "hold at least two times", f"{len(trajectory)} time")
    return np.atleast_2d(trajectory.values).astype(np.int64)


def _state_count(values: np.ndarray, states: int | None) -> int:
    checks.require(int(values.min()) >= 0, "trajectory", "hold states from 0 up", int(values.min()))
    seen = int(values.max()) + 1
    size = seen if states is None else checks.integer(states, "states", least=seen)
    require_memory("states", 24.0 * size * size, _MEMORY, "Renumber the states without gaps.")
    return size

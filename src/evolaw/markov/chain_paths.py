"""Paths of a chain, exact in law; every random number is addressed by (step, path) or (jump, path)."""

from __future__ import annotations

from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import require_memory
from evolaw.markov.chains import Chain, FiniteChain, JumpChain
from evolaw.randomness import source
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["simulate", "simulate_jumps"]

_MEMORY = 2 * 2**30


@told
def simulate(chain: Chain, start: int | str | np.ndarray, steps: int, *, paths: int = 1, rng: Any) -> Trajectory:
    """Simulate paths of a chain in discrete time.

    X_{t+1} = least j with  P[X_t, 0] + … + P[X_t, j] > U(t, path),   U uniform on [0, 1) with 53 bits.

    Args:
        chain: the chain.
        start: a state by number or name, or one state a path, shape (paths,).
        steps: number of steps.
        paths: number of independent paths.
        rng: seed or generator; the number at (step, path) depends on nothing else.

    Returns:
        Trajectory of state numbers, axes ("paths", "times"), times 0 … steps.

    Example:
        >>> simulate(Chain([[0, 1], [1, 0]]), 0, 3, rng=0).values
        array([[0, 1, 0, 1]])
    """
    steps, paths = checks.integer(steps, "steps", least=0), checks.integer(paths, "paths", least=1)
    require_memory("paths", 8.0 * paths * (steps + 1 + 2 * chain.states), _MEMORY, "Simulate fewer paths at a time.")
    seeded = source(rng)
    stream, bounds = seeded.stream("markov"), _bounds(chain.matrix)
    values = np.empty((paths, steps + 1), np.int64)
    values[:, 0] = _starts(chain, start, paths)
    for step in range(steps):
        uniform = _uniform(*stream.words(step, np.arange(paths)))
        values[:, step + 1] = (bounds[values[:, step]] <= uniform[:, None]).sum(1)
    return Trajectory(
        values, np.arange(steps + 1), ("paths", "times"), law=f"{chain.states}-state chain", seed=seeded.seed
    )


@told
def simulate_jumps(
    chain: JumpChain, start: int | str | np.ndarray, times: Any, *, paths: int = 1, rng: Any
) -> Trajectory:
    """Simulate paths of a chain in continuous time, exactly, and look at them at the given times.

    A path waits an exponential time of mean 1 / -Q_ii in i and then jumps to j with probability Q_ij / -Q_ii.

    Args:
        chain: the chain.
        start: state at time 0: one for all paths, or one a path.
        times: when to look, rising strictly from at least 0.
        paths: number of independent paths.
        rng: seed or generator; the numbers of jump n of a path depend on nothing else.

    Returns:
        Trajectory of state numbers, axes ("paths", "times").

    Example:
        >>> simulate_jumps(JumpChain([[-1, 1], [0, 0]]), 0, [0, 100], rng=0).values
        array([[0, 1]])
    """
    times, paths = checks.increasing(times, "times"), checks.integer(paths, "paths", least=1)
    checks.require(times[0] >= 0, "times", "start at 0 or later", times[0])
    require_memory("paths", 8.0 * paths * (times.size + 2 * chain.states), _MEMORY, "Simulate fewer paths at a time.")
    seeded = source(rng)
    waits, jumps = seeded.stream("waits"), seeded.stream("jumps")
    leave, bounds = np.abs(np.diag(chain.matrix)), _bounds(chain.embedded().matrix)
    values = np.empty((paths, times.size), np.int64)
    state, clock, alive, jump = _starts(chain, start, paths), np.zeros(paths), np.arange(paths), 0
    while alive.size:
        now, here = clock[alive], state[alive]
        with np.errstate(divide="ignore"):
            until = now - np.log1p(-_uniform(*waits.words(jump, alive))) / leave[here]
        for column, time in enumerate(times):
            seen = (now <= time) & (time < until)
            values[alive[seen], column] = here[seen]
        clock[alive] = until
        state[alive] = (bounds[here] <= _uniform(*jumps.words(jump, alive))[:, None]).sum(1)
        alive, jump = alive[until <= times[-1]], jump + 1
    return Trajectory(values, times, ("paths", "times"), law=f"{chain.states}-state jump chain", seed=seeded.seed)


def _starts(chain: FiniteChain, start: int | str | np.ndarray, paths: int) -> np.ndarray:
    if isinstance(start, np.ndarray) and start.ndim:
        checks.shape(start, "start", (paths,))
        return np.array([chain.index(state.item(), "start") for state in start])
    return np.full(paths, chain.index(start.item() if isinstance(start, np.ndarray) else start, "start"))


def _bounds(matrix: np.ndarray) -> np.ndarray:
    """Row-wise cumulative probabilities; infinite from the last possible state on, so that rounding leads nowhere else."""
    bounds = np.cumsum(matrix, axis=1)
    last = matrix.shape[1] - 1 - (matrix[:, ::-1] > 0).argmax(1)
    bounds[np.arange(matrix.shape[1]) >= last[:, None]] = np.inf
    return bounds


def _uniform(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    return ((high.astype(np.uint64) << np.uint64(21)) | (low >> np.uint32(11)).astype(np.uint64)) * 2.0**-53

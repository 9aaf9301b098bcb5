"""Solve a stochastic differential equation: many paths, chunk by chunk, on every core.

    trajectory = solve(process, EulerMaruyama(), 0.0, [0, 0.5, 1], steps=1000, paths=10_000, rng=0)
    statistics = solve(process, EulerMaruyama(), 0.0, [0, 0.5, 1], steps=1000, paths=10**6, rng=0, statistics=Moments())

A chunk of paths that fits the cache runs over all its steps before the next one begins, and two or more chunks run at once.
Nothing depends on the chunks: noise is addressed by path and step, statistics are merged in the order of the paths.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import jax
import numpy as np

from evolaw import checks, devices, randomness
from evolaw.arrays import memory_limit, precise, require_memory
from evolaw.errors import NotConverged, NumericalError, ShapeError
from evolaw.sde.loop.execution_plan import chunk_size, like, plan_of, structure_of
from evolaw.sde.loop.integrate import Grid, Marched, Plan, march
from evolaw.sde.loop.results import Gathered, Kept
from evolaw.sde.loop.time_grid import grid_of
from evolaw.sde.noise.brownian import Keys, path_keys
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.reversal import Reversal
from evolaw.sde.schemes.scheme import Scheme
from evolaw.sde.statistics.first_passage import FirstFault

__all__ = ["Progress", "solve"]

Progress = Callable[[int, int], None]
"""Called with (paths done, paths in all) after every chunk."""


def solve(
    process: SDE,
    scheme: Scheme,
    start: Any,
    times: Any,
    *,
    paths: int = 1,
    rng: Any,
    steps: int | None = None,
    dt: float | None = None,
    grid: Any = None,
    statistics: Any = None,
    precision: str = "float64",
    chunk: int | str = "auto",
    progress: Progress | None = None,
    out: str | Path | None = None,
    fine: int = 1,
    first_path: int = 0,
) -> Any:
    """Simulate paths of an SDE.

    Args:
        process: the equation.
        scheme: one step of a method.
        start: state at times[0]: shape (dim,) for all paths, or (paths, dim); a number when dim = 1.
        times: saved times, rising or falling, at least two; the first is the time of ``start``. Where they fall, dt < 0 and
            increments have variance |dt|:  the solution is that of dX = -f ds + G dW in the time s = -t.
        paths: number of paths.
        rng: seed or source of chance, see `evolaw.randomness.source`; may be None for a process without noise.
        steps: number of equal steps from the first to the last time; every saved time must be on that grid.
        dt: instead of ``steps``: the longest step allowed; each interval between saved times is cut into equal steps.
        grid: instead: the times of all steps, equal or not, from times[0] to times[-1]; every saved time is one of them.
        statistics: None stores the paths; else one or several of `Moments`, `Histogram`, `FirstPassage`, `Event`.
        precision: "float32" or "float64" for states and noise. The same words make the same noise in both.
        chunk: paths that run together, "auto" to fit the cache of a processor or the memory of an accelerator; rounded
            up to a multiple of 1024 where there are more paths than that. It does not change results.
        progress: called with (paths done, paths in all).
        out: a run directory that is filled chunk by chunk. If it holds the same solution unfinished, it is continued.
        fine: each step's noise is composed of that many finer steps, so that ``steps=n, fine=r`` sees the path of
            ``steps=n*r``.
        first_path: number of the first path; other numbers are other, independent paths.

    Returns:
        A `Trajectory` with axes ("paths", "times", "dim"), or, with ``statistics``, a `Statistics`. Periodic components
        come unwrapped.

    Raises:
        ArgumentError: the scheme is not for the process, a function has the wrong shape, the time grid is impossible.
        NumericalError: some paths did not stay finite; says which path, step and time came first. Its ``partial`` is
            the result, statistics without those paths.
        NotConverged: so, because an implicit step was not solved; says besides what was left of its equation.

    Notes:
        Paths are looked at for non-finite values at the saved times; the step at fault is then found by running the
        first such path again alone.

    Example:
        >>> from evolaw.sde import SDE, EulerMaruyama
        >>> decay = SDE(lambda t, x, p: -x, 0.1, noise="additive", name="decay")
        >>> solve(decay, EulerMaruyama(), 1.0, [0, 1], steps=100, paths=3, rng=0).values.shape
        (3, 2, 1)
    """
    is_chance = rng is not None or process.noise != "none"
    source = randomness.source(rng if is_chance else 0)
    paths = checks.integer(paths, "paths", least=1, most=2**32 - 2)
    first_path = checks.integer(first_path, "first_path", least=0, most=2**32 - 2 - paths)
    mesh, saved = grid_of(times, steps, dt, grid)
    if saved[-1] < saved[0] and not getattr(scheme, "runs_backwards", False):
        scheme = Reversal(scheme)
    with precise(precision) as dtype:
        _check_advance(mesh, saved, dtype)
        begin = _starts(start, process.dim, paths, dtype)
        _check_pair(process, scheme, begin[..., 0])
        asked = _asked(statistics)
        plan = plan_of(process, scheme, mesh, paths, asked, dtype, checks.integer(fine, "fine", least=1))
        size = chunk_size(plan, process, paths, chunk)
        if asked is None:
            wanted = paths * saved.size * process.dim * (8 if process.periods else dtype.itemsize)
            require_memory(
                "paths", wanted, memory_limit(), "Save fewer times, or ask for statistics, which store no paths."
            )
        gathered = Gathered(plan, process, source if is_chance else None, saved, paths, first_path, size)
        shapes = partial(_shapes, plan, process, begin, mesh, size)
        with Kept(out, gathered, scheme, mesh, shapes) as kept:
            _run(kept, gathered, plan, process, source, begin, mesh, progress)
        result = gathered.result(scheme)
        if gathered.lost:
            raise _fault(plan, process, source, begin, mesh, gathered, result)
    return result


# -- running the chunks -----------------------------------------------------------------------------------------------


def _run(
    kept: Kept,
    gathered: Gathered,
    plan: Plan,
    process: SDE,
    source: randomness.Source,
    begin: np.ndarray,
    grid: Grid,
    progress: Progress | None,
) -> None:
    key = np.array(source.stream("noise").key, np.uint32)
    size, paths, first = gathered.size, gathered.paths, gathered.first_path
    precision = begin.dtype.name

    def work(offset: int) -> Marched:
        with precise(precision):  # the precision of JAX belongs to a thread
            numbers = np.arange(first + offset, first + offset + size, dtype=np.uint64).astype(np.uint32)
            x = _columns(begin, offset, size)
            return jax.device_get(march(plan, process, key, numbers, np.uint32(first + paths), x, grid))

    for offset, marched in _in_order(work, range(gathered.done, paths, size), _workers()):
        kept.add(marched)
        if progress is not None:
            progress(min(offset + size, paths), paths)


def _in_order(work: Callable[[int], Marched], offsets: range, workers: int) -> Iterator[tuple[int, Marched]]:
    """Yield the results of ``work`` in order; a few are computed ahead on other threads."""
    if len(offsets) < 2 or workers < 2:
        yield from ((offset, work(offset)) for offset in offsets)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[tuple[int, Future[Marched]]] = deque()
        try:
            for offset in offsets:
                waiting.append((offset, pool.submit(work, offset)))
                if len(waiting) > workers:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _workers() -> int:
    if jax.default_backend() != "cpu":
        return 1
    return devices.cores()


def _shapes(plan: Plan, process: SDE, begin: np.ndarray, grid: Grid, size: int) -> Marched:
    """The shapes of what `march` gives for a chunk."""
    words = np.zeros(size, np.uint32)
    x = np.zeros((len(begin), size), begin.dtype)
    # Its own method: within `jax.eval_shape` a function with compiler options is not at the top.
    result: Marched = march.eval_shape(plan, process, words[:2], words, np.uint32(1), x, grid)
    return result


def _columns(begin: np.ndarray, offset: int, size: int) -> np.ndarray:
    """The starts of a chunk, shape (dim, size); the last chunk is filled up with its last path."""
    if begin.shape[1] == 1:
        return np.repeat(begin, size, axis=1)
    part = begin[:, offset : offset + size]
    return np.pad(part, ((0, 0), (0, size - part.shape[1])), mode="edge")


# -- what is asked, and how it is cut ---------------------------------------------------------------------------------


def _starts(start: Any, dim: int, paths: int, dtype: np.dtype) -> np.ndarray:
    """The start as shape (dim, 1) for all paths or (dim, paths)."""
    given = checks.finite(np.asarray(start), "start").astype(dtype)
    if given.shape == (dim,) or (given.shape == () and dim == 1):
        return given.reshape(dim, 1)
    if given.shape == (paths, dim):
        return np.ascontiguousarray(given.T)
    raise ShapeError(
        f"Argument `start` must have shape ({dim},) for all paths or ({paths}, {dim}) for each, but is of shape {given.shape}."
    )


def _check_advance(grid: Grid, saved: np.ndarray, dtype: np.dtype) -> None:
    """Refuse times so large, or steps so short, that a step ends where it began in the precision of the states."""
    if grid.edges is not None:
        still = np.flatnonzero(np.diff(grid.edges.astype(dtype)) == 0)
        at = float(grid.edges[still[0]]) if still.size else None
    else:
        ends = grid.begin + (grid.last - grid.origin) * grid.dt
        still = np.flatnonzero(ends.astype(dtype) == (ends - grid.dt).astype(dtype))
        at = float(ends[still[0]]) if still.size else None
    if at is not None:
        raise checks.refuse(
            "times",
            f"advance with every step in {dtype.name}",
            f"at {at:g}, where a step of {float(np.abs(grid.dt).min()):g} changes nothing",
            "Count time from nearer to zero, take longer steps"
            + (', or use precision="float64".' if dtype == np.float32 else "."),
        )


def _check_pair(process: SDE, scheme: Scheme, x: np.ndarray) -> None:
    _check_shapes(*structure_of(process), x.dtype.name)
    sentence = scheme.refuses(process)
    if sentence:
        raise checks.refuse("scheme", f"be one for the process {process}", str(scheme), sentence)


@lru_cache(maxsize=64)
def _check_shapes(tree: Any, leaves: Any, dtype: str) -> None:
    """`SDE.validate`, which traces the functions, once a process and not once a call."""
    process = like(tree, leaves)
    process.validate(np.zeros(process.dim, dtype))


def _asked(statistics: Any) -> tuple[Any, ...] | None:
    if statistics is None:
        return None
    asked = tuple(statistics) if isinstance(statistics, list | tuple) else (statistics,)
    for one in asked:
        checks.require(
            hasattr(one, "observe") or hasattr(one, "update"),
            "statistics",
            "hold Moments, Histogram, FirstPassage or Event objects",
            one,
        )
    return asked


# -- what went wrong --------------------------------------------------------------------------------------------------


def _fault(
    plan: Plan, process: SDE, source: randomness.Source, begin: np.ndarray, grid: Grid, gathered: Gathered, result: Any
) -> NumericalError:
    """Run the first lost path again alone, and say at which step it was lost."""
    path = gathered.first_lost
    alone = replace(plan, observers=(), watchers=(FirstFault(),), store=False, block=1, ahead=0, words=False)
    number = np.array([gathered.first_path + path], np.uint32)
    x = begin if begin.shape[1] == 1 else begin[:, path : path + 1]
    key = np.array(source.stream("noise").key, np.uint32)
    marched = march(alone, process, key, number, np.uint32(int(number[0]) + 1), x, grid)
    step, before = (np.asarray(part)[..., 0] for part in marched.watched[0])
    time, dt = grid.step_ending(int(step)) if step > 0 else (float(grid.begin[0]), float(grid.dt[0]))
    undefined = _undefined(process, time - dt, before)
    reason = _reason(plan, process, path_keys(key, number, plan.drawing.noises), int(step), before, time - dt, dt)
    kind = NotConverged if reason else NumericalError
    return kind(
        f"{gathered.lost} of {gathered.paths} paths of {process} did not stay finite under {plan.scheme.name}; the first is "
        f"path {int(number[0])}, after step {int(step)} at time {time:g} (dt = {dt:g}). "
        + (
            reason
            or undefined
            or "Try a smaller dt, a tamed or implicit scheme if the drift grows faster than linearly, or check the "
            "coefficients near the start."
        )
        + " The result is kept in the error's `partial`.",
        result,
    )


def _undefined(process: SDE, time: float, before: np.ndarray) -> str | None:
    """What a coefficient that knows its own limits says of the state before the step."""
    for function in (process.drift, process.diffusion):
        explain = getattr(function, "undefined", None)
        said: str | None = explain(time, before, process.params) if explain else None
        if said:
            return said
    return None


def _reason(plan: Plan, process: SDE, keys: Keys, step: int, before: np.ndarray, time: float, dt: float) -> str | None:
    """Why the scheme itself gave no state after a step; None when it cannot tell, or did."""
    explain = getattr(plan.scheme, "explain", None)
    if explain is None or step < 1:
        return None
    kind = before.dtype.type
    drawn = plan.drawing.step(keys, np.uint32(step - 1), kind(abs(dt)))
    noise = jax.tree.map(lambda part: part[..., 0], drawn)
    reason: str | None = explain(process, kind(time), before, kind(dt), noise)
    return reason

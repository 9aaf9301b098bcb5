"""Solve a stochastic differential equation: many paths, chunk by chunk, on every core.

    trajectory = solve(process, EulerMaruyama(), 0.0, [0, 0.5, 1], steps=1000, paths=10_000, rng=0)
    statistics = solve(process, EulerMaruyama(), 0.0, [0, 0.5, 1], steps=1000, paths=10**6, rng=0, statistics=Moments())

A chunk of paths that fits the cache runs over all its steps before the next one begins, and two or more chunks run at once.
Nothing depends on the chunks: noise is addressed by path and step, statistics are merged in the order of the paths.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import jax
import numpy as np

from evolaw import checks, devices, display, randomness
from evolaw.arrays import memory_limit, precise, require_memory
from evolaw.errors import NotConverged, NumericalError, ShapeError
from evolaw.sde import catalogue
from evolaw.sde.loop.execution_plan import like, plan_of, slots_for, structure_of
from evolaw.sde.loop.integrate import Marched, Plan, march
from evolaw.sde.loop.path_slots import Slots, alike
from evolaw.sde.loop.results import Gathered, Kept
from evolaw.sde.loop.time_grid import Grid, grid_of
from evolaw.sde.noise.brownian import Keys, path_keys
from evolaw.sde.processes.parameter_sweep import Sweep, sweep_of
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.reversal import Reversal
from evolaw.sde.schemes.scheme import Scheme
from evolaw.sde.statistics.first_passage import FirstFault
from evolaw.storage import Run
from evolaw.told import told

if TYPE_CHECKING:
    from evolaw.sde.statistics.events import Event
    from evolaw.sde.statistics.first_passage import FirstPassage
    from evolaw.sde.statistics.moments import Histogram, Moments, Statistics
    from evolaw.trajectory import Trajectory

    Observer = Moments | Histogram | FirstPassage | Event

__all__ = ["Progress", "solve"]

_MANY = 32
"""Components from which on the room for their covariances is looked at."""

Progress = Callable[[int, int], None]
"""Called with (paths done, paths in all) after every chunk."""


@overload
def solve(
    process: SDE | str,
    scheme: Scheme | str,
    start: Any,
    times: Any,
    *,
    paths: int = ...,
    rng: Any,
    steps: int | None = ...,
    dt: float | None = ...,
    grid: Any = ...,
    statistics: None = ...,
    precision: str = ...,
    chunk: int | str = ...,
    progress: Progress | None = ...,
    out: str | Path | Run | None = ...,
    fine: int = ...,
    first_path: int = ...,
    sweep: Any = ...,
) -> Trajectory: ...


@overload
def solve(
    process: SDE | str,
    scheme: Scheme | str,
    start: Any,
    times: Any,
    *,
    paths: int = ...,
    rng: Any,
    steps: int | None = ...,
    dt: float | None = ...,
    grid: Any = ...,
    statistics: Observer | Sequence[Observer],
    precision: str = ...,
    chunk: int | str = ...,
    progress: Progress | None = ...,
    out: str | Path | Run | None = ...,
    fine: int = ...,
    first_path: int = ...,
    sweep: Any = ...,
) -> Statistics: ...


@told
def solve(
    process: SDE | str,
    scheme: Scheme | str,
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
    out: str | Path | Run | None = None,
    fine: int = 1,
    first_path: int = 0,
    sweep: Any = None,
) -> Trajectory | Statistics:
    """Simulate paths of an SDE.

    Args:
        process: the equation; or as text, "dX = -X dt + dW"; or the name of a classic, "double-well". Letters get their numbers by
            `evolaw.ito.process(text, {"theta": 2.0})`.
        scheme: one step of a method, or its name: "milstein".
        start: state at times[0]: shape (dim,) for all paths, or (paths, dim); a number when dim = 1. In a sweep (paths, dim) is
            the same for all sets, and (sets, paths, dim) or (sets, 1, dim) differs.
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
        out: a run directory that is filled chunk by chunk. If it holds the same solution unfinished, it is continued. Or an
            open `evolaw.storage.Run`, which is filled and left open; whoever opened it answers for its being this solution.
        fine: each step's noise is composed of that many finer steps, so that ``steps=n, fine=r`` sees the path of
            ``steps=n*r``.
        first_path: number of the first path; other numbers are other, independent paths.
        sweep: values of parameters that differ from set to set, {"bias": shape (sets,), …}, nested as ``process.params`` is;
            entries that are arrays take theirs of shape (sets, …). ``paths`` are those of each set, and path p of set s is
            path number first_path + s·paths + p: the solution with ``first_path = s·paths`` and the parameters of the set.

    Returns:
        A `Trajectory` with axes ("paths", "times", "dim"), or, with ``statistics``, a `Statistics`. Periodic components
        come unwrapped. With ``sweep`` there is a first axis "sets".

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
    process = _named(process) if isinstance(process, str) else process
    scheme = catalogue.scheme(scheme) if isinstance(scheme, str) else scheme
    is_chance = rng is not None or process.noise != "none"
    source = randomness.source(rng if is_chance else 0)
    paths = checks.integer(paths, "paths", least=1, most=2**32 - 2)
    mesh, saved = grid_of(times, steps, dt, grid)
    if saved[-1] < saved[0] and not getattr(scheme, "runs_backwards", False):
        scheme = Reversal(scheme)
    with precise(precision) as dtype:
        _check_advance(mesh, saved, dtype)
        sets = None if sweep is None else sweep_of(process, sweep, dtype)
        total = paths * (sets.sets if sets else 1)
        checks.require(total < 2**32 - 1, "paths", "be fewer than 2**32 - 1 in all sets together", total)
        first_path = checks.integer(first_path, "first_path", least=0, most=2**32 - 2 - total)
        begin = _starts(start, process.dim, paths, sets.sets if sets else 0, dtype)
        example = process if sets is None else sets.one(process, 0)
        _check_pair(example, scheme, begin[:, 0, 0])
        asked = _asked(statistics)
        fine = checks.integer(fine, "fine", least=1)
        plan = plan_of(example, scheme, mesh, paths, asked, dtype, fine, sets.sets if sets else 1)
        slots = _slots(plan, process, paths, chunk, first_path, sets)
        if asked is None:
            wanted = total * saved.size * process.dim * (8 if process.periods else dtype.itemsize)
            require_memory(
                "paths", wanted, memory_limit(), "Save fewer times, or ask for statistics, which store no paths."
            )
        gathered = Gathered(plan, process, source if is_chance else None, saved, slots, sets)
        work = _Work(plan, process, np.array(source.stream("noise").key, np.uint32), begin, mesh, slots, sets)
        if asked is not None and process.dim > _MANY:
            _require_room(work)
        with Kept(out, gathered, scheme, mesh, begin, work.shapes) as kept:
            _run(kept, gathered, work, progress)
        result = gathered.result(scheme)
        if gathered.lost:
            raise _fault(work, gathered, result)
    return result


def _require_room(work: _Work) -> None:
    """Refuse statistics whose summaries do not fit: those of the chunks that run at once, and as much again to make them."""
    sizes = [leaf.size * leaf.dtype.itemsize for leaf in jax.tree.leaves(work.shapes())]
    require_memory(
        "statistics",
        2 * (_workers() + 2) * sum(sizes),
        memory_limit(),
        "Ask for Moments(covariance=False), for moments of fewer functions, or at fewer times.",
    )


def _slots(plan: Plan, process: SDE, paths: int, chunk: int | str, first_path: int, sets: Sweep | None) -> Slots:
    if sets is None:
        return slots_for(plan, process, paths, chunk, first_path=first_path)
    numbers = sum(value[0].size for value in sets.values)
    return slots_for(plan, process, paths, chunk, first_path=first_path, sets=sets.sets, swept=numbers)


# -- running the chunks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Work:
    """What it takes to run a chunk.

    Attributes:
        key: of the noise.
        begin: the starts, shape (dim, sets or 1, paths or 1).
    """

    plan: Plan
    process: SDE
    key: np.ndarray
    begin: np.ndarray
    grid: Grid
    slots: Slots
    sweep: Sweep | None

    def chunk(self, number: int) -> Marched:
        """Run one chunk."""
        with precise(self.begin.dtype.name):  # the precision of JAX belongs to a thread
            marched = march(*self._arguments(number))
            # On a processor what JAX holds is read where it lies.
            return jax.tree.map(np.asarray, marched) if devices.on_cpu() else jax.device_get(marched)

    def shapes(self) -> Marched:
        """The shapes of what a chunk gives."""
        # Its own method: within `jax.eval_shape` a function with compiler options is not at the top.
        result: Marched = march.eval_shape(*self._arguments(0))
        return result

    def path(self, number: int) -> tuple[np.ndarray, SDE, np.ndarray]:
        """The number, the process and the start of one path, counted from 0 within this solution."""
        inside, path = divmod(number, self.slots.paths)
        process = self.process if self.sweep is None else self.sweep.one(self.process, inside)
        row = self.begin[:, min(inside, self.begin.shape[1] - 1), min(path, self.begin.shape[2] - 1)]
        return np.array([self.slots.first_path + number], np.uint32), process, row[:, None]

    def _arguments(self, chunk: int) -> tuple[Any, ...]:
        slots = self.slots
        past = np.uint32(slots.first_path + slots.total)
        if self.sweep is None and self.begin.shape[1:] == (1, 1) and not devices.on_cpu():
            first = np.uint32(slots.first_path + chunk * slots.size)
            numbers, x = alike(first, past, self.begin[..., 0], slots.size)
            return self.plan, self.process, self.key, numbers, past, x, self.grid
        process = self.process if self.sweep is None else self.sweep.many(self.process, slots.places(chunk)[0])
        return self.plan, process, self.key, slots.numbers(chunk), past, self._columns(chunk), self.grid

    def _columns(self, chunk: int) -> np.ndarray:
        """The starts of a chunk, shape (dim, size)."""
        begin = self.begin
        if begin.shape[1:] == (1, 1):
            return np.repeat(begin[..., 0], self.slots.size, axis=1)
        if self.slots.sets == 1 and begin.shape[1] == 1:
            # One set lies as it is: a slice, and the last path again in empty slots.
            held = begin[:, 0, self.slots.first_row(chunk) : self.slots.first_row(chunk + 1)]
            columns = np.empty((len(held), self.slots.size), held.dtype)
            columns[:, : held.shape[1]], columns[:, held.shape[1] :] = held, held[:, -1:]
            return columns
        sets, paths, _ = self.slots.places(chunk)
        return begin[:, np.minimum(sets, begin.shape[1] - 1), np.minimum(paths, begin.shape[2] - 1)]


def _run(kept: Kept, gathered: Gathered, work: _Work, progress: Progress | None) -> None:
    chunks = range(gathered.chunk, gathered.slots.chunks)
    for _, marched in _in_order(work.chunk, chunks, _workers()):
        kept.add(marched)
        if progress is not None:
            progress(gathered.done, gathered.slots.total)


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
    return devices.cores() if devices.on_cpu() else 1


# -- what is asked, and how it is cut ---------------------------------------------------------------------------------


def _named(text: str) -> SDE:
    """The classic of that name, or the equation; equations have a reader of their own, which stands above."""
    if "=" not in text:
        return catalogue.named(text)
    process: SDE = display.read(text)
    return process


def _starts(start: Any, dim: int, paths: int, sets: int, dtype: np.dtype) -> np.ndarray:
    """The start as shape (dim, sets or 1, paths or 1); ``sets`` is 0 without a sweep."""
    given = checks.finite(np.asarray(start), "start")
    checks.require(not np.iscomplexobj(given), "start", "be real", str(given.dtype))
    given = given.astype(dtype)
    if given.shape == (dim,) or (given.shape == () and dim == 1):
        return given.reshape(dim, 1, 1)
    if given.shape == (paths, dim):
        return np.ascontiguousarray(given.T)[:, None, :]
    if sets and given.ndim == 3 and given.shape[0] == sets and given.shape[1] in (1, paths) and given.shape[2] == dim:
        return np.ascontiguousarray(np.moveaxis(given, -1, 0))
    each = f" or ({paths}, {dim}) for each"
    if sets:
        each = f", ({paths}, {dim}) for each, or ({sets}, {paths}, {dim}) for each of each set"
    raise ShapeError(f"Argument `start` must have shape ({dim},) for all paths{each}, but is of shape {given.shape}.")


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


def _fault(work: _Work, gathered: Gathered, result: Any) -> NumericalError:
    """Run the first lost path again alone, and say at which step it was lost."""
    plan, grid = work.plan, work.grid
    alone = replace(plan, observers=(), watchers=(FirstFault(),), store=False, block=1, ahead=0, words=False)
    number, process, x = work.path(gathered.first_lost)
    marched = march(alone, process, work.key, number, np.uint32(int(number[0]) + 1), x, grid)
    step, before = (np.asarray(part)[..., 0] for part in marched.watched[0])
    time, dt = grid.step_ending(int(step)) if step > 0 else (float(grid.begin[0]), float(grid.dt[0]))
    undefined = _undefined(process, time - dt, before)
    keys = path_keys(work.key, number, plan.drawing.noises)
    reason = _reason(plan, process, keys, int(step), before, time - dt, dt)
    kind = NotConverged if reason else NumericalError
    inside = gathered.first_lost // gathered.slots.paths
    where = "" if work.sweep is None else f" of set {inside} ({work.sweep.worded(inside)})"
    return kind(
        f"{gathered.lost} of {gathered.slots.total} paths of {process} did not stay finite under {plan.scheme.name}; the "
        f"first is path {int(number[0])}{where}, after step {int(step)} at time {time:g} (dt = {dt:g}). "
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

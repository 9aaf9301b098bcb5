"""What becomes of the chunks: gathered in memory, and, when asked, committed to a run directory that can be continued.

A run directory holds, chunk by chunk, the paths themselves or the summaries the statistics are merged from. Continuing reads
back what was committed and computes the rest; since noise is addressed, the outcome is the one of an undisturbed run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jax
import numpy as np

from evolaw import storage
from evolaw.errors import StorageError
from evolaw.randomness import Source
from evolaw.sde.loop.integrate import Marched, Plan
from evolaw.sde.loop.path_slots import Slots
from evolaw.sde.loop.time_grid import Grid
from evolaw.sde.processes.fingerprints import fingerprint
from evolaw.sde.processes.parameter_sweep import Sweep
from evolaw.sde.processes.process import SDE
from evolaw.sde.statistics.moments import Statistics
from evolaw.trajectory import Trajectory

__all__ = ["Gathered", "Kept"]


class Gathered:
    """The chunks so far, in the order of the paths.

    Attributes:
        seed: of the noise; None where there is no chance.
        slots: which path stands where.
        sweep: the parameter sets; None without a sweep.
        chunk: number of the next chunk.
        done: paths gathered.
        lost: paths that did not stay finite; ``first_lost`` counts from 0 within this solution.
    """

    def __init__(
        self, plan: Plan, process: SDE, source: Source | None, times: np.ndarray, slots: Slots, sweep: Sweep | None
    ) -> None:
        self.plan, self.process, self.times, self.slots, self.sweep = plan, process, times, slots, sweep
        self.seed = None if source is None else source.seed
        self._source = source or Source(0)
        self.chunk, self.done, self.lost, self.first_lost = 0, 0, 0, -1
        self.values: np.ndarray | None = None
        self._totals: list[Any] = [None] * len(plan.observers)
        self._finished: list[list[Any]] = [[] for _ in plan.observers]
        self._watched: list[list[Any]] = [[] for _ in plan.watchers]

    def values_of(self, marched: Marched) -> np.ndarray:
        """The paths of a chunk, shape (paths, times, dim); windings are added in double precision."""
        x = np.asarray(marched.x)
        if marched.turns is not None:
            periods = np.array([period or 0.0 for period in self.process.periods or ()])[:, None]
            x = x.astype(np.float64) + np.asarray(marched.turns) * periods
        return np.moveaxis(x, -1, 0)[self._held()]

    def add_values(self, values: np.ndarray) -> None:
        """Take paths, in their order."""
        if self.values is None:
            self.values = np.empty((self.slots.total, *values.shape[1:]), values.dtype)
        self.values[self.done : self.done + len(values)] = values
        finite = np.isfinite(values)
        # Path by path only where one is not: ten times the time.
        self._count(np.ones(len(values), bool) if finite.all() else finite.all(axis=(1, 2)))
        while self.chunk < self.slots.chunks and self.slots.first_row(self.chunk + 1) <= self.done:
            self.chunk += 1

    def add_summaries(self, marched: Marched) -> None:
        """Take the summaries of a chunk."""
        for i, summary in enumerate(marched.summaries):
            self._merge(i, summary)
        held = self._held()
        for gathered, memory in zip(self._watched, marched.watched, strict=True):
            gathered.append(jax.tree.map(lambda a: np.asarray(a)[..., held], memory))
        self._count(np.asarray(marched.finite)[held])
        self.chunk += 1

    def _merge(self, number: int, summary: Any) -> None:
        observer, together = self.plan.observers[number], self.slots.sets_together
        if self.sweep is not None:
            # The sets get an axis of their own, in front of the times.
            summary = jax.tree.map(lambda part: _by_set(np.asarray(part), together), summary)
        self._totals[number] = observer.merge(self._totals[number], summary)
        ends_set = (self.chunk + 1) * self.slots.size % self.slots.per_set == 0
        if self.sweep is not None and ends_set:
            self._finished[number].append(observer.finish(self._totals[number]))
            self._totals[number] = None

    def _held(self) -> slice | np.ndarray:
        """The slots of the next chunk that hold a path."""
        count = self.slots.first_row(self.chunk + 1) - self.slots.first_row(self.chunk)
        if self.slots.sets == 1 or count == self.slots.size:
            return slice(count)
        return self.slots.places(self.chunk)[2]

    def _count(self, finite: np.ndarray) -> None:
        if not finite.all():
            if self.first_lost < 0:
                self.first_lost = self.done + int(np.argmin(finite))
            self.lost += int((~finite).sum())
        self.done += len(finite)

    def result(self, scheme: Any) -> Trajectory | Statistics:
        """What `solve` gives back."""
        entries = None if self.sweep is None else self.sweep.entries
        if self.values is not None:
            axes: tuple[str, ...] = ("paths", "times", "dim")
            values = self.values
            values.flags.writeable = False  # a trajectory keeps what nobody can write to, and would copy it otherwise
            if self.sweep is not None:
                axes, values = ("sets", *axes), values.reshape(self.sweep.sets, -1, *values.shape[1:])
            return Trajectory(
                values, self.times, axes, law=self.process, scheme=scheme, seed=self.seed, about=self.about()
            )
        asked = [self._observed(number) for number in range(len(self.plan.observers))]
        passages = [
            self._passage(watcher, parts) for watcher, parts in zip(self.plan.watchers, self._watched, strict=True)
        ]
        results = (*asked, *passages)
        return Statistics(self.times, self.slots.total, self.lost, results, self.process, scheme, self.seed, entries)

    def about(self) -> dict[str, Any]:
        """Facts of the solution that are kept with it."""
        facts: dict[str, Any] = {"precision": self.plan.drawing.dtype, "first_path": self.slots.first_path}
        if self.process.components is not None:
            facts["names"] = list(self.process.components)
        if self.process.periods is not None:
            facts["periods"] = list(self.process.periods)
        if self.plan.drawing.fine > 1:
            facts["fine"] = self.plan.drawing.fine
        if self.sweep is not None:
            facts["sets"] = self.sweep.sets
            facts["sweep"] = jax.tree.map(lambda values: values.tolist(), dict(self.sweep.entries))
        return facts

    def _observed(self, number: int) -> Any:
        observer = self.plan.observers[number]
        if self.sweep is None:
            return observer.finish(self._totals[number])
        parts = self._finished[number]
        return type(parts[0])(*(_joined(values, self.sweep.sets) for values in zip(*parts, strict=True)))

    def _passage(self, watcher: Any, parts: list[Any]) -> Any:
        memory = jax.tree.map(lambda *chunks: np.concatenate(chunks, axis=-1), *parts)
        stream = self._source.stream("passage")
        begin, end = float(self.times[0]), float(self.times[-1])
        result = watcher.finish(memory, end, begin, stream, self.slots.first_path)
        return result if self.sweep is None else result.in_sets(self.sweep.sets)


def _by_set(part: np.ndarray, sets: int) -> np.ndarray:
    """Blocks of several sets, on the last axis, as (sets, ..., blocks of a set)."""
    return np.moveaxis(part.reshape(*part.shape[:-1], sets, -1), -2, 0)


def _joined(parts: tuple[np.ndarray, ...], sets: int) -> np.ndarray:
    """The same array of all sets; what has no axis of sets, such as edges, is the same for all."""
    if parts[0].ndim == 1 and all(np.array_equal(part, parts[0]) for part in parts):
        return parts[0]
    return np.concatenate(parts)[:sets]


_SOLUTION = "solution.json"


class Kept:
    """Passes chunks on to ``gathered`` and, when there is a run directory, commits them first."""

    def __init__(
        self,
        out: str | Path | storage.Run | None,
        gathered: Gathered,
        scheme: Any,
        grid: Grid,
        begin: np.ndarray,
        shapes: Callable[[], Marched],
    ) -> None:
        self.gathered, self._scheme, self._starts, self._shapes = gathered, scheme, begin, shapes
        self._run: storage.Run | None = None
        self._series: Any = None
        self._is_ours = not isinstance(out, storage.Run)
        if isinstance(out, storage.Run):
            self._guard(out, self._header(grid))
            self._begin(out)
        elif out is not None:
            self._open(Path(out), grid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._run is not None:
            if kind is None and not self.gathered.plan.store:
                self._write_results(self._run)
            if self._is_ours:
                self._run.__exit__(kind, error, trace)

    def add(self, marched: Marched) -> None:
        """Commit and gather one chunk."""
        if self.gathered.plan.store:
            # Of a chunk that was cut off in an earlier run, what was committed then is left out.
            before = self.gathered.done - self.gathered.slots.first_row(self.gathered.chunk)
            values = self.gathered.values_of(marched)[before:]
            self._commit(values)
            self.gathered.add_values(values)
        else:
            self._commit(_packed(marched)[None])
            self.gathered.add_summaries(marched)

    def _commit(self, frames: np.ndarray) -> None:
        if self._run is None:
            return
        if self._series is None:
            self._series = self._new_series(self._run, frames)
        self._series.append(frames)

    def _new_series(self, run: storage.Run, frames: np.ndarray) -> Any:
        gathered = self.gathered
        if gathered.plan.store:
            shape = (gathered.slots.total, *frames.shape[1:])
            axes = ("paths", "times", "dim")
            size = min(gathered.slots.size, gathered.slots.first_row(1))
            return run.series("values", shape, frames.dtype, axes, chunk_frames=size)
        return run.series(
            "summaries", (gathered.slots.chunks, frames.shape[1]), frames.dtype, ("chunks", "numbers"), chunk_frames=1
        )

    def _open(self, path: Path, grid: Grid) -> None:
        header = self._header(grid)
        if not (path / "manifest.json").exists():
            self._run = storage.Run.create(path, about=header)
        else:
            known = storage.Run.open(path).about
            differing = _differing(header, known)
            if differing:
                raise StorageError(
                    f"{path} holds another solution: it differs in {', '.join(differing)}. Choose another directory."
                )
            self._run = storage.Run.resume(path)
        self._begin(self._run)

    def _guard(self, run: storage.Run, header: dict[str, Any]) -> None:
        """Keep what is solved in a run that the caller opened, whose header is the caller's; another solution does not continue it.

        A run that was begun before this was kept has no such document, and is continued on the caller's word.
        """
        if not run.cursor:
            run.document(_SOLUTION, header)
        elif (run.path / _SOLUTION).exists():
            differing = _differing(header, json.loads(run.read_document(_SOLUTION)))
            if differing:
                raise StorageError(
                    f"{run.path} holds another solution: it differs in {', '.join(differing)}. Choose another directory."
                )

    def _begin(self, run: storage.Run) -> None:
        self._run = run
        if "times" not in run.arrays():
            run.write("times", self.gathered.times, ("times",))
        self._read_back(run)

    def _header(self, grid: Grid) -> dict[str, Any]:
        gathered = self.gathered
        plan = gathered.plan
        return {
            "kind": "trajectory" if plan.store else "statistics",
            "axes": [*(["sets"] if gathered.sweep else []), "paths", "times", "dim"],
            "law": str(gathered.process),
            "scheme": str(self._scheme),
            "boundary": None,
            "seed": gathered.seed,
            "about": gathered.about()
            | {
                "paths": gathered.slots.paths,
                "steps": grid.last.tolist(),
                "chunk": gathered.slots.size,
                "equation": fingerprint(replace(gathered.process, params=None, name="", units=None)),
                "params": fingerprint(gathered.process.params),
                "start": fingerprint(self._starts),
                "statistics": [f"{type(one).__name__} {fingerprint(one)}" for one in (*plan.observers, *plan.watchers)],
                "times": gathered.times.tolist(),
            },
        }

    def _read_back(self, run: storage.Run) -> None:
        """Gather what an earlier, interrupted run has committed."""
        gathered = self.gathered
        if not run.cursor:
            return
        if gathered.plan.store:
            gathered.add_values(run.read("values", 0, run.cursor))
        else:
            shapes = self._shapes()
            for row in run.read("summaries", 0, run.cursor):
                gathered.add_summaries(_unpacked(row, shapes))

    def _write_results(self, run: storage.Run) -> None:
        statistics = self.gathered.result(self._scheme)
        for i, result in enumerate(statistics.results if isinstance(statistics, Statistics) else ()):
            fields = result._asdict() if hasattr(result, "_asdict") else {"times": result.times, "met": result.met}
            for name, values in fields.items():
                array = np.asarray(values)
                run.write(f"{type(result).__name__}_{i}_{name}", array, [f"axis_{k}" for k in range(array.ndim)])


def _differing(header: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """The names of the facts in which two solutions differ."""
    names = {name for name in header if name != "about" and known.get(name) != header[name]}
    here, there = header["about"], known.get("about") or {}
    return sorted(names | {name for name in here if there.get(name) != here[name]})


def _packed(marched: Marched) -> np.ndarray:
    """The summaries of a chunk as one row of float64, in which whole numbers and flags are exact."""
    return np.concatenate([np.asarray(leaf, np.float64).ravel() for leaf in jax.tree.leaves(marched)])


def _unpacked(row: np.ndarray, shapes: Marched) -> Marched:
    """The summaries that a row was packed from."""
    leaves, tree = jax.tree.flatten(shapes)
    ends = np.cumsum([leaf.size for leaf in leaves])
    parts = np.split(row, ends[:-1])
    arrays = [part.reshape(leaf.shape).astype(leaf.dtype) for part, leaf in zip(parts, leaves, strict=True)]
    result: Marched = jax.tree.unflatten(tree, arrays)
    return result

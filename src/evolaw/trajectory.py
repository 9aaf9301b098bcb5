"""What happened: values at times, with the meaning of every axis and where it came from.

Axis names used throughout: ``sets`` (of parameters, where they were swept), ``boards`` or ``paths`` (independent repetitions),
``times``, then the state:
``rows, cols`` for a lattice, ``cells`` for a line, ``dim`` for a vector.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, overload

import numpy as np

from evolaw import checks, display, documents, storage
from evolaw.arrays import byte_size, read_only
from evolaw.errors import OutOfRange

if TYPE_CHECKING:
    import xarray
    from matplotlib.figure import Figure

__all__ = ["Trajectory"]

_REPETITIONS = ("boards", "paths", "sets")


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A recording or a simulation.

    Attributes:
        values: the states, one axis a name in ``axes``; read-only.
        times: when each state was seen, shape (times,), rising strictly; falling in a solution that runs backwards.
        axes: axis names, for example ("times", "rows", "cols"); exactly one is "times".
        law: what moved it: a Rule, an SDE, …, or its printed form; None when unknown.
        scheme: the method that stepped it; None for a recording or an exact automaton.
        boundary: for lattices, "torus", "plane", …; None where it has no meaning or is unknown.
        seed: the recorded seed, None where no chance entered.
        about: further facts, JSON values only.

    Example:
        >>> Trajectory(np.zeros((3, 8, 8), np.uint8), [0, 1, 2], ("times", "rows", "cols"), law="B3/S23")
        Trajectory
          law     B3/S23
          values  times 3, rows 8, cols 8 of uint8 (192 B)
          times   0 … 2
    """

    values: np.ndarray
    times: np.ndarray
    axes: tuple[str, ...]
    law: Any = None
    scheme: Any = None
    boundary: str | None = None
    seed: int | None = None
    about: dict[str, Any] = field(default_factory=dict)

    if TYPE_CHECKING:  # what is given may be anything that becomes an array; what is held is one

        def __init__(
            self,
            values: Any,
            times: Any,
            axes: Sequence[str],
            law: Any = None,
            scheme: Any = None,
            boundary: str | None = None,
            seed: int | None = None,
            about: Mapping[str, Any] = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        values, times = read_only(self.values), read_only(self._checked_times())
        axes = tuple(self.axes)
        checks.require(len(axes) == values.ndim, "axes", f"name the {values.ndim} axes of values", axes)
        checks.require(axes.count("times") == 1, "axes", "hold 'times' exactly once", axes)
        frames = values.shape[axes.index("times")]
        checks.require(
            frames == times.size, "times", f"hold one time for each of the {frames} frames", f"{times.size} times"
        )
        for name, value in (("values", values), ("times", times), ("axes", axes)):
            object.__setattr__(self, name, value)

    def _checked_times(self) -> np.ndarray:
        # Only a solution can run backwards: a recording is in the order in which it was seen.
        return (checks.increasing if self.scheme is None else checks.monotone)(self.times, "times")

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Come back from a worker process: its arrays are read-only there as here."""
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        """Return the number of saved times."""
        return int(self.times.size)

    @overload
    def __getitem__(self, place: SupportsIndex) -> np.ndarray: ...

    @overload
    def __getitem__(self, place: slice) -> Trajectory: ...

    def __getitem__(self, place: SupportsIndex | slice) -> np.ndarray | Trajectory:
        """Return the state at the k-th time, or, for a slice, the trajectory of those times.

        Example:
            >>> film = Trajectory(np.zeros((3, 8, 8), np.uint8), [0, 1, 2], ("times", "rows", "cols"))
            >>> film[-1].shape, len(film[1:]), film[::2].times.tolist()
            ((8, 8), 2, [0, 2])
        """
        if isinstance(place, slice):
            kept = np.arange(len(self))[place]
            checks.require(kept.size > 0, "place", f"keep at least one of the {len(self)} times", place)
            checks.require(place.step is None or place.step > 0, "place", "keep the order of the times", place)
            return replace(self, values=np.take(self.values, kept, self.axes.index("times")), times=self.times[kept])
        try:
            k = operator.index(place)
        except TypeError:
            raise checks.refuse("place", "be a whole number or a slice", place, "`at` takes a time.") from None
        if not -len(self) <= k < len(self):
            raise OutOfRange(
                f"Argument `place` must be one of the {len(self)} saved times, {-len(self)} … {len(self) - 1}, but is {k}."
            )
        return self.frames[k]

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yield the states in the order of the times."""
        return iter(self.frames)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """The values, as NumPy asks for them: ``np.asarray(trajectory)``."""
        return np.array(self.values, dtype=dtype, copy=copy)

    @property
    def frames(self) -> np.ndarray:
        """The values with the times axis first: ``frames[k]`` is everything at the k-th time."""
        return np.moveaxis(self.values, self.axes.index("times"), 0)

    @property
    def final(self) -> np.ndarray:
        """The state at the last time."""
        return self.frames[-1]

    @property
    def repetitions(self) -> int:
        """The number of independent boards or paths; 1 when there is no such axis."""
        return self.values.shape[0] if self.axes[0] in _REPETITIONS else 1

    def at(self, time: float) -> np.ndarray:
        """Return the state at a saved time; another time is refused, nothing is interpolated."""
        found = np.flatnonzero(self.times == time)
        checks.require(found.size == 1, "time", f"be one of the saved times {_span(self.times)}", time)
        return self.frames[int(found[0])]

    def split(self) -> Iterator[Trajectory]:
        """Yield the repetitions one by one, each without the boards or paths axis."""
        if self.axes[0] not in _REPETITIONS:
            yield self
            return
        for values in self.values:
            yield Trajectory(
                values, self.times, self.axes[1:], self.law, self.scheme, self.boundary, self.seed, self.about
            )

    def save(self, path: str | Path) -> Path:
        """Write a run directory that `load` reads back; an existing one is refused. Returns its path."""
        header = {
            "kind": "trajectory",
            "axes": list(self.axes),
            "law": _words(self.law),
            "scheme": _words(self.scheme),
            "boundary": self.boundary,
            "seed": self.seed,
            "about": self.about,
        }
        with storage.Run.create(path, about=header, whole=True) as run:
            run.write("times", self.times, ("times",))
            run.write("values", self.values, self.axes)
        return Path(path)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a run directory written by `save`, or by a command that simulates.

        The law comes back as its printed form. A run stopped half-way gives the frames committed so far.
        """
        run = storage.Run.open(path)
        header = run.about
        kind = header.get("kind")
        law = kind in ("learned law", "finding")
        fix = f"It holds a law; `evolaw simulate {path} --out OTHER` records it." if law else ""
        checks.require(kind == "trajectory", "path", "be the run of a trajectory", f"a run of {kind}", fix)
        with documents.interpreting(run.path):
            axes = tuple(header["axes"])
            values, times = run.read("values"), run.read("times")
            sets = (header.get("about") or {}).get("sets")
            if sets and values.ndim < len(axes):
                # Kept path after path: an unfinished run shows the sets that are whole.
                paths = header["about"]["paths"]
                whole = len(values) // paths
                values = values[: whole * paths].reshape(whole, paths, *values.shape[1:])
            if axes[0] == "times":
                times = times[: len(values)]
            facts = {name: header.get(name) for name in ("law", "scheme", "boundary", "seed")}
            return cls(values, times, axes, about=header.get("about") or {}, **facts)

    def to_xarray(self) -> xarray.DataArray:
        """Return an xarray DataArray with named axes, the times as coordinate and the provenance as attributes."""
        import xarray

        facts = {"law": _words(self.law), "scheme": _words(self.scheme), "boundary": self.boundary, "seed": self.seed}
        attributes = {name: value for name, value in facts.items() if value is not None}
        return xarray.DataArray(
            self.values, dims=self.axes, coords={"times": self.times}, attrs=attributes | self.about
        )

    def plot(self, **options: Any) -> Figure:
        """Return a Matplotlib figure."""
        return display.plot(self, **options)

    def _facts(self) -> list[tuple[str, Any]]:
        sizes = ", ".join(f"{name} {size}" for name, size in zip(self.axes, self.values.shape, strict=True))
        return [
            ("law", _words(self.law)),
            ("scheme", _words(self.scheme)),
            ("boundary", self.boundary),
            ("seed", self.seed),
            ("values", f"{sizes} of {self.values.dtype} ({byte_size(self.values.nbytes)})"),
            ("times", _span(self.times)),
        ]

    def __repr__(self) -> str:
        return display.lines("Trajectory", self._facts())

    def _repr_html_(self) -> str:
        return display.card("Trajectory", self._facts(), below=display.shown(self))


def _words(thing: Any) -> str | None:
    return None if thing is None else str(thing)


def _span(times: np.ndarray) -> str:
    return f"{times[0]:g}" if times.size == 1 else f"{times[0]:g} … {times[-1]:g}"

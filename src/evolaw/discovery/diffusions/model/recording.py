"""The recording in one piece: states, times, and where one stretch ends and the next begins.

Several paths, missing values and long gaps all become *stretches*: rows without a hole. The rows of all stretches stand one after
the other, so that every sum over the recording is one array operation; a stencil that would reach over the end of a stretch is left
out (`starts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import memory_limit, require_memory
from evolaw.trajectory import Trajectory

__all__ = ["CLOCK", "Recording", "clocked", "gather", "unwrapped"]

CLOCK = "t"
"""How terms call the time, where no component is called so."""

_LONGEST_GAP = 3.0
"""Steps longer than this many usual ones end a stretch: no quadrature over them is to be trusted."""

_FEWEST = 20
"""Fewer steps than this teach nothing that an error bar could be put on."""


@dataclass(frozen=True, eq=False)
class Recording:
    """Rows of several stretches, one after the other.

    Attributes:
        values: states, shape (rows, components).
        times: shape (rows,).
        ends: where each stretch ends, rising; the last is the number of rows.
        names: one a component.
        units: unit of each component, empty where unknown.
        time_unit: unit of the times, empty where unknown.
        force: drift that was added on purpose, shape (rows, components), to a position's velocity where velocities are hidden; None
            where nothing was.
        heat: times by which the diffusion was raised on purpose, shape (rows,); None where it was not.
    """

    values: np.ndarray
    times: np.ndarray
    ends: np.ndarray
    names: tuple[str, ...]
    units: tuple[str, ...] = ()
    time_unit: str = ""
    force: np.ndarray | None = None
    heat: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def dim(self) -> int:
        """Number of components."""
        return self.values.shape[1]

    @cached_property
    def columns(self) -> tuple[np.ndarray, ...]:
        """The components as contiguous arrays."""
        return tuple(np.ascontiguousarray(self.values[:, i]) for i in range(self.dim))

    @cached_property
    def step(self) -> float:
        """The usual time step, the median of all."""
        return float(np.median(np.diff(self.times)[self.within[:-1] == self.within[1:]]))

    @cached_property
    def duration(self) -> float:
        """Recorded time, all stretches together."""
        first = np.concatenate(([0], self.ends[:-1]))
        return float(np.sum(self.times[self.ends - 1] - self.times[first]))

    @cached_property
    def within(self) -> np.ndarray:
        """The number of the stretch each row belongs to."""
        return np.repeat(np.arange(self.ends.size), np.diff(np.concatenate(([0], self.ends))))

    def stretches(self) -> list[slice]:
        """Return the rows of each stretch."""
        return [slice(int(a), int(b)) for a, b in zip([0, *self.ends[:-1]], self.ends, strict=True)]

    def starts(self, before: int, after: int) -> np.ndarray:
        """Return the rows k for which k - before … k + after lie in one stretch."""
        rows = np.arange(before, len(self) - after)
        return rows[self.within[rows - before] == self.within[rows + after]]

    def part(self, rows: slice) -> Recording:
        """Return the stretches cut to a range of rows."""
        ends = np.unique(np.clip(self.ends, rows.start, rows.stop)) - rows.start
        force, heat = (None if given is None else given[rows] for given in (self.force, self.heat))
        return replace(
            self, values=self.values[rows], times=self.times[rows], ends=ends[ends > 0], force=force, heat=heat
        )


def gather(recordings: Trajectory | Sequence[Trajectory], names: Sequence[str] | None = None) -> Recording:
    """Check recordings of one system and put them into one piece.

    Args:
        recordings: axes ("times",), ("times", "dim") or ("paths", "times", "dim"); NaN marks a missing value. ``about`` may hold
            "names", "units", "time_unit", and "controls": {"force": {name: drift added}, "noise": factor of the diffusion}.
        names: names of the components instead of those recorded.

    Raises:
        ArgumentError: too few points, equal values, an unusable shape, names or units that disagree.
    """
    items = [recordings] if isinstance(recordings, Trajectory) else list(recordings)
    checks.require(len(items) > 0, "recording", "hold at least one trajectory", "none")
    values, times, controls = zip(*(piece for item in items for piece in _paths(item)), strict=True)
    dims = {value.shape[1] for value in values}
    checks.require(len(dims) == 1, "recording", "have the same components in every trajectory", sorted(dims))
    units = {tuple(item.about.get("units") or ()) for item in items}
    checks.require(
        len(units) == 1, "recording", "have the same units in every trajectory", " and ".join(map(str, sorted(units)))
    )
    time_units = {str(item.about.get("time_unit") or "") for item in items}
    shown = " and ".join(sorted(unit or "none" for unit in time_units))
    checks.require(len(time_units) == 1, "recording", "have the same unit of time in every trajectory", shown)
    dim = dims.pop()
    known = names or items[0].about.get("names") or _usual(dim)
    _require_names(known, dim)
    pieces = [
        (*stretch, control)
        for value, time, control in zip(values, times, controls, strict=True)
        for stretch in _stretches(value, time)
    ]
    checks.require(
        sum(len(piece[0]) - 1 for piece in pieces) >= _FEWEST,
        "recording",
        f"hold at least {_FEWEST} steps without a hole",
        sum(len(piece[0]) - 1 for piece in pieces),
        "Record longer.",
    )
    found = Recording(
        np.concatenate([piece[0] for piece in pieces]),
        np.concatenate([piece[1] for piece in pieces]),
        np.cumsum([len(piece[0]) for piece in pieces]),
        tuple(known),
        units.pop(),
        time_units.pop(),
        *_controlled([(len(piece[0]), piece[2]) for piece in pieces], tuple(known)),
    )
    for name, column in zip(found.names, found.columns, strict=True):
        checks.require(np.ptp(column) > 0, "recording", "move", f"{name}, which is {column[0]:g} at all times")
    return found


def clocked(recording: Recording) -> Recording:
    """Return the recording with its times as one more component, `CLOCK`, that terms may read.

    Example:
        >>> found = clocked(gather(Trajectory(np.arange(30.0) ** 2, 0.5 * np.arange(30), ("times",))))
        >>> found.names, found.values[:3].tolist()
        (('x', 't'), [[0.0, 0.0], [1.0, 0.5], [4.0, 1.0]])
    """
    force = recording.force
    return replace(
        recording,
        values=np.concatenate([recording.values, recording.times[:, None]], 1),
        names=(*recording.names, CLOCK),
        units=(*recording.units, recording.time_unit) if recording.units else (),
        force=None if force is None else np.concatenate([force, np.zeros((len(force), 1))], 1),
    )


def unwrapped(recording: Recording, periods: Mapping[str, float]) -> Recording:
    """Return the recording with angles made continuous: steps of more than half a period go the other way round.

    An angle that already runs over more than a period and a half was recorded continuously, and is left as it is.
    """
    values = recording.values.copy()
    for name, period in periods.items():
        checks.one_of(name, "period", recording.names)
        checks.positive(period, "period")
        column = recording.names.index(name)
        if np.ptp(values[:, column]) > 1.5 * period:
            continue
        for rows in recording.stretches():
            values[rows, column] = np.unwrap(values[rows, column], period=period)
    return replace(recording, values=values)


def _paths(item: Trajectory) -> list[tuple[np.ndarray, np.ndarray, dict[str, Any]]]:
    fits = item.axes in (("times",), ("times", "dim"), ("paths", "times", "dim"), ("paths", "times"))
    checks.require(
        fits, "recording", "be a table of a state over time, axes (times, dim) or (paths, times, dim)", item.axes
    )
    require_memory("recording", 24.0 * item.values.size, memory_limit(), "Give every tenth row, or a shorter stretch.")
    values = np.asarray(item.values, float)
    values = values[..., None] if "dim" not in item.axes else values
    values = values[None] if "paths" not in item.axes else values
    checks.require(not np.isinf(values).any(), "recording", "be finite or missing (NaN)", "infinite somewhere")
    return [(path, np.asarray(item.times, float), item.about.get("controls") or {}) for path in values]


def _controlled(
    pieces: Sequence[tuple[int, Mapping[str, Any]]], names: tuple[str, ...]
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The forces and the heat of all rows; None for what was never touched."""
    rows = sum(count for count, _ in pieces)
    force, heat, place = np.zeros((rows, len(names))), np.ones(rows), 0
    for count, controls in pieces:
        for name in controls:
            checks.one_of(name, "controls", ("force", "noise"))
        for name, value in (controls.get("force") or {}).items():
            # The force on a hidden velocity is written down with its position.
            column = (
                names.index(name) if name in names else 0 if len(names) == 1 else names.index(name.removeprefix("v_"))
            )
            force[place : place + count, column] = checks.number(value, "controls")
        heat[place : place + count] = checks.positive(controls.get("noise", 1.0), "controls")
        place += count
    return force if force.any() else None, heat if (heat != 1).any() else None


def _stretches(values: np.ndarray, times: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut one path where values are missing for long; single missing rows only make a step longer."""
    whole = np.isfinite(values).all(1)
    values, times = values[whole], times[whole]
    if len(times) < 2:
        return []
    steps = np.diff(times)
    cuts = np.flatnonzero(steps > _LONGEST_GAP * np.median(steps)) + 1
    found = zip(np.split(values, cuts), np.split(times, cuts), strict=True)
    return [(v, t) for v, t in found if len(t) >= 4]


def _require_names(names: Sequence[str], dim: int) -> None:
    checks.require(len(names) == dim, "names", f"name each of the {dim} components", ", ".join(names))
    checks.require(len(set(names)) == dim, "names", "differ from each other", ", ".join(names))
    for name in names:
        checks.require(name.isidentifier(), "names", "be words of letters, digits and underscores", name)


def _usual(dim: int) -> tuple[str, ...]:
    return ("x", "y", "z")[:dim] if dim <= 3 else tuple(f"x{i + 1}" for i in range(dim))

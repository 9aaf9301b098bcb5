"""Recordings handed over as plain arrays, tables and labelled arrays: which axis is what, and the words that say it.

    array of cells          (times, cells), (times, rows, cols) or (boards, times, rows, cols)
    array of whole numbers  (times, rows, cols), if they are 0, 1, 2, … and age from frame to frame as cells of more than two states do
    array of numbers        (times,), (times, dim) with the longer axis the times, or (paths, times, dim)
    list of frames          boards of one shape; of tracks: each a path with its own times
    DataFrame, Series       a column called t or time, or the index; dates count in seconds from the first
    DataArray of xarray     by the names of its dimensions

Nothing is guessed that two readings are possible for: such an array is refused, and ``axes`` says it. What was guessed stands in the
finding as "read as".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.files.stacks import are_ageing, are_cells
from evolaw.discovery.diffusions.files.tables import Table, column_roles, plain_names
from evolaw.discovery.diffusions.files.tracks import tracks_of
from evolaw.discovery.lattices.series.series import Series
from evolaw.trajectory import Trajectory

__all__ = ["Read", "read_plain"]

_ORDER = ("boards", "paths", "times", "rows", "cols", "cells", "dim")
_NAMES = {
    "times": ("times", "time", "t", "frame", "frames", "generation", "generations", "step", "steps", "date"),
    "rows": ("rows", "row", "y", "lat", "height"),
    "cols": ("cols", "col", "columns", "x", "lon", "width"),
    "cells": ("cells", "cell", "site", "sites"),
    "boards": ("boards", "board"),
    "paths": ("paths", "path", "ensemble", "member", "trajectory", "realization", "run", "particle"),
    "dim": ("dim", "component", "components", "variable", "channel", "state"),
}
_MEANINGS = {word: axis for axis, words in _NAMES.items() for word in words}
_OURS = (Trajectory, Series, Mapping, str, bytes)
"""What is a recording already, or surely none."""
_UNIT = "one unit of time from each to the next, since no times were given"
_SAY = 'Say it, as in axes=("rows", "cols", "times").'


class Read(NamedTuple):
    """What was handed over, as trajectories, and sentences on what was guessed."""

    recording: Any
    notes: list[str]


def read_plain(given: Any, axes: Sequence[str] | None, times: Any) -> Read | None:
    """Return what plain arrays, tables and labelled arrays hold; None for anything else, which is no matter of this file.

    Args:
        given: an array or what becomes one, a list of arrays, a table of pandas, an array of xarray.
        axes: names of the axes, in the order of the array; None to guess.
        times: when each state was seen; None for 0, 1, 2, …, or what the table says.

    Raises:
        ArgumentError: it holds no numbers, two readings are possible, or axes and times do not go with it.

    Example:
        >>> film = read_plain(np.eye(4)[None].repeat(3, 0), None, None)
        >>> film.recording.axes, film.notes
        (('times', 'rows', 'cols'), ['an array of shape (3, 4, 4), as (times, rows, cols)'])
    """
    if hasattr(given, "dims") and hasattr(given, "coords"):
        return _labelled(given, axes, times)
    if given is None or isinstance(given, _OURS):
        return None
    if hasattr(given, "index") and hasattr(given, "iloc"):
        return _table(given, axes, times)
    if isinstance(given, list | tuple):
        if not given or any(isinstance(item, _OURS) for item in given):
            return None
        items = [_plain(item) for item in given]
        if all(item.ndim for item in items):
            return _several(items, axes, times)
    values = _plain(given)
    return _array(values, axes, times) if values.ndim else None


def _plain(given: Any) -> np.ndarray:
    """The array; a tensor of PyTorch leaves its graph and its device, a masked value becomes one that was not seen."""
    if hasattr(given, "detach") and hasattr(given, "cpu"):
        given = given.detach().cpu().numpy()
    if isinstance(given, np.ma.MaskedArray):
        seen: Any = given if given.dtype.kind in "bui" else given.astype(float)
        return np.asarray(seen.filled(MISSING if seen.dtype.kind in "bui" else np.nan))
    try:
        return np.asarray(given)
    except ValueError:
        raise checks.refuse("recording", "be an array of one shape, or a list of such", "ragged") from None


def _array(values: np.ndarray, axes: Sequence[str] | None, times: Any) -> Read:
    if values.dtype.kind not in "buif":
        raise checks.refuse("recording", "hold real numbers", f"an array of {values.dtype}")
    checks.require(values.size > 0, "recording", "hold at least one number", f"of shape {values.shape}")
    chosen, guessed = (tuple(axes), False) if axes is not None else (_guess(values, times), True)
    _require_axes(chosen, values)
    order = sorted(range(values.ndim), key=lambda k: _ORDER.index(chosen[k]))
    named = tuple(chosen[k] for k in order)
    states = values.transpose(order)
    notes = [f"an array of shape {values.shape}, as ({', '.join(chosen)})"] if guessed else []
    if named[-1] in ("cols", "cells"):
        states = np.where(np.isnan(states), MISSING, states) if states.dtype.kind == "f" else states
        states = states.astype(np.uint8) if _are_states(states) or are_ageing(states) else states
    length = states.shape[named.index("times")]
    if times is None:
        when = np.arange(length) if named[-1] in ("cols", "cells") else np.arange(float(length))
        if named[-1] not in ("cols", "cells"):
            notes.append(_UNIT)
    else:
        when = np.asarray(times).ravel()
    return Read(Trajectory(np.ascontiguousarray(states), when, named), notes)


def _are_states(values: np.ndarray) -> bool:
    return bool(np.isin(values, (0, 1, MISSING)).all())


def _require_axes(axes: tuple[str, ...], values: np.ndarray) -> None:
    for name in axes:
        checks.one_of(name, "axes", _ORDER)
    checks.require(len(axes) == values.ndim, "axes", f"name the {values.ndim} axes of the array", axes)
    checks.require(len(set(axes)) == len(axes) and "times" in axes, "axes", "name each axis once, and the times", axes)


def _guess(values: np.ndarray, times: Any) -> tuple[str, ...]:
    """The axes, where one reading alone is possible."""
    shape, count = values.shape, None if times is None else np.size(times)
    if values.dtype == np.bool_ or (values.ndim > 1 and are_cells(values)) or are_ageing(values):
        if values.ndim == 2:
            return ("times", "cells")
        if values.ndim == 3:
            at_end = count == shape[2] != shape[0] if count is not None else shape[0] == shape[1] != shape[2]
            if at_end and count is None:
                raise checks.refuse(
                    "axes", f"be given for cells of shape {shape}: the times may be first or last", None, _SAY
                )
            return ("rows", "cols", "times") if at_end else ("times", "rows", "cols")
        checks.require(values.ndim == 4, "axes", f"be given for cells of shape {shape}", None, _SAY)
        return ("boards", "times", "rows", "cols")
    if values.ndim >= 3 and np.unique(values[: 2**20 // max(1, values[0].size) + 1]).size <= 2:
        low, high = values.min(), values.max()
        fix = f"If {high} means alive, pass recording == {high}."
        raise checks.refuse("recording", "hold cells as 0 and 1", f"one of {low} and {high}", fix)
    if values.ndim == 1:
        return ("times",)
    if values.ndim == 2:
        long = shape.index(count) if count in shape and shape[0] != shape[1] else int(shape[1] > shape[0])
        if shape[0] == shape[1]:
            raise checks.refuse(
                "axes", f"be given for numbers of shape {shape}", None, 'Say it: axes=("times", "dim").'
            )
        return ("times", "dim") if long == 0 else ("dim", "times")
    checks.require(values.ndim == 3, "axes", f"be given for numbers of shape {shape}", None, _SAY)
    return ("paths", "times", "dim")


def _several(items: list[np.ndarray], axes: Sequence[str] | None, times: Any) -> Read:
    """Frames of one film, or recordings of one law."""
    frames = len({item.shape for item in items}) == 1 and items[0].ndim <= 2
    if frames and (
        (items[0].ndim == 2 and (all(map(_are_states, items)) or are_ageing(np.stack(items))))
        or items[0].size <= 8
        or axes is not None
    ):
        return _array(np.stack(items), axes, times)
    checks.require(times is None, "times", "be left out for several recordings", "given", "Pass Trajectory objects.")
    read = [_array(item, axes, None) for item in items]
    return Read(
        [one.recording for one in read],
        [f"{len(items)} recordings, the first {read[0].notes[0]}"] if axes is None else [],
    )


def _table(given: Any, axes: Sequence[str] | None, times: Any) -> Read:
    """The columns of a table: times by their heading or from the index, maybe the number of a path, and components."""
    checks.require(axes is None, "axes", "be left out for a table: its columns are the components", axes)
    frame = given if hasattr(given, "columns") else given.to_frame(given.name or "x")
    headings, counted = [str(name) for name in frame.columns], type(frame.index).__name__ == "RangeIndex"
    at, path, header = column_roles(headings, counted=counted)
    at = at if times is None else None
    rest = [i for i in range(len(headings)) if i not in (at, path)]
    checks.require(len(rest) > 0, "recording", "have a column beside the times", headings)
    columns = [np.asarray(frame.iloc[:, i]) for i in range(len(headings))]
    for i in rest:
        is_number = columns[i].dtype.kind in "buif"
        checks.require(is_number, "recording", f"hold numbers in the column {headings[i]}", str(columns[i].dtype))
    notes = []
    if times is None:
        times, said = _seconds(columns[at] if at is not None else frame.index)
        where = f"times from the column {headings[at]}{said}" if at is not None else f"times from the index{said}"
        notes.append(_UNIT if at is None and counted else where)
    table = Table(
        times=np.asarray(times, float),
        values=np.column_stack([np.asarray(columns[i], float) for i in rest]),
        paths=np.zeros(len(frame), int) if path is None else np.unique(columns[path], return_inverse=True)[1],
        names=plain_names([header[i][0] for i in rest]),
        units=tuple(header[i][1] for i in rest),
        time_unit=("s" if said else header[at][1] if at is not None else "") if notes else "",
        named=True,
    )
    tracks = tracks_of(table, {}, "the table")
    return Read(tracks if path is not None else tracks[0], notes)


def _seconds(given: Any) -> tuple[np.ndarray, str]:
    """Times as numbers; dates and durations as seconds from the first."""
    values = np.asarray(given)
    if values.dtype.kind not in "mM":
        return values, ""
    return (values - values[0]) / np.timedelta64(1, "s"), ", in seconds from the first"


def _labelled(given: Any, axes: Sequence[str] | None, times: Any) -> Read:
    fix = "Pass one of its variables: dataset['name']."
    checks.require(
        hasattr(given, "values") and not hasattr(given, "data_vars"), "recording", "be one array", "a Dataset", fix
    )
    values, dims = _plain(given.values), tuple(map(str, given.dims))
    meanings = [_MEANINGS.get(name.lower()) for name in dims]
    if meanings.count("cols") and not meanings.count("rows"):  # x alone: where the cells of a line are, or a component
        alone = "cells" if values.dtype == np.bool_ or are_cells(values) else "dim"
        meanings = [alone if name == "cols" else name for name in meanings]
    if axes is None and None in meanings:
        unknown = dims[meanings.index(None)]
        raise checks.refuse("axes", f"be given: the dimension {unknown!r} is none of {', '.join(_ORDER)}", None, _SAY)
    said = ""
    time = dims[meanings.index("times")] if "times" in meanings else None
    if times is None and time is not None and time in given.coords:
        times, said = _seconds(given.coords[time])
    chosen = tuple(axes) if axes is not None else tuple(str(name) for name in meanings)
    read = _array(values, chosen, times)
    return Read(read.recording, [f"the dimensions {', '.join(dims)} as ({', '.join(chosen)}){said}", *read.notes])

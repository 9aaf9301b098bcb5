"""A trajectory from whatever it was kept in.

.csv .tsv .txt .dat     a table of text (`tables`)
.npz                    ``values`` (times, dim) or (paths, times, dim) and ``times``; NAME.json beside it may say names and units
.npy                    (times, 1 + dim), the first column the time; or (times,), one unit of time each
.mat                    version 5: ``values`` or x, and ``t`` or ``times``, in a struct too (`named_arrays` says what else is understood)
.parquet                columns as in a table; needs pyarrow
.zarr .nc               through xarray, a dimension called time or t
a directory             a run of this library
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from evolaw.arrays import byte_size, memory_limit
from evolaw.automata.files.archives import read_arrays
from evolaw.automata.files.compressed import COMPRESSED_SUFFIXES
from evolaw.automata.files.matlab import read_variables
from evolaw.discovery.diffusions.files.named_arrays import TIMES, VALUES, choose
from evolaw.discovery.diffusions.files.tables import Table, plain_names, read_table
from evolaw.errors import MissingExtra, ParseError
from evolaw.textfiles import missing, require_plain
from evolaw.trajectory import Trajectory

__all__ = ["SUFFIXES", "read_tracks", "tracks_of"]

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".npz", ".npy", ".mat", ".parquet", ".zarr", ".nc")
"""Endings of files that are read as trajectories."""

_MOST_JSON = 2**20
_MOST_ARRAYS = 20


def read_tracks(path: str | Path) -> list[Trajectory]:
    """Read the trajectories of a file: several where paths have their own times.

    Returns:
        Trajectories with axes ("times", "dim") or ("paths", "times", "dim"); ``about`` has names, units and time_unit where the file
        or NAME.json beside it says them, and nothing else of that JSON file is read; under ``read_as`` sentences on what was chosen.

    Raises:
        ParseError: nothing is there, it cannot be read, or times do not rise; with the file and line.
        MissingExtra: the format needs a package that is not installed.
    """
    path = require_plain(path)
    if path.is_dir() and path.suffix != ".zarr":
        return [Trajectory.load(path)]
    if not path.exists():
        raise missing(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        packed = path.stem if suffix in COMPRESSED_SUFFIXES else None
        if packed is not None:
            raise ParseError("The file is packed. Unpack it, and name what comes out.", source=str(path))
        raise ParseError(f"A trajectory ends in one of {', '.join(SUFFIXES)}.", source=str(path))
    said = _said(path.with_suffix(".json"))
    if suffix == ".npz":
        return [_archive(path, said)]
    if suffix == ".npy":
        return [_plain(path, said)]
    if suffix == ".mat":
        return [_matlab(path, said)]
    if suffix in (".zarr", ".nc"):
        return [_labelled(path, said)]
    return tracks_of(_parquet(path) if suffix == ".parquet" else read_table(path), said, str(path))


def _said(path: Path) -> dict[str, Any]:
    """Names and units from the JSON file beside a recording; whatever else stands there is none of ours."""
    try:
        if path.stat().st_size > _MOST_JSON:
            return {}
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(document, Mapping):
        return {}
    found: dict[str, Any] = {}
    for key in ("names", "units"):
        value = document.get(key)
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            found[key] = value
    if isinstance(document.get("time_unit"), str):
        found["time_unit"] = document["time_unit"]
    return found


def _trajectory(values: Any, times: Any, said: Mapping[str, Any], source: str) -> Trajectory:
    try:
        values, times = np.asarray(values, float), np.asarray(times, float).ravel()
    except (TypeError, ValueError) as error:
        raise ParseError(f"It holds something else than numbers: {error}.", source=source) from error
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim not in (2, 3):
        raise ParseError(
            f"The values have {values.ndim} axes; (times, dim) or (paths, times, dim) can be read.", source=source
        )
    if values.shape[-2] != times.size and values.ndim == 2 and values.shape[1] == times.size:
        values = values.T
    if values.shape[-2] != times.size:
        raise ParseError(f"There are {times.size} times for {values.shape[-2]} rows of values.", source=source)
    _require_rising(times, source)
    about = {**said, "source": source}
    if len(about.get("names", ())) != values.shape[-1]:
        about.pop("names", None)
    if len(about.get("units", ())) != values.shape[-1]:
        about.pop("units", None)
    return Trajectory(values, times, ("paths", "times", "dim")[3 - values.ndim :], about=about)


def _require_rising(times: np.ndarray, source: str, lines: Sequence[int] | None = None) -> None:
    falls = np.flatnonzero(~(np.diff(times) > 0))
    if falls.size:
        k = int(falls[0])
        what = "twice" if times[k + 1] == times[k] else f"before {times[k + 1]:g}"
        raise ParseError(f"Times must rise, but {times[k]:g} stands {what} (row {k + 2} of the values).", source=source)


def tracks_of(table: Table, said: Mapping[str, Any], source: str) -> list[Trajectory]:
    """Return a trajectory for each path of a table; ``said`` is what is known of it beside.

    Raises:
        ParseError: times do not rise within a path; with its row.
    """
    own: dict[str, Any] = {"time_unit": table.time_unit or said.get("time_unit", "")}
    if table.named:
        own["names"] = list(table.names)
    if any(table.units):
        own["units"] = list(table.units)
    if table.notes:
        own["read_as"] = list(table.notes)
    facts = {**said, **own}
    return [
        _trajectory(table.values[rows], table.times[rows], facts, source)
        for rows in (table.paths == path for path in range(int(table.paths.max()) + 1))
    ]


def _archive(path: Path, said: Mapping[str, Any]) -> Trajectory:
    names = _members(path)
    if not names & set(VALUES):
        held = ", ".join(sorted(names)) or "nothing"
        raise ParseError(f"The archive must hold `values` and `times`, but holds {held}.", source=str(path))
    wanted = [next(name for name in kinds if name in names) for kinds in (VALUES, TIMES) if names & set(kinds)]
    arrays = read_arrays(path, wanted, most=memory_limit() // 4)
    if len(wanted) < 2 or wanted[0] in ("x", "X"):  # other arrays may be times, or further components
        for name in sorted(names - set(wanted))[:_MOST_ARRAYS]:
            with suppress(ParseError):
                arrays |= read_arrays(path, [name], most=memory_limit() // 4)
    return _of_arrays(arrays, said, str(path))


def _of_arrays(arrays: Mapping[str, np.ndarray], said: Mapping[str, Any], source: str) -> Trajectory:
    """The trajectory of named arrays; names that vectors bear give way to those beside the file."""
    found = choose(arrays, source)
    named = {"names": list(plain_names(found.names))} if found.names else {}
    notes = {"read_as": found.notes} if found.notes else {}
    return _trajectory(found.values, found.times, {**named, **said, **notes}, source)


def _members(path: Path) -> set[str]:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()[:1000]}
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ParseError(f"The archive cannot be read: {error}.", source=str(path)) from error


def _plain(path: Path, said: Mapping[str, Any]) -> Trajectory:
    try:
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        reason = str(error)
        if "pickle" in reason or "object" in reason:
            reason = (
                "it holds Python objects, which are never read, or is no .npy file; save plain numbers with np.save"
            )
        raise ParseError(f"The array cannot be read: {reason.rstrip('.')}.", source=str(path)) from error
    is_vector = mapped.ndim == 1 or (mapped.ndim == 2 and 1 in mapped.shape)
    if not (is_vector or mapped.ndim == 2) or mapped.size < 2 or mapped.dtype.kind not in "fiu":
        raise ParseError(
            f"The array must be numbers of shape (times, 1 + dim) with the time first, but is {mapped.dtype} of shape {mapped.shape}.",
            source=str(path),
        )
    if 24 * mapped.size > memory_limit():
        raise ParseError(f"The array needs more than the {byte_size(memory_limit())} allowed.", source=str(path))
    table = np.array(mapped, float)
    if is_vector:
        return _of_arrays({"values": table.ravel()}, said, str(path))
    if not (np.diff(table[:, 0]) > 0).all():
        raise ParseError(
            f"The first column of an array of shape {mapped.shape} is the time and must rise. Save np.column_stack([t, x]).",
            source=str(path),
        )
    return _trajectory(table[:, 1:], table[:, 0], said, str(path))


def _matlab(path: Path, said: Mapping[str, Any]) -> Trajectory:
    return _of_arrays(read_variables(path, most=memory_limit() // 4), said, str(path))


def _parquet(path: Path) -> Table:
    try:
        import pyarrow.parquet as parquet  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise MissingExtra("pyarrow", "tables") from error
    try:
        table = parquet.read_table(path)
        columns = {name: np.asarray(table.column(name).to_numpy(), float) for name in table.column_names}
    except (OSError, ValueError, TypeError) as error:
        raise ParseError(f"The file cannot be read: {error}.", source=str(path)) from error
    from evolaw.discovery.diffusions.files.tables import parse_table

    # Read once more as text would be: one set of rules for headings, times and paths.
    rows = "\n".join(",".join(f"{value!r}" for value in map(float, row)) for row in zip(*columns.values(), strict=True))
    return parse_table(",".join(columns) + "\n" + rows, source=str(path))


def _labelled(path: Path, said: Mapping[str, Any]) -> Trajectory:
    import xarray

    try:
        opened = xarray.open_zarr(path, consolidated=False) if path.suffix == ".zarr" else xarray.open_dataset(path)
    except Exception as error:
        raise ParseError(f"The file cannot be read: {error}.", source=str(path)) from error
    time = next((name for name in TIMES if name in opened.dims), None)
    if time is None:
        raise ParseError(
            f"No dimension is called time; there are {', '.join(map(str, opened.dims))}.", source=str(path)
        )
    columns = {str(name): array for name, array in opened.data_vars.items() if array.dims[:1] == (time,)}
    if not columns or 24 * sum(array.size for array in columns.values()) > memory_limit():
        raise ParseError("It holds no variable over time, or more than the memory allows.", source=str(path))
    parts = [np.asarray(array, float).reshape(array.shape[0], -1) for array in columns.values()]
    names = [
        name if part.shape[1] == 1 else f"{name}{i + 1}"
        for name, part in zip(columns, parts, strict=True)
        for i in range(part.shape[1])
    ]
    units = [
        str(columns[name].attrs.get("units", ""))
        for name, part in zip(columns, parts, strict=True)
        for _ in range(part.shape[1])
    ]
    return _trajectory(
        np.concatenate(parts, 1), np.asarray(opened[time], float), {**said, "names": names, "units": units}, str(path)
    )

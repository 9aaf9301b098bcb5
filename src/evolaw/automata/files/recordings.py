"""Recordings of an automaton, from whatever they were kept in.

NAME.npz      ``states`` (time, rows, cols) or (boards, time, rows, cols) of 0, 1 and 255 (missing), or the only array of
              cells, and optional ``times``; NAME.json beside it may say boundary, times, rule and further facts
NAME.npy, .mat, .csv    the states alone; the same JSON file may stand beside
NAME.gif, .tif          a film; ``threshold`` or ``alive`` say which grey levels live; lines between cells are left out
a folder      one pattern file a frame (.rle, .mc, .cells, .lif, .mcl) or one picture a frame, in natural order of the names
several files           frames of one recording, as the shell lists them
a run         a directory written by `Trajectory.save` or by a command that simulates
"""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.automata.files.archives import TORN, read_array, read_arrays, shapes_in
from evolaw.automata.files.compressed import COMPRESSED_SUFFIXES
from evolaw.automata.files.formats import MOST_BYTES, read_bytes
from evolaw.automata.files.frames import FRAME_SUFFIXES, frames_of, read_frames
from evolaw.automata.files.images import read_images
from evolaw.automata.files.matlab import read_matlab
from evolaw.automata.files.plaintext import is_row, parse_boards
from evolaw.automata.files.stacks import are_ageing, are_cells, as_states
from evolaw.errors import ArgumentError, ParseError
from evolaw.textfiles import first_lines, missing, read_text, require_plain
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["holds_boards", "name_of_states", "read_recording", "refuse_dressed_boards"]

_FILMS = (".gif", ".tif", ".tiff")
_VIDEOS = (".mp4", ".avi", ".mov", ".mkv", ".webm", ".m4v", ".wmv")
_SHEETS = (".xlsx", ".xls", ".ods")
_MOST_JSON = 4 * 2**20
_OF_A_CELL = {"t", "time", "frame", "step", "generation", "x", "y", "state", "value", "alive", "cell"}
_OUR_FACTS = ("boundary", "times", "rule")


@told
def read_recording(path: str | Path, *, alive: float | None = None, threshold: float | None = None) -> Trajectory:
    """Read a recording.

    Args:
        path: a file of states (.npz, .npy, .mat, .csv), a film (.gif, .tif), a folder of frames, or a run directory.
        alive: the value, or grey level, of a living cell; all others are dead.
        threshold: values, or grey levels, above it are alive, all others dead.

    Returns:
        A trajectory with axes ("times", "rows", "cols"), ("boards", "times", "rows", "cols"), or ("times", "cells"), of uint8 values 0, 1 and
        255 for cells that were not seen. ``law`` is the rule the files name, ``boundary`` the grid they name; both are None
        when they name none. ``about`` holds the remaining facts of the JSON file, ``times_from``, and under ``read_as``
        sentences on what the reader had to choose.

    Raises:
        ParseError: nothing is there, or it cannot be read as a recording; with the file, and line and column for a text.
        StorageError: a run directory is damaged.

    Notes:
        A file is read whole or refused; at most `archives.MOST_ARRAY_BYTES` bytes of states and 2**28 cells a folder.
    """
    path = require_plain(path)
    if path.is_dir():
        if (path / "manifest.json").exists():
            return _checked_run(path)
        return read_frames(frames_of(path), source=str(path), alive=alive, threshold=threshold)
    if not path.exists():
        raise missing(path)
    suffix = path.suffix.lower()
    if suffix in _FILMS:
        states, notes = read_images([path], alive=alive, threshold=threshold)
        return _with_facts(path, states, {}, notes)
    if suffix in FRAME_SUFFIXES:
        raise ParseError(
            "This is one board; a recording is a folder of them, or several files in a row.", source=str(path)
        )
    if suffix in _ARRAYS:
        values, notes = _ARRAYS[suffix](path)
        states, more = as_states(values, str(path), alive=alive, threshold=threshold)
        return _with_facts(path, states, {}, [*notes, *more])
    _require_archive(path)
    name = name_of_states(path) or "states"
    arrays = read_arrays(path, [name], ["times"])
    states, notes = as_states(arrays.pop(name), str(path), alive=alive, threshold=threshold)
    said = [] if name == "states" else [f"The array {name} was read as the states."]
    return _with_facts(path, states, arrays, [*said, *notes])


def name_of_states(path: Path) -> str | None:
    """Return which array of an ``.npz`` file holds boards: ``states``, else the only one with three axes or more that are cells.

    None where there is none, or several. Arrays are only read where their headers say so much.

    Raises:
        ParseError: the file is missing, or no archive.
    """
    shapes = shapes_in(path)
    if "states" in shapes:
        return "states"
    deep = [name for name, shape in shapes.items() if len(shape) in (3, 4)]
    found = [name for name in deep if _are_boards(read_arrays(path, [name])[name])]
    return found[0] if len(found) == 1 else None


def _are_boards(values: np.ndarray) -> bool:
    return are_cells(values) or are_ageing(values)


def _require_archive(path: Path) -> None:
    """Name a file that is no archive of arrays for what it is: one pattern, pictures to unpack, or nothing that is read."""
    says = None
    if path.suffix.lower() not in _SHEETS and zipfile.is_zipfile(path):
        with suppress(*TORN), zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
            if names and not any(name.endswith(".npy") for name in names):
                says = f"It holds no arrays, but {', '.join(names[:5])}. Unpack it, and pass the folder."
    elif path.suffix.lower() in COMPRESSED_SUFFIXES:
        says = "This is one packed board; a recording is a folder of boards, or several files in a row."
    elif path.suffix.lower() in (".jpg", ".jpeg"):
        says = "JPEG blurs the cells of a picture. Save frames as PNG, in a folder."
    elif path.suffix.lower() in _VIDEOS:
        says = "A video is read frame by frame: mkdir frames; ffmpeg -i VIDEO frames/%05d.png, then pass the folder frames."
    elif path.suffix.lower() in _SHEETS:
        says = "A spreadsheet is read as text: save the sheet as CSV."
    elif path.suffix.lower() not in (".npz", ""):
        says = f"A file ending in {path.suffix[:20]} is not read. States are .npz, .npy, .mat or .csv; films .gif or .tif; frames a folder."
    if says is not None:
        raise ParseError(says, source=str(path))


def holds_boards(path: str | Path) -> bool:
    """Whether a text table is one of boards, not of statistics: its first three rows are of 0, 1 and 255 alone, two or more in each."""
    path = Path(path)
    if path.suffix.lower() not in (".csv", ".txt", ".tsv") or not path.is_file():
        return False
    rows = [line for line in first_lines(path) if line.strip()][:3]
    return bool(rows) and all(map(is_row, rows))


def refuse_dressed_boards(path: Path) -> None:
    """Refuse a text table of cells with a header and numbered rows, or with a line a cell, and say how boards are written.

    Raises:
        ParseError: with the cure. Any other table passes.
    """
    lines = [re.split(r"\s*[,;\t]\s*", line.strip()) for line in first_lines(path)[:-1] if line.strip()]
    if len(lines) < 3 or re.search(r"[^\W\d_]|^$", lines[0][-1]) is None:
        return
    header, rows = {name.strip("\"'").lower() for name in lines[0]}, lines[1:]
    axes = {"x", "y"} <= header and header & {"t", "time", "frame", "step", "generation"} and len(header) in (3, 4)
    if (
        axes
        and header <= _OF_A_CELL
        and rows[0][0] == rows[1][0]
        and all(re.fullmatch(r"\d+", each) for row in rows for each in row)
    ):
        raise ParseError(
            "This is a list of cells, one a line. Make an array of it, in Python states[t, y, x] = 1 for those that live, and keep it with "
            "np.savez(path, states=states).",
            source=str(path),
        )
    if len(lines[0]) == 4 and header & {"row", "rows"} and header & {"col", "cols", "column", "columns"}:
        raise ParseError(
            "This is a list of cells, one a line. Make an array of it, in Python states[time, row, col] = state, and keep it with "
            "np.savez(path, states=states).",
            source=str(path),
        )
    if len(lines[0]) > 3 and all(len(row) == len(lines[0]) and is_row(",".join(row[1:])) for row in rows):
        raise ParseError(
            "These are cells under a header. Write the cells alone, in pandas to_csv(path, header=False, index=False), with a blank line "
            "between boards; or an array (times, rows, cols) with np.save.",
            source=str(path),
        )


def _from_npy(path: Path) -> tuple[np.ndarray, list[str]]:
    return read_array(path), []


def _from_matlab(path: Path) -> tuple[np.ndarray, list[str]]:
    values, name = read_matlab(path)
    if values.ndim < 3:
        return values, []
    order = "rows, cols, time" if values.ndim == 3 else "rows, cols, time, boards"
    turned = np.moveaxis(values, -1, 0) if values.ndim == 3 else np.transpose(values, (3, 2, 0, 1))
    return turned, [f"The array {name} of {values.shape} was read as {order}, the order of MATLAB."]


def _from_text(path: Path) -> tuple[np.ndarray, list[str]]:
    boards = parse_boards(read_text(path, MOST_BYTES), source=str(path))
    if len(boards) == 1:
        raise ParseError(_one_block(path, *boards[0].shape), source=str(path))
    return boards, []


def _one_block(path: Path, rows: int, cols: int) -> str:
    """What a text without blank lines may be, and how each is written so that it is read."""
    comma = "," in first_lines(path)[0]
    table = f"np.loadtxt({path.name!r}{', delimiter=' + repr(',') if comma else ''})"
    side = math.isqrt(cols)
    says = [
        f"It is one block of {rows} rows of {cols} cells; boards of a recording are told apart by a blank line between them."
    ]
    if side * side == cols and side > 2:
        says.append(
            f"Is every row a board of {side} x {side}, written flat: np.save('boards.npy', {table}.reshape(-1, {side}, {side}))."
        )
    if rows % cols == 0 and rows > cols:
        says.append(
            f"Are they {rows // cols} boards of {cols} x {cols}: np.save('boards.npy', {table}.reshape(-1, {cols}, {cols}))."
        )
    says.append(f"Is every row a moment of a line of cells: np.save('line.npy', {table}).")
    return " ".join(says)


_ARRAYS = {".npy": _from_npy, ".mat": _from_matlab, ".csv": _from_text, ".txt": _from_text, ".tsv": _from_text}


def _with_facts(path: Path, states: np.ndarray, arrays: dict[str, np.ndarray], notes: Sequence[str]) -> Trajectory:
    """Join states with their times and with what the JSON file beside says."""
    facts = _read_facts(path.with_suffix(".json"))
    frames = states.shape[0 if states.ndim == 2 else -3]
    times, origin = np.arange(frames), "counted"
    if "times" in facts:
        times, origin = _times(facts["times"], frames, f"{path.with_suffix('.json')}[times]"), "json"
    if "times" in arrays:
        told, times = times, _times(arrays["times"], frames, f"{path}[times]")
        if origin == "json" and not np.array_equal(told, times):
            raise ParseError("Its `times` differ from those in the JSON file beside it. Correct one.", source=str(path))
        origin = "archive"
    words = {name: facts.get(name) for name in ("boundary", "rule")}
    for name, word in words.items():
        if word is not None and not (isinstance(word, str) and 0 < len(word) <= 1000 and word.isprintable()):
            raise ParseError(f"`{name}` must be a short text.", source=str(path.with_suffix(".json")))
    about = {name: value for name, value in facts.items() if name not in _OUR_FACTS} | {"times_from": origin}
    about |= {"read_as": list(notes)} if notes else {}
    axes = ("times", "cells") if states.ndim == 2 else ("boards", "times", "rows", "cols")[-states.ndim :]
    return Trajectory(states, times, axes, law=words["rule"], boundary=words["boundary"], about=about)


def _times(values: Any, frames: int, source: str) -> np.ndarray:
    try:
        times = np.asarray(values)
    except (ValueError, OverflowError):
        raise ParseError("`times` must be a list of numbers.", source=source) from None
    if times.ndim != 1 or times.dtype.kind not in "iuf":
        raise ParseError(
            f"`times` must be a list of numbers, but has shape {times.shape} of {times.dtype}.", source=source
        )
    if times.size != frames:
        raise ParseError(
            f"`times` must hold one number for each of the {frames} frames, but holds {times.size}.", source=source
        )
    try:
        whole = times.astype(np.int64) if (np.abs(times) < 2**53).all() and (times == np.floor(times)).all() else None
        if whole is None:
            raise ParseError("`times` must be whole generations below 2**53.", source=source)
        return checks.increasing(whole, "times")
    except ArgumentError as error:
        raise ParseError(str(error), source=source) from error


def _read_facts(path: Path) -> dict[str, Any]:
    """The JSON file beside an archive; {} when there is none."""
    if not path.exists():
        return {}
    try:
        facts = json.loads(read_bytes(path, _MOST_JSON))
    except json.JSONDecodeError as error:
        raise ParseError(
            f"This is not JSON: {error.msg}.", source=str(path), line=error.lineno, column=error.colno
        ) from error
    except (UnicodeDecodeError, RecursionError, ValueError) as error:
        raise ParseError(f"This is not JSON: {error}.", source=str(path)) from error
    if not isinstance(facts, dict):
        raise ParseError('It must hold a JSON object, as in {"boundary": "torus"}.', source=str(path))
    if {"schema", "entries", "law"} <= set(facts):
        return {}  # what `evolaw discover --json` printed about the recording, not what is known of it
    return facts


def _checked_run(path: Path) -> Trajectory:
    trajectory = Trajectory.load(path)
    if trajectory.axes[-2:] != ("rows", "cols") and trajectory.axes[-1] != "cells":
        raise ParseError(
            f"The run holds axes {', '.join(trajectory.axes)}; a recording ends in rows, cols, or in cells.",
            source=str(path),
        )
    return trajectory

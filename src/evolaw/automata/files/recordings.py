"""Recordings of an automaton, from whatever they were kept in.

    NAME.npz      ``states`` (time, rows, cols) or (boards, time, rows, cols) of 0, 1 and 255 (missing), and optional
                  ``times``; NAME.json beside it may say boundary, times, rule and further facts
    a folder      one pattern file a frame (.rle, .mc, .cells), in natural order of the names
    a run         a directory written by `Trajectory.save` or by a command that simulates

Times of a folder are the generations the files state; if a file states none, the last number in each name; else 0, 1, 2, …
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.files.archives import read_arrays
from evolaw.automata.files.boards import MOST_CELLS, Grid, Pattern
from evolaw.automata.files.formats import read_bytes, read_pattern
from evolaw.errors import ArgumentError, EvolawError, ParseError
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["read_recording"]

_FRAME_SUFFIXES = (".rle", ".mc", ".cells")
_MOST_JSON = 4 * 2**20
_MOST_FRAMES = 100_000
_OUR_FACTS = ("boundary", "times", "rule")


@told
def read_recording(path: str | Path) -> Trajectory:
    """Read a recording.

    Args:
        path: an ``.npz`` file, a folder of pattern files, or a run directory.

    Returns:
        A trajectory with axes ("times", "rows", "cols"), or ("boards", "times", "rows", "cols"), of uint8 values 0, 1 and
        255 for cells that were not seen. ``law`` is the rule the files name, ``boundary`` the grid they name; both are None
        when they name none. ``about`` holds the remaining facts of the JSON file, and ``times_from``.

    Raises:
        ParseError: nothing is there, or it cannot be read as a recording; with the file, and line and column for a text.
        StorageError: a run directory is damaged.

    Notes:
        A file is read whole or refused; at most `archives.MOST_ARRAY_BYTES` bytes of states and 2**28 cells a folder.
    """
    path = Path(path)
    if path.is_dir():
        if (path / "manifest.json").exists():
            return _checked_run(path)
        return _read_folder(path)
    if not path.exists():
        raise ParseError("There is no such file or directory. Check the path.", source=str(path))
    return _read_archive(path)


def _read_archive(path: Path) -> Trajectory:
    arrays = read_arrays(path, ["states"], ["times"])
    facts = _read_facts(path.with_suffix(".json"))
    states = _states(arrays["states"], str(path))
    frames = states.shape[-3]
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
    axes = ("boards", "times", "rows", "cols")[-states.ndim :]
    return Trajectory(states, times, axes, law=words["rule"], boundary=words["boundary"], about=about)


def _states(values: np.ndarray, source: str) -> np.ndarray:
    if values.ndim not in (3, 4) or not values.size:
        raise ParseError(
            f"`states` must have shape (time, rows, cols) with at least one cell, but has shape {values.shape}.",
            source=source,
        )
    if values.dtype.kind not in "buif":
        raise ParseError(f"`states` must hold whole numbers, but holds {values.dtype}.", source=source)
    if values.dtype != np.bool_:
        bad = (values != 0) & (values != 1) & (values != MISSING)
        if bad.any():
            place = tuple(int(index) for index in np.argwhere(bad)[0])
            raise ParseError(
                f"`states` must hold 0, 1 and {MISSING} (missing), but is {values[place]} at {place}.", source=source
            )
    return values.astype(np.uint8, order="C")


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
    return facts


def _checked_run(path: Path) -> Trajectory:
    trajectory = Trajectory.load(path)
    if trajectory.axes[-2:] != ("rows", "cols"):
        raise ParseError(
            f"The run holds axes {', '.join(trajectory.axes)}; a recording ends in rows, cols.", source=str(path)
        )
    return trajectory


def _read_folder(path: Path) -> Trajectory:
    files = sorted((file for file in path.iterdir() if file.suffix.lower() in _FRAME_SUFFIXES), key=_natural)
    if not files:
        raise ParseError(
            "It is no run directory and holds no frames. Frames are files named *.rle, *.mc or *.cells.",
            source=str(path),
        )
    if len(files) > _MOST_FRAMES:
        raise ParseError(f"It holds {len(files)} frames, more than the {_MOST_FRAMES} that are read.", source=str(path))
    patterns: list[Pattern] = []
    cells = 0
    for file in files:
        patterns.append(read_pattern(file))
        cells += patterns[-1].board.size
        if cells > MOST_CELLS:
            raise ParseError(f"The frames up to this one hold more than {MOST_CELLS} cells.", source=str(file))
    times, origin = _folder_times(files, patterns)
    grid = _same(files, [pattern.grid for pattern in patterns], "grid")
    rule = _same(files, [pattern.rule for pattern in patterns], "rule")
    size = (grid.rows, grid.cols) if grid else _common_size(patterns)
    if size and size[0] * size[1] * len(files) > MOST_CELLS:
        raise ParseError(f"{len(files)} frames of {size[0]} x {size[1]} exceed {MOST_CELLS} cells.", source=str(path))
    if grid:
        states = [_on_grid(pattern, grid, file) for pattern, file in zip(patterns, files, strict=True)]
    elif size:
        states = [pattern.board for pattern in patterns]
    else:
        states = _on_plane(patterns, files, int(np.diff(times).max(initial=1)))
    boundary = grid.boundary if grid else None if size else "plane"
    about = {"times_from": origin}
    return Trajectory(np.stack(states), times, ("times", "rows", "cols"), law=rule, boundary=boundary, about=about)


def _natural(file: Path) -> list[tuple[int, int, str]]:
    """Sort key in which frame_10 follows frame_9."""
    parts = re.findall(r"\d+|\D+", file.stem)
    return [(0, int(part[:4000]), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _folder_times(files: Sequence[Path], patterns: Sequence[Pattern]) -> tuple[np.ndarray, str]:
    stated = [pattern.generation for pattern in patterns]
    numbers = [re.findall(r"\d{1,15}", file.stem)[-1:] for file in files]
    if all(generation is not None for generation in stated):
        times, origin = np.array(stated, np.int64), "generations in the files"
    elif all(numbers):
        times, origin = np.array([int(found[0]) for found in numbers], np.int64), "file names"
    else:
        return np.arange(len(files)), "counted"
    falls = np.flatnonzero(np.diff(times) <= 0)
    if falls.size:
        k = int(falls[0])
        raise ParseError(
            f"The {origin} must rise from frame to frame, but {times[k]} is followed by {times[k + 1]}. "
            "Number the files in the order they were recorded.",
            source=str(files[k + 1]),
        )
    return times, origin


def _same(files: Sequence[Path], values: Sequence[Any], what: str) -> Any:
    """The one value all frames share."""
    for file, value in zip(files, values, strict=True):
        if value != values[0]:
            raise ParseError(
                f"Its {what} is {value}, that of {files[0].name} is {values[0]}; they must agree.", source=str(file)
            )
    return values[0]


def _common_size(patterns: Sequence[Pattern]) -> tuple[int, int] | None:
    """The size all frames have, if they all have one and none states a position."""
    sizes = {pattern.board.shape for pattern in patterns}
    unplaced = all(pattern.position is None for pattern in patterns)
    size = sizes.pop() if len(sizes) == 1 and unplaced else (0, 0)
    return (size[0], size[1]) if size[0] and size[1] else None


def _on_grid(pattern: Pattern, grid: Grid, file: Path) -> np.ndarray:
    size = (grid.rows, grid.cols)
    if pattern.board.shape == size and pattern.position is None:
        return pattern.board
    if pattern.population and pattern.position is None:
        raise ParseError(
            f"The frame shows {pattern.board.shape[0]} x {pattern.board.shape[1]} cells of a {size[0]} x {size[1]} grid and does "
            "not say which. The program that wrote it cut dead edges away; let it write the whole grid, `#CXRLE Pos=x,y`, or a "
            "macrocell file (.mc), which keeps the place.",
            source=str(file),
        )
    try:
        return pattern.placed(*size)
    except EvolawError as error:
        raise ParseError(str(error), source=str(file)) from error


def _on_plane(patterns: Sequence[Pattern], files: Sequence[Path], margin: int) -> list[np.ndarray]:
    """Frames of an unbounded pattern: the smallest board that holds all of them, and ``margin`` dead cells around it."""
    live = [pattern for pattern in patterns if pattern.population]
    for pattern, file in zip(patterns, files, strict=True):
        if pattern.population and pattern.position is None:
            raise ParseError(
                "The frames differ in size, and this one names no grid and no `#CXRLE Pos=x,y`, so it cannot be placed. "
                "Let the program write the whole board.",
                source=str(file),
            )
    if not live:
        raise ParseError(
            "No frame holds a live cell or a size. Let the program write the whole board.", source=str(files[0])
        )
    corners = np.array([pattern.position for pattern in live])
    ends = corners + [pattern.board.shape[::-1] for pattern in live]
    left, top = (int(side) - margin for side in corners.min(axis=0))
    right, bottom = (int(side) + margin for side in ends.max(axis=0))
    rows, cols = bottom - top, right - left
    if rows * cols * len(patterns) > MOST_CELLS:
        raise ParseError(
            f"The frames span {rows} x {cols} cells, more than {MOST_CELLS} in all. Cut the recording.",
            source=str(files[0]),
        )
    states = []
    for pattern in patterns:
        board = np.zeros((rows, cols), np.uint8)
        if pattern.position is not None:
            x, y = pattern.position
            height, width = pattern.board.shape
            board[y - top : y - top + height, x - left : x - left + width] = pattern.board
        states.append(board)
    return states

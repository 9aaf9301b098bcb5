"""Frames that hold a board each: patterns of one universe, or pictures, put together into one recording.

Patterns are placed by the grid they name or by their positions; frames without either must be whole boards of one size. Frames that
a program cropped to their living cells look like whole boards; they are told by touching all four sides more often than chance
allows, and refused. Golly shows the odd generations of a rule with B0 and without S8 inverted; where that is what makes the frames
follow the rule they name, it is undone, and said.

Times are the generations the files state; if a file states none, the last number in each name; else 0, 1, 2, …
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.automata.files.boards import MOST_CELLS, Grid, Pattern
from evolaw.automata.files.formats import PATTERN_SUFFIXES, read_pattern
from evolaw.automata.files.images import IMAGE_SUFFIXES, read_images
from evolaw.errors import EvolawError, ParseError
from evolaw.trajectory import Trajectory

__all__ = ["FRAME_SUFFIXES", "frames_of", "read_frames"]

FRAME_SUFFIXES = (*PATTERN_SUFFIXES, *IMAGE_SUFFIXES)
_MOST_FRAMES = 100_000
_BY_CHANCE = 0.05
"""Chance, under independent cells, below which frames that all touch their four sides are taken for cropped ones."""


def frames_of(path: Path) -> list[Path]:
    """The frames of a folder, in natural order of their names: patterns, or else pictures."""
    files = sorted((file for file in path.iterdir() if file.suffix.lower() in FRAME_SUFFIXES), key=_natural)
    patterns = [file for file in files if file.suffix.lower() in PATTERN_SUFFIXES]
    if not files:
        raise ParseError(
            "It is no run directory and holds no frames. Frames are patterns (*.rle, *.mc, *.cells, *.lif, *.mcl) or pictures "
            "(*.png, *.tif, *.gif, *.bmp).",
            source=str(path),
        )
    return patterns or files


def read_frames(
    files: Sequence[Path], *, source: str = "", alive: float | None = None, threshold: float | None = None
) -> Trajectory:
    """Read one recording from files that hold a board each, in the order given; see `read_recording`.

    Raises:
        ParseError: a file cannot be read, patterns and pictures are mixed, or the boards do not fit together.
    """
    kinds = {file.suffix.lower() in IMAGE_SUFFIXES for file in files}
    source = source or str(files[0])
    if len(files) > _MOST_FRAMES:
        raise ParseError(f"It holds {len(files)} frames, more than the {_MOST_FRAMES} that are read.", source=source)
    if len(kinds) != 1:
        raise ParseError("The frames must be patterns or pictures, not both.", source=source)
    if kinds == {True}:
        states, notes = read_images(files, alive=alive, threshold=threshold)
        times, origin = _numbered_times(files) if len(files) == len(states) else (None, "")
        times, origin = (np.arange(len(states)), "counted") if times is None else (times, origin)
        about = {"times_from": origin, "read_as": notes}
        return Trajectory(states, times, ("times", "rows", "cols"), about=about)
    for name, value in (("alive", alive), ("threshold", threshold)):
        checks.require(value is None, name, "be left out for patterns, which say what is alive", value)
    return _read_patterns(files, source)


def _read_patterns(files: Sequence[Path], source: str) -> Trajectory:
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
        raise ParseError(f"{len(files)} frames of {size[0]} x {size[1]} exceed {MOST_CELLS} cells.", source=source)
    if grid:
        states = [_on_grid(pattern, grid, file) for pattern, file in zip(patterns, files, strict=True)]
    elif size:
        states = [pattern.board for pattern in patterns]
        _require_whole(states, source)
    else:
        states = _on_plane(patterns, files, int(np.diff(times).max(initial=1)))
    boundary = grid.boundary if grid else None if size else "plane"
    about: dict[str, Any] = {"times_from": origin}
    boards = np.stack(states)
    if rule and _is_shown_inverted(boards, times, rule, boundary or "torus"):
        boards = np.where((times % 2 == 1)[:, None, None], 1 - boards, boards).astype(np.uint8)
        about["read_as"] = [
            f"Odd generations of {rule} were shown inverted, as Golly does for B0 without S8; that was undone."
        ]
    return Trajectory(boards, times, ("times", "rows", "cols"), law=rule, boundary=boundary, about=about)


def _require_whole(boards: Sequence[np.ndarray], source: str) -> None:
    """Refuse frames that were cropped to their living cells one by one: where they lie on the board is lost."""
    chance = 1.0
    for board in boards:
        if not (board[0].any() and board[-1].any() and board[:, 0].any() and board[:, -1].any()):
            return
        empty = 1 - np.count_nonzero(board) / board.size
        chance *= (1 - empty ** board.shape[1]) ** 2 * (1 - empty ** board.shape[0]) ** 2
    if chance < _BY_CHANCE:
        rows, cols = boards[0].shape
        raise ParseError(
            f"Living cells touch all four sides of every frame of {rows} x {cols}, so the frames seem cropped, and where they lie is "
            "lost. Save them on a bounded grid (in Golly a rule such as B3/S23:T64,64), with `#CXRLE Pos=x,y`, or as macrocell "
            f"files; if they are whole boards, write the grid behind the rule, :T{cols},{rows}.",
            source=source,
        )


def _is_shown_inverted(boards: np.ndarray, times: np.ndarray, rule: str, boundary: str) -> bool:
    """Whether consecutive frames follow the rule they name once odd generations are inverted, and not as they stand."""
    from evolaw.automata.rules.rule import Rule
    from evolaw.automata.stepping import step

    try:
        law = Rule(rule)
    except EvolawError:
        return False
    chances = law.probabilities
    if chances.size != 512 or not np.isin(chances, (0, 1)).all() or chances[0] == 0 or chances[511] == 1:
        return False
    pairs = np.flatnonzero(np.diff(times) == 1)
    undone = np.where((times % 2 == 1)[:, None, None], 1 - boards, boards).astype(np.uint8)

    def follows(frames: np.ndarray) -> bool:
        return all(np.array_equal(step(law, frames[k], boundary=boundary), frames[k + 1]) for k in pairs)

    return pairs.size > 0 and follows(undone) and not follows(boards)


def _natural(file: Path) -> list[tuple[int, int, str]]:
    """Sort key in which frame_10 follows frame_9."""
    parts = re.findall(r"\d+|\D+", file.stem)
    return [(0, int(part[:4000]), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _folder_times(files: Sequence[Path], patterns: Sequence[Pattern]) -> tuple[np.ndarray, str]:
    stated = [pattern.generation for pattern in patterns]
    if all(generation is not None for generation in stated):
        times, origin = np.array(stated, np.int64), "generations in the files"
        _require_rising(times, files, origin)
        return times, origin
    numbered, origin = _numbered_times(files)
    return (np.arange(len(files)), "counted") if numbered is None else (numbered, origin)


def _numbered_times(files: Sequence[Path]) -> tuple[np.ndarray | None, str]:
    """The last number in each name; None where a name has none."""
    numbers = [re.findall(r"\d{1,15}", file.stem)[-1:] for file in files]
    if not all(numbers):
        return None, ""
    times = np.array([int(found[0]) for found in numbers], np.int64)
    _require_rising(times, files, "file names")
    return times, "file names"


def _require_rising(times: np.ndarray, files: Sequence[Path], origin: str) -> None:
    falls = np.flatnonzero(np.diff(times) <= 0)
    if falls.size:
        k = int(falls[0])
        raise ParseError(
            f"The {origin} must rise from frame to frame, but {times[k]} is followed by {times[k + 1]}. "
            "Number the files in the order they were recorded.",
            source=str(files[k + 1]),
        )


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

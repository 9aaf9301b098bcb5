"""A recording as a page plays it: frames packed into bits, and a strip of pictures for paper."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw.arrays import MISSING
from evolaw.report.styles import cell_colours, cell_places, states_shown
from evolaw.trajectory import Trajectory

__all__ = ["MOST_BITS", "Playback", "data_uri", "pack", "space_time"]

MOST_BITS = 4_000_000
"""Bits of all packed frames together: 0.7 MB of base64, so that a page stays below 2 MB."""
_MOST_CELLS = 512
_MOST_LINES = 1024
_STRIP = 6


@dataclass(frozen=True)
class Playback:
    """What the page needs to play a recording.

    Attributes:
        rows, cols: size of the shown part.
        frames: number of frames shown.
        total_frames, total_rows, total_cols, boards: size of the recording itself.
        times: generation of each shown frame.
        alive: base64 of the bits of all shown frames, row by row, most significant bit first.
        missing: likewise, which cells were not seen; empty when all were.
        ages: likewise, the binary digits of the ages of ageing cells (1 in state 2), the ones first; none of a law of two states.
        states: how many states the cells have.
        strip: a few frames as (generation, picture), spread over the recording.
        boundary: as recorded, or None.
    """

    rows: int
    cols: int
    frames: int
    total_frames: int
    total_rows: int
    total_cols: int
    boards: int
    times: tuple[float, ...]
    alive: str
    missing: str
    ages: tuple[str, ...]
    states: int
    strip: tuple[tuple[str, str], ...]
    boundary: str | None

    def data(self) -> dict[str, Any]:
        """Return the JSON that the player reads."""
        names = ("rows", "cols", "frames", "times", "alive", "missing", "ages", "states")
        return {name: getattr(self, name) for name in names}


def pack(recording: Trajectory | None, most_bits: int = MOST_BITS) -> Playback | None:
    """Pack the first board of a lattice recording; None for anything that is no lattice of cells alive, dead, not seen, or ageing by its law.

    Args:
        recording: axes (…, "times", "rows", "cols").
        most_bits: bits of all frames together; frames beyond are left out, and the first one is always kept.
    """
    if recording is None or recording.axes[-2:] != ("rows", "cols"):
        return None
    boards = recording.repetitions
    frames = np.asarray(next(recording.split()).frames)
    if frames.ndim != 3:
        return None
    total = frames.shape
    frames = frames[:, :_MOST_CELLS, :_MOST_CELLS]
    frames, times = frames[: max(1, most_bits // frames[0].size)], recording.times
    states = states_shown(recording)
    if not _are_cells(frames, states):
        return None
    has_missing, digits = bool((frames == MISSING).any()), (states - 2).bit_length()
    keep = max(1, most_bits // (frames[0].size * ((2 if has_missing else 1) + digits)))
    frames, times = frames[:keep], times[:keep]
    ages = np.where((frames > 1) & (frames != MISSING), frames.astype(np.int16) - 1, 0)
    return Playback(
        rows=frames.shape[1],
        cols=frames.shape[2],
        frames=len(frames),
        total_frames=total[0],
        total_rows=total[1],
        total_cols=total[2],
        boards=boards,
        times=tuple(float(time) for time in times[: len(frames)]),
        alive=_bits(frames == 1),
        missing=_bits(frames == MISSING) if has_missing else "",
        ages=tuple(_bits(ages >> place & 1) for place in range(digits)),
        states=states,
        strip=_strip(frames, times, states),
        boundary=recording.boundary,
    )


def space_time(recording: Trajectory) -> str:
    """Return the history of a line of cells as a picture, space to the right and time downwards; "" for anything else.

    Of more than 1024 generations or cells the first are shown.
    """
    if recording.axes[-1] != "cells":
        return ""
    lines = np.asarray(next(recording.split()).frames)[:_MOST_LINES, :_MOST_LINES]
    return data_uri(lines) if _are_cells(lines, 2) else ""


def _are_cells(cells: np.ndarray, states: int) -> bool:
    return bool(((cells == 0) | (cells == 1) | (cells == MISSING)).all()) or (
        states > 2 and bool(np.isin(cells, [*range(states), MISSING]).all())
    )


def _bits(mask: np.ndarray) -> str:
    return base64.b64encode(np.packbits(mask, axis=None).tobytes()).decode()


def _strip(frames: np.ndarray, times: np.ndarray, states: int) -> tuple[tuple[str, str], ...]:
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(_STRIP, len(frames))).round().astype(int))
    return tuple((f"{times[index]:g}", data_uri(frames[index], states)) for index in chosen)


def data_uri(board: np.ndarray, states: int = 2) -> str:
    """Return a board as a tiny PNG data URI: alive dark, dead white, not seen amber, ageing blue, as everywhere in the report."""
    from PIL import Image

    picture = Image.fromarray(cell_places(np.asarray(board), states), "P")
    picture.putpalette([int(colour[k : k + 2], 16) for colour in cell_colours(states) for k in (1, 3, 5)])
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()

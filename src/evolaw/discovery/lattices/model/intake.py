"""Reading what the user passes: recordings checked and split, channels agreed, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.discovery.lattices.model.observation import CLEAN, Channel, Every, of_recording
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.lattices.model.window_counts import CUTOUT, rim_of
from evolaw.errors import ShapeError
from evolaw.trajectory import Trajectory

__all__ = ["agree", "claimed", "gather", "is_silent", "require_form"]

_AXES = ("times", "rows", "cols")


def gather(recording: Trajectory | Sequence[Trajectory], boundary: str | None = None) -> list[Trajectory]:
    """Return the recordings one board each, uint8 with axes ("times", "rows", "cols") and a boundary.

    Args:
        recording: one trajectory or several; a boards axis is split.
        boundary: replaces what the recordings say; "window" where their edge is unknown. Without either a torus is assumed (and
            `specification_tests` checks it); but where the whole rim is missing in every frame, the edge is unknown.

    Raises:
        ArgumentError: nothing can be learned from it: no recording, one frame only, one value everywhere, values other than
            0, 1 and 255.
        ShapeError: the axes are not those of a lattice.
    """
    given = [recording] if isinstance(recording, Trajectory) else list(recording)
    checks.require(bool(given), "recording", "hold at least one recording", "empty")
    boards = [board for item in given for board in _boards(item, boundary)]
    if all(np.unique(board.values[board.values != MISSING]).size < 2 for board in boards):
        if all(np.array_equal(np.unique(board.values), (0, MISSING)) for board in boards):
            raise checks.refuse(
                "recording",
                "hold living cells as 1",
                "one of 0 and 255 only, where 255 means not seen",
                "If 255 means alive, divide the states by 255.",
            )
        raise checks.refuse(
            "recording",
            "hold both living and dead cells",
            "one in which every cell seen has the same value",
            "Start the black box from a random board, or ask `evolaw ask` for one.",
        )
    return boards


def require_form(recordings: Sequence[Trajectory], space: RuleSpace) -> None:
    """Refuse boards for the space of a line, and lines for a space of boards."""
    rows = sorted({recording.values.shape[1] for recording in recordings})
    if space.is_line:
        checks.require(
            rows == [1],
            "recording",
            "hold lines of cells, (times, cells), for the elementary space",
            f"of {rows[-1]} rows",
        )


def is_silent(recording: Trajectory | Sequence[Trajectory], boundary: str | None) -> bool:
    """Return whether neither the user nor every recording says what lies beyond the edge."""
    given = [recording] if isinstance(recording, Trajectory) else list(recording)
    return boundary is None and any(item.boundary is None for item in given)


def agree(recordings: Sequence[Trajectory], observed: Channel | Iterable[Channel] | None) -> Channel:
    """Return the one channel of all recordings.

    Args:
        recordings: recordings of one automaton.
        observed: what the user says, a channel or several; None leaves it to the recordings. Times with gaps and missing
            cells are always read off the recordings.
    """
    stated = [of_recording(recording) for recording in recordings]
    gaps = {channel.every for channel in stated}
    checks.require(len(gaps) == 1, "recording", "have equal gaps between times in all recordings", sorted(gaps))
    every, missing = gaps.pop(), any(channel.missing for channel in stated)
    if observed is None:
        flips = {channel.flips for channel in stated}
        checks.require(len(flips) == 1, "recording", "have one flip probability", sorted(map(str, flips)))
        return replace(stated[0], missing=missing)
    said = claimed(observed)
    if every > 1 and said.every not in (1, every):
        raise checks.refuse(
            "observed",
            f"agree with the times of the recording, which lie {every} generations apart",
            repr(Every(said.every)),
            "Leave it out, or correct the times.",
        )
    return replace(said, every=max(every, said.every), missing=missing or said.missing)


def claimed(observed: Channel | Iterable[Channel]) -> Channel:
    """Return what the user says of the channel, one or several parts of it, as one."""
    parts = [observed] if isinstance(observed, Channel) else list(observed)
    for part in parts:
        checks.require(
            isinstance(part, Channel), "observed", "be a channel such as Every(2) or Flips('auto')", repr(part)
        )
    return reduce(Channel.__and__, parts, CLEAN)


def _boards(recording: Trajectory, boundary: str | None) -> Iterable[Trajectory]:
    if not isinstance(recording, Trajectory):
        raise checks.refuse("recording", "be a Trajectory or a list of them", type(recording).__name__)
    checks.require(
        len(recording) > 1,
        "recording",
        "hold at least two frames, because a law is seen in how one follows the other",
        f"one of {len(recording)}",
    )
    values = recording.values
    allowed = np.isin(values, (0, 1, MISSING))
    if not allowed.all():
        bad = values[~allowed][0]
        raise checks.refuse("recording", "hold only 0, 1 and 255 (missing)", f"one that holds {bad}")
    if recording.repetitions > 1 and values.shape[-1] == 1 < values.shape[-2]:
        boards, frames, rows, cols = values.shape
        raise ShapeError(
            "Argument `recording` must have the axes times, rows, cols (or boards before them), but read so it is "
            f"{boards} boards of {frames} frames of {rows} x {cols}. If the last axis is a colour, drop it: states[..., 0]."
        )
    if recording.axes[-1:] == ("cells",) and "rows" not in recording.axes:
        # A line of cells is a board of one row.
        recording = replace(recording, values=values[..., None, :], axes=(*recording.axes[:-1], "rows", "cols"))
    for board in recording.split():
        if board.axes != _AXES or 0 in board.values.shape:
            raise ShapeError(
                "Argument `recording` must have the axes times, rows, cols (or boards before them) with at least one cell, "
                f"but has {', '.join(recording.axes)} of shape {recording.values.shape}."
            )
        edge = boundary or board.boundary or (CUTOUT if _rim_is_missing(board.values) else "torus")
        if edge != CUTOUT:
            parse_boundary(edge)
        elif min(board.values.shape[1:]) < 3 and not (board.values.shape[1] == 1 and board.values.shape[2] > 2):
            raise checks.refuse(
                "recording", "be at least 3 x 3 where its edge is unknown", f"of {board.values.shape[1:]}"
            )
        yield replace(board, values=board.values.astype(np.uint8), boundary=edge)


def _rim_is_missing(values: np.ndarray) -> bool:
    """Whether a frame of missing cells stands around every board: what lies beyond it is as unknown."""
    rim = rim_of(values.shape[1:])
    return bool((values[:, rim] == MISSING).all())

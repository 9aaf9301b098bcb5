"""Reading what the user passes: recordings checked and split, channels agreed, before anything is computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.grid.boundaries import parse_boundary
from evolaw.automata.rules.reading import MOST_STATES
from evolaw.automata.rules.rule import ELEMENTARY
from evolaw.discovery.lattices.model.ageing import highest_state
from evolaw.discovery.lattices.model.observation import CLEAN, Channel, Every, of_recording
from evolaw.discovery.lattices.model.rule_space import GENERATIONS, NESTED, SPACES, RuleSpace, declared_states
from evolaw.discovery.lattices.model.window_counts import CUTOUT, rim_of
from evolaw.errors import ShapeError
from evolaw.trajectory import Trajectory

__all__ = [
    "agree",
    "claimed",
    "fitting_space",
    "gather",
    "is_silent",
    "require_form",
    "require_weighable",
    "without_unseen",
]

_AXES = ("times", "rows", "cols")


def gather(recording: Trajectory | Sequence[Trajectory], boundary: str | None = None) -> list[Trajectory]:
    """Return the recordings one board each, uint8 with axes ("times", "rows", "cols") and a boundary.

    Args:
        recording: one trajectory or several; a boards axis is split.
        boundary: replaces what the recordings say; "window" where their edge is unknown. Without either a torus is assumed (and
            `specification_tests` checks it); but where the whole rim is missing in every frame, the edge is unknown.

    Raises:
        ArgumentError: nothing can be learned from it: no recording, one frame only, one value everywhere, values other than
            0, 1, the states of cells that age, and 255.
        ShapeError: the axes are not those of a lattice.
    """
    given = [recording] if isinstance(recording, Trajectory) else list(recording)
    checks.require(bool(given), "recording", "hold at least one recording", "empty")
    boards = [board for item in given for board in _boards(item, boundary)]
    highest = highest_state(boards)
    if highest > 1 and not any((board.values == 1).any() for board in boards):
        fix = f"If {highest} means alive, pass recording == {highest}."
        raise checks.refuse(
            "recording", "hold 0, 1 and 255 (missing), or living cells as 1", f"one of 0 and {highest}", fix
        )
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


def fitting_space(
    recording: Trajectory | Sequence[Trajectory] | None,
    space: str | RuleSpace,
    known: Mapping[str, Any] | str | None = None,
) -> str | RuleSpace:
    """Return the space named or, where none was, that of the recording's form: of a line of cells, or of cells that age.

    Args:
        recording: what was given; nothing of it is checked here but what decides the space.
        space: as it was named; "outer-totalistic", the default, stands for the narrowest of the form.
        known: entries known beforehand, of which one may say how many states there are.
    """
    given = list(recording) if isinstance(recording, list | tuple) else [recording]
    items = [item for item in given if isinstance(item, Trajectory) and item.values.dtype.kind in "biuf"]
    name = space.name if isinstance(space, RuleSpace) else checks.one_of(space, "space", SPACES)
    highest = highest_state(items)
    if highest > 1 or name in GENERATIONS or declared_states(known):
        return _of_ages(items, name, highest, declared_states(known))
    if not (items and items[0].axes[-1:] == ("cells",)):
        return space
    if name in NESTED[1:]:
        raise checks.refuse("space", "be elementary for a line of cells", name)
    return ELEMENTARY if name == NESTED[0] else space


def _of_ages(items: Sequence[Trajectory], name: str, highest: int, declared: int | None) -> RuleSpace:
    """The space of cells that age; as many states as the recordings show, or as were declared."""
    if any(item.axes[-1:] == ("cells",) for item in items):
        raise checks.refuse("recording", "hold 0, 1 and 255 only for a line of cells", f"one that holds {highest}")
    ages = {family: aged for aged, family in GENERATIONS.items()} | {aged: aged for aged in GENERATIONS}
    allowed = f"be one of {', '.join(GENERATIONS.values())} where cells have more than two states"
    if name not in ages:
        raise checks.refuse("space", allowed, name)
    if items and highest < 2:
        fix = "Leave the number of states out." if declared else "Use --space outer-totalistic."
        wanted = "leave open what the recording denies: no cell of it is in a state above 1"
        raise checks.refuse("known" if declared else "space", wanted, f"C{declared}" if declared else name, fix)
    if declared is not None and not 3 <= declared <= MOST_STATES:
        raise checks.refuse(
            "known", f"give from C3 to C{MOST_STATES}, as many states as cells that age may have", f"C{declared}"
        )
    if declared is not None and declared <= highest:
        wanted = f"give at least C{highest + 1}, because cells of the recording are in state {highest}"
        raise checks.refuse("known", wanted, f"C{declared}")
    return RuleSpace.named(ages[name], declared or max(highest + 1, 3))


def require_weighable(channel: Channel, evidence: str, space: RuleSpace) -> None:
    """Refuse what is not weighed for lines, misread cells behind skipped generations and rollouts, and for cells that age."""
    if space.is_line:
        both = bool(channel.flips) and channel.every > 1
        checks.require(not both, "observed", "have no flips where generations of a line are skipped", repr(channel))
        checks.require(evidence == "auto", "evidence", "be auto for lines of cells", evidence)
    if space.ages:
        checks.require(
            not channel.flips, "observed", "have no flips where cells have more than two states", repr(channel)
        )
        one = "be of every generation where cells have more than two states"
        checks.require(channel.every == 1, "recording", one, f"one of every {channel.every} generations")
        checks.require(evidence == "auto", "evidence", "be auto where cells have more than two states", evidence)


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


def without_unseen(channel: Channel, space: RuleSpace) -> Channel:
    """Return the channel as it is weighed: where cells age, windows with a cell that was not seen are not counted, and that is all."""
    return replace(channel, missing=False) if space.ages else channel


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
    _require_states(values)
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


def _require_states(values: np.ndarray) -> None:
    """Refuse values that are no states: whole numbers from 0, of which a cell that ages shows each, and 255."""
    strange = values[~np.isin(values, (0, 1, MISSING))]
    if not strange.size:
        return
    if values.dtype.kind not in "iuf" or not np.isin(strange, np.arange(2, MOST_STATES)).all():
        bad = strange[~np.isin(strange, np.arange(2, MOST_STATES))][0] if values.dtype.kind in "iuf" else strange[0]
        raise checks.refuse(
            "recording",
            "hold only 0, 1 and 255 (missing), or the states 0, 1, 2, … of cells that age",
            f"one that holds {bad}",
        )


def _rim_is_missing(values: np.ndarray) -> bool:
    """Whether a frame of missing cells stands around every board: what lies beyond it is as unknown."""
    rim = rim_of(values.shape[1:])
    return bool((values[:, rim] == MISSING).all())

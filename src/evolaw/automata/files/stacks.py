"""A stack of boards from a stranger's array: which axis is time, and which values mean dead, alive and not seen.

    2 axes              (time, cells): a line of cells
    3 axes              (time, rows, cols); where a board is one cell high or wide, (time, cells), and that is said
    4 axes              (boards, time, rows, cols); a last axis of one channel is dropped, one of a channel for each state
                        (one-hot) becomes the states, and that is said
    0 and 1             dead and alive; 255, or NaN among real numbers, not seen
    0, 1, 2, …          states of cells that age, where they do (`are_ageing`)
    ``alive=V``         cells of value V are alive, all others dead
    ``threshold=V``     cells above V are alive, all others dead

Nothing is guessed that two readings are possible for: an array of 0 and 255 is refused with both readings named.
"""

from __future__ import annotations

import numpy as np

from evolaw import checks
from evolaw.arrays import MISSING
from evolaw.automata.rules.generations import aged_wrongly
from evolaw.automata.rules.reading import MOST_STATES
from evolaw.errors import ParseError

__all__ = ["are_ageing", "are_cells", "as_states", "order_of_ages"]

_CHANNELS = (1, 3, 4)
_MOST_HOT = 8
_LOOKED_AT, _MOSTLY = 2**20, 0.9


def as_states(
    values: np.ndarray, source: str, *, alive: float | None = None, threshold: float | None = None
) -> tuple[np.ndarray, list[str]]:
    """Return uint8 states (time, cells), (time, rows, cols) or (boards, time, rows, cols) of 0, 1 and 255, and sentences on how they were read.

    Args:
        values: an array of numbers.
        source: file name for error messages.
        alive: the value of a living cell; every other value is dead.
        threshold: values above it are alive, all others dead.

    Raises:
        ParseError: another shape, no numbers, or values that could mean several things.

    Example:
        >>> as_states(np.array([[[0, 7], [7, 0]]]), "mine.npy", alive=7)[0].tolist()
        [[[0, 1], [1, 0]]]
    """
    for name, value in (("alive", alive), ("threshold", threshold)):
        if value is not None:
            checks.number(value, name)
    given = None if alive is None or threshold is None else (alive, threshold)
    checks.require(given is None, "alive", "stand alone, without threshold", given)
    notes: list[str] = []
    if values.ndim == 4 and values.shape[-1] == 1 and values.shape[1] > 1:
        notes.append(f"The last axis of {values.shape} holds one channel and was dropped: read as time, rows, cols.")
        values = values[..., 0]
    if _is_one_hot(values):
        notes.append(f"The last axis of {values.shape} holds one channel a state (one-hot): read as time, rows, cols.")
        values = values.argmax(-1)
    if values.ndim == 3 and len(values) > 1 and min(values.shape[1:]) == 1 < max(values.shape[1:]):
        notes.append(
            f"Boards of {values.shape[1]} x {values.shape[2]} cells are lines: the axis of one cell was dropped."
        )
        values = values.reshape(len(values), -1)
    _require_shape(values, source)
    if values.dtype.kind not in "buif":
        raise ParseError(f"`states` must hold whole numbers, but holds {values.dtype}.", source=source)
    if values.ndim == 2:
        notes.append(
            f"The {len(values)} rows of {values.shape} were read as times of a line of {values.shape[1]} cells."
        )
    unseen = np.isnan(values) if values.dtype.kind == "f" else np.zeros(1, bool)
    if unseen.any() and not unseen.all():
        notes.append(f"The {np.count_nonzero(unseen)} cells that are no number (NaN) were read as not seen.")
        states, more = as_states(np.where(unseen, MISSING, values), source, alive=alive, threshold=threshold)
        states[unseen] = MISSING
        return states, [*notes, *more[values.ndim == 2 :]]
    if alive is not None:
        return (values == alive).astype(np.uint8, order="C"), [*notes, f"Cells of value {alive:g} were read as alive."]
    if threshold is not None:
        states = (values > threshold).astype(np.uint8, order="C")
        return states, [*notes, f"Cells above {threshold:g} were read as alive."]
    if are_ageing(values):
        notes.append(f"Whole numbers up to {values[values != MISSING].max():g} were read as states of cells that age.")
    elif values.dtype != np.bool_:
        _require_values(values, source)
    return values.astype(np.uint8, order="C"), notes


def _is_one_hot(values: np.ndarray) -> bool:
    """Whether a last axis of a few channels has one 1 in every cell, and no channel is always 0."""
    if values.ndim != 4 or not 2 <= values.shape[-1] <= _MOST_HOT or min(values.shape[:3]) < 2 or not are_cells(values):
        return False
    alive = values == 1
    return bool((alive.sum(-1) == 1).all() and alive.any((0, 1, 2)).all())


def are_cells(values: np.ndarray) -> bool:
    """Whether numbers of any type, real ones too, are those of cells: 0 and 1 with 255 and NaN for cells that were not seen.

    Example:
        >>> are_cells(np.array([[0.0, 1.0], [np.nan, 1.0]])), are_cells(np.array([[0.0, 0.5], [1.0, 1.0]]))
        (True, False)
    """
    if values.dtype.kind not in "buif":
        return False
    is_one = values == 1
    return bool(is_one.any() and (is_one | (values == 0) | (values == MISSING) | (values != values)).all())


def are_ageing(values: np.ndarray) -> bool:
    """Whether whole numbers of three axes or four, times before rows and columns, are states of cells that age (`automata.Generations`).

    Numbers of any type may be whole, NaN is a cell that was not seen. Some are 0, some above 1, and of the cells in state 1 or above, or next above 1, nine in ten became what they may: 1 is 1 or 2
    next, 2 is 3, …, and the highest is 0 or was seen in the last frame alone. Only the first 2^20 numbers are looked at for that.

    Example:
        >>> are_ageing(np.array([[[0, 1, 2]], [[1, 2, 0]]])), are_ageing(np.array([[[0, 1, 2]], [[0, 1, 2]]]))
        (True, False)
    """
    if values.dtype.kind not in "iuf" or values.ndim not in (3, 4) or not values.size or values.shape[-3] < 2:
        return False
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), MISSING, values)
        if not (values == np.floor(values)).all():
            return False
    seen = values[values != MISSING]
    highest = seen.max(initial=0)
    if not 2 <= highest < MOST_STATES or seen.min() != 0:
        return False
    films = values.reshape(-1, *values.shape[-3:])
    few = films[:1, : max(2, _LOOKED_AT // films[0, 0].size)]
    before, after = few[:, :-1].astype(np.int64), few[:, 1:].astype(np.int64)
    told = ((before > 0) | (after > 1)) & (before != MISSING) & (after != MISSING)
    return bool(told.any() and aged_wrongly(before, after, int(highest) + 1)[told].mean() <= 1 - _MOSTLY)


def order_of_ages(labels: np.ndarray, count: int) -> list[int] | None:
    """Return which label is state 0, which 1, and so on, where labels of unknown meaning age as cells of more than two states; else None.

    Of such cells every label that changes becomes one and the same other label, nine times in ten, and that makes a single circle. Ages
    never stay; the dead do, and the living may, who follow them. So if two labels stay, the dead are those whom the other one follows.

    Args:
        labels: whole numbers below ``count``, all of them occurring, shape (times, rows, cols).
        count: how many labels there are.

    Example:
        >>> order_of_ages(np.array([[[2, 0, 1, 2]], [[2, 1, 2, 0]]]), 3)
        [2, 0, 1]
    """
    if count < 3 or len(labels) < 2:
        return None
    pairs = (labels[:-1].astype(np.int64) * count + labels[1:]).ravel()
    moves = np.bincount(pairs, minlength=count**2).reshape(count, count)
    stays, leaves = np.diag(moves).copy(), moves.sum(1) - np.diag(moves)
    np.fill_diagonal(moves, 0)
    follower = moves.argmax(1)
    if (leaves == 0).any() or (moves.max(1) < _MOSTLY * leaves).any():
        return None
    resting = set(np.flatnonzero(stays > (1 - _MOSTLY) * (stays + leaves)).tolist())
    dead = [label for label in resting if resting <= {label, int(follower[label])}]
    if len(dead) != 1:
        return None
    order = [dead[0]]
    while (after := int(follower[order[-1]])) not in order:
        order.append(after)
    return order if len(order) == count and follower[order[-1]] == order[0] else None


def _require_shape(values: np.ndarray, source: str) -> None:
    if values.ndim in (2, 3, 4) and values.size:
        return
    raise ParseError(
        f"`states` must have shape (time, rows, cols), or (time, cells) for a line, with at least one cell, but have shape {values.shape}.",
        source=source,
    )


def _require_values(values: np.ndarray, source: str) -> None:
    if np.isnan(values).any():
        raise ParseError(f"`states` must hold 0, 1 and {MISSING} (missing), but no cell is a number.", source=source)
    bad = (values != 0) & (values != 1) & (values != MISSING)
    if bad.any():
        place = tuple(int(index) for index in np.argwhere(bad)[0])
        found = np.unique(values)
        between = found[:2].mean() if values.dtype.kind in "iu" else (found[0] + found[-1]) / 2
        channel = " Its last axis looks like colours: keep one of them." if values.shape[-1] in _CHANNELS[1:] else ""
        listed = np.array_equal(np.unique(values[values != MISSING]), np.arange(int(np.max(found)) + 1))
        aged = (
            " If these are states of cells that age, they do not do so from frame to frame: save every generation, and number them 0 dead, "
            "1 alive, 2 and more the ages."
            if listed and not channel
            else ""
        )
        raise ParseError(
            f"`states` must hold 0, 1 and {MISSING} (missing), but is {values[place]} at {place}.{channel}{aged} Say which value is "
            f"alive, --alive {found[-1]:g}, or above which all are, --threshold {between:g}.",
            source=source,
        )
    if (values == MISSING).any() and (values == 0).any() and not (values == 1).any():
        raise ParseError(
            f"The states are 0 and {MISSING} only, and {MISSING} means not seen. If it means alive, say --alive {MISSING}; if no "
            "living cell was seen, there is nothing to discover.",
            source=source,
        )

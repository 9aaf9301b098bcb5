"""Cells that age: which looks of a recording speak of the law of the living, and which of the cycle of the ages.

In a law of C > 2 states (`automata.Generations`) a cell in state 0 or 1 shows what its window leads to, if it became one of the two
states that are left to it; everything else is a clock:

    0 -> 0 or 1     1 -> 1 or 2     2 -> 3, …, C - 2 -> C - 1     C - 1 -> 0

A *look at the cycle* is a cell in the last state C - 1, the only one that shows how many states there are, and every cell in any state
that became what the clock forbids: such a look contradicts the cycle. Younger cells that grew older as they must are no looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evolaw.arrays import MISSING
from evolaw.automata.rules.generations import aged_wrongly
from evolaw.trajectory import Trajectory

__all__ = ["highest_state", "is_ageing", "states_of", "with_states", "without_wrong"]

_STATES = "states"


def highest_state(recordings: Sequence[Trajectory]) -> int:
    """Return the highest state that a cell of the recordings shows; 0 where none was seen."""
    return max((int(item.values[item.values != MISSING].max(initial=0)) for item in recordings), default=0)


def with_states(recording: Trajectory, states: int) -> Trajectory:
    """Return the recording as one of cells of so many states."""
    rest = {name: value for name, value in recording.about.items() if name != _STATES}
    return replace(recording, about=rest | ({_STATES: states} if states > 2 else {}))


def states_of(recording: Trajectory) -> int:
    """Return how many states the cells of a recording have, as `with_states` put down."""
    return int(recording.about.get(_STATES, 2))


def is_ageing(recording: Trajectory) -> bool:
    """Return whether cells of the recording age."""
    return states_of(recording) > 2


def without_wrong(recording: Trajectory) -> Trajectory:
    """Return the recording with every cell not seen, before and after, that became what the cycle forbids.

    A cell that was misread once goes against the cycle before or after, so that nearly all that was misread is hidden, and little else.
    """
    values = recording.values.copy()
    wrong = aged_wrongly(recording.values[:-1], recording.values[1:], states_of(recording))
    values[:-1][wrong] = MISSING
    values[1:][wrong] = MISSING
    return replace(recording, values=values)

"""Which arrays of a file are the times and which the values: by their names, then by what one alone can be.

    times    called times, time, t or T; else the only vector that rises
    values   called values, states, x, X, positions or data; else the only array with one row a time
             several vectors with one number a time are components under their own names
    dt, fs   one number, where there are no times: the step, or how often a unit of time

What was chosen otherwise than by its name is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from evolaw.errors import ParseError

__all__ = ["TIMES", "VALUES", "Chosen", "choose"]

TIMES = ("times", "time", "t", "T")
VALUES = ("values", "states", "x", "X", "positions", "data")
_STEPS = ("dt", "Dt", "delta_t", "step")
_RATES = ("fs", "Fs", "rate", "sampling_rate", "fps")
_ONE = ("x", "X")
"""Names of values that are one component of several where other vectors stand beside them."""


class Chosen(NamedTuple):
    """The times and the values of a file.

    Attributes:
        values: as they lie in the file, or vectors side by side.
        times: shape (times,).
        names: of the components, where vectors gave them; empty otherwise.
        notes: sentences on what was chosen.
    """

    values: np.ndarray
    times: np.ndarray
    names: list[str]
    notes: list[str]


def choose(arrays: Mapping[str, np.ndarray], source: str) -> Chosen:
    """Return the times and values among named arrays.

    Args:
        arrays: all that the file holds; those that hold no real numbers are left out.
        source: the file, for messages.

    Raises:
        ParseError: none of them are values, or several could be.

    Example:
        >>> found = choose({"when": np.arange(3.0), "u": np.ones(3), "v": np.zeros(3)}, "a.mat")
        >>> found.names, found.values.shape, found.notes[0]
        (['u', 'v'], (3, 2), 'The array when, the only one that rises, was read as the times.')
    """
    numbers = {name: array for name, array in arrays.items() if array.dtype.kind in "fiu" and array.size > 0}
    held = ", ".join(sorted(arrays)[:10]) or "nothing"
    values = next((name for name in VALUES if name in numbers and numbers[name].size > 1), None)
    times, notes = _times_among(numbers, values)
    if times is None and values is not None:
        length = numbers[values].shape[-2] if numbers[values].ndim > 2 else max(numbers[values].shape)
        when, said = _counted(numbers, length)
        return Chosen(_upright(numbers[values], length), when, [], [*notes, said])
    if times is None:
        raise ParseError(f"The file must hold `values` (or x) and `times` (or t), but holds {held}.", source=source)
    when = numbers[times].ravel()
    rest = {name: array for name, array in numbers.items() if name != times and when.size in array.shape}
    vectors = [name for name, array in rest.items() if array.size == when.size]
    if values is None or (values in _ONE and values in vectors and len(vectors) > 1):
        if len(rest) == len(vectors) > 1:
            notes.append(f"The arrays {', '.join(vectors)} were read as the components.")
            return Chosen(np.column_stack([rest[name].ravel() for name in vectors]), when, vectors, notes)
        if values is None and len(rest) == 1:
            values = next(iter(rest))
            notes.append(f"The array {values} was read as the values.")
    if values is None:
        raise ParseError(f"The file must hold `values` (or x) and `times` (or t), but holds {held}.", source=source)
    return Chosen(_upright(numbers[values], when.size), when, [], notes)


def _times_among(numbers: Mapping[str, np.ndarray], values: str | None) -> tuple[str | None, list[str]]:
    """The name of the times, and what is to be said of it."""
    named = next((name for name in TIMES if name in numbers), None)
    if named is not None:
        return named, []
    rising = [name for name, array in numbers.items() if name != values and _rises(array)]
    fitting = [name for name in rising if values is None or numbers[name].size in numbers[values].shape]
    if len(fitting) != 1:
        return None, []
    return fitting[0], [f"The array {fitting[0]}, the only one that rises, was read as the times."]


def _rises(array: np.ndarray) -> bool:
    is_vector = array.size == max(array.shape, default=0) and array.size > 2
    return is_vector and bool((np.diff(array.ravel().astype(float)) > 0).all())


def _counted(numbers: Mapping[str, np.ndarray], length: int) -> tuple[np.ndarray, str]:
    """Times from a step, from a rate, or one unit of time each."""
    for names, is_rate in ((_STEPS, False), (_RATES, True)):
        name = next((name for name in names if name in numbers and numbers[name].size == 1), None)
        number = float(numbers[name].ravel()[0]) if name is not None else 0.0
        if number > 0 and np.isfinite(number):
            step = 1 / number if is_rate else number
            return np.arange(length) * step, f"There are no times: they were counted in steps of {step:g}, from {name}."
    return np.arange(float(length)), "There are no times: one unit of time from each row to the next."


def _upright(values: np.ndarray, length: int) -> np.ndarray:
    """A row vector as a column; everything else as it is."""
    return values.reshape(length, 1) if values.size == length else values

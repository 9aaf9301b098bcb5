"""What a rule is: for every neighbourhood state the probability that the cell is alive next.

Three kinds of table carry all families:

    window    (512,)     one value for each 3x3 window; outer-totalistic, isotropic, von Neumann, hexagonal and MAP rules
    line      (8,)       one value for each (left, centre, right); the elementary rules
    counts    (2, n+1)   [centre state, living neighbours] of a radius of at least 2 with n neighbours

Rules of radius 1 in the plane all become windows, so that the same law written in two notations is the same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evolaw.arrays import read_only
from evolaw.automata.grid.neighbourhoods import (
    CENTRE,
    HEXAGONAL,
    VON_NEUMANN,
    WINDOWS,
    alive_neighbours,
    half_widths,
    ignores,
)
from evolaw.automata.rules.hensel import arrangement_numbers

__all__ = [
    "MOST_RADIUS",
    "SHAPES",
    "RuleTable",
    "family",
    "neighbour_count",
    "table_from_arrangements",
    "table_from_counts",
]

MOST_RADIUS = 100
"""Largest radius accepted; a count table of this radius holds 80,802 numbers."""
SHAPES = {"M": "moore", "N": "vonneumann", "C": "circular"}
"""Letters of the neighbourhood shapes of radius-r rules."""
_CELLS = {"moore": WINDOWS - 1, "vonneumann": VON_NEUMANN, "hexagonal": HEXAGONAL}


@dataclass(frozen=True, eq=False)
class RuleTable:
    """A table and what it is read with.

    Attributes:
        kind: "window", "line" or the shape of a count table: "moore", "vonneumann", "circular".
        radius: reach in cells; 1 for windows and lines.
        probabilities: P(alive next), float64, read-only, shaped as the kind demands.
        noise: probability that a cell is flipped after the update.
        states: 2, or more where cells that die age first (`generations`).
    """

    kind: str
    radius: int
    probabilities: np.ndarray
    noise: float = 0.0
    states: int = 2

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", read_only(np.asarray(self.probabilities, np.float64) + 0.0))

    @property
    def key(self) -> tuple[str, int, bytes, float, int]:
        """What two equal rules share."""
        return self.kind, self.radius, self.probabilities.tobytes(), self.noise, self.states


def neighbour_count(shape: str, radius: int) -> int:
    """Return how many neighbours, the cell itself not counted, a neighbourhood has.

    Example:
        >>> neighbour_count("moore", 5)
        120
    """
    return sum(2 * width + 1 for width in half_widths(shape, radius)) - 1


def table_from_counts(birth: Mapping[int, float], survival: Mapping[int, float], neighbourhood: str) -> np.ndarray:
    """Return the 512 probabilities of a rule that counts living neighbours.

    Args:
        birth, survival: probability for each count; counts left out have probability 0.
        neighbourhood: "moore", "vonneumann" or "hexagonal": which cells of the window are counted.
    """
    by_count = np.zeros((2, 9))
    for state, side in enumerate((birth, survival)):
        for count, chance in side.items():
            by_count[state, count] = chance
    states = (np.arange(WINDOWS) & CENTRE) // CENTRE
    return by_count[states, alive_neighbours(_CELLS[neighbourhood])]


def table_from_arrangements(values: np.ndarray) -> np.ndarray:
    """Return the 512 probabilities of an isotropic rule; ``values``, shape (2, 51), are [centre state, arrangement]."""
    return values[(np.arange(WINDOWS) & CENTRE) // CENTRE, arrangement_numbers()]


def family(probabilities: np.ndarray) -> str:
    """Return the narrowest family of a window table; the first that fits of those below.

    "moore-counts", "vonneumann-counts", "hexagonal-counts", "isotropic", "vonneumann", "hexagonal", "moore".
    """
    states = (np.arange(WINDOWS) & CENTRE) // CENTRE
    for name, cells in _CELLS.items():
        if _is_function_of(probabilities, 9 * states + alive_neighbours(cells)):
            return f"{name}-counts"
    if _is_function_of(probabilities, 51 * states + arrangement_numbers()):
        return "isotropic"
    if ignores(probabilities, VON_NEUMANN):
        return "vonneumann"
    return "hexagonal" if ignores(probabilities, HEXAGONAL) else "moore"


def _is_function_of(values: np.ndarray, classes: np.ndarray) -> bool:
    """Whether ``values`` are constant on each class."""
    representatives = np.zeros(int(classes.max()) + 1)
    representatives[classes] = values
    return bool(np.array_equal(representatives[classes], values))

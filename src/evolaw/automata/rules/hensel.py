"""Hensel's letters: names for the 51 ways in which up to eight neighbours can lie around a cell, up to symmetry.

Two arrangements of the eight neighbours are the same letter when a rotation or reflection of the square maps one to the
other. A law that cannot tell them apart has 2 x 51 = 102 entries: birth (``B2a``) and survival (``S4t``) for each. Counts 0
and 8 have one arrangement and no letter.

Notes:
    The letters of counts 1 to 4 are held below by one window each (centre dead, bits as in `neighbourhoods`). For counts 5
    to 7 a letter names the complement: the dead neighbours of ``5a`` lie as the live ones of ``3a``.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from evolaw.arrays import read_only
from evolaw.automata.grid.neighbourhoods import CENTRE, WINDOWS, reflect_windows, rotate_windows

__all__ = ["LETTERS", "arrangement_numbers", "arrangements", "orbit_of"]

_EXAMPLES = {
    1: {"c": 1, "e": 2},
    2: {"a": 3, "c": 5, "e": 10, "i": 40, "k": 33, "n": 68},
    3: {"a": 11, "c": 69, "e": 42, "i": 7, "j": 14, "k": 98, "n": 13, "q": 70, "r": 41, "y": 97},
    4: {
        "a": 15,
        "c": 325,
        "e": 170,
        "i": 45,
        "j": 106,
        "k": 99,
        "n": 71,
        "q": 102,
        "r": 43,
        "t": 105,
        "w": 78,
        "y": 101,
        "z": 108,
    },
}
_RING = WINDOWS - 1 - CENTRE

LETTERS: tuple[str, ...] = tuple("".join(_EXAMPLES.get(min(count, 8 - count), {})) for count in range(9))
"""The letters of each neighbour count from 0 to 8; empty where the count has one arrangement."""


@cache
def orbit_of() -> np.ndarray:
    """Return for each window the smallest window that a rotation or reflection makes of it, shape (512,)."""
    turned = [rotate_windows(k) for k in range(4)]
    return read_only(np.min(turned + [reflect_windows()[turn] for turn in turned], axis=0))


@cache
def arrangements() -> tuple[tuple[int, str], ...]:
    """Return the 51 arrangements as (count, letter) in canonical order; the letter of counts 0 and 8 is empty."""
    return tuple((count, letter) for count in range(9) for letter in LETTERS[count] or [""])


@cache
def arrangement_numbers() -> np.ndarray:
    """Return for each window the number of its neighbours' arrangement in `arrangements`, shape (512,)."""
    numbers = {arrangement: number for number, arrangement in enumerate(arrangements())}
    by_orbit: dict[int, int] = {0: numbers[0, ""], int(orbit_of()[_RING]): numbers[8, ""]}
    for count, examples in _EXAMPLES.items():
        for letter, window in examples.items():
            by_orbit[int(orbit_of()[window])] = numbers[count, letter]
            if count < 4:
                by_orbit[int(orbit_of()[_RING - window])] = numbers[8 - count, letter]
    ring = orbit_of()[np.arange(WINDOWS) & _RING]
    return read_only(np.array([by_orbit[int(orbit)] for orbit in ring]))

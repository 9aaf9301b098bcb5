"""Hensel's letters: the counts of orbits are exact, and each letter names one orbit."""

from __future__ import annotations

from collections import Counter

import numpy as np

from evolaw.automata.grid.neighbourhoods import CENTRE, alive_neighbours
from evolaw.automata.rules import hensel


def test_102_orbits_split_over_the_counts() -> None:
    orbits = np.unique(hensel.orbit_of())
    assert orbits.size == 102
    split = Counter(alive_neighbours()[orbits[orbits & CENTRE == 0]].tolist())
    assert [split[count] for count in range(9)] == [1, 2, 6, 10, 13, 10, 6, 2, 1]


def test_sizes_of_the_orbits() -> None:
    ring = hensel.orbit_of()[(np.arange(512) & CENTRE) == 0]
    sizes = Counter(Counter(ring.tolist()).values())
    assert sizes == {1: 4, 2: 4, 4: 25, 8: 18}


def test_letters_name_exactly_one_orbit_each() -> None:
    numbers, centre = hensel.arrangement_numbers(), np.arange(512) & CENTRE
    assert len({(int(a), int(b)) for a, b in zip(numbers, centre, strict=True)}) == 102
    for orbit in np.unique(hensel.orbit_of()):
        assert np.unique(numbers[hensel.orbit_of() == orbit]).size == 1
    counts = np.array([count for count, _ in hensel.arrangements()])
    np.testing.assert_array_equal(counts[numbers], alive_neighbours())


def test_letters_above_four_name_the_complement() -> None:
    names, numbers = hensel.arrangements(), hensel.arrangement_numbers()
    for window in range(512):
        count, letter = names[numbers[window]]
        if count != 4:
            assert names[numbers[window ^ (511 - CENTRE)]] == (8 - count, letter)


def test_complements_of_four_swap_letters() -> None:
    """For four neighbours c-e, i-t, n-r, y-j and q-w are exchanged; a, k and z stay."""
    swapped = dict(zip("ceitnryjqwakz", "ectirnjywqakz", strict=True))
    names, numbers = hensel.arrangements(), hensel.arrangement_numbers()
    for window in range(512):
        count, letter = names[numbers[window]]
        if count == 4:
            assert names[numbers[window ^ (511 - CENTRE)]] == (4, swapped[letter])


def test_known_pictures() -> None:
    """Corners and edges: 1c, 1e, 4c and 4e; a straight pair 2i; three in a row 3i."""
    names, numbers = hensel.arrangements(), hensel.arrangement_numbers()
    known = {0b100000000: "1c", 0b010000000: "1e", 0b101000101: "4c", 0b010101010: "4e", 0b000101000: "2i"}
    known |= {0b111000000: "3i", 0b110000000: "2a", 0b101000000: "2c", 0b100000001: "2n"}
    for window, name in known.items():
        count, letter = names[numbers[window]]
        assert f"{count}{letter}" == name


READ_OFF_GOLLY = {
    1: "c1 e2",
    2: "a3 c5 e10 i40 k12 n68",
    3: "a11 c69 e42 i7 j14 k98 n13 q70 r41 y97",
    4: "a15 c325 e170 i45 j106 k99 n71 q102 r43 t105 w78 y101 z108",
    5: "a79 c171 e327 i47 j103 k229 n107 q110 r109 y173",
    6: "a111 c175 e335 i365 k231 n238",
    7: "c239 e367",
}
"""For each count its letters with the smallest window that Golly 3.3 lets be born under that letter alone."""


def test_letters_are_those_of_golly() -> None:
    names, numbers = hensel.arrangements(), hensel.arrangement_numbers()
    for count, row in READ_OFF_GOLLY.items():
        assert "".join(word[0] for word in row.split()) == hensel.LETTERS[count]
        for word in row.split():
            window = int(word[1:])
            assert names[numbers[window]] == (count, word[0])
            assert hensel.orbit_of()[window] == window

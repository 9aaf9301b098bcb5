"""Damage: exact on linear laws, with common chance on noisy ones, and the Derrida curve of random tables."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw import randomness
from evolaw.analysis.damage import damage_spreading, derrida_curve
from evolaw.errors import ArgumentError


def parity(boards: np.ndarray, time: int) -> np.ndarray:
    """Every cell becomes the sum of its 8 neighbours, modulo 2: damage moves by itself, whatever the board."""
    total = np.zeros_like(boards)
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            if (i, j) != (0, 0):
                total ^= np.roll(boards, (i, j), (1, 2))
    return total


def test_damage_of_a_linear_law_is_its_own_evolution() -> None:
    start = np.random.default_rng(0).integers(0, 2, (5, 32, 32), dtype=np.uint8)
    found = damage_spreading(parity, start, 8, rng=0)
    seed = np.zeros((1, 32, 32), np.uint8)
    seed[0, 0, 0] = 1
    wanted = [1]
    for time in range(8):
        seed = parity(seed, time)
        wanted.append(int(seed.sum()))
    assert found.value.tolist() == wanted
    assert wanted[1:9:7] == [8, 8]  # after 2**k steps the pattern of one step, spread out
    assert found.standard_error.max() == 0


def test_noise_common_to_both_copies_does_no_damage() -> None:
    stream = randomness.source(3).stream("noise")

    def noisy(boards: np.ndarray, time: int) -> np.ndarray:
        return boards ^ stream.chance(time, boards.shape, 0.3)

    found = damage_spreading(noisy, np.zeros((4, 6, 6), np.uint8), 5, flips=3, rng=1)
    assert found.value.tolist() == [3.0] * 6


def test_the_curve_of_independent_random_cells_is_linear_in_what_a_window_sees() -> None:
    """A cell that reads one random bit of its 9-cell window differs as often as the start does: D_1 = D_0, on average."""
    flips = [0, 16, 64, 128]
    found = derrida_curve(
        lambda boards, time: np.roll(boards, (1, 1), (1, 2)), np.zeros((50, 16, 16), np.uint8), flips, rng=0
    )
    np.testing.assert_allclose(found.value, np.array(flips) / 256)
    grown = derrida_curve(parity, np.zeros((400, 16, 16), np.uint8), flips, rng=0)
    d = np.array(flips) / 256
    # Without replacement the odd-number probability of 8 cells differs from (1 - (1 - 2 d)**8) / 2 by less than 1 %.
    wanted = (1 - (1 - 2 * d) ** 8) / 2
    assert (np.abs(grown.value - wanted) < 4 * grown.standard_error + 0.01).all()


def test_same_seed_same_damage() -> None:
    start = np.random.default_rng(0).integers(0, 2, (3, 9, 9), dtype=np.uint8)

    def life(boards: np.ndarray, time: int) -> np.ndarray:
        count = sum(np.roll(boards, (i, j), (1, 2)) for i in (-1, 0, 1) for j in (-1, 0, 1)) - boards
        return ((count == 3) | ((boards == 1) & (count == 2))).astype(np.uint8)

    first, second = (damage_spreading(life, start, 6, rng=5).samples for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, damage_spreading(life, start, 6, rng=6).samples)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: damage_spreading(parity, np.zeros((3, 3)), 1, rng=0), "`boards`"),
        (lambda: damage_spreading(parity, np.full((1, 3, 3), 2), 1, rng=0), "0 and 1"),
        (lambda: damage_spreading(parity, np.zeros((1, 3, 3)), 1, flips=10, rng=0), "`flips`"),
        (lambda: damage_spreading(parity, np.zeros((1, 3, 3)), 1, rng=None), "`rng`"),
        (lambda: damage_spreading(lambda boards, time: boards[:, 1:], np.zeros((1, 3, 3)), 1, rng=0), "`step`"),
        (lambda: derrida_curve(parity, np.zeros((1, 3, 3)), [], rng=0), "`flips`"),
    ],
)
def test_refusals(call, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=says):
        call()

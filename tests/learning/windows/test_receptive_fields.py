"""Networks find what they see, nothing they cannot see, and are never paid for a law of the plain table."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.learning.windows.receptive_fields import MOST_CELLS, bet
from evolaw.randomness import Source

SIGHTS = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 1, 1, 1]], bool)


def world(seed: int, cells: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    return chance.choice([-1, 1], (cells, 4)), chance.integers(0, 512, cells)


@pytest.mark.slow
def test_only_who_sees_the_cells_foretells_their_parity() -> None:
    """Next = cell 2 xor cell 3: a coin for whoever sees only one of them."""
    features, windows = world(0)
    bets = bet(features, windows, features[:, 2] * features[:, 3] < 0, SIGHTS, Source(0))
    mean = bets.log_chance.mean(1)
    assert bets.log_chance.shape == (3, 4000 - bets.first)
    assert mean[2] > -0.01
    assert (mean[:2] < -np.log(2) + 0.01).all()


@pytest.mark.slow
def test_bets_are_fair() -> None:
    """q / P has expectation at most 1 under the law, a coin a window; Markov's bound at 1000 in 8 worlds.

    False-alarm rate: at most 1/1000 a network, 24 networks.
    """
    for seed in range(8):
        features, windows = world(seed, 1500)
        theta = np.random.default_rng(99).random(512)[windows]
        alive = np.random.default_rng(1000 + seed).random(1500) < theta
        bets = bet(features, windows, alive, SIGHTS, Source(seed))
        truth = np.log(np.where(alive, theta, 1 - theta))[bets.first :].sum()
        assert (bets.log_chance.sum(1) - truth < np.log(1000)).all()


@pytest.mark.slow
def test_a_portion_is_foretold_before_it_is_learned_from() -> None:
    """Outcomes of the last portion do not change what was bet on the portions before, nor on the last itself."""
    features, windows = world(1)
    alive = features[:, 3] > 0
    other = alive.copy()
    other[3200:] = ~other[3200:]
    one, two = (bet(features, windows, outcome, SIGHTS, Source(0)) for outcome in (alive, other))
    same = 3200 - one.first
    assert np.array_equal(one.log_chance[:, :same], two.log_chance[:, :same])
    total = np.exp(one.log_chance[:, same:]) + np.exp(two.log_chance[:, same:])
    np.testing.assert_allclose(total, 1, atol=1e-5)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bets_and_the_answer_is_theirs() -> None:
    features, windows = world(2)
    alive = features[:, 2] > 0
    one, same, other = (bet(features, windows, alive, SIGHTS, Source(seed)) for seed in (5, 5, 6))
    assert np.array_equal(one.log_chance, same.log_chance)
    assert not np.array_equal(one.log_chance, other.log_chance)
    logits = one.answer(features[3200:], one.table[windows[3200:]])
    assert np.array_equal(logits[1] > 0, alive[3200:])
    expected = -np.logaddexp(0, np.where(alive[3200:], -logits, logits))
    np.testing.assert_allclose(one.log_chance[:, 3200 - one.first :], expected, atol=1e-6)


def test_what_does_not_fit_is_refused() -> None:
    features, windows = world(3, 100)
    alive = np.zeros(100, bool)
    with pytest.raises(ArgumentError, match="sights"):
        bet(features, windows, alive, SIGHTS[:, :3], Source(0))
    with pytest.raises(ArgumentError, match="alive"):
        bet(features, windows, alive[:5], SIGHTS, Source(0))
    with pytest.raises(ArgumentError, match="at most"):
        bet(np.zeros((MOST_CELLS + 1, 4), np.int8), np.zeros(MOST_CELLS + 1, int), alive, SIGHTS, Source(0))

"""The three readings against exact enumeration and simulation."""

import itertools
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import betaln

from evolaw.discovery.lattices.model.entry_posterior import DETERMINISM, confidence_interval, weigh_readings


def certain_coin(n: int, k: int) -> float:
    """P(visits) under a coin at a distance d from 0 or from 1, d log-uniform on 33 values from 0.003 to 0.3."""
    return float(
        np.mean([(d**k * (1 - d) ** (n - k) + (1 - d) ** k * d ** (n - k)) / 2 for d in np.geomspace(0.003, 0.3, 33)])
    )


def by_enumeration(n: np.ndarray, k: np.ndarray) -> tuple[np.ndarray, float]:
    """P(reading of each entry), shape (entries, 3), and P(law deterministic), summed over all 4^entries assignments."""
    posterior, total, closed = np.zeros((n.size, 3)), 0.0, 0.0
    for readings in itertools.product(range(4), repeat=n.size):
        likelihood = 1.0
        for u, reading in enumerate(readings):
            any_coin = np.exp(betaln(k[u] + 1, n[u] - k[u] + 1))
            likelihood *= [float(k[u] == n[u]), float(k[u] == 0), any_coin, certain_coin(n[u], k[u])][reading]
        anyhow, certain = readings.count(2), readings.count(3)
        coins = anyhow + certain
        prior = (1 - DETERMINISM) * quad(lambda s, c=coins: s**c * ((1 - s) / 2) ** (n.size - c), 0, 1)[0]
        prior *= np.exp(betaln(certain + 1, anyhow + 1))
        fixed = DETERMINISM * 0.5**n.size if not coins else 0.0
        for u, reading in enumerate(readings):
            posterior[u, min(reading, 2)] += likelihood * (prior + fixed)
        total += likelihood * (prior + fixed)
        closed += likelihood * fixed
    return posterior / total, closed / total


@pytest.mark.parametrize(
    ("n", "k"),
    [([1], [1]), ([5, 3, 0], [5, 0, 0]), ([4, 9, 2, 1], [2, 0, 2, 1]), ([3, 3, 3], [1, 2, 3])],
)
def test_posterior_equals_the_sum_over_all_assignments(n: list[int], k: list[int]) -> None:
    exact, closed = by_enumeration(np.array(n), np.array(k))
    found = weigh_readings(np.array(n), np.array(k))
    np.testing.assert_allclose(np.stack([found.present, found.absent, found.probabilistic], 1), exact, atol=1e-10)
    assert found.deterministic == pytest.approx(closed, abs=1e-10)


def test_probabilities_add_up_and_mirror() -> None:
    n, k = np.array([7, 1, 0, 900, 40]), np.array([7, 0, 0, 1, 22])
    found, mirrored = weigh_readings(n, k), weigh_readings(n, n - k)
    np.testing.assert_allclose(found.present + found.absent + found.probabilistic, 1)
    np.testing.assert_allclose(found.present, mirrored.absent)
    np.testing.assert_allclose(found.alive, 1 - mirrored.alive)


def test_a_coin_among_the_entries_makes_one_visit_worthless() -> None:
    alone = weigh_readings(np.array([1, 30]), np.array([1, 30]))
    beside_a_coin = weigh_readings(np.array([1, 30]), np.array([1, 15]))
    assert alone.present[0] > 0.99
    assert beside_a_coin.present[0] < 0.8


def test_a_nearly_certain_coin_among_the_entries_is_a_warning() -> None:
    """Ten equal outcomes are enough beside deterministic entries, and not beside coins that are right 29 times in 30."""
    visits = np.full(12, 10)
    beside = weigh_readings(np.append(visits, [30] * 4), np.append(visits, [29] * 4))
    assert weigh_readings(visits, visits).present[0] > 0.99
    assert beside.present[0] < 0.9


def test_intervals_hold_at_all_times_together() -> None:
    """300 coins watched over 300 visits; alpha = 0.1, and 0.152 is three standard errors above."""
    rng = np.random.default_rng(5)
    theta = rng.random(300)
    alive = np.cumsum(rng.random((300, 300)) < theta, 0)
    missed = np.zeros(300, bool)
    for n in (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 300):
        for coin in np.flatnonzero(~missed):
            low, high = confidence_interval(n, int(alive[n - 1, coin]), 0.1)
            missed[coin] = not low <= theta[coin] <= high
    assert missed.mean() < 0.152


def test_interval_ends() -> None:
    assert confidence_interval(0, 0, 0.05) == (0.0, 1.0)
    assert confidence_interval(1, 1, 0.05) == (pytest.approx(0.025), 1.0)
    low, high = confidence_interval(10**6, 1, 1e-4)
    assert 0 < low < 1e-6 < high < 1e-4


@pytest.mark.parametrize(("visits", "alive"), [(1, 0), (1, 1), (2, 1), (900, 899), (900, 1), (10**6, 10**6 - 1)])
def test_intervals_widen_to_the_ends_where_nothing_is_allowed_to_err(visits: int, alive: int) -> None:
    """At error rates below what a double tells from 0 beside 1 the interval is wide, and no search for its ends fails."""
    ends = [confidence_interval(visits, alive, alpha) for alpha in (1e-2, 1e-15, 1e-100, 1e-300)]
    for (low, high), (wider_low, wider_high) in pairwise(ends):
        assert 0 <= wider_low <= low <= alive / visits <= high <= wider_high <= 1

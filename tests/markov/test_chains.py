"""Structure and stationary laws against closed forms and brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import comb

from evolaw import markov
from evolaw.errors import ArgumentError
from evolaw.markov import Chain, JumpChain


def ehrenfest(balls: int) -> Chain:
    matrix = np.zeros((balls + 1, balls + 1))
    for i in range(balls + 1):
        if i:
            matrix[i, i - 1] = i / balls
        if i < balls:
            matrix[i, i + 1] = 1 - i / balls
    return Chain(matrix)


def queue(places: int, arrival: float, service: float) -> JumpChain:
    matrix = np.diag(np.full(places, arrival), 1) + np.diag(np.full(places, service), -1)
    return JumpChain(matrix - np.diag(matrix.sum(1)))


def random_matrix(rng: np.random.Generator, size: int) -> np.ndarray:
    matrix = rng.random((size, size)) * (rng.random((size, size)) < 0.4)
    matrix[np.arange(size), rng.integers(size, size=size)] += 0.1
    return matrix / matrix.sum(1, keepdims=True)


def test_ehrenfest_is_binomial_with_period_two() -> None:
    chain = ehrenfest(40)
    np.testing.assert_allclose(chain.stationary()[0], comb(40, np.arange(41)) / 2.0**40, rtol=1e-12)
    assert chain.periods == [2]
    assert chain.is_reversible()


def test_a_queue_is_geometric() -> None:
    places, rho = 12, 0.6
    chain = queue(places, rho, 1.0)
    np.testing.assert_allclose(chain.stationary()[0], rho ** np.arange(13) * (1 - rho) / (1 - rho**13), rtol=1e-12)
    # Down from i to i-1 on an M/M/1/K queue: the busy period solves k_i = sum_{m<=K-i} rho^m / mu.
    steps = [sum(rho**m for m in range(places - i + 1)) for i in range(1, places + 1)]
    np.testing.assert_allclose(markov.hitting_times(chain, [0])[1:], np.cumsum(steps), rtol=1e-12)


def test_tiny_probabilities_are_accurate() -> None:
    """Ratio of a stationary law over 15 decades, where a plain linear solve loses everything."""
    chain = queue(30, 0.3, 1.0)
    assert chain.stationary()[0][30] == pytest.approx(0.3**30 * 0.7 / (1 - 0.3**31), rel=1e-12)


def test_two_states_in_continuous_time() -> None:
    a, b, t = 0.7, 1.9, 0.8
    decay = np.exp(-(a + b) * t)
    exact = np.array([[b + a * decay, a - a * decay], [b - b * decay, a + b * decay]]) / (a + b)
    np.testing.assert_allclose(JumpChain([[-a, a], [b, -b]]).transition(t).matrix, exact, rtol=1e-13)


@pytest.mark.parametrize(("jumps", "period"), [((1,), 6), ((1, -1), 2), ((1, 2), 1), ((2,), 3), ((3,), 2), ((0, 1), 1)])
def test_periods_of_walks_on_a_ring_of_six(jumps: tuple[int, ...], period: int) -> None:
    matrix = sum(np.roll(np.eye(6), jump, axis=1) for jump in jumps) / len(jumps)
    assert set(Chain(matrix).periods) == {period}


def test_classes_of_a_reducible_chain() -> None:
    matrix = [[0.5, 0.5, 0, 0, 0], [0, 0.5, 0.5, 0, 0], [0, 0.5, 0.5, 0, 0], [0.2, 0, 0, 0.3, 0.5], [0, 0, 0, 0, 1]]
    chain = Chain(matrix)
    assert [c.tolist() for c in chain.classes] == [[0], [1, 2], [3], [4]]
    assert [c.tolist() for c in chain.recurrent_classes] == [[1, 2], [4]]
    np.testing.assert_allclose(chain.stationary(), [[0, 0.5, 0.5, 0, 0], [0, 0, 0, 0, 1]])
    np.testing.assert_allclose(markov.hitting_probabilities(chain, [4]), [0, 0, 0, 5 / 7, 1])
    assert Chain([[0, 1], [0, 1]]).periods == [0, 1]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 7))
def test_random_chains_against_brute_force(seed: int, size: int) -> None:
    chain = Chain(random_matrix(np.random.default_rng(seed), size))
    for law in chain.stationary():
        np.testing.assert_allclose(law @ chain.matrix, law, atol=1e-13)
        assert law.sum() == pytest.approx(1)
    stopped = chain.matrix.copy()
    stopped[0] = np.eye(size)[0]
    far = np.linalg.matrix_power(stopped, 2**40)
    np.testing.assert_allclose(markov.hitting_probabilities(chain, [0]), far[:, 0], atol=1e-6)
    k = markov.hitting_times(chain, [0])
    finite = np.isfinite(k)
    np.testing.assert_array_equal(finite, far[:, 0] > 1 - 1e-6)
    np.testing.assert_allclose(k[finite][1:], 1 + (chain.matrix[np.ix_(finite, finite)] @ k[finite])[1:], rtol=1e-9)
    for members, period in zip(chain.classes, chain.periods, strict=True):
        block = (chain.matrix[np.ix_(members, members)] > 0).astype(float)
        power, lengths = np.eye(len(members)), []
        for length in range(1, 40):
            power = (power @ block > 0).astype(float)
            if power[0, 0]:
                lengths.append(length)
        assert (np.gcd.reduce(lengths) if lengths else 0) == period


def test_names_stand_for_states() -> None:
    weather = Chain([[0.9, 0.1], [0.5, 0.5]], ("sunny", "rainy"))
    assert markov.hitting_times(weather, ["rainy"])[0] == pytest.approx(10)
    assert markov.simulate(weather, "rainy", 2, rng=0).values[0, 0] == 1
    assert "states" in repr(weather)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Chain([[0.5, 0.4], [0, 1]]), r"rows that sum to 1, but is .*0\.9 in row 0"),
        (lambda: Chain([[1.5, -0.5], [0, 1]]), "no negative probability, but is -0.5 at row 0, column 1"),
        (lambda: Chain([[1, 0]]), "must be square"),
        (lambda: Chain([[1, 0], [0, 1]], ("a",)), "name the 2 states"),
        (lambda: Chain([[1, 0], [0, 1]], ("a", "a")), "distinct"),
        (lambda: JumpChain([[-1, 2], [0, 0]]), "rows that sum to 0"),
        (lambda: JumpChain([[1, -1], [0, 0]]), "no negative rate"),
        (lambda: Chain([[1, 0], [0, 1]], ("sunny", "rainy")).index("rany"), "Did you mean rainy"),
    ],
)
def test_messages_of_chains(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()


def test_the_chain_of_jumps_of_rates_and_what_it_weighs_by_waiting() -> None:
    """P_ij = Q_ij / -Q_ii, absorbing states stay; its stationary law times the mean waits is that of the rates."""
    rates = JumpChain([[-3, 1, 2], [4, -5, 1], [0, 2, -2]])
    jumps = rates.embedded()
    np.testing.assert_allclose(jumps.matrix, [[0, 1 / 3, 2 / 3], [4 / 5, 0, 1 / 5], [0, 1, 0]], rtol=1e-15)
    waited = jumps.stationary()[0] / [3, 5, 2]
    np.testing.assert_allclose(waited / waited.sum(), rates.stationary()[0], rtol=1e-13)
    ending = JumpChain([[-1, 1], [0, 0]]).embedded()
    assert ending.matrix.tolist() == [[0, 1], [0, 1]]
    assert jumps.is_irreducible and not ending.is_irreducible

"""Chains against closed forms: gambler's ruin, Ehrenfest's urns, queues, cycles; estimates within their own error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import comb

from evolaw import markov
from evolaw.errors import ArgumentError
from evolaw.markov import Chain, JumpChain
from evolaw.trajectory import Trajectory


def ruin(size: int, up: float) -> Chain:
    matrix = np.zeros((size + 1, size + 1))
    matrix[0, 0] = matrix[size, size] = 1
    for i in range(1, size):
        matrix[i, i + 1], matrix[i, i - 1] = up, 1 - up
    return Chain(matrix)


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


# -- truth --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("up", [0.5, 0.4, 0.7])
def test_gamblers_ruin(up: float) -> None:
    """Norris, example 1.3.3: h_i = (1 - r^i) / (1 - r^N), r = q/p, and i/N for a fair game; duration likewise."""
    size, i = 9, np.arange(10)
    chain, r = ruin(size, up), (1 - up) / up
    win = i / size if up == 0.5 else (1 - r**i) / (1 - r**size)
    time = i * (size - i) if up == 0.5 else (i - size * win) / (1 - 2 * up)
    np.testing.assert_allclose(markov.hitting_probabilities(chain, [size]), win, rtol=1e-12)
    np.testing.assert_allclose(markov.hitting_times(chain, [0, size]), time, rtol=1e-12, atol=1e-12)
    assert np.isinf(markov.hitting_times(chain, [size])[:-1]).all()


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


# -- agreement with an independent way ---------------------------------------------------------------------------------


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


def test_a_lattice_chain_of_noisy_parity() -> None:
    """Every cell copies its left neighbour and is flipped with probability 0.1: the law is a product of flips."""

    def alive(boards: np.ndarray) -> np.ndarray:
        return np.where(np.roll(boards, 1, axis=2) == 1, 0.9, 0.1)

    chain = markov.lattice_chain(alive, 1, 4)
    for board in range(16):
        shifted = (board << 1 | board >> 3) & 15
        for following in range(16):
            flips = (shifted ^ following).bit_count()
            assert chain.matrix[board, following] == pytest.approx(0.1**flips * 0.9 ** (4 - flips))
    np.testing.assert_allclose(chain.stationary()[0], 1 / 16)


# -- simulation and estimation (each statistical test fails by chance with probability below 1e-5) -----------------------


def test_simulated_frequencies_match_the_law() -> None:
    chain = Chain([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.0, 0.9, 0.1]])
    last = markov.simulate(chain, 0, 7, paths=40_000, rng=1).final
    expected = chain.power(7)[0] * 40_000
    assert stats.chisquare(np.bincount(last, minlength=3), expected).pvalue > 1e-5


def test_simulated_jumps_match_the_exponential() -> None:
    chain = queue(3, 1.0, 1.5)
    seen = markov.simulate_jumps(chain, 1, [0.3, 2.0], paths=40_000, rng=2)
    for time, states in zip(seen.times, seen.frames, strict=True):
        expected = chain.transition(time).matrix[1] * 40_000
        assert stats.chisquare(np.bincount(states, minlength=4), expected).pvalue > 1e-5


def test_paths_do_not_depend_on_how_many_there_are() -> None:
    chain = ehrenfest(5)
    few, many = (markov.simulate(chain, 2, 20, paths=n, rng=3).values for n in (3, 50))
    np.testing.assert_array_equal(few, many[:3])


def test_impossible_transitions_never_happen() -> None:
    values = markov.simulate(ehrenfest(6), 0, 500, paths=50, rng=4).values
    assert (np.abs(np.diff(values)) == 1).all()


def test_estimates_lie_within_their_error() -> None:
    truth = Chain([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.0, 0.9, 0.1]])
    found = markov.estimate(markov.simulate(truth, 0, 400, paths=100, rng=5))
    inside = truth.matrix > 0
    z = (found.matrix - truth.matrix)[inside] / found.standard_error[inside]
    assert np.abs(z).max() < 5.1
    assert found.matrix[2, 0] == 0
    assert found.chain().states == 3


def test_estimated_rates_lie_within_their_error() -> None:
    truth, rng, paths = queue(2, 1.0, 2.0), np.random.default_rng(6), []
    for _ in range(200):
        times, held = [0.0], [0]
        while True:
            times.append(times[-1] + rng.exponential(1 / -truth.matrix[held[-1], held[-1]]))
            if times[-1] > 30:
                break
            p = np.clip(truth.matrix[held[-1]], 0, None)
            held.append(int(rng.choice(3, p=p / p.sum())))
        times[-1] = 30.0
        paths.append((times, held))
    found = markov.estimate_rates(paths)
    z = (found.matrix - truth.matrix) / np.where(found.standard_error > 0, found.standard_error, np.inf)
    assert np.abs(z).max() < 5.1


def test_a_state_never_left_is_unknown() -> None:
    found = markov.estimate(Trajectory(np.array([0, 1, 0, 1]), np.arange(4), ("times",)), states=3)
    assert np.isnan(found.matrix[2]).all()
    with pytest.raises(ArgumentError, match="State 2 was never left"):
        found.chain()


# -- messages -----------------------------------------------------------------------------------------------------------


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
        (lambda: markov.hitting_times(ruin(3, 0.5), []), "`target` must hold at least one state"),
        (lambda: markov.simulate(ruin(3, 0.5), 7, 3, rng=0), "`start` must be a whole number from 0 to 3, but is 7"),
        (lambda: markov.simulate(ruin(3, 0.5), 1, 3, rng=None), "`rng`"),
        (lambda: markov.simulate(ruin(3, 0.5), 1, 10**9, paths=10**6, rng=0), "fewer paths"),
        (lambda: markov.simulate_jumps(queue(2, 1, 1), 0, [-1, 2], rng=0), "`times` must start at 0"),
        (lambda: markov.lattice_chain(lambda b: b, 4, 4), "at most 12 cells"),
        (lambda: markov.lattice_chain(lambda b: b + 5, 1, 1), "return probabilities"),
        (lambda: markov.estimate(Trajectory(np.zeros(3), np.arange(3), ("times",))), "whole-number states"),
        (lambda: markov.estimate(Trajectory(np.array([0, 1]), [0, 2], ("times",))), "consecutive times"),
        (lambda: markov.estimate_rates([([0, 1], [0, 1])]), "one whole-number state fewer"),
    ],
)
def test_messages(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()


def test_names_stand_for_states() -> None:
    weather = Chain([[0.9, 0.1], [0.5, 0.5]], ("sunny", "rainy"))
    assert markov.hitting_times(weather, ["rainy"])[0] == pytest.approx(10)
    assert markov.simulate(weather, "rainy", 2, rng=0).values[0, 0] == 1
    assert "states" in repr(weather)

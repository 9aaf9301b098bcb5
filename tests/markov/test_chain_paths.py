"""Simulated paths against the exact law (each test fails by chance with probability below 1e-5)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from evolaw import markov
from evolaw.errors import ArgumentError
from evolaw.markov import Chain, JumpChain
from evolaw.markov.chain_paths import _bounds


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


def test_rounding_leads_to_no_impossible_state() -> None:
    """0.1 ten times adds up to less than 1: what is left belongs to the last state that is possible."""
    row = [0.1] * 10 + [0.0]
    assert sum(row) < 1
    bounds = _bounds(np.array([row, [0.0] * 10 + [1.0], *[row] * 9]))
    assert np.isinf(bounds[0, 9:]).all() and np.isfinite(bounds[0, :9]).all()
    assert np.isinf(bounds[1, 10]) and (bounds[1, :10] == 0).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: markov.simulate(ruin(3, 0.5), 7, 3, rng=0), "`start` must be a whole number from 0 to 3, but is 7"),
        (lambda: markov.simulate(ruin(3, 0.5), 1, 3, rng=None), "`rng`"),
        (lambda: markov.simulate(ruin(3, 0.5), 1, 10**9, paths=10**6, rng=0), "fewer paths"),
        (lambda: markov.simulate_jumps(queue(2, 1, 1), 0, [-1, 2], rng=0), "`times` must start at 0"),
    ],
)
def test_messages_of_chain_paths(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()

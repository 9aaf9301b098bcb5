"""Passage against the gambler's ruin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evolaw import markov
from evolaw.errors import ArgumentError
from evolaw.markov import Chain


def ruin(size: int, up: float) -> Chain:
    matrix = np.zeros((size + 1, size + 1))
    matrix[0, 0] = matrix[size, size] = 1
    for i in range(1, size):
        matrix[i, i + 1], matrix[i, i - 1] = up, 1 - up
    return Chain(matrix)


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


@pytest.mark.parametrize("leak", [1e-3, 1e-12, 1e-16, 1e-18, 1e-200])
def test_slow_leaks_lose_no_digit(leak: float) -> None:
    """By symmetry one half whatever the leak, and the time is 1/(2 leak); a two-step way out multiplies probabilities."""
    pair = Chain([[1 - 2 * leak, leak, leak], [0, 1, 0], [0, 0, 1]])
    assert markov.hitting_probabilities(pair, [1])[0] == pytest.approx(0.5, rel=1e-14)
    assert markov.hitting_times(pair, [1, 2])[0] == pytest.approx(0.5 / leak, rel=1e-14)
    two = Chain([[1 - 3 * leak, 2 * leak, leak, 0], [leak, 1 - 4 * leak, 0, 3 * leak], [0, 0, 1, 0], [0, 0, 0, 1]])
    # h0 = 2/3 h1, h1 = (h0 + 3)/4: h0 = 3/5, h1 = 9/10
    assert markov.hitting_probabilities(two, [3])[:2] == pytest.approx([0.6, 0.9], rel=1e-14)


def test_random_chains_agree_with_a_direct_solution() -> None:
    """Twenty random chains, discrete and as jump chains, against numpy's solution of the linear system."""
    generator = np.random.default_rng(5)
    for _ in range(20):
        matrix = generator.dirichlet(np.full(8, 0.4), 8)
        matrix[:2] = np.eye(8)[:2]
        h, k = markov.hitting_probabilities(Chain(matrix), [0]), markov.hitting_times(Chain(matrix), [0, 1])
        inner = matrix[2:, 2:]
        assert np.allclose(h[2:], np.linalg.solve(np.eye(6) - inner, matrix[2:, 0]), rtol=1e-9)
        assert np.allclose(k[2:], np.linalg.solve(np.eye(6) - inner, np.ones(6)), rtol=1e-9)
        rates = markov.JumpChain((matrix - np.eye(8)) * 3)
        assert np.allclose(markov.hitting_probabilities(rates, [0]), h, rtol=1e-9)
        assert np.allclose(markov.hitting_times(rates, [0, 1]), k / 3, rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: markov.hitting_times(ruin(3, 0.5), []), "`target` must hold at least one state"),
    ],
)
def test_messages_of_hitting(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()

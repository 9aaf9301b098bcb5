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


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: markov.hitting_times(ruin(3, 0.5), []), "`target` must hold at least one state"),
    ],
)
def test_messages_of_hitting(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()

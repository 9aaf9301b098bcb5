"""Estimates within their own error (false alarm below 1e-5), and what stays unknown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evolaw import markov
from evolaw.errors import ArgumentError
from evolaw.markov import Chain, JumpChain
from evolaw.trajectory import Trajectory


def queue(places: int, arrival: float, service: float) -> JumpChain:
    matrix = np.diag(np.full(places, arrival), 1) + np.diag(np.full(places, service), -1)
    return JumpChain(matrix - np.diag(matrix.sum(1)))


def test_estimates_lie_within_their_error() -> None:
    truth = Chain([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.0, 0.9, 0.1]])
    found = markov.estimate(markov.simulate(truth, 0, 400, paths=100, rng=5))
    inside = truth.matrix > 0
    z = (found.matrix - truth.matrix)[inside] / found.standard_error[inside]
    assert np.abs(z).max() < 5.1
    assert found.matrix[2, 0] == 0
    assert found.chain().states == 3


def test_estimates_are_their_formulas() -> None:
    """0 is left four times, three times for 1: 3/4 and the error √(3/4 · 1/4 / 4)."""
    found = markov.estimate(Trajectory(np.array([0, 1, 0, 1, 0, 0, 1]), np.arange(7), ("times",)))
    np.testing.assert_allclose(found.matrix, [[0.25, 0.75], [1.0, 0.0]])
    np.testing.assert_allclose(found.standard_error, [[np.sqrt(3) / 8] * 2, [0.0, 0.0]])
    assert found.exposure.tolist() == [4, 2]


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


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: markov.estimate(Trajectory(np.zeros(3), np.arange(3), ("times",))), "whole-number states"),
        (lambda: markov.estimate(Trajectory(np.array([0, 1]), [0, 2], ("times",))), "consecutive times"),
        (lambda: markov.estimate_rates([([0, 1], [0, 1])]), "one whole-number state fewer"),
    ],
)
def test_messages_of_chain_estimates(call: Any, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        call()


@pytest.mark.parametrize("paths", [np.ones((4, 4)), [([0.0, 1.0], [0], 3)], [3], ["ab"]])
def test_what_is_no_path_is_named(paths: Any) -> None:
    with pytest.raises(ArgumentError, match=r"`paths\[0\]` must be jump times and the states between them"):
        markov.estimate_rates(paths)

"""Weights integrate polynomials exactly, at equal and at unequal steps."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.adams_moulton import MOST_NODES, weights


@pytest.mark.parametrize("nodes", range(1, MOST_NODES + 1))
@pytest.mark.parametrize("equal", [True, False])
def test_polynomials_of_degree_below_the_nodes_are_integrated_exactly(nodes: int, equal: bool) -> None:
    steps = np.full(30, 0.1) if equal else np.random.default_rng(0).uniform(0.05, 0.15, 30)
    times = np.concatenate(([0.0], np.cumsum(steps)))
    w = weights(times, nodes)
    for degree in range(nodes):
        values = times**degree
        exact = np.diff(times ** (degree + 1))[: len(w)] / (degree + 1)
        summed = sum(w[:, l] * values[l : l + len(w)] for l in range(nodes))
        assert summed == pytest.approx(exact, abs=1e-13)


def test_a_stretch_too_short_has_no_weights() -> None:
    assert weights(np.array([0.0, 1.0]), 3).shape == (0, 3)


def test_unequal_steps_of_microseconds_are_unequal() -> None:
    """Whether steps are equal does not hang on the unit of time: a clock that is 1 % late once in a while, in seconds and in microseconds."""
    steps = np.where(np.arange(12) % 5 == 2, 1.01, 1.0)
    slow, quick = (weights(unit * np.concatenate([[0.0], np.cumsum(steps)]), 3) / unit for unit in (1.0, 1e-6))
    assert quick == pytest.approx(slow, rel=1e-9)
    assert np.ptp(slow[:, 0]) > 1e-3

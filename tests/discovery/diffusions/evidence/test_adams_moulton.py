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

"""Terms that a drift is made of are chosen by what they leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from evolaw.discovery.diffusions.proposed_terms import _selected, propose_terms


def test_forward_selection_takes_what_explains() -> None:
    columns = np.linalg.qr(np.random.default_rng(0).normal(size=(50, 6)))[0]
    chosen, left = _selected(columns, 3 * columns[:, 4] - 2 * columns[:, 1] + 0.01 * columns[:, 0])
    assert chosen == [1, 4]
    assert left == pytest.approx(0.01**2 / 13, rel=1e-3)


@dataclass
class _Rotation:
    names: tuple[str, ...]
    states: np.ndarray

    def at(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = states.T
        return np.stack([-2 * y, x - x**3], 1), np.ones_like(states)


def test_each_component_has_its_own_terms() -> None:
    states = np.random.default_rng(1).normal(size=(400, 2))
    proposal = propose_terms(_Rotation(("x", "y"), states), "poly:3")
    assert proposal.library == {"x": ["y"], "y": ["x", "x^3"]}
    assert max(proposal.left.values()) < 1e-12

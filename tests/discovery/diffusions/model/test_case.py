"""A case tells free from known terms."""

from __future__ import annotations

import numpy as np

from evolaw.discovery.diffusions.model.case import entry_name
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def test_known_terms_are_not_free() -> None:
    walk = np.cumsum(np.random.default_rng(0).normal(size=(60, 1)), 0)
    case = pose(Trajectory(walk, np.arange(60.0), ("times", "dim")), library="1, x, x^2", known="x: x=-1")
    free, known = case.split("x")
    assert [term.name for term in free] == ["1", "x^2"]
    assert [(term.name, value) for term, value in known] == [("x", -1.0)]
    assert case.asked == ("x",)


def test_entries_are_named_by_component_and_term() -> None:
    assert entry_name("x", "x^3") == "x: x^3"
    assert entry_name("x", "x^2", diffusion=True) == "x: D x^2"

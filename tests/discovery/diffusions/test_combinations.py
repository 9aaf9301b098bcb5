"""What a stuck recording does tell."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.combinations import combinations
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.problem import pose


def test_one_well_tells_its_stiffness(record: object) -> None:
    """f'(1) = −2 for x − x³; the mean slope over the well is −2.06, and the answer lies within 4 of its errors."""
    track = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 10_000, 3)  # type: ignore[operator]
    for known in (None, "x: x=1"):
        case = pose(track, library="poly:5", known=known)
        found = {item.kind: item for item in combinations(case, weigh(case, "x"))}
        stiffness = found["stiffness"]
        assert abs(stiffness.value + 2.06) < 4 * stiffness.error < 1.0
        assert abs(found["level"].value) < 4 * found["level"].error
        assert "x = 0.9" in stiffness.name or "x = 1" in stiffness.name


def test_the_weights_are_those_of_straight_lines_through_the_terms(record: object) -> None:
    """For x³ over a narrow well around c the slope is about 3c²; the value is Σ weights θ at the true θ, within its error."""
    track = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 8000, 3)  # type: ignore[operator]
    case = pose(track, library="x, x^3")
    stiffness = {item.kind: item for item in combinations(case, weigh(case, "x"))}["stiffness"]
    at = float(np.mean(np.asarray(track.values)))
    assert stiffness.weights["x: x^3"] == pytest.approx(3 * at**2, rel=0.05)
    assert stiffness.weights["x: x"] == pytest.approx(1.0)
    truth = stiffness.weights["x: x"] - stiffness.weights["x: x^3"]
    assert abs(stiffness.value - truth) < 4 * stiffness.error
    assert stiffness.to_json()["interval"][0] < stiffness.value


def test_an_angle_that_turns_has_no_stiffness(record: object) -> None:
    track = record(lambda x: 2 - np.sin(x), lambda x: [0.05], [0.0], 0.02, 3000, 3)  # type: ignore[operator]
    case = pose(track, library="harmonics:2", names=["p"])
    assert {item.kind for item in combinations(case, weigh(case, "p"))} <= {"level"}

"""The fitted drift against its bins and its halves: level and power."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.misfit.drift_tests import (
    Residuals,
    half_test,
    library_test,
    looked_at,
    passages_of,
    returns_of,
)
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def residuals_of(case: Case) -> Residuals:
    found = Residuals.of(case, weigh(case, "x"))
    assert found is not None
    return found


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_true_library_is_refused_at_its_level(relaxation: object, noise: float) -> None:
    """50 recordings, both tests, level 0.05: 100 tests expect 5 alarms; more than 13 have a chance of 1 in 2000."""
    alarms = 0
    for seed in range(50):
        case = pose(relaxation(1.0, 0.5, 0.05, 2000, seed, noise=noise), library="1, x", noise=noise)  # type: ignore[operator]
        residuals = residuals_of(case)
        for test in (library_test(case, residuals), half_test(residuals, passages_of(case, "x"))):
            alarms += test.p_value < 0.05
    assert alarms <= 13


def test_a_missing_term_shows_along_its_component(record: object) -> None:
    track = record(lambda x: 2 * x - 2 * x**3, lambda x: [0.4], [1.0], 0.02, 20_000, 3)  # type: ignore[operator]
    case = pose(track, library="1, x", noise=0.0)
    test = library_test(case, residuals_of(case))
    assert test.p_value < 1e-3 and test.along == "x"
    whole = pose(track, library="x, x^3", noise=0.0)
    assert library_test(whole, residuals_of(whole)).p_value > 1e-3


def test_a_law_that_changes_in_time_shows(relaxation: object) -> None:
    one, other = (np.asarray(relaxation(rate, 0.5, 0.02, 8000, 3).values) for rate in (0.5, 4.0))  # type: ignore[operator]
    track = Trajectory(np.concatenate([one, other - other[0] + one[-1]]), 0.02 * np.arange(16_002), ("times", "dim"))
    case = pose(track, library="1, x", noise=0.0)
    assert half_test(residuals_of(case), passages_of(case, "x")).p_value < 1e-3


def test_known_terms_leave_nothing_to_test(relaxation: object) -> None:
    case = pose(relaxation(1.0, 0.5, 0.02, 500, 1), library="x", known="x: x=-1", noise=0.0)  # type: ignore[operator]
    assert Residuals.of(case, weigh(case, "x")) is None


def test_a_path_that_never_returns_is_not_said_to_change() -> None:
    """60 Brownian paths, level 0.05: 3 alarms expected, more than 8 have a chance of 1 in 200; judged by χ² there were 16."""
    rng, alarms = np.random.default_rng(3), 0
    for _ in range(60):
        track = Trajectory(np.cumsum(0.1 * rng.normal(size=2000)), 0.02 * np.arange(2000), ("times",))
        case = pose(track, library="1, x, x^2", names=["x"], noise=0.0)
        alarms += half_test(residuals_of(case), passages_of(case, "x")).p_value < 0.05
    assert alarms <= 8


def test_without_a_passage_there_is_nothing_to_compare(relaxation: object) -> None:
    case = pose(relaxation(1.0, 0.5, 0.05, 2000, 1), library="1, x", noise=0.0)  # type: ignore[operator]
    assert half_test(residuals_of(case), 0).p_value == 1.0


def test_a_motion_that_was_moved_elsewhere_in_the_middle_shows(relaxation: object) -> None:
    """Between the quartiles of the whole it passes a few times, between those of its halves sixty: only by these the change is seen."""
    values = np.asarray(relaxation(1.0, 0.3, 0.03, 6000, 4).values) + 1.5 * (np.arange(6001) > 3000)[:, None]  # type: ignore[operator]
    case = pose(Trajectory(values, 0.03 * np.arange(6001), ("times", "dim")), library="1, x", noise=0.0)
    residuals = residuals_of(case)
    assert half_test(residuals, passages_of(case, "x")).p_value > 1e-3
    assert half_test(residuals, returns_of(case, "x")).p_value < 1e-3


def test_a_change_late_in_a_long_recording_is_looked_at() -> None:
    """Of a million rows twenty blocks reach to the end, in order and apart."""
    parts = looked_at(1_000_000)
    assert parts[0].start == 0 and parts[-1].stop == 1_000_000
    assert all(before.stop <= after.start for before, after in itertools.pairwise(parts))
    assert sum(part.stop - part.start for part in parts) == 200_000

"""Decisions on entries and their grounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.entries import Judged, _record_of_sum, judge
from evolaw.discovery.diffusions.evidence.selection import weigh_all
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets
from evolaw.discovery.diffusions.model.case import Case
from evolaw.discovery.diffusions.problem import pose


def judged(case: Case) -> dict[str, tuple[str, str]]:
    families = [Judged.of(item, diffusion=spread) for item in weigh_all(case) for spread in (False, True)]
    evidence, decisions = judge(case, families, 0.05)
    return {item.entry: (decision, item.basis) for item, decision in zip(evidence, decisions, strict=True)}


def test_a_wide_recording_decides_and_a_well_decides_nothing(record: object) -> None:
    wide = record(lambda x: x - x**3, lambda x: [0.3], [1.0], 0.02, 20_000, 2)  # type: ignore[operator]
    well = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 10_000, 2)  # type: ignore[operator]
    found = judged(pose(wide, library="x, x^3"))
    assert found["x: x"] == found["x: x^3"] == ("present", "likelihood")
    drift = [decision for name, (decision, _) in judged(pose(well, library="poly:5")).items() if ": D" not in name]
    assert drift == ["undetermined"] * 6


def test_with_the_other_terms_known_a_well_is_enough(record: object) -> None:
    well = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 10_000, 2)  # type: ignore[operator]
    found = judged(pose(well, library="poly:5", known="x: 1=0, x^2=0, x^4=0, x^5=0"))
    assert found["x: x"] == found["x: x^3"] == ("present", "likelihood")
    assert found["x: x^5"] == ("absent", "known")


def test_few_squared_increments_decide_no_diffusion_terms(relaxation: object) -> None:
    case = pose(relaxation(1.0, 0.5, 0.02, 300, 1), library="x", diffusion="1, x^2", noise=0.0)  # type: ignore[operator]
    assert {decision for name, (decision, _) in judged(case).items() if ": D" in name} == {"undetermined"}


def test_a_small_coefficient_that_is_surely_not_zero_is_left_open(relaxation: object) -> None:
    """0.04 ± 0.001 of the drift is neither absent nor a tenth of it: no coin, as in a rule, but open."""
    case = pose(relaxation(1.0, 0.5, 0.02, 400, 1), library="1, x, x^2", noise=0.0)  # type: ignore[operator]
    families = [Judged.of(item, diffusion=spread) for item in weigh_all(case) for spread in (False, True)]
    form = families[0].form
    assert form is not None
    errors = np.diag([0.001, 0.001, 0.04]) * form.unit[:, None]
    sharp = replace(form, estimate=np.array([0.04, -1.0, 0.4]) * form.unit, spread=errors, root=np.linalg.inv(errors))
    families[0] = replace(families[0], form=sharp, subsets=weigh_subsets(sharp))
    evidence, decisions = judge(case, families, 0.05)
    assert decisions[:2] == ("undetermined", "present")
    assert decisions[2] == "present"
    assert "not nothing" in (evidence[0].why or "")


def test_what_is_present_excludes_zero_from_its_own_interval(relaxation: object) -> None:
    """A term of 1.0 ± 0.2, all others free, whose likely laws without the others have it at about half, is left open.

    Each other term is 2σ large and its error correlates 0.49 with the first one's: the laws that do without them are as likely as the
    full one, and over both the first coefficient is 0.5 ± 0.28. Where the others are 0 nothing pulls it there, and it is present.
    """
    case = pose(relaxation(1.0, 0.5, 0.02, 400, 1), library="1, x, x^2, x^3, x^4", noise=0.0)  # type: ignore[operator]
    families = [Judged.of(item, diffusion=spread) for item in weigh_all(case) for spread in (False, True)]
    form = families[0].form
    assert form is not None
    correlation = np.eye(5)
    correlation[0, 1:] = correlation[1:, 0] = 0.49
    errors = np.array([0.2, 0.4, 0.4, 0.4, 0.4])
    spread = np.linalg.cholesky(correlation * np.outer(errors, errors))
    plain = replace(form, spread=spread, root=np.linalg.inv(spread), basis=np.eye(5), size=1.0)
    decided = []
    for others in (0.8, 0.0):
        sharp = replace(plain, estimate=np.array([1.0, *[others] * 4]))
        families[0] = replace(families[0], form=sharp, subsets=weigh_subsets(sharp))
        evidence, decisions = judge(case, families, 0.05)
        (low, high), why = evidence[0].interval, evidence[0].why or ""
        decided.append((decisions[0], low < 0 < high, "left open" in why))
    assert decided == [("undetermined", True, True), ("present", False, False)]


def test_intervals_are_those_of_a_normal_law_and_what_is_known_has_none(relaxation: object) -> None:
    """Estimates of independent errors: value ± 1.96 errors, of a sum its errors' root of squares; a given value stands alone."""
    track = relaxation(1.0, 0.5, 0.02, 400, 1)  # type: ignore[operator]
    case = pose(track, library="1, x, x^2, x^3", diffusion="1, x^2", known="x: x^2=0, x^3=0.25", noise=0.0)
    families = [Judged.of(item, diffusion=spread) for item in weigh_all(case) for spread in (False, True)]
    form = families[0].form
    assert form is not None
    errors = np.diag([0.3, 0.4])
    form = replace(form, estimate=np.array([0.1, 0.2]), spread=errors, root=np.linalg.inv(errors))
    families[0] = replace(families[0], form=form, subsets=weigh_subsets(form))
    evidence, decisions = judge(case, families, 0.05)
    level, rate, square, cube, *spread = evidence
    assert np.allclose(level.interval, (0.1 - 1.959964 * 0.3, 0.1 + 1.959964 * 0.3))
    assert np.allclose(rate.interval, (0.2 - 1.959964 * 0.4, 0.2 + 1.959964 * 0.4))
    assert (cube.basis, cube.visits, cube.interval) == ("known", 0, (0.25, 0.25))
    assert (square.interval, decisions[2:4]) == ((0.0, 0.0), ("absent", "present"))
    assert all("heavy-tailed" in (item.why or "") for item in spread) and "heavy-tailed" not in (level.why or "")
    both = _record_of_sum(case, "x: x", np.array([1.0, 2.0]), families[0], 2.0)
    assert both.estimate == pytest.approx(0.5)
    assert np.allclose(both.interval, (0.5 - 2 * np.hypot(0.3, 0.8), 0.5 + 2 * np.hypot(0.3, 0.8)))

"""Decisions on entries and their grounds."""

from __future__ import annotations

from evolaw.discovery.diffusions.evidence.entries import Judged, judge
from evolaw.discovery.diffusions.evidence.selection import weigh_all
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

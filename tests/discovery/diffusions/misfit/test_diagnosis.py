"""Failed checks name their cause, say what to do, and open what they speak against."""

from __future__ import annotations

import pytest

from evolaw.discovery import discover


def causes(finding: object) -> set[str]:
    return {check.name for check in finding.failed}  # type: ignore[attr-defined]


def decided(finding: object) -> list[str]:
    return [e.name for e in finding.entries if e.decision in ("present", "absent")]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_good_recording_passes_every_check(record: object) -> None:
    track = record(lambda x: x - x**3, lambda x: [0.3], [1.0], 0.02, 12_000, 2)  # type: ignore[operator]
    assert not causes(discover(track, library="x, x^3", rng=0))


@pytest.mark.slow
def test_a_library_that_is_too_small_decides_nothing_of_the_drift(record: object) -> None:
    track = record(lambda x: 2 * x - 2 * x**3, lambda x: [0.4], [1.0], 0.02, 20_000, 3)  # type: ignore[operator]
    finding = discover(track, library="1, x", rng=0)
    assert "library of x" in causes(finding)
    assert set(decided(finding)) <= {"x: D 1"}
    assert "--library" in finding.next.says

"""Failed checks name their cause, say what to do, and open what they speak against."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.misfit.diagnosis import Doubt, _cause
from evolaw.discovery.spine.evidence import Check
from evolaw.trajectory import Trajectory


def causes(finding: object) -> set[str]:
    return {check.name for check in finding.failed}  # type: ignore[attr-defined]


def doubt(cause: str, p_value: float) -> Doubt:
    return Doubt(Check(f"{cause} of x", False, p_value, ""), cause, "x", "drift")


def test_of_a_law_that_changes_and_a_library_too_small_the_less_likely_by_chance_is_the_cause() -> None:
    """A change of law makes the drift miss its bins as well; what is worst of all stands first, and wider causes before both."""
    assert _cause([doubt("library", 2e-5), doubt("drifting", 2e-18)]) == "drifting"
    assert _cause([doubt("library", 1e-9), doubt("drifting", 1e-4)]) == "library"
    assert _cause([doubt("library", 1e-9), doubt("memory", 1e-4)]) == "memory"
    assert _cause([]) is None


def decided(finding: object) -> list[str]:
    return [e.name for e in finding.entries if e.decision in ("present", "absent")]  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_good_recording_passes_every_check(record: object) -> None:
    track = record(lambda x: x - x**3, lambda x: [0.3], [1.0], 0.02, 12_000, 2)  # type: ignore[operator]
    assert not causes(discover(track, library="x, x^3", rng=0))


def test_noise_that_dominates_is_said_before_any_diffusion(relaxation: object) -> None:
    finding = discover(relaxation(1.0, 0.5, 0.002, 10_000, 1, noise=0.2), library="x", rng=0)  # type: ignore[operator]
    assert "noise of x" in causes(finding)
    assert finding["x: D 1"].decision == "undetermined"
    assert "Measurement noise dominates" in finding.failed[0].says
    assert finding.next.kind == "noise"


def test_hidden_memory_takes_all_decisions_back(record: object) -> None:
    law = (lambda x: [x[1], -x[0] - 0.3 * x[1]], lambda x: [0.0, 0.1])
    both = record(*law, [0.5, 0.0], 0.2, 4000, 2)  # type: ignore[operator]
    track = Trajectory(np.asarray(both.values)[:, :1], both.times, both.axes)
    finding = discover(track, library="1, x", rng=0)
    assert "memory of x" in causes(finding) and not decided(finding)
    assert "--hidden velocity" in finding.failed[0].says


def test_jumps_are_no_diffusion() -> None:
    rng = np.random.default_rng(1)
    x = np.zeros(8001)
    for k in range(8000):
        x[k + 1] = 0.98 * x[k] + 0.1 * rng.normal() + (rng.uniform() < 0.004) * rng.normal() * 2
    finding = discover(Trajectory(x, 0.02 * np.arange(8001), ("times",)), library="1, x", rng=0)
    assert "jumps of x" in causes(finding) and not decided(finding)


def test_an_angle_without_its_period_is_named() -> None:
    angle = np.cumsum(0.1 + 0.05 * np.random.default_rng(0).normal(size=3000))
    track = Trajectory(np.mod(angle, 6.3), 0.1 * np.arange(3000), ("times",))
    finding = discover(track, library="1, x", rng=0)
    assert "--period 'x=6" in next(check.says for check in finding.failed if check.name == "angle x")
    assert not any(name.startswith(("spikes", "edge")) for name in causes(finding))  # it only begins again


@pytest.mark.slow
def test_a_library_that_is_too_small_decides_nothing_of_the_drift(record: object) -> None:
    track = record(lambda x: 2 * x - 2 * x**3, lambda x: [0.4], [1.0], 0.02, 20_000, 3)  # type: ignore[operator]
    finding = discover(track, library="1, x", rng=0)
    assert "library of x" in causes(finding)
    assert decided(finding) == ["x: D 1"]
    assert "--library" in finding.next.says


def test_what_swings_back_is_not_told_to_record_a_velocity(relaxation: object) -> None:
    """Noise of s = 0.1, said to be none, leaves steps that correlate −s²/(2DΔt + 2s²) = −0.25: no hidden velocity makes such ones."""
    track = relaxation(1.0, 0.5, 0.02, 4000, 6, noise=0.1)  # type: ignore[operator]
    finding = discover(track, library="1, x", names=["x"], noise=0.0, rng=0)
    assert causes(finding) == {"memory of x"} and not finding.law.combinations
    assert finding.next is not None and finding.next.kind == "leftover" and "velocity" not in finding.next.says
    assert {entry.decision for entry in finding.entries} == {"undetermined"}

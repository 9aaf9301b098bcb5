"""What a recording shows before a law is fitted is named, and opens what it speaks against."""

from __future__ import annotations

import numpy as np

from evolaw.discovery import discover
from evolaw.trajectory import Trajectory


def causes(finding: object) -> set[str]:
    return {check.name for check in finding.failed}  # type: ignore[attr-defined]


def decided(finding: object) -> list[str]:
    return [e.name for e in finding.entries if e.decision in ("present", "absent")]  # type: ignore[attr-defined]


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


def test_what_swings_back_is_not_told_to_record_a_velocity(relaxation: object) -> None:
    """Noise of s = 0.1, said to be none, leaves steps that correlate −s²/(2DΔt + 2s²) = −0.25: no hidden velocity makes such ones."""
    track = relaxation(1.0, 0.5, 0.02, 4000, 6, noise=0.1)  # type: ignore[operator]
    finding = discover(track, library="1, x", names=["x"], noise=0.0, rng=0)
    assert causes(finding) == {"memory of x"} and not finding.law.combinations
    assert finding.next is not None and finding.next.kind == "leftover" and "velocity" not in finding.next.says
    assert {entry.decision for entry in finding.entries} == {"undetermined"}

"""From a trajectory to its equation, start to end."""

from __future__ import annotations

import json

import numpy as np
import pytest

from evolaw.discovery import Finding, discover
from evolaw.trajectory import Trajectory


@pytest.mark.slow
def test_a_van_der_pol_oscillator_is_found(record: object) -> None:
    law = (lambda x: [x[1], 1.0 * (1 - x[0] ** 2) * x[1] - x[0]], lambda x: [0.05, 0.05])
    track = record(*law, [1.0, 0.0], 0.02, 6000, 1)  # type: ignore[operator]
    finding = discover(track, names=["x", "y"], library="poly:3", rng=0)
    present = {e.name for e in finding.entries if e.decision == "present" and ": D" not in e.name}
    assert present == {"x: y", "y: x", "y: y", "y: x^2*y"}
    assert not [e for e in finding.entries if e.name in present and e.decision == "absent"]
    assert finding["y: x^2*y"].estimate == pytest.approx(-1.0, abs=0.15)
    assert finding["x: D 1"].estimate == pytest.approx(0.05, rel=0.1)


def test_a_stuck_particle_is_told_so(record: object) -> None:
    track = record(lambda x: x - x**3, lambda x: [0.02], [1.0], 0.02, 10_000, 5)  # type: ignore[operator]
    finding = discover(track, library="poly:5", rng=0)
    assert not [
        e for e in finding.entries if e.basis != "known" and ": D" not in e.name and e.decision != "undetermined"
    ]
    document = finding.law.to_json()
    stiffness = next(item for item in document["combinations"] if item["kind"] == "stiffness")
    assert (
        stiffness["interval"][0] < -2.06 < stiffness["interval"][1]
        or abs(stiffness["value"] + 2.06) < 4 * stiffness["error"]
    )


@pytest.mark.slow
def test_a_finding_is_a_document_and_reads_back(relaxation: object, tmp_path: object) -> None:
    finding = discover(relaxation(1.0, 0.5, 0.02, 2000, 1), library="1, x", rng=0)  # type: ignore[operator]
    document = json.loads(json.dumps(finding.to_json(), allow_nan=False))
    assert document["space"] == "equation"
    assert {"estimate", "interval", "basis", "decision"} <= set(document["entries"][0])
    finding.save(tmp_path / "run")  # type: ignore[operator]
    assert Finding.load(tmp_path / "run").to_json() == finding.to_json()  # type: ignore[operator]
    assert "equation" in repr(finding)


@pytest.mark.slow
def test_the_same_recording_gives_the_same_answer(relaxation: object) -> None:
    track = relaxation(1.0, 0.5, 0.5, 1000, 1)  # type: ignore[operator]
    one, other = (discover(track, library="poly:3", rng=0).to_json() for _ in range(2))
    assert one == other


@pytest.mark.slow
def test_shuffled_libraries_give_the_same_decisions(relaxation: object) -> None:
    track = relaxation(1.0, 0.5, 0.02, 5000, 1)  # type: ignore[operator]
    one = {e.name: e.decision for e in discover(track, library="1, x, x^2, x^3", rng=0).entries}
    other = {e.name: e.decision for e in discover(track, library="x^3, 1, x^2, x", rng=0).entries}
    assert one == other


@pytest.mark.slow
def test_gaps_and_unequal_steps_are_no_obstacle(relaxation: object) -> None:
    full = relaxation(1.0, 0.5, 0.01, 40_000, 3)  # type: ignore[operator]
    keep = np.sort(np.random.default_rng(0).choice(40_001, 15_000, replace=False))
    keep = keep[(keep < 12_000) | (keep > 16_000)]
    track = Trajectory(np.asarray(full.values)[keep], np.asarray(full.times)[keep], full.axes)
    found = discover(track, library="1, x", rng=0)["x: x"]
    assert found.decision == "present"
    assert found.interval[0] - 0.1 < -1 < found.interval[1] + 0.1

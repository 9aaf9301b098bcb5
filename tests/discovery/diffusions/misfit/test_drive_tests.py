"""A line in what the drift leaves: its level, its frequency and amplitude, memory that is none, terms of the time."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.investigation import discover_equation
from evolaw.discovery.diffusions.misfit.diagnosis import doubt_drives
from evolaw.discovery.diffusions.misfit.drive_tests import Drive, beat_test, drive_test, without_line
from evolaw.discovery.diffusions.misfit.recording_doubts import doubt_recording
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


def driven(seed: int, amplitude: float, rate: float, *, count: int = 6000, uneven: bool = False) -> Trajectory:
    """dx = (−x + A cos(ωt + 1)) dt + sqrt(2·0.2) dW by Euler's steps of 0.02, or of 0.01 … 0.03, written down as they are."""
    rng = np.random.default_rng(seed)
    steps = rng.uniform(0.01, 0.03, count) if uneven else np.full(count, 0.02)
    times = np.concatenate([[0.0], np.cumsum(steps)])
    x, kicks = np.zeros(count + 1), np.sqrt(0.4 * steps) * rng.normal(size=count)
    for k in range(count):
        x[k + 1] = x[k] + steps[k] * (amplitude * np.cos(rate * times[k] + 1) - x[k]) + kicks[k]
    return Trajectory(x, times, ("times",))


def seen(track: Trajectory, **options: object) -> Drive:
    case = pose(track, **({"library": "1, x", "noise": 0.0} | options))  # type: ignore[arg-type]
    found = drive_test(case, weigh(case, "x"))
    assert found is not None
    return found


@pytest.mark.sampled(2)
@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_a_motion_that_no_clock_drives_has_a_line_at_the_level_declared(relaxation: object, noise: float) -> None:
    """60 recordings at level 0.05 expect 3 alarms or fewer; more than 9 have a chance of 1 in 800."""
    tracks = (relaxation(1.0, 0.5, 0.05, 2000, seed, noise=noise) for seed in range(60))  # type: ignore[operator]
    assert sum(seen(track, noise=noise).p_value < 0.05 for track in tracks) <= 9


@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize("rate", [0.7, 6.0])
def test_frequency_and_amplitude_of_a_drive_are_found_within_their_errors(rate: float, uneven: bool) -> None:
    """R is the excess of a line, A²T/(8D) in the mean: 120/1.6 = 75 ± 12, of which a frequency between two of the grid may take a fifth.

    At ω = 0.7 the motion follows, and x takes up to half the drive's power: then R is less, the amplitude is not."""
    found = seen(driven(3, 1.0, rate, uneven=uneven))
    assert found.p_value < 1e-6 and 25 < found.ratio < 120
    assert abs(found.rate - rate) < 4 * found.error and found.error < 0.005
    assert found.amplitude == pytest.approx(0.95, abs=0.25)


def test_where_the_noise_varies_its_weak_places_tell_most() -> None:
    """D = 0.18 x²: divided by sqrt(D̂) the steps show a drive more clearly than as they are."""
    rng, count = np.random.default_rng(4), 6000
    x = np.full(count, 1.0)
    for k in range(count - 1):
        x[k + 1] = x[k] + 0.01 * (1.2 + 0.6 * np.cos(0.05 * k) - x[k]) + 0.06 * x[k] * rng.normal()
    track = Trajectory(x, 0.01 * np.arange(count), ("times",))
    weighted, plain = seen(track, diffusion="1, x, x^2"), seen(track)
    assert weighted.rate == pytest.approx(5.0, abs=0.05)
    assert weighted.p_value < 0.01 and weighted.p_value < 0.1 * plain.p_value


def test_a_recording_of_a_few_turns_has_no_line() -> None:
    case = pose(driven(1, 0.8, 1.0, count=30), library="1, x", noise=0.0)
    assert drive_test(case, weigh(case, "x")) is None


def test_memory_that_a_drive_alone_left_in_the_steps_is_no_memory() -> None:
    case = pose(driven(5, 2.5, 5.0), library="1, x", noise=0.0)
    before = doubt_recording(case)
    assert [doubt.cause for doubt in before if not doubt.check.passed] == ["memory"]
    failed = [doubt for doubt in doubt_drives(case, [weigh(case, "x")], before) if not doubt.check.passed]
    assert [doubt.cause for doubt in failed] == ["driven"]
    assert "cos(5 t)" in failed[0].check.says or "cos(5.00" in failed[0].check.says
    assert failed[0].opens("x: x") and not failed[0].opens("x: D 1")


def test_memory_beside_a_drive_stays() -> None:
    """Noise with a colour, e' = −e/0.1, and a drive: taking the drive off leaves the colour."""
    rng, count = np.random.default_rng(6), 6000
    x, e = np.zeros(count), 0.0
    for k in range(count - 1):
        x[k + 1] = x[k] + 0.02 * (e + 2 * np.cos(0.1 * k) - x[k])
        e += -0.2 * e + 0.6 * rng.normal()
    case = pose(Trajectory(x, 0.02 * np.arange(count), ("times",)), library="1, x", noise=0.0)
    failed = {d.cause for d in doubt_drives(case, [weigh(case, "x")], doubt_recording(case)) if not d.check.passed}
    assert "memory" in failed


def test_a_line_is_taken_off_where_there_are_numbers() -> None:
    times = np.arange(200) * 0.1
    rest = 3 * np.cos(2 * times + 0.4)
    rest[7] = np.nan
    left = without_line(rest, times, 2.0)
    assert np.isnan(left[7]) and np.nanmax(np.abs(left)) < 1e-12


def beating(seed: int, depth: float, count: int = 4000) -> Trajectory:
    """dx = −x dt + sqrt(2·0.2 (1 + a cos 2t)) dW by Euler's steps of 0.02."""
    rng, x = np.random.default_rng(seed), np.zeros(count)
    kicks = np.sqrt(0.4 * 0.02 * (1 + depth * np.cos(0.04 * np.arange(count)))) * rng.normal(size=count)
    for k in range(count - 1):
        x[k + 1] = 0.98 * x[k] + kicks[k]
    return Trajectory(x, 0.02 * np.arange(count), ("times",))


def test_noise_that_no_clock_rules_has_a_beat_at_the_level_declared(relaxation: object) -> None:
    """60 recordings at level 0.05 expect 3 alarms; more than 9 have a chance of 1 in 800."""
    alarms = 0
    for seed in range(60):
        case = pose(relaxation(1.0, 0.5, 0.05, 1500, seed), library="1, x", noise=0.0)  # type: ignore[operator]
        found = beat_test(case, weigh(case, "x"))
        assert found is not None
        alarms += found.p_value < 0.05
    assert alarms <= 9


def test_noise_that_rises_and_falls_is_told_from_a_drive_and_opens_the_diffusion_alone() -> None:
    case = pose(beating(1, 0.5), library="1, x", noise=0.0)
    failed = [doubt for doubt in doubt_drives(case, [weigh(case, "x")], []) if not doubt.check.passed]
    assert [doubt.cause for doubt in failed] == ["beating"]
    assert failed[0].opens("x: D 1") and not failed[0].opens("x: x")
    assert "ω = 2.0" in failed[0].check.says or "ω = 1.99" in failed[0].check.says
    given = pose(beating(1, 0.5), library="1, x", diffusion="1, cos(2t), sin(2t)", noise=0.0)
    assert all(doubt.check.passed for doubt in doubt_drives(given, [weigh(given, "x")], []))


@pytest.mark.slow
def test_a_drive_that_is_given_as_terms_of_the_time_is_found() -> None:
    """The same recording, first without, then with terms of the time: the amplitude is 0.8 and the phase 1."""
    track = driven(7, 0.8, 2.0)
    assert discover_equation(track, library="1, x, x^3", names=["x"], rng=0).facts["cause"] == "driven"
    found = discover_equation(track, library="1, x, x^3, cos(2t), sin(2t)", names=["x"], rng=0)
    assert found.facts["cause"] == "sound" and found.facts["names"] == ["x"]
    for term, truth in (("cos(2t)", 0.8 * np.cos(1.0)), ("sin(2t)", -0.8 * np.sin(1.0)), ("x", -1.0)):
        entry = found[f"x: {term}"]
        assert entry.decision == "present" and entry.interval[0] < truth < entry.interval[1]
    assert "cos(2*t)" in found.law.text and found.law.sde.dim == 1


def test_a_motion_that_goes_around_is_no_clock_in_its_noise() -> None:
    """dp = 2 dt + sqrt(0.1 (1 + 0.4 cos p)) dW, judged with one D: the squares rise and fall with the turns, and no clock does it."""
    rng, p = np.random.default_rng(5), np.zeros(6001)
    for k in range(6000):
        p[k + 1] = p[k] + 0.1 + np.sqrt(0.005 * (1 + 0.4 * np.cos(p[k]))) * rng.normal()
    track = Trajectory(p, 0.05 * np.arange(6001), ("times",), about={"names": ["p"]})
    case = pose(track, library="1", period="p=2*pi", noise=0.0)
    found = beat_test(case, weigh(case, "p"))
    assert found is not None and found.p_value > 1e-3

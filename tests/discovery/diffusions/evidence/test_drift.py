"""The drift is found without bias, clean and through noise, and rescaling the recording rescales the answer."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.evidence.drift import filtered
from evolaw.discovery.diffusions.evidence.weigh import drift_equation, weigh
from evolaw.discovery.diffusions.model.recording import gather
from evolaw.discovery.diffusions.problem import pose
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize(("step", "noise", "nodes"), [(0.02, 0.0, 3), (0.02, 0.14, 3), (0.5, 0.0, 4)])
def test_the_rate_of_a_relaxation_is_found_within_its_error(
    relaxation: object, step: float, noise: float, nodes: int
) -> None:
    """z-scores of 20 recordings of 200 relaxation times: mean within ±1.2 (finite records pull it to −0.5), spread within 0.6 … 1.5.

    The spread of 20 z-scores leaves that band once in a thousand; measured means are −0.6 … 0.1.
    """
    scores = []
    for seed in range(20):
        track = relaxation(1.0, 0.5, step, int(200 / step), seed, noise=noise)  # type: ignore[operator]
        form = weigh(pose(track, library="1, x", noise=noise), "x", nodes).drift
        assert form is not None
        scores.append((form.estimate[1] + 1.0) / form.error[1])
    assert abs(np.mean(scores)) < 1.2
    assert 0.6 < np.std(scores) < 1.5


def test_noise_taken_for_clean_data_would_have_biased_the_rate(relaxation: object) -> None:
    """The plain regression gives (1 − e^{−θΔt}) v + s² over Δt (v + s²) = 2.9 where the rate is 1; ours stays near 1."""
    track = relaxation(1.0, 0.5, 0.02, 20_000, 1, noise=0.1414)  # type: ignore[operator]
    naive = weigh(pose(track, library="1, x", noise=0.0), "x", 1).drift
    ours = weigh(pose(track, library="1, x", noise=0.1414), "x").drift
    assert naive is not None and ours is not None
    assert naive.estimate[1] == pytest.approx(-2.9, abs=0.3)
    assert abs(ours.estimate[1] + 1.0) < 4 * ours.error[1] < 0.8


def test_rescaled_and_shifted_recordings_give_rescaled_and_shifted_answers(relaxation: object) -> None:
    track = relaxation(1.0, 0.5, 0.05, 4000, 5)  # type: ignore[operator]
    moved = Trajectory(40.0 * np.asarray(track.values) + 300.0, 0.01 * np.asarray(track.times), track.axes)
    one = weigh(pose(track, library="1, x"), "x").drift
    other = weigh(pose(moved, library="1, x"), "x").drift
    assert one is not None and other is not None
    assert other.estimate[1] == pytest.approx(100 * one.estimate[1], rel=1e-8)
    assert other.error[1] == pytest.approx(100 * one.error[1], rel=1e-8)
    intercept = 100 * (40 * one.estimate[0] - 300 * one.estimate[1])
    assert other.estimate[0] == pytest.approx(intercept, rel=1e-7)


def test_rotating_the_recording_rotates_the_answer(record: object) -> None:
    matrix = np.array([[-1.0, -2.0], [2.0, -1.0]])
    track = record(lambda x: matrix @ x, lambda x: np.full(2, 0.5), [1.0, 0.0], 0.02, 3000, 7)  # type: ignore[operator]
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    turned = Trajectory(np.asarray(track.values) @ turn.T, track.times, track.axes)

    def fitted(item: Trajectory) -> np.ndarray:
        case = pose(item, library="x, y", noise=0.0)
        return np.array([weigh(case, name).drift.estimate for name in ("x", "y")])  # type: ignore[union-attr]

    assert fitted(turned) == pytest.approx(turn @ fitted(track) @ turn.T, abs=1e-8)


def test_the_filter_is_the_exponential_mean_of_each_stretch() -> None:
    values = np.random.default_rng(0).normal(size=(2, 40, 1)).cumsum(1) + 1000
    found = filtered(gather(Trajectory(values, np.arange(40.0), ("paths", "times", "dim"))), [0.3])
    for path, rows in enumerate((slice(0, 40), slice(40, 80))):
        expected, weight, total = [], 0.0, 0.0
        for value in values[path, :, 0]:
            total, weight = 0.7 * total + 0.3 * value, 0.7 * weight + 0.3
            expected.append(total / weight)
        assert found[rows, 0] == pytest.approx(np.array(expected), abs=1e-3)


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_rows_are_the_same_asked_for_in_parts(relaxation: object, noise: float) -> None:
    """Two paths of 100 rows, the part from row 70 to 170 among them; where a path begins noise leaves no value to start from."""
    values = np.stack([np.asarray(relaxation(1.0, 0.5, 0.05, 99, seed).values) for seed in (1, 2)])  # type: ignore[operator]
    case = pose(Trajectory(values, 0.05 * np.arange(100), ("paths", "times", "dim")), library="1, x, x^3", noise=noise)
    equation = drift_equation(case, "x", 3, None, None)
    assert equation.lags == (4 if noise else 2)
    whole, part = equation.rows(0, 200), equation.rows(70, 170)
    for name in ("terms", "instruments", "regressors", "response", "usable"):
        assert np.array_equal(getattr(part, name), getattr(whole, name)[70:170]), name
    unusable = [98, 99, 198, 199] + ([0, 100] if noise else [])
    assert np.flatnonzero(~whole.usable).tolist() == sorted(unusable)

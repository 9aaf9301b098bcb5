"""The law run again: true laws pass, others are told, with what the recording has that they have not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.evidence.entries import Judged
from evolaw.discovery.diffusions.evidence.weigh import weigh
from evolaw.discovery.diffusions.misfit import predictive_check
from evolaw.discovery.diffusions.misfit.predictive_check import LEVEL, _asymmetries, _judge, passages, predict
from evolaw.discovery.diffusions.problem import pose
from evolaw.randomness import source
from evolaw.trajectory import Trajectory


def test_passages_are_counted_from_side_to_side() -> None:
    path = np.array([0.0, -2, 0, 2, 0, 2, -2, 0, -2, 2, 0])
    assert passages(path[None, None], -1.0, 1.0).tolist() == [2]
    assert passages(np.stack([path, -path])[None], -1.0, 1.0).tolist() == [2 + 1]


def test_ranks_are_p_values() -> None:
    """Numbers of one law: p <= 0.05 has chance 0.05; 600 trials leave 0.0089 of error, five of them are allowed."""
    rng = np.random.default_rng(2)
    p = [_judge(["density of x"] * 3, rng.standard_t(3, (60, 3))).check.p_value for _ in range(600)]  # type: ignore[union-attr]
    assert abs(np.mean(np.array(p) <= 0.05) - 0.05) < 5 * 0.0089


def test_runs_that_explode_count_as_far_out_and_mostly_exploding_laws_say_nothing() -> None:
    numbers = np.random.default_rng(0).normal(size=(120, 2))
    numbers[0] = 30.0
    assert not _judge(["density of x"] * 2, numbers, 0.01).check.passed  # type: ignore[union-attr]
    numbers[1:40] = np.nan
    assert _judge(["density of x"] * 2, numbers, 0.01).check.passed  # type: ignore[union-attr]
    numbers[1:80] = np.nan
    assert _judge(["density of x"] * 2, numbers, 0.01) is None


def test_what_is_missed_is_named_also_where_a_run_lies_further_out() -> None:
    numbers = np.random.default_rng(0).normal(size=(2024, 2))
    numbers[0, 1], numbers[7, 0] = 6.0, 30.0
    found = _judge(["density of x", "autocorrelation of x"], numbers)
    assert found is not None and found.check.p_value == pytest.approx(2 / 2024)
    assert found.failed == ("autocorrelation of x",)


@pytest.mark.parametrize(("stretched", "passes"), [(1.0, True), pytest.param(1.5, False, marks=pytest.mark.slow)])
def test_another_recording_is_told_from_the_laws_own(relaxation: object, stretched: float, passes: bool) -> None:
    track = relaxation(1.0, 0.5, 0.05, 4000, 3)  # type: ignore[operator]
    case = pose(track, library="1, x", noise=0.0)
    weighed = [weigh(case, "x")]
    families = [Judged.of(weighed[0], diffusion=spread) for spread in (False, True)]
    wider = Trajectory(stretched * np.asarray(track.values), track.times, track.axes)
    found = predict(pose(wider, library="1, x", noise=0.0), weighed, families, [], source(1))
    assert found is not None
    assert found.check.passed == passes == (found.check.p_value > LEVEL)
    assert [curve.kind for curve in found.curves] == ["density", "autocorrelation", "first passages"]
    # A twentieth lies outside by chance; neighbours do so together.
    outside = [not lo <= r <= hi for c in found.curves for lo, r, hi in zip(c.low, c.recorded, c.high, strict=True)]
    assert (np.mean(outside) < 0.2) == passes
    if not passes:
        assert any("density of x" in what or "autocorrelation of x" in what for what in found.failed)
        assert found.failed[0] in found.check.says


def test_what_few_runs_do_not_show_is_looked_for_in_more(relaxation: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording further out than 119 runs is no misfit if 3 of 476, or 2 of 2023, lie further out; if none does, it is."""
    case = pose(relaxation(1.0, 0.5, 0.05, 400, 3), library="1, x", noise=0.0)  # type: ignore[operator]
    weighed = [weigh(case, "x")]
    families = [Judged.of(weighed[0], diffusion=spread) for spread in (False, True)]
    calls: list[int] = []

    def records(edge: float, late: float) -> Callable[..., tuple[list[str], np.ndarray]]:
        def made(*_: object) -> np.ndarray:
            calls.append(1)
            runs = np.random.default_rng(len(calls)).uniform(-1, 1, (119, 1))
            if len(calls) > 1:
                runs[0] = edge if len(calls) <= 4 else late if len(calls) <= 6 else 0.0
            return np.concatenate([[[2.0]], runs])

        return made

    monkeypatch.setattr(predictive_check, "_numbers", lambda _case, _window, values: (["density of x"], values))
    monkeypatch.setattr(predictive_check, "_curves", lambda *_: ())
    stops = ((3.0, 1.0, True, 4, 4 / 477), (1.0, 3.0, True, 17, 3 / 2024), (1.0, 1.0, False, 17, 1 / 2024))
    for edge, late, passes, batches, p in stops:
        calls.clear()
        monkeypatch.setattr(predictive_check, "_records", records(edge, late))
        found = predict(case, weighed, families, [], source(1))
        assert found is not None and found.check.passed is passes
        assert len(calls) == batches
        assert found.check.p_value == pytest.approx(p)


@pytest.mark.slow
def test_noises_that_act_together_are_missed_by_a_law_whose_noises_do_not() -> None:
    """Half of the noise of x and y is the same: every test of the drift agrees, but the joint density is not that of two noises."""
    rng, h = np.random.default_rng(5), 0.02
    z = np.zeros((8001, 2))
    for k in range(8000):
        z[k + 1] = z[k] - h * z[k] * [1, 2] + np.sqrt(h) * rng.normal()
        z[k + 1] += np.sqrt(h) * rng.normal(size=2)
    case = pose(Trajectory(z, h * np.arange(8001), ("times", "dim")), library="1, x, y", noise=0.0)
    weighed = [weigh(case, name) for name in ("x", "y")]
    families = [Judged.of(item, diffusion=spread) for item in weighed for spread in (False, True)]
    found = predict(case, weighed, families, [], source(1))
    assert found is not None and not found.check.passed and "joint density of x and y" in found.failed


def test_time_asymmetries_change_sign_with_the_direction_of_time() -> None:
    """Exactly so for every record; a saw-tooth has one, what reads the same backwards has none."""
    rng = np.random.default_rng(7)
    x = np.cumsum(rng.normal(size=(3, 2, 200)), -1)
    x[1, 0] = np.tile(np.arange(20.0), 10)
    x[1, 1], x[2] = x[1, 0], x[2] + x[2, :, ::-1]
    x[1:] = (x[1:] - x[1:].mean((1, 2), keepdims=True)) / x[1:].std((1, 2), keepdims=True) * x[0].std() + x[0].mean()
    forwards, backwards = np.array(_asymmetries(x)), np.array(_asymmetries(np.concatenate([x[:1], x[1:, :, ::-1]])))
    assert forwards.shape == (6, 3)
    assert np.allclose(forwards[:, 1], -backwards[:, 1]) and np.abs(forwards[:, 1]).max() > 0.01
    assert np.allclose(forwards[:, 2], 0)


@pytest.mark.slow
def test_a_hidden_switch_that_looks_like_two_wells_takes_the_decisions_back() -> None:
    """dx = (±1.5 − x) dt + sqrt(0.4) dW, the sign switching by itself every 10: what x does by itself looks like two wells."""
    rng, x = np.random.default_rng(3), np.zeros(6000)
    sign, signs = 1.5, np.empty(30_000)
    for k, chance in enumerate(rng.random(30_000)):
        sign = -sign if chance < 0.0004 else sign
        signs[k] = sign
    now = 0.0
    for k in range(30_000):
        if k % 5 == 0:
            x[k // 5] = now
        now += 0.004 * (signs[k] - now) + np.sqrt(0.4 * 0.004) * rng.normal()
    finding = discover(Trajectory(x, 0.02 * np.arange(6000), ("times",)), library="poly:3", rng=0)
    check = next(check for check in finding.checks if check.name == "prediction")
    assert not check.passed and "time asymmetry of x" in check.says
    assert not [name for name in finding.of("present") if ": D" not in name]

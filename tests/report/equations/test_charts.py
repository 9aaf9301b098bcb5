"""What is drawn of an equation are its numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.discovery.diffusions.evidence.diffusivity import Drift
from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.discovery.diffusions.problem import pose
from evolaw.discovery.spine.finding import Finding
from evolaw.report.equations.charts import _binned, draw_equation, draw_evidence, draw_field, draw_runs
from evolaw.trajectory import Trajectory


@pytest.fixture(scope="module")
def found() -> Finding:
    rng = np.random.default_rng(1)
    x = np.zeros(6001)
    for k in range(6000):
        x[k + 1] = 0.98 * x[k] + 0.1 * rng.normal()
    return discover(Trajectory(x, 0.02 * np.arange(6001), ("times",)), library="1, x, x^2", diffusion="1, x^2", rng=0)


@pytest.mark.slow
def test_the_drift_drawn_is_the_drift_found(found: Finding) -> None:
    drift, spread = draw_field(found).axes
    line = drift.lines[0]
    assert line.get_ydata() == pytest.approx(-np.asarray(line.get_xdata()), abs=0.5)
    assert np.asarray(spread.lines[0].get_ydata()) == pytest.approx(np.full(160, 0.25), abs=0.03)
    assert len(drift.containers[0].lines[0].get_xdata()) == 20


@pytest.mark.slow
def test_a_bar_outside_the_band_is_a_term_whose_interval_leaves_zero_out(found: Finding) -> None:
    axes = draw_evidence(found).axes[0]
    bars = axes.patches[: len(found.entries)]
    for bar, entry in zip(bars, found.entries, strict=False):
        assert (abs(bar.get_width()) > 1) == (not entry.interval[0] < 0 < entry.interval[1])
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert [re.sub(r"[${}]", "", label) for label in shown] == [entry.name for entry in found.entries]
    assert "^{" in " ".join(shown), "powers are raised"


@pytest.mark.slow
def test_the_runs_begin_where_the_recording_begins(found: Finding) -> None:
    figure = draw_runs(found)
    assert figure is not None
    starts = {float(np.asarray(line.get_ydata())[0]) for line in figure.axes[0].lines}
    assert starts == {0.0}


@pytest.mark.slow
def test_bins_are_freed_of_what_a_step_adds() -> None:
    """dx = -8 x dt + sqrt(2 · 0.5) dW, exactly, read with an error of 0.02, in steps of 0.05: the squares of what f leaves are 0.355 and
    the first order makes 0.547 of them, 0.5 but for 0.053, the second. In steps of 0.2 no bin is drawn."""
    law = EquationLaw(("x",), {"x": {"x": -8.0}}, {"x": {"1": 0.5}}, {"x": {"x": -8.0}}, {"x": {"1": 0.5}}, open=())
    for dt, bins in ((0.05, 20), (0.2, 0)):
        decay, rng = np.exp(-8 * dt), np.random.default_rng(2)
        x = np.zeros(40_001)
        for k, kick in enumerate(np.sqrt((1 - decay**2) / 16) * rng.normal(size=40_000)):
            x[k + 1] = decay * x[k] + kick
        read = x + 0.02 * rng.normal(size=x.size)
        track = Trajectory(read, dt * np.arange(x.size), ("times",), about={"names": ["x"]})
        case = pose(track, library="x", noise=0.02)
        at, pull, doubt = _binned(case, law, None)
        place, value, error = _binned(case, law, Drift(case.drift["x"], np.array([-8.0])))
        assert len(place) == len(value) == len(error) == bins
        if bins:
            assert abs(value.mean() - 0.547) < 5 * np.sqrt(np.mean(error**2) / bins)
            assert np.abs(value - 0.547).max() < 5 * error.max()
            # (e^{-0.4} - 1)/0.05 = -6.59 of what is read; less half of what the first order adds, 1.6, and the error's share, -8.2.
            slope = float(pull @ at / (at @ at))
            assert abs(slope + 8.2) < 0.3 and np.abs(pull + 8.2 * at).max() < 5 * doubt.max() + 0.3


def test_two_components_are_a_plane() -> None:
    angle = 0.1 * np.arange(3000)
    noise = 0.05 * np.random.default_rng(0).normal(size=(3000, 2)).cumsum(0) * 0.05
    track = Trajectory(np.stack([np.cos(angle), np.sin(angle)], 1) + noise, 0.05 * np.arange(3000), ("times", "dim"))
    figure = draw_equation(discover(track, library="x, y", noise=0.0, rng=0))
    assert figure.axes[0].get_xlabel() == "x" and figure.axes[0].get_ylabel() == "y"


@pytest.mark.slow
def test_an_angle_is_drawn_within_its_turn_and_its_noise_without_its_drift() -> None:
    """A phase that went around forty times at a drift of 2: half its squared steps would lie at 0.14 where D is 0.05; five errors."""
    rng, x = np.random.default_rng(2), np.zeros(3001)
    for k in range(3000):
        x[k + 1] = x[k] + 0.05 * (2 - np.sin(x[k])) + np.sqrt(0.1 * 0.05) * rng.normal()
    track = Trajectory(x, 0.05 * np.arange(3001), ("times",))
    drift, spread = draw_field(discover(track, library="1, sin(x), cos(x)", noise=0.0, rng=0)).axes
    for axes in (drift, spread):
        at = np.asarray(axes.lines[0].get_xdata())
        assert at.min() >= 0 and at.max() <= 2 * np.pi
    points = np.asarray(spread.containers[0].lines[0].get_ydata())
    assert np.abs(points - 0.05).max() < 5 * 0.05 * np.sqrt(2 / 150)


def test_bins_under_a_clock_are_those_of_the_mean_over_time() -> None:
    """x is 0.8 cos(2 t) about, with f = -x + 1.8 cos(2 t): where x is high the clock mostly pushes up, and raw bins would rise with x."""
    law = EquationLaw(("x",), {}, {}, {"x": {"x": -1.0, "cos(2t)": 1.8}}, {"x": {"1": 0.02}}, open=())
    dt, rng = 0.01, np.random.default_rng(3)
    x, times = np.zeros(20_001), 0.01 * np.arange(20_001)
    for k in range(20_000):
        x[k + 1] = x[k] + dt * (1.8 * np.cos(2 * times[k]) - x[k]) + np.sqrt(0.04 * dt) * rng.normal()
    case = pose(Trajectory(x, times, ("times",), about={"names": ["x"]}), library="x, cos(2t)", noise=0.0)
    at, pull, doubt = _binned(case, law, None)
    assert np.abs(pull + at).max() < 5 * doubt.max()

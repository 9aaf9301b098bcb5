"""The figure of paths: what is drawn is the sample's own numbers, beside what its law knows exactly, and nothing where it knows nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evolaw.report.figures import draw
from evolaw.sde.processes.linear_systems import linear_system
from evolaw.trajectory import Trajectory

TIMES = np.linspace(0, 1, 11)
PATHS = np.random.default_rng(0).normal(size=(200, 11, 2)).cumsum(axis=1)
PATHS[:, 0] = 0.5
LAW = replace(linear_system(-2 * np.eye(2), a=[2.0, 2.0], b=0.5 * np.eye(2)), components=("x", "v"))


def ensemble(law: object = LAW, values: np.ndarray = PATHS, times: np.ndarray = TIMES) -> Trajectory:
    return Trajectory(values, times, ("paths", "times", "dim"), law=law)


def test_the_exact_curves_are_those_of_the_law_and_the_others_those_of_the_paths() -> None:
    figure = draw(ensemble(), density=True, paths=3)
    assert [axes.get_ylabel() for axes in figure.axes[::2]] == ["x", "v"]
    for k, (left, right) in enumerate(zip(figure.axes[::2], figure.axes[1::2], strict=True)):
        assert left.get_ylim() == right.get_ylim()
        singles, (mean, exact, low, high) = left.lines[:3], [line.get_ydata() for line in left.lines[3:]]
        assert np.allclose(singles[2].get_ydata(), PATHS[2, :, k])
        assert np.allclose(mean, PATHS[..., k].mean(axis=0))
        known, deviation = 1 - 0.5 * np.exp(-2 * TIMES), 0.25 * np.sqrt(1 - np.exp(-4 * TIMES))
        assert np.allclose(exact, known)
        assert np.allclose(low, known - deviation)
        assert np.allclose(high, known + deviation)
        height, x = right.lines[0].get_data()
        centre, spread = known[-1], deviation[-1]
        assert np.allclose(height, np.exp(-(((x - centre) / spread) ** 2) / 2) / (spread * np.sqrt(2 * np.pi)))
        assert right.get_xlabel() == "density at t = 1"
    assert {text.get_text() for text in figure.legends[0].get_texts()} >= {"mean, sampled", "exact"}


@pytest.mark.parametrize(
    "trajectory",
    [
        ensemble(law="a law that was only written down"),
        ensemble(values=PATHS + np.linspace(0, 1, 200)[:, None, None]),
        ensemble(times=TIMES + 1),
    ],
    ids=["no law", "many starts", "a later start"],
)
def test_nothing_exact_is_drawn_where_nothing_is_known(trajectory: Trajectory) -> None:
    left, right = draw(trajectory, density=True).axes[:2]
    assert np.allclose(left.lines[-1].get_ydata(), np.median(trajectory.values[..., 0], axis=0))
    assert len(left.lines) == 30 + 1
    assert not right.lines


def test_the_histogram_has_mass_one_and_lost_paths_are_left_out() -> None:
    values = PATHS.copy()
    values[7, 5:] = np.nan
    left, right = draw(ensemble(values=values), density=True).axes[:2]
    heights, edges, _ = right.patches[0].get_data()  # type: ignore[attr-defined]
    assert (heights * np.diff(edges)).sum() == pytest.approx(1, abs=0.01)
    assert np.allclose(left.lines[30].get_ydata(), np.delete(PATHS, 7, axis=0)[..., 0].mean(axis=0))


def test_the_sets_of_a_sweep_are_not_mixed() -> None:
    values = np.stack([PATHS, PATHS + 3, PATHS - 3])
    sweep = Trajectory(values, TIMES, ("sets", "paths", "times", "dim"), law=LAW)
    axes = draw(sweep, density=True).axes
    assert len(axes) == 2
    medians = {line.get_label(): line.get_ydata() for line in axes[0].lines}
    assert list(medians) == ["set 0", "set 1", "set 2"]
    assert np.allclose(medians["set 2"], np.median(PATHS[..., 0] - 3, axis=0))

"""`draw` looks at what a result is; what is drawn are its numbers."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt

import evolaw
from evolaw.analysis.estimates import mean
from evolaw.analysis.evolution import density
from evolaw.automata.evolution import evolve
from evolaw.discovery import discover
from evolaw.errors import ArgumentError
from evolaw.report import draw, figures, save
from evolaw.trajectory import Trajectory


def soup(boards: int = 1) -> Trajectory:
    start = (np.random.default_rng(2).random((boards, 16, 16)) < 0.4).astype(np.uint8)
    return evolve("B3/S23", start if boards > 1 else start[0], 12)


@pytest.mark.parametrize("boards", [1, 5])
def test_the_density_curve_is_the_density(boards: int) -> None:
    run = soup(boards)
    figure = draw(run, frames=4)
    assert len(figure.axes) == 5
    line = figure.axes[-1].lines[0]
    values = run.values if boards > 1 else run.values[None]
    assert np.allclose(line.get_ydata(), values.mean(axis=(0, 2, 3)))
    assert np.array_equal(figure.axes[0].images[0].get_array(), next(run.split()).values[0])


def test_missing_cells_are_left_out_of_the_curve() -> None:
    values = np.ones((3, 4, 4), np.uint8)
    values[1, :2] = 255
    values[2, 0] = 0
    figure = draw(Trajectory(values, [0, 1, 2], ("times", "rows", "cols")))
    assert np.allclose(figure.axes[-1].lines[0].get_ydata(), [1, 1, 0.75])


def test_a_single_frame_has_no_curve() -> None:
    assert len(draw(Trajectory(np.zeros((1, 4, 4), np.uint8), [0], ("times", "rows", "cols"))).axes) == 1


def test_a_line_is_drawn_as_space_and_time() -> None:
    start = np.zeros(31, np.uint8)
    start[15] = 1
    run = evolve("W90", start, 15)
    assert np.array_equal(draw(run).axes[0].images[0].get_array(), run.values)


def test_paths_are_drawn_as_bands_with_their_median() -> None:
    paths = np.random.default_rng(0).normal(size=(200, 30, 2)).cumsum(1)
    run = Trajectory(paths, np.arange(30) * 0.1, ("paths", "times", "dim"))
    figure = draw(run, labels=("x", "v"), paths=3)
    assert [axes.get_ylabel() for axes in figure.axes] == ["x", "v"]
    assert np.allclose(figure.axes[1].lines[-1].get_ydata(), np.median(paths[..., 1], axis=0))
    assert len(figure.axes[0].lines) == 4
    single = draw(Trajectory(paths[0], np.arange(30), ("times", "dim")))
    assert np.allclose(single.axes[0].lines[0].get_ydata(), paths[0, :, 0])


def test_an_estimate_has_bars_of_two_standard_errors() -> None:
    estimate = mean(np.random.default_rng(1).normal(size=(12, 6)), "height")
    axes = draw(estimate, x=np.arange(6) * 0.5).axes[0]
    (segments,) = [collection.get_segments() for collection in axes.collections]
    lengths = [segment[1, 1] - segment[0, 1] for segment in segments]
    assert np.allclose(lengths, 4 * estimate.standard_error)


@pytest.mark.parametrize(
    ("result", "options", "words"),
    [(3, {}, "`result`"), (soup(), {"pahts": 3}, "frames, title"), (soup(), {"frames": 0}, "`frames`")],
)
def test_mistakes_are_told(result: object, options: dict[str, int], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        draw(result, **options)


def test_results_draw_themselves_and_files_repeat(tmp_path: Path) -> None:
    run = soup()
    first, second = (save(run.plot(title="Life 生命游戏"), tmp_path / f"{k}.svg").read_bytes() for k in range(2))
    assert first == second
    assert discover(run, rng=0).plot().axes


@pytest.mark.parametrize(("kind", "drawer"), figures._DRAWN_ELSEWHERE.items())
def test_the_table_of_drawers_names_what_there_is(kind: str, drawer: str) -> None:
    module, _, name = kind.rpartition(".")
    found = getattr(importlib.import_module(module), name)
    assert (found.__module__, found.__qualname__) == (module, name)
    file, _, function = drawer.rpartition(".")
    assert callable(getattr(importlib.import_module(f"evolaw.report.{file}"), function))


def test_what_inherits_from_a_result_is_drawn_like_it() -> None:
    class Mine(Trajectory):
        pass

    assert evolaw.draw(Mine(np.zeros((1, 4, 4), np.uint8), [0], ("times", "rows", "cols"))).axes


def test_drawing_a_recording_loads_no_jax_and_a_result_loads_no_report() -> None:
    program = (
        "import sys, evolaw\n"
        "from evolaw.trajectory import Trajectory\n"
        "run = Trajectory([[[0, 1], [1, 0]]], [0], ('times', 'rows', 'cols'))\n"
        "assert not [name for name in sys.modules if name.startswith(('evolaw.report', 'matplotlib'))]\n"
        "assert evolaw.draw(run).axes and run.plot().axes\n"
        "assert 'jax' not in sys.modules and 'evolaw.discovery.spine.finding' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_one_panel_is_drawn_into_the_users_axes() -> None:
    figure, (left, right) = plt.subplots(1, 2)
    estimate = density(_film())
    assert draw(estimate, ax=right, title="mine") is figure
    assert right in figure.axes and right.lines and right.get_title(loc="left") == "mine"
    assert not left.lines
    plt.close(figure)


def test_several_panels_take_the_place_of_the_users_axes() -> None:
    figure, (left, right) = plt.subplots(1, 2)
    _film().plot(ax=right)
    assert left in figure.axes and right not in figure.axes
    assert len(figure.axes) > 2
    spots = [axes.get_position() for axes in figure.axes if axes is not left]
    figure.canvas.draw()
    assert len(figure.subfigs) == 1 and spots
    plt.close(figure)


def test_axes_that_were_taken_out_are_refused() -> None:
    """Several panels take the place of axes; who draws into these once more has nowhere to draw."""
    figure, axes = plt.subplots()
    _film().plot(ax=axes)
    with pytest.raises(ArgumentError, match="stand in a figure"):
        density(_film()).plot(ax=axes)
    plt.close(figure)


@pytest.mark.parametrize("ax", [3, None.__class__])
def test_axes_that_are_none_are_refused(ax: object) -> None:
    with pytest.raises(ArgumentError, match="axes of Matplotlib"):
        draw(_film(), ax=ax)


def _film() -> Trajectory:
    board = (np.random.default_rng(0).random((2, 8, 8)) < 0.4).astype(np.uint8)
    return evolve("B3/S23", board, 4)

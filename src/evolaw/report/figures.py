"""Figures for papers: `draw` looks at what a result is and draws it.

Trajectory of a lattice    a strip of frames over the curves of density and change
Trajectory of a line       space to the right, time downwards
Trajectory of paths        median, the middle 50 % and 90 %, and a few paths
Finding                    every entry with the interval of its probability, and how often it was visited
Estimate                   values with two standard errors
OrderEstimate              errors against the step, the fitted slope with its band, the declared slope
LearnedLaw, Readout        the training; the logit by centre and neighbour count, and of all windows
League                     the share of seeds that found the law, by architecture and epoch
ScoreModel                 the loss of its training
Beside                     wrong cells and density over time of a learned law and the truth
Statistics of an SDE       mean with two standard errors, and one standard deviation around it
Curves of a junction       points with two standard errors over the exact curve; loops, histograms, maps, fits likewise
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evolaw import checks
from evolaw.analysis.estimates import Estimate
from evolaw.arrays import MISSING
from evolaw.report.path_charts import draw_paths
from evolaw.report.styles import (
    cell_colours,
    cell_places,
    legend_above,
    new_figure,
    placed_in,
    require_glyphs,
    save,
    states_shown,
    style,
)
from evolaw.told import told
from evolaw.trajectory import Trajectory

__all__ = ["draw", "draw_density", "save"]

_DRAWN_ELSEWHERE = {
    "evolaw.discovery.spine.finding.Finding": "evidence_charts.draw_finding",
    "evolaw.sde.studies.convergence.OrderEstimate": "order_charts.draw_order",
    "evolaw.learning.windows.learned_law.LearnedLaw": "learned.charts.draw_law",
    "evolaw.learning.windows.interpretation.Readout": "learned.charts.draw_readout",
    "evolaw.learning.windows.architecture_study.League": "learned.charts.draw_league",
    "evolaw.learning.trajectories.neural_equation.NeuralEquation": "learned.equation_charts.draw_coefficients",
    "evolaw.score.learned.model.ScoreModel": "score.charts.draw_training",
    "evolaw.learning.windows.rollouts.Beside": "learned.charts.draw_beside",
    "evolaw.sde.statistics.moments.Statistics": "statistics_charts.draw_statistics",
    "evolaw.josephson.curves.results.Curve": "junction.charts.draw_curve",
    "evolaw.josephson.curves.hysteresis.HysteresisLoop": "junction.charts.draw_hysteresis",
    "evolaw.josephson.escapes.switching.SwitchingCurrents": "junction.charts.draw_switching",
    "evolaw.josephson.curves.density.PhaseDensity": "junction.charts.draw_density",
    "evolaw.josephson.curves.spectra.Spectrum": "junction.charts.draw_spectrum",
    "evolaw.josephson.curves.shapiro.ShapiroMap": "junction.charts.draw_map",
    "evolaw.josephson.arrays.results.ArrayRun": "junction.array_charts.draw_array",
    "evolaw.josephson.arrays.sweeps.ArraySweep": "junction.array_charts.draw_array_sweep",
    "evolaw.josephson.curves.averages.Averages": "junction.charts.draw_averages",
    "evolaw.josephson.fitting.results.JunctionFit": "junction.fit_charts.draw_fit",
}
"""Who draws which class, by their names: neither is loaded before somebody draws such a result, who has loaded its class.
Whoever adds a kind of result adds its line; the drawer's parameters are the options of the result."""


@told
def draw(result: Any, **options: Any) -> Figure:
    """Return a Matplotlib figure of a result.

    Args:
        result: any result of evolaw; the list stands at the head of this file.
        **options: ``frames`` (how many frames of a lattice, default 6), ``paths`` (how many single paths, default 8, beside a density 30),
            ``labels`` (axis names of a vector state), ``density`` (of paths, whether that at the last time is drawn too),
            ``title``, ``x`` (abscissa of an Estimate); and ``ax``, axes of the user's to draw into, whose figure is returned: one
            panel is drawn into them, several take their place.

    Raises:
        ArgumentError: another kind of result, or an option that the result does not have.
        MissingExtra: Chinese letters in ``title`` or ``labels`` where there is no font for them.

    Example:
        >>> blinker = np.zeros((2, 5, 5), np.uint8)
        >>> len(draw(Trajectory(blinker, [0, 1], ("times", "rows", "cols"))).axes)
        3
    """
    drawer = _drawer(result)
    code = drawer.__code__
    allowed = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    for name in options:
        checks.one_of(name, "options", (*allowed, "title", "ax"))
    title, axes = options.pop("title", None), options.pop("ax", None)
    if axes is not None:
        return _drawn_into(axes, drawer, result, options, title)
    with style():
        figure = drawer(result, **options)
        if title:
            figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return require_glyphs(figure)


def _drawn_into(axes: Axes, drawer: Any, result: Any, options: dict[str, Any], title: str | None) -> Figure:
    """Draw into the user's axes; the title is theirs."""
    checks.require(isinstance(axes, Axes), "ax", "be axes of Matplotlib", type(axes).__name__)
    figure: Any = axes.figure
    checks.require(
        figure is not None and axes in figure.axes,
        "ax",
        "stand in a figure",
        "axes that were taken out of theirs",
        "A result of several panels takes the place of the axes it is given: give each its own.",
    )
    with style(), placed_in(axes):
        drawn = drawer(result, **options)
        if title and axes in figure.axes:
            axes.set_title(title)
        elif title:
            drawn.suptitle(title, x=0.01, ha="left", weight="bold")
    return require_glyphs(cast(Figure, figure))


def _drawer(result: Any) -> Callable[..., Figure]:
    """What draws this kind of result; a drawer named in the table is registered when its class first comes by."""
    for kind in type(result).__mro__:
        name = _DRAWN_ELSEWHERE.get(f"{kind.__module__}.{kind.__qualname__}")
        if name is not None and kind not in _kinds.registry:
            file, _, function = name.rpartition(".")
            drawer = getattr(importlib.import_module(f"evolaw.report.{file}"), function)
            _kinds.register(kind, lambda result, drawer=drawer: drawer)
    return _kinds(result)


@functools.singledispatch
def _kinds(result: Any) -> Callable[..., Figure]:
    kinds = sorted({"Trajectory", "Estimate", *(name.rpartition(".")[2] for name in _DRAWN_ELSEWHERE)})
    raise checks.refuse("result", f"be one of these results: {', '.join(kinds)}", type(result).__name__)


@_kinds.register
def _(result: Estimate) -> Callable[..., Figure]:
    return _estimate


@_kinds.register
def _(result: Trajectory) -> Callable[..., Figure]:
    if result.axes[-2:] == ("rows", "cols"):
        return _lattice
    return _line if result.axes[-1] == "cells" else draw_paths


def _lattice(trajectory: Trajectory, frames: int = 6) -> Figure:
    count = min(checks.integer(frames, "frames", least=1), len(trajectory))
    chosen = np.unique(np.linspace(0, len(trajectory) - 1, count).round().astype(int))
    board = next(trajectory.split()).frames
    tall = float(np.clip(board.shape[-2] / board.shape[-1], 0.3, 1.5))
    figure = new_figure(7.2, tall * 7.2 / len(chosen) + (2.1 if len(trajectory) > 1 else 0.4))
    grid = figure.add_gridspec(2 if len(trajectory) > 1 else 1, len(chosen))
    for place, index in enumerate(chosen):
        axes = figure.add_subplot(grid[0, place])
        axes.imshow(cell_places(board[index], states_shown(trajectory)), **_tones(trajectory))
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(True)
        axes.set_title(f"t = {trajectory.times[index]:g}")
    if len(trajectory) > 1:
        _curves(figure.add_subplot(grid[1, :]), trajectory)
    return figure


def draw_density(trajectory: Trajectory) -> Figure:
    """The curves of density and change of a lattice alone, for a page that plays the frames themselves."""
    with style():
        figure = new_figure(6.4, 2.3)
        _curves(figure.add_subplot(), trajectory)
    return figure


def _tones(trajectory: Trajectory) -> dict[str, Any]:
    """The colours of the cells of a lattice, for their `cell_places`."""
    colours = cell_colours(states_shown(trajectory))
    return {"cmap": ListedColormap(colours), "norm": BoundaryNorm(np.arange(len(colours) + 1) - 0.5, len(colours))}


def _curves(axes: Axes, trajectory: Trajectory) -> None:
    """The share of living cells and of cells that changed, over all boards; missing cells are left out."""
    values = np.stack([run.frames for run in trajectory.split()]).astype(float)
    values[values == MISSING] = np.nan
    alive = np.where(np.isnan(values), np.nan, values == 1)
    steps = np.diff(values, axis=1)
    change = np.where(np.isnan(steps), np.nan, steps != 0)
    for name, cells, times in (("density", alive, trajectory.times), ("changed", change, trajectory.times[1:])):
        each = np.nanmean(cells, axis=(-2, -1))
        (line,) = axes.plot(times, each.mean(0), label=name, linestyle="-" if name == "density" else "--")
        if len(each) > 1:
            error = 2 * each.std(0, ddof=1) / np.sqrt(len(each))
            axes.fill_between(
                times, each.mean(0) - error, each.mean(0) + error, color=line.get_color(), alpha=0.2, lw=0
            )
    if np.equal(trajectory.times, np.floor(trajectory.times)).all():
        axes.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))
    axes.set_xlabel("generation")
    axes.set_ylabel("share of cells")
    axes.set_ylim(bottom=0)
    axes.margins(x=0.01)
    legend_above(axes)


def _line(trajectory: Trajectory) -> Figure:
    cells = next(trajectory.split()).frames
    height, width = cells.shape
    figure = new_figure(6.4, float(np.clip(6.4 * height / width, 1.5, 8.5)) + 0.5)
    axes = figure.add_subplot()
    end = trajectory.times[-1] + 1
    axes.imshow(
        cell_places(cells, 2),
        **_tones(trajectory),
        aspect="auto",
        extent=(0, width, end, trajectory.times[0]),
    )
    axes.set_xlabel("cell")
    axes.set_ylabel("generation")
    return figure


def _estimate(estimate: Estimate, x: Any = None) -> Figure:
    value, error = np.atleast_1d(estimate.value), np.atleast_1d(estimate.standard_error)
    figure = new_figure(5.2, 3.0)
    axes = figure.add_subplot()
    if value.ndim > 1:
        image = axes.imshow(value.reshape(value.shape[0], -1), cmap="cividis", aspect="auto")
        figure.colorbar(image, label=estimate.what)
        return figure
    at = np.arange(value.size) if x is None else checks.shape(x, "x", (value.size,))
    known = np.where(np.isfinite(error), 2 * error, 0)
    if value.size <= 40:
        axes.errorbar(at, value, yerr=known, fmt="o", markersize=3.5, capsize=2.5)
    else:
        axes.plot(at, value)
        axes.fill_between(at, value - known, value + known, alpha=0.25, lw=0)
    axes.set_ylabel(estimate.what or "value")
    axes.set_title(f"n = {estimate.n}, ± 2 standard errors")
    return figure

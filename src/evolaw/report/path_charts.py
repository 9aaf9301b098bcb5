"""Paths of a process as a figure: the paths, their mean and band beside the exact ones, and the density at the end.

One row a component. Left: some paths, the sample mean, one standard deviation around it, and the exact mean and band as dashed
lines. Right, turned to share the axis of values: the histogram at the last time and the exact density.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw.report.styles import CYCLE, new_figure, style

__all__ = ["Curve", "Panel", "draw_paths"]


@dataclass(frozen=True)
class Curve:
    """A density along the axis of values: x, its height and what it is, such as "exact"."""

    x: np.ndarray
    height: np.ndarray
    name: str


@dataclass(frozen=True)
class Panel:
    """What is drawn of one component.

    Attributes:
        label: its name.
        paths: some paths, shape (paths, times).
        mean, deviation: sample mean and standard deviation, shape (times,).
        exact_mean, exact_deviation: the same, exactly; None where unknown.
        edges, density: histogram at the last time.
        curve: exact or stationary density; None where unknown.
    """

    label: str
    paths: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    exact_mean: np.ndarray | None
    exact_deviation: np.ndarray | None
    edges: np.ndarray
    density: np.ndarray
    curve: Curve | None


def draw_paths(times: np.ndarray, panels: list[Panel], title: str = "") -> Figure:
    """Return the figure of an ensemble of paths, one row a component."""
    with style():
        figure = new_figure(7.2, 2.75 * len(panels) + (0.35 if title else 0.0))
        rows = figure.subplots(
            len(panels), 2, sharey="row", squeeze=False, width_ratios=[2.6, 1], gridspec_kw={"wspace": 0.1}
        )
        for row, panel in zip(rows, panels, strict=True):
            _over_time(row[0], times, panel)
            _at_the_end(row[1], panel, times[-1])
            row[1].locator_params(axis="x", nbins=4)
        rows[-1][0].set_xlabel("time")
        known = {line.get_label(): line for axes in rows[0] for line in axes.get_legend_handles_labels()[0]}
        figure.legend(known.values(), known.keys(), loc="outside lower left", ncols=3)
        if title:
            figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return figure


def _over_time(axes: Axes, times: np.ndarray, panel: Panel) -> None:
    axes.plot(times, panel.paths.T, color="#555555", lw=0.5, alpha=0.35)
    low, high = panel.mean - panel.deviation, panel.mean + panel.deviation
    axes.fill_between(times, low, high, color=CYCLE[0], alpha=0.2, lw=0, label="mean ± 1 standard deviation, sampled")
    axes.plot(times, panel.mean, color=CYCLE[0], lw=1.8, label="mean, sampled")
    dashes: Any = {"color": CYCLE[1], "lw": 1.3, "ls": (0, (4, 3))}
    if panel.exact_mean is not None:
        axes.plot(times, panel.exact_mean, label="exact", **dashes)
        if panel.exact_deviation is not None:
            for sign in (-1, 1):
                axes.plot(times, panel.exact_mean + sign * panel.exact_deviation, **dashes)
    axes.set_ylabel(panel.label)
    axes.margins(x=0)


def _at_the_end(axes: Axes, panel: Panel, time: float) -> None:
    axes.stairs(panel.density, panel.edges, orientation="horizontal", fill=True, color=CYCLE[0], alpha=0.35)
    if panel.curve is not None:
        axes.plot(panel.curve.height, panel.curve.x, color=CYCLE[1], ls=(0, (4, 3)), label=panel.curve.name)
    axes.set_xlabel(f"density at t = {time:g}")
    axes.set_xlim(left=0)

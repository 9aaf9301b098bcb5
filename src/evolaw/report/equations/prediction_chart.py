"""What the law predicts beside what was recorded: density, autocorrelation, first passages or turn, one figure a component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw.report.styles import CYCLE, new_figure

__all__ = ["draw_predictions"]

_MOST = 4
"""Components drawn: those after them are in the JSON."""

_WORDS = {
    "density": ("density", ""),
    "autocorrelation": ("autocorrelation", "lag"),
    "first passages": ("first passages", "time"),
    "turn": ("mean turn", "time"),
}
"""Title and what is along the axis; the component itself where that is empty."""


def draw_predictions(curves: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """Return a figure for each of the first components.

    Args:
        curves: ``facts["prediction"]`` of a finding, see `misfit.predictive_curves.Curve`.
    """
    components = list(dict.fromkeys(curve["component"] for curve in curves))
    return [_figure([curve for curve in curves if curve["component"] == name]) for name in components[:_MOST]]


def _figure(curves: Sequence[Mapping[str, Any]]) -> Figure:
    figure = new_figure(7.2, 2.5)
    panels = figure.subplots(1, len(curves), squeeze=False)[0]
    for axes, curve in zip(panels, curves, strict=True):
        _draw(axes, curve)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=2, fontsize=8)
    return figure


def _draw(axes: Axes, curve: Mapping[str, Any]) -> None:
    title, along = _WORDS[curve["kind"]]
    axes.fill_between(curve["at"], curve["low"], curve["high"], color=CYCLE[1], alpha=0.25, lw=0)
    axes.plot(curve["at"], curve["middle"], color=CYCLE[1], lw=1.2, label="law")
    axes.plot(curve["at"], curve["recorded"], "o", color=CYCLE[0], ms=3, label="recorded")
    if curve["kind"] == "autocorrelation":
        axes.set_xscale("log")
    if curve["kind"] in ("density", "first passages"):
        axes.set_ylim(bottom=0)
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(along or curve["component"])

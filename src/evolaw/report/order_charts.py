"""The measured order of a scheme as a figure: errors against the step on logarithmic axes, the fit with its band, the declared line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw.report.styles import CYCLE, new_figure, style

if TYPE_CHECKING:
    from evolaw.sde.studies.convergence import OrderEstimate

__all__ = ["draw_order", "draw_orders"]

_MEASURES = {"strong": "E |error at the end|", "weak": "|error of the mean|"}


def draw_order(estimate: OrderEstimate) -> Figure:
    """Return the chart of one measured order."""
    return draw_orders([estimate])


def draw_orders(estimates: list[OrderEstimate], title: str = "") -> Figure:
    """Return one panel an estimate: errors with two standard errors, the fitted slope with its band, the declared slope."""
    with style():
        figure = new_figure(3.6 * len(estimates) + 0.4, 3.5)
        for axes, estimate in zip(figure.subplots(1, len(estimates), squeeze=False)[0], estimates, strict=True):
            _draw(axes, estimate)
        if title:
            figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return figure


def _draw(axes: Axes, estimate: OrderEstimate) -> None:
    h, errors, bars = estimate.dt, estimate.errors, 2 * estimate.standard_errors
    middle = float(np.exp(np.log(h).mean()))
    level = float(np.exp(np.log(np.maximum(errors, np.finfo(float).tiny)).mean()))
    wide = np.geomspace(h.min() / 1.2, h.max() * 1.2, 50)
    low, high = (level * (wide / middle) ** (estimate.slope + sign * estimate.band) for sign in (-1, 1))
    axes.fill_between(
        wide, np.minimum(low, high), np.maximum(low, high), color=CYCLE[0], alpha=0.2, lw=0, label="95 % band"
    )
    fitted = f"measured {estimate.slope:.2f} ± {estimate.band:.2f}"
    axes.plot(wide, level * (wide / middle) ** estimate.slope, color=CYCLE[0], label=fitted)
    if estimate.declared is not None:
        line = level * (wide / middle) ** estimate.declared
        axes.plot(wide, line, color=CYCLE[1], ls=(0, (4, 3)), label=f"declared {estimate.declared:g}")
    # An error bar that reaches zero has no place on a logarithmic axis; it ends a decade below its point.
    down = np.minimum(bars, 0.9 * errors)
    axes.errorbar(h, errors, yerr=[down, bars], fmt="o", color=CYCLE[0], markersize=4, capsize=2.5)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("step h")
    axes.set_ylabel(_MEASURES[estimate.kind])
    axes.set_title(
        f"{estimate.kind}, against {'the ' if estimate.truth.startswith('explicit') else ''}{estimate.truth}"
    )
    axes.legend(loc="best", fontsize=8)

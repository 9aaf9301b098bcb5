"""The figure of a fit: the data with the fitted curve, and the residuals."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from evolaw.report.junction.looks import EXACT, finish
from evolaw.report.styles import CYCLE, new_figure

__all__ = ["draw_fit"]


_PREFIXES = {-12: "p", -9: "n", -6: "µ", -3: "m", 0: ""}


def draw_fit(fit: Any) -> Figure:
    """The data with the fitted curve, and the residuals in standard errors below."""
    figure = new_figure(5.8, 4.6)
    top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    order = np.argsort(fit.x)
    top.errorbar(fit.x, fit.measured, yerr=2 * fit.error, fmt="o", ms=3, color=CYCLE[0], label="measured")
    top.plot(fit.x[order], fit.fitted[order], label="fitted", **EXACT)
    if fit.kind == "rates":
        top.set_yscale("log")
    finish(top, "", "")
    _in_units(top.yaxis, fit.labels[1], fit.measured)
    bottom.axhline(0, color="#8a8f99", lw=0.8)
    bottom.plot(fit.x, (fit.measured - fit.fitted) / fit.error, "o", ms=3, color=CYCLE[0])
    _in_units(bottom.xaxis, fit.labels[0], fit.x)
    bottom.set_ylabel("residual / error")
    return figure


def _in_units(axis: Axis, label: str, values: Any) -> None:
    """Label an axis, its numbers in a readable part of their unit: "current (A)" becomes "current (µA)", and 1e-6 becomes 1."""
    named = re.fullmatch(r"(.*) \(([AV])\)", label)
    power = 3 * int(np.floor(np.log10(np.max(np.abs(values)) or 1.0) / 3)) if named else 0
    if named is None or power not in _PREFIXES:
        axis.set_label_text(label)
        return
    axis.set_label_text(f"{named[1]} ({_PREFIXES[power]}{named[2]})")
    axis.set_major_formatter(lambda value, _: f"{value / 10.0**power:g}".replace("-", "−"))

"""Figures of arrays of junctions: the order over time, and what was measured over biases and temperatures."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from evolaw.report.junction.looks import EXACT, finish, frequency_unit
from evolaw.report.styles import CYCLE, legend_above, new_figure

__all__ = ["draw_array", "draw_array_sweep"]


_FEW_LINES = 3
_LOOKS = ("o-", "s--", "^:", "D-.")
_NAMES = {
    "helicity": "helicity modulus Υ",
    "vortices": "vortices per plaquette",
    "energy": "energy per bond / $E_J$",
    "voltage": r"$V\,/\,(I_c R)$",
    "order": "order parameter",
}


def draw_array(found: Any) -> Figure:
    """The order parameter of an array over time."""
    figure = new_figure(5.4, 3.0)
    axes = figure.add_subplot()
    count = found.phase.shape[0]
    axes.plot(found.times, found.order, color=CYCLE[0], label="mean over the arrays" if count > 1 else None)
    if count > 1:
        low, high = (np.clip(found.order + k * found.order_error, 0, 1) for k in (-2, 2))
        axes.fill_between(found.times, low, high, alpha=0.25, lw=0, color=CYCLE[0], label="± 2 standard errors")
    axes.set_ylim(0, 1.05)
    unit = frequency_unit(found.law.params.get("friction"))
    finish(axes, f"time (1/{unit})", r"order parameter $|\langle e^{i\varphi}\rangle|$")
    return figure


def draw_array_sweep(found: Any) -> Figure:
    """What was measured of an array over the temperatures, or over the biases where these were varied; one line a value of the other."""
    names = (
        ["helicity", "vortices", "energy"]
        if "helicity" in found.plane and not np.any(found.bias)
        else ["voltage", "order"]
    )
    over_bias = np.unique(found.bias).size > 1
    x, other = (found.bias, found.noise) if over_bias else (found.noise, found.bias)
    lines = np.unique(other)
    columns = 1 if lines.size <= _FEW_LINES else 2
    figure = new_figure(3.4 * len(names), 3.2 + 0.17 * max(0, -(-lines.size // columns) - _FEW_LINES))
    panels = np.atleast_1d(figure.subplots(1, len(names)))
    for axes, name in zip(panels, names, strict=True):
        value, error = found.column(name)
        for k, fixed in enumerate(lines):
            here = other == fixed
            words = f"{'D' if over_bias else 'i'} = {fixed:.3g}"
            axes.errorbar(
                x[here],
                value[here],
                yerr=2 * np.nan_to_num(error[here]),
                fmt=_LOOKS[k // len(CYCLE) % len(_LOOKS)],
                ms=3.5,
                capsize=2,
                color=CYCLE[k % len(CYCLE)],
                label=words,
            )
        if name == "helicity":
            line = np.linspace(0, x.max(), 50)
            axes.plot(line, 2 * line / np.pi, label=r"$2D/\pi$, the jump", **EXACT)
            axes.set_ylim(-0.05, 1.05)
        axes.set_xlabel(r"$I\,/\,I_c$" if over_bias else r"$D = k_B T\,/\,E_J$")
        axes.set_ylabel(_NAMES[name])
        if axes is panels[0]:  # the lines are the same in all
            legend_above(axes, columns)
    return figure

"""What the figures of junctions share: the look of what is exact, axes in reduced and SI units, the legend above."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from evolaw import display
from evolaw.report.styles import CYCLE, legend_above

__all__ = ["CURRENT", "EXACT", "FEW", "VOLTAGE", "bias_axis", "finish", "frequency_unit"]

FEW = 25
EXACT: dict[str, Any] = {"color": CYCLE[1], "lw": 1.5, "ls": (0, (4, 3)), "zorder": 3}
VOLTAGE, CURRENT = r"$V\,/\,(I_c R)$", r"$I\,/\,I_c$"


def bias_axis(junction: Any, bias: np.ndarray) -> tuple[float, str]:
    """What a bias is multiplied with for the axis, and its label."""
    if junction.scales is None:
        return 1.0, CURRENT
    top = float(np.max(np.abs(bias))) or 1.0
    size, prefix = display.engineering(top * junction.scales.critical_current)
    return junction.scales.critical_current / size, f"current ({prefix}A)"


def frequency_unit(damping: Any) -> str:
    """The unit of frequencies: the plasma frequency, or without capacitance the characteristic one."""
    return r"$\omega_c$" if damping is None else r"$\omega_p$"


def finish(axes: Axes, x: str, y: str) -> None:
    """Name the axes, and put the legend above them, where there is one."""
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    if axes.get_legend_handles_labels()[1]:
        legend_above(axes, 1)

"""The evidence of a finding as a figure: what is known of every entry, and how often it was seen.

Spaces of up to 102 entries are drawn one column an entry, with the interval of P(alive next) and the visits above it. The
512 windows of the general space are drawn as the 16 x 32 map of the report: row the upper four cells, column the other five.
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from evolaw.discovery.lattices.model.rule_space import GENERATIONS
from evolaw.discovery.spine.finding import EntryFinding, Finding
from evolaw.report.equations.charts import draw_equation
from evolaw.report.styles import DECISION_COLOURS, DECISION_MARKERS, new_figure

__all__ = ["draw_finding"]


def draw_finding(finding: Finding) -> Figure:
    """Return the chart of a finding's entries."""
    if finding.space == "equation":
        return draw_equation(finding)
    if GENERATIONS.get(finding.space, finding.space) == "general":
        return _map(finding)
    groups = _split(finding)
    figure = new_figure(7.2, 3.1 if len(groups) == 1 else 5.6)
    grid = figure.add_gridspec(2 * len(groups), 1, height_ratios=[1, 2.4] * len(groups))
    for place, entries in enumerate(groups):
        above = figure.add_subplot(grid[2 * place])
        below = figure.add_subplot(grid[2 * place + 1], sharex=above)
        _visits(above, entries)
        _intervals(below, entries)
    _legend(figure, finding)
    return figure


def _split(finding: Finding) -> list[list[EntryFinding]]:
    """Births and survivals share a row where there is room."""
    entries = list(finding.entries)
    if len(entries) <= 30:
        return [entries]
    return [[entry for entry in entries if entry.name.startswith(letters)] for letters in ("B", ("S", "C"))]


def _visits(axes: Axes, entries: list[EntryFinding]) -> None:
    counts = np.array([entry.visits for entry in entries], float)
    axes.bar(range(len(entries)), counts + (counts > 0), color="#b9c4d2", width=0.8, bottom=0)
    axes.set_yscale("symlog", linthresh=1)
    axes.set_ylabel("visits")
    axes.tick_params(bottom=False, labelbottom=False)
    top = max(1, int(np.ceil(np.log10(max(10.0, float(counts.max()))))))
    axes.set_ylim(0, 10**top)
    axes.set_yticks([0, *(10.0**power for power in range(0, top + 1, max(1, (top + 1) // 2)))])
    axes.minorticks_off()


def _intervals(axes: Axes, entries: list[EntryFinding]) -> None:
    for place, entry in enumerate(entries):
        colour, (low, high) = DECISION_COLOURS[entry.decision], entry.interval
        unknown = entry.decision == "undetermined"
        axes.plot(
            [place, place],
            [low, high],
            color=colour,
            lw=1.2 if unknown else 3.2,
            alpha=0.45,
            ls=":" if unknown else "-",
        )
        if unknown:
            axes.text(place, 0.5, "?", color=colour, ha="center", va="center", weight="bold")
        else:
            hollow = entry.decision == "absent"
            axes.plot(
                place,
                0.5 if entry.probability is None else entry.probability,
                DECISION_MARKERS[entry.decision],
                color=colour,
                markerfacecolor="white" if hollow else colour,
                markersize=4.5,
                clip_on=False,
            )
    axes.set_xticks(range(len(entries)), [entry.name for entry in entries], rotation=90 if len(entries) > 20 else 0)
    axes.tick_params(axis="x", labelsize=6.5 if len(entries) > 20 else 8.5)
    axes.set_xlim(-0.7, len(entries) - 0.3)
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("P(alive next)")


def _legend(figure: Figure, finding: Finding) -> None:
    handles = []
    for decision, colour in DECISION_COLOURS.items():
        count = len(finding.of(decision))
        if count:
            face = "white" if decision == "absent" else colour
            marker = DECISION_MARKERS[decision] or "$?$"
            label = f"{decision} ({count})"
            handles.append(Line2D([], [], ls="", marker=marker, color=colour, markerfacecolor=face, label=label))
    figure.legend(handles=handles, loc="outside upper left", ncols=5, handletextpad=0.1)


def _map(finding: Finding) -> Figure:
    figure = new_figure(7.2, 4.3)
    axes = figure.add_subplot()
    ordered = sorted(
        (entry for entry in finding.entries if not entry.name.startswith("C")), key=lambda entry: int(entry.name, 2)
    )
    visits = np.array([entry.visits for entry in ordered], float).reshape(16, 32)
    image = axes.imshow(np.log10(1 + visits), cmap="Blues", vmin=0)
    for place, entry in enumerate(ordered):
        row, col = divmod(place, 32)
        colour = (
            "white"
            if np.log10(1 + entry.visits) > 0.6 * np.log10(1 + visits.max())
            else DECISION_COLOURS[entry.decision]
        )
        if entry.decision == "undetermined":
            axes.text(col, row, "?", color=DECISION_COLOURS["undetermined"], ha="center", va="center", fontsize=6)
        elif entry.decision != "absent":
            axes.plot(col, row, DECISION_MARKERS[entry.decision], color=colour, markersize=3)
    axes.set_xlabel("the other five cells of the window, as a number")
    axes.set_ylabel("its upper four cells")
    axes.spines[:].set_visible(False)
    figure.colorbar(image, label="log10(1 + visits)", shrink=0.8)
    _legend(figure, finding)
    return figure

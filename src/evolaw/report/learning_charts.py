"""Figures of learning: what a network says of every window, its filters, its training, and the league.

Logits are shown with the sign as colour: blue for life, orange for death, pale where the network hardly decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from evolaw.report.styles import CYCLE, new_figure

if TYPE_CHECKING:
    from evolaw.learning.league import League
    from evolaw.learning.readout import Filter, Readout
    from evolaw.learning.surrogate import LearnedLaw

__all__ = ["draw_filters", "draw_law", "draw_league", "draw_readout"]

_SIGNED = LinearSegmentedColormap.from_list("signed", [CYCLE[1], "#ffffff", CYCLE[0]])
_MOST_FILTERS = 16


def draw_readout(readout: Readout) -> Figure:
    """Return the logit against centre and neighbour count, over the map of all 512 windows."""
    from evolaw.learning.readout import response_curve

    figure = new_figure(7.2, 5.4)
    above, below = figure.subplots(2, 1, height_ratios=[1.15, 1])
    mean, spread = response_curve(readout)
    counts = np.arange(9)
    for centre, (name, marker) in enumerate((("dead centre", "o"), ("living centre", "s"))):
        above.errorbar(
            counts + 0.08 * (centre - 0.5),
            mean[centre],
            yerr=spread[centre],
            fmt=f"{marker}-",
            color=CYCLE[centre],
            capsize=2.5,
            markersize=4,
            label=name,
        )
    above.axhline(0, color="#8a8f99", lw=0.8, ls=":")
    above.set_xlabel("living neighbours")
    above.set_ylabel("logit of life")
    above.set_title("Mean logit; bars: standard deviation over the windows of one count")
    above.legend()
    _map(figure, below, readout.logits, readout.visited)
    return figure


def draw_law(law: LearnedLaw) -> Figure:
    """Return the training of every network, and where the networks disagree."""
    several = len(law) > 1
    figure = new_figure(7.2, 5.2 if several else 2.7)
    rows = figure.subplots(2 if several else 1, 1, squeeze=False)[:, 0]
    for records in law.history:
        rows[0].plot([r.epoch for r in records], [max(r.loss, 1e-9) for r in records], color=CYCLE[0], lw=1, alpha=0.7)
    rows[0].set_yscale("log")
    rows[0].set_xlabel("epoch")
    rows[0].set_ylabel("loss, nats a cell")
    rows[0].margins(x=0.02)
    wrong = [[r.window_errors for r in records] for records in law.history]
    if all(error is not None for row in wrong for error in row) and any(wrong):
        beside = rows[0].twinx()
        for records, errors in zip(law.history, wrong, strict=True):
            beside.plot([r.epoch for r in records], errors, color=CYCLE[1], lw=1, ls="--", alpha=0.7)
        beside.set_ylabel("wrong windows of 512 (dashed)", color=CYCLE[1])
        beside.set_yscale("symlog", linthresh=1)
        beside.set_ylim(bottom=0)
        beside.spines["right"].set_visible(True)
    if several:
        image = rows[1].imshow(law.disagreement.reshape(16, 32), cmap="Purples", vmin=0, vmax=0.5)
        figure.colorbar(image, ax=rows[1], label="share in the minority", shrink=0.8)
        _name_axes(rows[1], f"Windows on which the {len(law)} networks disagree")
    return figure


def draw_filters(filters: list[Filter]) -> Figure:
    """Return the strongest filters as pictures, each with the canonical one it is most like."""
    shown = filters[:_MOST_FILTERS]
    columns = min(8, max(len(shown), 1))
    rows = max(1, -(-len(shown) // columns))
    figure = new_figure(max(1.05 * columns, 3.0), 1.55 * rows)
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    most = max((float(np.abs(each.weights).max()) for each in shown), default=1.0) or 1.0
    for axes in places:
        axes.axis("off")
    for axes, each in zip(places, shown, strict=False):
        axes.imshow(each.weights, cmap=_SIGNED, vmin=-most, vmax=most)
        for row, col in np.ndindex(3, 3):
            axes.text(col, row, f"{each.weights[row, col]:.1f}", ha="center", va="center", fontsize=6, color="#333a45")
        axes.set_title(f"{each.nearest}  {each.cosine:.2f}", fontsize=7.5, loc="center")
    return figure


def draw_league(league: League) -> Figure:
    """Return the share of seeds that have found the law by epoch, with the final Wilson intervals."""
    figure = new_figure(7.2, max(3.0, 0.27 * len(league.standings) + 1.0))
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    epochs = np.arange(1, league.epochs + 1)
    order = league.standings[::-1]
    shares = np.array([[((s.found > 0) & (s.found <= epoch)).mean() for epoch in epochs] for s in order])
    left.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", origin="lower")
    for row, col in np.ndindex(shares.shape):
        colour = "white" if shares[row, col] > 0.6 else "#333a45"
        left.text(col, row, f"{100 * shares[row, col]:.0f}", ha="center", va="center", fontsize=6.5, color=colour)
    left.set_xticks(range(len(epochs)), [str(epoch) for epoch in epochs])
    left.set_yticks(range(len(order)), [s.name for s in order])
    left.set_xlabel("epoch")
    left.set_title("Seeds that have found the law, %")
    left.spines[:].set_visible(False)
    rates = np.array([s.rate for s in order])
    errors = np.clip(np.abs(rates[:, 1:].T - rates[:, 0]), 0, None)
    right.errorbar(rates[:, 0], range(len(order)), xerr=errors, fmt="o", capsize=2.5, markersize=4)
    right.axvline(0.95, color="#8a8f99", lw=0.8, ls=":")
    right.set_yticks(range(len(order)), [])
    right.set_ylim(left.get_ylim())
    right.set_xlim(-0.02, 1.02)
    right.set_xlabel(f"success rate after {league.epochs} epochs")
    right.set_title(f"{league.seeds} seeds, 95 % Wilson intervals")
    return figure


def _map(figure: Figure, axes: Axes, logits: np.ndarray, visited: np.ndarray | None) -> None:
    most = max(float(np.percentile(np.abs(logits), 95)), 1e-9)
    image = axes.imshow(logits.reshape(16, 32), cmap=_SIGNED, vmin=-most, vmax=most)
    unseen = np.flatnonzero(~visited) if visited is not None else np.empty(0, int)
    if unseen.size:
        axes.plot(unseen % 32, unseen // 32, "x", color="#333a45", markersize=3, mew=0.7)
    figure.colorbar(image, ax=axes, label="logit of life", shrink=0.8)
    _name_axes(axes, f"All 512 windows{'; crosses: never seen in training' if unseen.size else ''}")


def _name_axes(axes: Any, title: str) -> None:
    axes.set_xlabel("the other five cells of the window, as a number")
    axes.set_ylabel("its upper four cells")
    axes.set_title(title)
    axes.set_xticks(range(0, 32, 4))
    axes.set_yticks(range(0, 16, 4))
    axes.spines[:].set_visible(False)

"""Figures of learning: what a network says of every window, its filters, its training, and the league.

Logits are shown with the sign as colour: blue for life, orange for death, pale where the network hardly decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, SymLogNorm
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evolaw.report.styles import CYCLE, legend_above, new_figure

if TYPE_CHECKING:
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.interpretation import Filter, Readout
    from evolaw.learning.windows.learned_law import LearnedLaw
    from evolaw.learning.windows.rollouts import Beside

__all__ = ["draw_beside", "draw_filters", "draw_law", "draw_league", "draw_readout"]

_SIGNED = LinearSegmentedColormap.from_list("signed", [CYCLE[1], "#ffffff", CYCLE[0]])
_MOST_FILTERS = 16
_LINEAR = 1.0
"""Logits below this are shown in proportion, larger ones by their logarithm: what counts is which side of 0."""


def draw_readout(readout: Readout) -> Figure:
    """Return the logit of every window by neighbour count, for dead and living centres, over the map of all 512."""
    from evolaw.learning.windows.interpretation import response_curve

    figure = new_figure(7.2, 5.6)
    axes = figure.subplot_mosaic([["dead", "living"], ["map", "map"]], height_ratios=[1.1, 1])
    mean, _ = response_curve(readout)
    windows = np.arange(512)
    centre = windows >> 4 & 1
    count = np.bitwise_count(windows) - centre
    for state, name in enumerate(("dead", "living")):
        mine = np.flatnonzero(centre == state)
        # Windows of one count stand beside each other in the order of their logits, so that none hides another.
        order = mine[np.lexsort((readout.logits[mine], count[mine]))]
        rank = np.concatenate([np.linspace(-0.3, 0.3, n) if n > 1 else np.zeros(1) for n in np.bincount(count[order])])
        axes[name].plot(count[order] + rank, readout.logits[order], "o", markersize=1.8, alpha=0.55, color=CYCLE[state])
        axes[name].plot(np.arange(9), mean[state], "-", lw=1, color="#333a45")
        axes[name].axhline(0, color="#8a8f99", lw=0.8, ls=":")
        axes[name].set_yscale("symlog", linthresh=_LINEAR)
        axes[name].set_xticks(range(9))
        axes[name].set_xlabel("living neighbours")
        axes[name].set_title(f"{name} centre")
        lowest, highest = min(float(readout.logits.min()), -_LINEAR), max(float(readout.logits.max()), _LINEAR)
        axes[name].set_ylim(1.7 * lowest, 1.7 * highest)
    axes["dead"].set_ylabel("logit of life")
    _map(figure, axes["map"], readout.logits, readout.visited)
    return figure


def draw_law(law: LearnedLaw) -> Figure:
    """Return loss and wrong windows of every network by epoch, and where the networks disagree."""
    several, known = len(law) > 1, [records for records in law.history if records]
    judged = all(record.window_errors is not None for records in known for record in records) and bool(known)
    figure = new_figure(7.2, 5.0 if several else 2.6)
    rows: list[Any] = [["loss", "wrong"] if judged else ["loss", "loss"], ["map", "map"]]
    axes = figure.subplot_mosaic(rows[: 1 + several])
    for records in known:
        epochs = [record.epoch for record in records]
        axes["loss"].plot(epochs, [max(record.loss, 1e-9) for record in records], color=CYCLE[0], lw=1, alpha=0.7)
        if judged:
            wrong = [record.window_errors or 0 for record in records]
            axes["wrong"].plot(epochs, wrong, ".-", color=CYCLE[1], lw=1, alpha=0.7)
    axes["loss"].set_yscale("log")
    axes["loss"].set_ylabel("loss, nats a cell")
    if judged:
        axes["wrong"].set_yscale("symlog", linthresh=1)
        axes["wrong"].set_ylim(-0.15, 512)
        axes["wrong"].set_yticks([0, 1, 10, 100], ["0", "1", "10", "100"])
        axes["wrong"].set_ylabel("wrong windows of 512")
    for name in ("loss", "wrong") if judged else ("loss",):
        axes[name].set_xlabel("epoch")
        axes[name].xaxis.set_major_locator(MaxNLocator(integer=True))
        axes[name].margins(x=0.02)
    if several:
        image = axes["map"].imshow(law.disagreement.reshape(16, 32), cmap="Purples", vmin=0, vmax=0.5, aspect="auto")
        figure.colorbar(image, ax=axes["map"], label="share in the minority")
        split = int((law.disagreement > 0).sum())
        _name_axes(axes["map"], f"Windows on which the {len(law)} networks disagree: {split} of 512")
    return figure


def draw_beside(beside: Beside) -> Figure:
    """Return wrong cells by network and the density of law and truth over time, with two standard errors."""
    figure = new_figure(7.2, 2.7)
    left, right = figure.subplots(1, 2)
    times = np.arange(beside.error.shape[1])
    for share in beside.error:
        left.plot(times, share, color=CYCLE[1], lw=1, alpha=0.7)
    left.set_ylim(bottom=min(-0.002, -0.02 * float(beside.error.max())))
    left.set_xlabel("generation")
    left.set_ylabel("share of wrong cells")
    for name, estimate, colour in zip(("law", "truth"), beside.densities, (CYCLE[1], CYCLE[0]), strict=True):
        value, error = estimate.value, 2 * estimate.standard_error
        right.plot(times, value, color=colour, lw=1.2, label=name)
        right.fill_between(times, value - error, value + error, color=colour, alpha=0.2, lw=0)
    right.set_xlabel("generation")
    right.set_ylabel("density")
    right.set_ylim(bottom=0)
    legend_above(right)
    return figure


def draw_filters(filters: list[Filter]) -> Figure:
    """Return the strongest filters, each with the canonical one it is most like, over their symmetric parts."""
    shown = filters[:_MOST_FILTERS]
    columns = min(8, max(len(shown), 1))
    rows = 2 * max(1, -(-len(shown) // columns))
    figure = new_figure(max(0.95 * columns, 3.0), 1.12 * rows)
    places = figure.subplots(rows, columns, squeeze=False)
    most = max((float(np.abs(each.weights).max()) for each in shown), default=1.0) or 1.0
    for axes in places.ravel():
        axes.axis("off")
    for number, each in enumerate(shown):
        row, column = 2 * (number // columns), number % columns
        for axes, weights in ((places[row, column], each.weights), (places[row + 1, column], each.symmetric)):
            axes.imshow(weights, cmap=_SIGNED, vmin=-most, vmax=most)
            for at in np.ndindex(3, 3):
                words = f"{weights[at]:.1f}".replace("-0.0", "0.0")
                axes.text(at[1], at[0], words, ha="center", va="center", fontsize=5.5, color="#1b222c")
        places[row, column].set_title(f"{each.nearest}  {each.cosine:.2f}", fontsize=7, loc="center")
        places[row + 1, column].set_title(f"P f, {100 * each.symmetric_share:.0f} %", fontsize=6.5, loc="center", pad=2)
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
    most = max(float(np.abs(logits).max()), 2 * _LINEAR)
    norm = SymLogNorm(_LINEAR, vmin=-most, vmax=most)
    image = axes.imshow(logits.reshape(16, 32), cmap=_SIGNED, norm=norm, aspect="auto")
    unseen = np.flatnonzero(~visited) if visited is not None else np.empty(0, int)
    if unseen.size:
        axes.plot(unseen % 32, unseen // 32, "x", color="#333a45", markersize=3, mew=0.7)
    figure.colorbar(image, ax=axes, label="logit of life")
    _name_axes(axes, f"All 512 windows{'; crosses: never seen in training' if unseen.size else ''}")


def _name_axes(axes: Any, title: str) -> None:
    axes.set_xlabel("the other five cells of the window, as a number")
    axes.set_ylabel("its upper four cells")
    axes.set_title(title)
    axes.set_xticks(range(0, 32, 4))
    axes.set_yticks(range(0, 16, 4))
    axes.spines[:].set_visible(False)

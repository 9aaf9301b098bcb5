"""Figures of a learned equation: its coefficients beside what the steps say, its runs beside the recording, its training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evolaw.errors import EvolawError
from evolaw.report.styles import CYCLE, legend_above, new_figure

if TYPE_CHECKING:
    from evolaw.learning.trajectories.neural_equation import NeuralEquation

__all__ = ["draw_coefficients", "draw_densities", "draw_losses"]

_GREY = "#9aa3b0"
_PATHS, _MOST_STEPS, _POINTS = 300, 2000, 160


def draw_coefficients(law: NeuralEquation) -> Figure:
    """Return drift and diffusion of every component, the networks' as lines, over the means of the recorded steps in bins, ± 2 errors."""
    told, dim = law.tally, len(law.names)
    figure = new_figure(7.2, 2.5 * dim)
    panels = figure.subplots(dim, 2, squeeze=False)
    for d, name in enumerate(law.names):
        known = np.isfinite(told.places[d])
        at = told.places[d][known]
        for place, (label, value, error) in enumerate(
            (("drift", told.drift, told.drift_error), ("diffusion D", told.spread, told.spread_error))
        ):
            axes = panels[d, place]
            low, high = value[d][known] - 2 * error[d][known], value[d][known] + 2 * error[d][known]
            axes.vlines(at, low, high, color=_GREY, lw=0.9)
            axes.plot(at, value[d][known], "o", ms=3, color=_GREY, label="recorded steps")
            if dim == 1:
                line = np.linspace(at.min(), at.max(), _POINTS)
                axes.plot(line, law.at(line[:, None])[place][:, 0], color=CYCLE[0], label="networks")
            else:
                axes.plot(at, told.learned[place, d][known], ".-", color=CYCLE[0], label="networks")
            axes.set_xlabel(name)
            axes.set_title(label if dim == 1 else f"{name}: {label}")
        panels[d, 0].axhline(0, color="#c8ccd3", lw=0.8, zorder=0)
        panels[d, 1].set_ylim(bottom=0)
    legend_above(panels[0, 0], columns=2)
    return figure


def draw_densities(law: NeuralEquation, seed: int = 0) -> Figure | None:
    """Return how often every component is where, in the recording and in runs of the law from recorded states; None if none can be run."""
    runs = _runs(law, seed)
    if runs is None:
        return None
    figure = new_figure(7.2, 2.4)
    panels = np.atleast_1d(figure.subplots(1, len(law.names)))
    for d, (axes, name) in enumerate(zip(panels, law.names, strict=True)):
        recorded, run = law.states[:, d], runs[:, d]
        low, high = (float(np.quantile(np.concatenate([recorded, run]), q)) for q in (0.001, 0.999))
        edges = np.linspace(low, high, 41)
        for values, colour, label in ((recorded, _GREY, "recorded"), (run, CYCLE[0], "runs of the law")):
            heights, _ = np.histogram(values, edges, density=True)
            axes.stairs(heights, edges, color=colour, lw=1.3, label=label)
        axes.set_xlabel(name)
        axes.set_ylim(bottom=0)
    panels[0].set_ylabel("density")
    legend_above(panels[0], columns=2)
    return figure


def draw_losses(law: NeuralEquation) -> Figure:
    """Return the mean loss by epoch, beside the losses on what was not learned from."""
    figure = new_figure(7.2, 2.2)
    axes: Any = figure.subplots()
    axes.plot(range(1, len(law.losses) + 1), law.losses, ".-", color=CYCLE[0], label="learned from")
    for value, colour, label in zip(law.held, (CYCLE[1], _GREY), ("held out", "constant law, held out"), strict=True):
        axes.axhline(value, color=colour, lw=1.0, ls="--", label=label)
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean loss")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    legend_above(axes, columns=2)
    return figure


def _runs(law: NeuralEquation, seed: int) -> np.ndarray | None:
    """States late in runs from recorded ones, as long as the recording, at most 2000 of its steps."""
    from evolaw.randomness import source
    from evolaw.sde import EulerMaruyama, solve

    seeded = source(seed).stream("runs of a learned equation")
    starts = law.states[seeded.generator().integers(0, len(law.states), _PATHS)]
    end = law.frame.step * min(_MOST_STEPS, max(1, round(law.duration / law.frame.step)))
    times = np.linspace(0, end, 11)
    try:
        found = solve(law.sde, EulerMaruyama(), starts, times, paths=_PATHS, rng=seeded.key[0], dt=law.frame.step)
    except EvolawError:
        return None
    late = np.asarray(found.values)[:, 5:].reshape(-1, len(law.names))
    late = law.frame.within(late[np.isfinite(late).all(1)])
    return late if len(late) > _PATHS else None

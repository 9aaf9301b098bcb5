"""What was measured while paths ran, as a figure: moments, densities and first passages, one below the other.

    Moments         a row a component: the mean with two standard errors, and one standard deviation around it
    Histogram       the density at the last time and at some before it, with two standard errors
    FirstPassage    the share of paths that have not met the boundary yet, with two standard errors

Of a sweep every set has its colour; of densities those at the last time are drawn then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw import checks
from evolaw.report.path_charts import names_of
from evolaw.report.styles import legend_above, new_figure

__all__ = ["draw_statistics"]

_MOST = 8
"""Components, and sets, that are drawn."""
_TIMES = 4
"""Times at which a density is drawn."""
_GRID = 200


def draw_statistics(statistics: Any, labels: Sequence[str] | None = None) -> Figure:
    """Return the figure of all that was measured.

    Args:
        statistics: of `evolaw.sde.solve`.
        labels: names of the components; by default those of the law.

    Raises:
        ArgumentError: nothing in it is drawn, or another number of labels than of components.
    """
    drawers = [drawer for result in statistics.results for drawer in _drawers(statistics, result, labels)]
    held = [type(result).__name__ for result in statistics.results]
    checks.require(bool(drawers), "result", "hold Moments, a Histogram or a FirstPassage to be drawn", held)
    figure = new_figure(6.4, 2.6 * len(drawers) + 0.3)
    for axes, drawer in zip(figure.subplots(len(drawers), 1, squeeze=False)[:, 0], drawers, strict=True):
        drawer(axes)
        axes.margins(x=0.01)
        if axes.get_legend_handles_labels()[0]:
            legend_above(axes, 4)
    return figure


def _drawers(statistics: Any, result: Any, labels: Sequence[str] | None) -> Iterator[Callable[[Axes], None]]:
    """What draws a result, panel by panel."""
    in_sets = statistics.sweep is not None
    if hasattr(result, "mean_error"):
        names = names_of(labels, statistics.law, result.mean.shape[-1])[:_MOST]
        for k, name in enumerate(names):
            yield partial(
                _moments,
                times=statistics.times,
                result=result,
                k=k,
                name=name,
                last=k == len(names) - 1,
                in_sets=in_sets,
            )
    elif hasattr(result, "edges"):
        yield partial(_density, times=statistics.times, result=result, in_sets=in_sets)
    elif hasattr(result, "survival"):
        yield partial(_survival, result=result, in_sets=in_sets)


def _moments(axes: Axes, times: np.ndarray, result: Any, k: int, name: str, last: bool, in_sets: bool) -> None:
    mean, error, variance = (_by_sets(part, in_sets) for part in (result.mean, result.mean_error, result.variance))
    for number, (m, e, v) in enumerate(zip(mean[..., k], 2 * error[..., k], variance[..., k], strict=True)):
        (line,) = axes.plot(times, m, label=f"set {number}" if in_sets else None)
        shade: dict[str, Any] = {"color": line.get_color(), "lw": 0}
        said = ("± 1 standard deviation", "mean ± 2 standard errors") if number == 0 else (None, None)
        s = np.sqrt(np.maximum(v, 0))
        axes.fill_between(times, m - s, m + s, alpha=0.16, label=said[0], **shade)
        axes.fill_between(times, m - e, m + e, alpha=0.4, label=said[1], **shade)
    axes.set_ylabel(name)
    if last:
        axes.set_xlabel("time")


def _density(axes: Axes, times: np.ndarray, result: Any, in_sets: bool) -> None:
    edges = np.asarray(result.edges)
    edges = edges[0] if edges.ndim > 1 else edges
    density, error = _by_sets(result.density, in_sets), _by_sets(result.density_error, in_sets)
    places = (
        [-1] if in_sets else np.unique(np.linspace(min(1, times.size - 1), times.size - 1, _TIMES).round().astype(int))
    )
    for number, (heights, errors) in enumerate(zip(density, error, strict=True)):
        for turn, place in enumerate(places):
            label = f"set {number}" if in_sets else f"t = {times[place]:g}"
            colour = f"C{number + turn}"
            axes.stairs(heights[place], edges, label=label, lw=1.4, color=colour)
            low, high = heights[place] - 2 * errors[place], heights[place] + 2 * errors[place]
            axes.stairs(high, edges, baseline=low, fill=True, alpha=0.2, lw=0, color=colour)
    axes.set_xlabel(f"state at t = {times[-1]:g}" if in_sets else "state")
    axes.set_ylabel("density")
    axes.set_ylim(bottom=0)


def _survival(axes: Axes, result: Any, in_sets: bool) -> None:
    times = np.linspace(result.begin, result.end, _GRID)
    share, error = (_by_sets(part, in_sets) for part in result.survival(times))
    for number, (inside, spread) in enumerate(zip(share, 2 * error, strict=True)):
        (line,) = axes.plot(times, inside, label=f"set {number}" if in_sets else None)
        axes.fill_between(times, inside - spread, inside + spread, alpha=0.25, lw=0, color=line.get_color())
    axes.set_xlabel("time")
    axes.set_ylabel("share of paths inside")
    axes.set_ylim(0, 1.02)


def _by_sets(part: np.ndarray, in_sets: bool) -> np.ndarray:
    """The first sets of a sweep; without one a single set."""
    return np.asarray(part)[:_MOST] if in_sets else np.asarray(part)[None]

"""Paths of vector states as a figure: some of them, how they spread, what is known exactly, and the density at the end.

One row a component. Where the exact mean of the process is known: the sample mean, one standard deviation around it, and the exact
ones as dashed lines. Elsewhere: the median, and the bands that hold half and nine tenths of the paths, which need no finite
variance. Of a sweep the median of every set, and the band of half of its paths. To the right, if it is asked for, turned to share the axis of values: the histogram at the last time and the exact density.
Paths that did not stay finite are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evolaw import checks
from evolaw.report.styles import CYCLE, legend_above, new_figure
from evolaw.trajectory import Trajectory

__all__ = ["draw_paths", "names_of"]

_BANDS = ((5, 95, 0.16), (25, 75, 0.28))
_ENOUGH = 20
"""Paths from which on their spread is drawn."""
_MOST_BINS = 40
_MOST = 8
"""Components that are drawn; nobody reads a hundred panels."""
_DASHES: dict[str, Any] = {"color": CYCLE[1], "lw": 1.3, "ls": (0, (4, 3))}


def draw_paths(
    trajectory: Trajectory, paths: int | None = None, labels: Sequence[str] | None = None, density: bool = False
) -> Figure:
    """Return the figure of paths, one row a component, of the first eight.

    Args:
        trajectory: what happened; what its law knows exactly is drawn beside it where all paths began at one place at time 0.
        paths: how many single paths, where there are enough to draw their spread, else all; by default 8, beside a density 30.
        labels: names of the components; by default those of the law.
        density: whether the density at the last time is drawn as well.
    """
    before = int(np.prod(trajectory.values.shape[: trajectory.axes.index("times")], dtype=int))
    values = np.asarray(trajectory.values).reshape(before, len(trajectory), -1)
    names = names_of(labels, trajectory.law, values.shape[-1])
    paths = (30 if density else 8) if paths is None else checks.integer(paths, "paths", least=0)
    whole, times = np.isfinite(values).all(axis=(1, 2)), np.asarray(trajectory.times)
    sets = _sets(trajectory, whole)
    values = values[whole]
    enough = len(values) >= _ENOUGH
    mean, variance = _exact(trajectory, values) if enough else (None, None)
    rows = min(len(names), _MOST)
    panels, ends = _panels(rows, density and enough and sets is None)
    for k, axes in enumerate(panels):
        own = values[..., k]
        if sets is not None:
            _by_set(axes, times, own, sets)
        elif not enough:
            axes.plot(times, own.T)
        elif mean is None:
            _quantiles(axes, times, own, paths)
        else:
            _moments(axes, times, own, paths, mean[:, k], None if variance is None else variance[:, k])
        axes.set_ylabel(names[k])
        axes.margins(x=0 if ends is not None else 0.01)
    panels[-1].set_xlabel("time")
    figure = cast(Figure, panels[0].figure)
    if ends is not None:
        for k, axes in enumerate(ends):
            _at_the_end(axes, trajectory, values, k)
        shown = [line for axes in (panels[0], ends[0]) for line in axes.get_legend_handles_labels()[0]]
        known = {str(line.get_label()): line for line in shown}
        figure.legend(list(known.values()), list(known), loc="outside lower left", ncols=3)
    elif enough or sets is not None:
        legend_above(panels[0], 3 if mean is None else 2)
    return figure


def names_of(labels: Sequence[str] | None, law: Any, dim: int) -> tuple[str, ...]:
    """Return the names of the components: those given, else those of the law, else numbers.

    Raises:
        ArgumentError: another number of labels than of components.
    """
    known = getattr(law, "components", None) or ()
    if labels is None and len(known) == dim:
        return tuple(known)
    names = tuple(labels) if labels else ("state",) if dim == 1 else tuple(f"component {k + 1}" for k in range(dim))
    checks.require(len(names) == dim, "labels", f"name the {dim} components", labels)
    return names


def _panels(rows: int, with_ends: bool) -> tuple[list[Axes], list[Axes] | None]:
    """The axes over time, and those beside them."""
    figure = new_figure(7.2 if with_ends else 6.4, 2.7 * rows + 0.3)
    if not with_ends:
        return list(figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]), None
    ratios: Any = {"width_ratios": [2.6, 1], "gridspec_kw": {"wspace": 0.1}}
    grid = figure.subplots(rows, 2, sharey="row", squeeze=False, **ratios)
    return list(grid[:, 0]), list(grid[:, 1])


def _quantiles(axes: Axes, times: np.ndarray, values: np.ndarray, paths: int) -> None:
    for low, high, alpha in _BANDS:
        edges = np.percentile(values, [low, high], axis=0)
        axes.fill_between(times, *edges, color=CYCLE[0], alpha=alpha, lw=0, label=f"{high - low} % of paths")
    _singly(axes, times, values, paths)
    axes.plot(times, np.median(values, axis=0), color=CYCLE[0], lw=1.8, label="median")


def _moments(
    axes: Axes,
    times: np.ndarray,
    values: np.ndarray,
    paths: int,
    exact_mean: np.ndarray,
    exact_variance: np.ndarray | None,
) -> None:
    _singly(axes, times, values, paths)
    mean, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    axes.fill_between(
        times,
        mean - spread,
        mean + spread,
        color=CYCLE[0],
        alpha=0.2,
        lw=0,
        label="mean ± 1 standard deviation, sampled",
    )
    axes.plot(times, mean, color=CYCLE[0], lw=1.8, label="mean, sampled")
    axes.plot(times, exact_mean, label="exact", **_DASHES)
    if exact_variance is not None:
        for sign in (-1, 1):
            axes.plot(times, exact_mean + sign * np.sqrt(np.maximum(exact_variance, 0)), **_DASHES)


def _sets(trajectory: Trajectory, whole: np.ndarray) -> np.ndarray | None:
    """The set that each whole path belongs to; None without a sweep."""
    if trajectory.axes[0] != "sets":
        return None
    count = len(trajectory.values)
    return np.repeat(np.arange(count), len(whole) // count)[whole]


def _by_set(axes: Axes, times: np.ndarray, values: np.ndarray, sets: np.ndarray) -> None:
    for number in range(min(int(sets.max()) + 1, _MOST)):
        own = values[sets == number]
        (line,) = axes.plot(times, np.median(own, axis=0), lw=1.8, label=f"set {number}")
        if len(own) >= _ENOUGH:
            axes.fill_between(times, *np.percentile(own, [25, 75], axis=0), color=line.get_color(), alpha=0.2, lw=0)


def _singly(axes: Axes, times: np.ndarray, values: np.ndarray, paths: int) -> None:
    axes.plot(times, values[:paths].T, color="#555555", lw=0.6, alpha=0.55 if paths <= 10 else 0.35)


def _at_the_end(axes: Axes, trajectory: Trajectory, values: np.ndarray, component: int) -> None:
    """The histogram at the last time, and the exact or the stationary density."""
    last, time = values[:, -1, component], float(trajectory.times[-1])
    # A few far values would leave the rest in one bin; what lies outside is counted in the number of paths only.
    low, high = np.quantile(last, [0.002, 0.998])
    room = 0.15 * (high - low) if high > low else 0.5
    bins = int(np.clip(2 * len(last) ** (1 / 3), 10, _MOST_BINS))
    edges = np.linspace(low - room, high + room, bins + 1)
    height = np.histogram(last, edges)[0] / (len(last) * np.diff(edges))
    axes.stairs(height, edges, orientation="horizontal", fill=True, color=CYCLE[0], alpha=0.35)
    start = _start(trajectory, values)
    if start is not None:
        from evolaw.sde.processes.exact_marginals import exact_density

        x = np.linspace(edges[0], edges[-1], 400)
        known, words = exact_density(trajectory.law, x, component, time, start)
        if known is not None:
            axes.plot(known, x, label=words, **_DASHES)
    axes.set_xlabel(f"density at t = {time:g}")
    axes.set_xlim(left=0)
    axes.locator_params(axis="x", nbins=4)


def _exact(trajectory: Trajectory, values: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Exact mean and variance at the saved times, None where no formula is known."""
    start = _start(trajectory, values)
    if start is None:
        return None, None
    from evolaw.sde.processes.exact_marginals import exact_moments

    return exact_moments(trajectory.law, np.asarray(trajectory.times), start)


def _start(trajectory: Trajectory, values: np.ndarray) -> np.ndarray | None:
    """Where all paths of a process began at time 0; None where that is not one place, or another time."""
    known = trajectory.axes[0] != "sets" and getattr(trajectory.law, "exact", None) is not None
    begins = trajectory.times[0] == 0 and trajectory.times[-1] > 0 and not np.ptp(values[:, 0], axis=0).any()
    return values[0, 0].astype(float) if known and begins else None

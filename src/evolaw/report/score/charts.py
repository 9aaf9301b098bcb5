"""Figures of scores: samples beside data, the training, a film from noise to data, the lines of the probability flow.

Images are grey from -1, black, to 1, white; three channels are red, green and blue, of any other number up to four are grey side by side. Fields of
other sizes, such as pressures or signals of 1e-4, are grey from the least to the largest of the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from evolaw import checks
from evolaw.report.styles import CYCLE, legend_above, new_figure

if TYPE_CHECKING:
    from evolaw.score.learned.model import ScoreModel

__all__ = [
    "draw_edits",
    "draw_film",
    "draw_flow",
    "draw_grid",
    "draw_league",
    "draw_likelihoods",
    "draw_samples",
    "draw_states",
    "draw_training",
    "ends_of",
    "stand_beside",
    "tiled",
]

_GAP = 1
_LAYERS = 4
_POINTS = 4000
_LINES = 60
_CELLS = 90
_FEWEST_CELLS = 12
_PANELS = 8
_SERIES = 40


def draw_training(model: ScoreModel) -> Figure:
    """Return the loss by epoch."""
    figure = new_figure(6.4, 2.6)
    axes = figure.add_subplot()
    if model.history:
        epochs, losses, _ = zip(*model.history, strict=True)
        axes.plot(epochs, losses, color=CYCLE[0], marker="o" if len(epochs) == 1 else None)
        if (
            max(losses) > 10 * min(losses) > 0
        ):  # within a factor of ten a logarithmic axis has no number of its own to show
            axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("epoch")
    axes.set_ylabel("mean loss")
    return figure


def tiled(images: np.ndarray, columns: int, ends: tuple[float, float] = (-1.0, 1.0)) -> np.ndarray:
    """Return images side by side as one array of values from 0 to 1, shape (rows, cols, 3), with white between them.

    Args:
        images: shape (count, rows, cols) or (count, channels, rows, cols), or with more axes before rows and cols.
        columns: images a row.
        ends: the values of black and white; what lies outside is cut.

    Example:
        >>> tiled(np.zeros((3, 2, 2)), 2).shape
        (7, 7, 3)
    """
    given = np.asarray(images, float)
    checks.require(
        given.ndim >= 3, "images", "have shape (count, rows, cols) or (count, channels, rows, cols)", given.shape
    )
    given = given.reshape(len(given), -1, *given.shape[-2:])
    values = np.clip((given - ends[0]) / (ends[1] - ends[0]), 0, 1)
    if values.shape[1] == 3:
        pictures = np.moveaxis(values, 1, -1)
    else:
        layers = [values[:, k, :, :, None] for k in range(min(values.shape[1], _LAYERS))]
        pictures = np.repeat(np.concatenate(layers, 2), 3, 3)
    count, rows, cols, _ = pictures.shape
    lines = -(-count // columns)
    sheet = np.ones((lines * (rows + _GAP) + _GAP, columns * (cols + _GAP) + _GAP, 3))
    for number, image in enumerate(pictures):
        top, left = (number // columns) * (rows + _GAP) + _GAP, (number % columns) * (cols + _GAP) + _GAP
        sheet[top : top + rows, left : left + cols] = image
    return sheet


def ends_of(values: np.ndarray) -> tuple[float, float]:
    """Return the values that are black and white: -1 and 1 for images, the range of the values where that is far from theirs.

    Example:
        >>> ends_of(np.array([-0.9, 0.8])), ends_of(np.array([0.0, 300.0]))
        ((-1.0, 1.0), (0.0, 300.0))
    """
    least, most = (
        float(end) for end in np.quantile(values, [0.005, 0.995])
    )  # a few numbers of a sample may lie anywhere
    low, high = float(np.min(values)), float(np.max(values))
    is_picture = least >= -1.6 and most <= 1.6 and most - least > 0.2
    return (-1.0, 1.0) if is_picture or not high > low else (low, high)


def draw_grid(
    images: np.ndarray, columns: int = 10, title: str = "", ends: tuple[float, float] | None = None
) -> Figure:
    """Return a sheet of images; ``ends`` are the values of black and white where the data say them, `ends_of` the images otherwise."""
    columns = min(columns, len(images))
    sheet = tiled(images, columns, ends or ends_of(images))
    width = min(6.4, 1.6 * columns)
    figure = new_figure(width, width * sheet.shape[0] / sheet.shape[1] + (0.3 if title else 0.0))
    _sheet(figure.add_subplot(), sheet, title)
    return figure


def draw_samples(samples: np.ndarray, data: np.ndarray | None = None) -> Figure:
    """Return samples, beside data where there are some: sheets of images, points of the plane, histograms of each number, or lines over many."""
    samples = np.asarray(samples, float)
    if data is None:
        return draw_grid(samples) if samples.ndim >= 3 else _draw_vectors({"samples": samples})
    data = np.asarray(data, float)
    if samples.ndim >= 3:
        chosen, ends = [part[:40] for part in (samples, data)], ends_of(data)
        sheets = [tiled(part, 8, ends) for part in chosen]
        most = max(len(sheet) for sheet in sheets)
        figure = new_figure(7.2, 3.4 * most / sheets[0].shape[1] + 0.5)
        for axes, sheet, name in zip(figure.subplots(1, 2), sheets, ("samples", "data"), strict=True):
            # Images of both at one size, however many there are of each.
            _sheet(axes, np.pad(sheet, ((0, most - len(sheet)), (0, 0), (0, 0)), constant_values=1.0), name)
        return figure
    return _draw_vectors({"samples": samples, "data": data})


def stand_beside(shape: tuple[int, ...]) -> bool:
    """Return whether `draw_samples` puts samples of this shape to the left of data, and not over them."""
    return len(shape) > 1 or shape[0] == 2 or shape[0] > _PANELS


def _draw_vectors(parts: dict[str, np.ndarray]) -> Figure:
    """Points of the plane, or lines over many numbers, a panel for each part; histograms of each number, of all parts in one."""
    whole = np.concatenate(list(parts.values()))
    if whole.shape[1] == 2:
        figure = new_figure(3.6 * len(parts), _height(whole, 3.3) + 0.6)
        panels = figure.subplots(1, len(parts), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, part), colour in zip(panels, parts.items(), CYCLE, strict=False):
            points = part[:_POINTS]
            axes.plot(*points.T, ".", markersize=_dot(len(points)), alpha=0.5, color=colour)
            axes.set_title(name)
            axes.set_aspect("equal")
        return figure
    if stand_beside(whole.shape[1:]):
        figure = new_figure(3.6 * len(parts), 2.6)
        panels = figure.subplots(1, len(parts), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, part), colour in zip(panels, parts.items(), CYCLE, strict=False):
            _draw_lines(axes, part[:_SERIES], colour)
            axes.set_title(name)
            axes.set_xlabel("number")
        panels[0].set_ylabel("value")
        return figure
    shown = whole.shape[1]
    figure = new_figure(7.2, 1.9 * -(-shown // 4) + 0.4)
    panels = figure.subplots(-(-shown // 4), min(shown, 4), squeeze=False).ravel()
    bins = int(np.clip(np.sqrt(min(map(len, parts.values()))), 8, 40))
    for k, axes in enumerate(panels[:shown]):
        edges = np.histogram_bin_edges(whole[:, k], bins)
        for (name, part), colour in zip(parts.items(), CYCLE, strict=False):
            axes.hist(part[:, k], edges, density=True, histtype="step", color=colour, label=name)
        axes.set_title(f"number {k + 1}")
        # Four panels a row leave room for some three numbers below each, and those short.
        axes.ticklabel_format(scilimits=(-2, 4))
        axes.locator_params(axis="x", nbins=3)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper right", ncols=2)
    for axes in panels[shown:]:
        axes.set_axis_off()
    return figure


def _draw_lines(axes: Axes, states: np.ndarray, colour: str) -> None:
    """Vectors as lines over their numbers, fainter where there are more of them."""
    places = np.arange(1, states.shape[1] + 1)
    axes.plot(places, states.T, color=colour, lw=0.8, alpha=float(np.clip(4 / np.sqrt(len(states)), 0.3, 1.0)))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))


def draw_states(states: np.ndarray) -> Figure:
    """Return a few vectors in their order, from light to dark: a line for each over its numbers; of pairs, points of the plane joined by one."""
    states = np.asarray(states, float)
    colours = colormaps["viridis_r"](np.linspace(0.05, 1.0, len(states)))
    is_plane = states.shape[1] == 2
    figure = new_figure(4.2, 3.6) if is_plane else new_figure(6.4, 3.2)
    axes = figure.add_subplot()
    if is_plane:
        axes.plot(*states.T, color="0.7", linewidth=0.8)
        axes.scatter(states[:, 0], states[:, 1], c=colours, s=18, zorder=3)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xlabel("number 1")
        axes.set_ylabel("number 2")
        return figure
    places = np.arange(1, states.shape[1] + 1)
    for state, colour in zip(states, colours, strict=True):
        axes.plot(places, state, color=colour, marker="." if states.shape[1] <= 40 else None)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("number")
    axes.set_ylabel("value")
    return figure


def draw_edits(states: np.ndarray) -> Figure:
    """Return vectors that share some numbers with the first, the datum: lines over their numbers, or points of the plane."""
    datum, drawn = np.asarray(states[0], float), np.asarray(states[1:], float)
    if datum.size == 2:
        figure = new_figure(4.2, 3.6)
        axes = figure.add_subplot()
        axes.plot(*drawn.T, ".", markersize=_dot(len(drawn)), alpha=0.5, color=CYCLE[0], label="drawn")
        axes.plot(*datum, "o", color=CYCLE[1], label="datum")
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xlabel("number 1")
        axes.set_ylabel("number 2")
    else:
        figure = new_figure(6.4, 3.2)
        axes = figure.add_subplot()
        places, mark = np.arange(1, datum.size + 1), "." if datum.size <= 40 else None
        for k, state in enumerate(drawn):
            axes.plot(places, state, lw=0.8, alpha=0.7, color=CYCLE[0], marker=mark, label=None if k else "drawn")
        axes.plot(places, datum, color=CYCLE[1], marker=mark, label="datum")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_xlabel("number")
        axes.set_ylabel("value")
    legend_above(axes)
    return figure


def draw_film(frames: np.ndarray, times: Any, rows: int = 4, ends: tuple[float, float] | None = None) -> Figure:
    """Return a strip of states from noise to data, one row a sample, one column a time.

    Args:
        frames: shape (count, times, *shape), of images, points of the plane (dots), numbers (histograms) or vectors (lines).
        times: of the columns.
        rows: samples shown, for images.
        ends: the values of black and white, where the data say them.
    """
    frames, times = np.asarray(frames, float), np.asarray(times, float)
    count = frames.shape[1]
    if frames.ndim >= 4:
        low, high = ends or ends_of(frames[:, -1])
        frames = (2 * frames - low - high) / (high - low)
        shown = frames[:rows].reshape(-1, *frames.shape[2:])
        # Early frames are noise of any size: each column is brought to the size of the last, which is shown as it is.
        spread = frames.reshape(len(frames), count, -1).std((0, 2))
        size = np.maximum(spread / (spread[-1] or 1.0), 1.0)
        scale = np.tile(size, min(rows, len(frames))).reshape(-1, *(1,) * (shown.ndim - 1))
        sheet = tiled(shown / scale, count)
        figure = new_figure(7.2, 7.2 * sheet.shape[0] / sheet.shape[1] + 0.4)
        axes = figure.add_subplot()
        _sheet(axes, sheet, "")
        width = sheet.shape[1] / count
        for k, time in enumerate(times):
            axes.text((k + 0.5) * width, -1.5, f"t = {time:.2g}", ha="center", va="bottom", fontsize=7)
        return figure
    figure = new_figure(7.2, 7.2 / count + 0.5)
    panels = figure.subplots(1, count, squeeze=False)[0]
    for axes, part, time in zip(panels, np.swapaxes(frames, 0, 1), times, strict=True):
        axes.set_title(f"t = {time:.2g}", fontsize=7)
        axes.set_xticks([])
        axes.set_yticks([])
        if part.shape[1] != 2:
            _draw_cloud(axes, part)
            continue
        axes.plot(*part.T, ".", markersize=_dot(len(part)), alpha=0.5, color=CYCLE[0])
        # A square around each cloud, so that panels and titles stand in line whatever its size.
        low, high = part.min(0), part.max(0)
        half = 0.55 * float((high - low).max()) or 1.0
        axes.set_xlim(*((low[0] + high[0]) / 2 + half * np.array([-1, 1])))
        axes.set_ylim(*((low[1] + high[1]) / 2 + half * np.array([-1, 1])))
        axes.set_aspect("equal")
    return figure


def _draw_cloud(axes: Axes, states: np.ndarray) -> None:
    """Single numbers as a histogram, vectors as lines, in a square panel without numbers at its axes."""
    if states.shape[1] == 1:
        axes.hist(states[:, 0], int(np.clip(np.sqrt(len(states)), 8, 40)), histtype="step", color=CYCLE[0])
    else:
        _draw_lines(axes, states[:_SERIES], CYCLE[0])
        axes.set_xticks([])
    axes.set_box_aspect(1)


def _height(points: np.ndarray, width: float) -> float:
    """The height of a panel for points of the plane at one scale, between a third of its width and all of it."""
    width_of, height_of = np.ptp(points, axis=0)
    return width * float(np.clip(height_of / width_of if width_of > 0 else 1.0, 1 / 3, 1.0))


def _dot(count: int) -> float:
    """The size of a dot: a few points are to be seen, many are not to cover each other."""
    return float(np.clip(60 / np.sqrt(count), 1.0, 4.0))


def draw_likelihoods(values: np.ndarray, errors: np.ndarray) -> Figure:
    """Return every log-likelihood with two of its errors, in rising order, beside their mean with two standard errors.

    Args:
        values, errors: log-likelihoods in nats and the error of each, shape (states,); of one alone there is no mean to draw.
    """
    order = np.argsort(values)
    figure = new_figure(6.4, 3.2)
    axes = figure.add_subplot()
    share = (np.arange(len(values)) + 0.5) / len(values)
    axes.errorbar(
        values[order], share, xerr=2 * errors[order], fmt=".", ms=4, lw=0.8, color=CYCLE[0], label="states, ± 2 errors"
    )
    if len(values) > 1:
        mean, spread = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
        axes.axvline(mean, color=CYCLE[1], lw=1.2, label="mean ± 2 standard errors")
        axes.axvspan(mean - 2 * spread, mean + 2 * spread, color=CYCLE[1], alpha=0.2, lw=0)
    axes.set_xlabel("log-likelihood, nats")
    axes.set_ylabel("share of states below")
    axes.set_ylim(0, 1)
    legend_above(axes)
    return figure


def draw_league(steps: list[int], divergences: dict[str, list[float]]) -> Figure:
    """Return how far each sampler ends from a known law against its steps, both on logarithmic axes.

    Args:
        steps: numbers of steps.
        divergences: for each sampler one number of nats for each of ``steps``.
    """
    figure = new_figure(6.4, 4.2)
    axes = figure.add_subplot()
    order = np.argsort(steps)
    for place, (name, row) in enumerate(divergences.items()):
        axes.loglog(
            np.array(steps)[order],
            np.array(row)[order],
            color=CYCLE[place % len(CYCLE)],
            marker="osD^vx+"[place % 7],
            linestyle=("-", "--", ":")[place // len(CYCLE) % 3],
            ms=4,
            label=name,
        )
    axes.set_xticks(sorted(steps), [f"{number}" for number in sorted(steps)])
    axes.minorticks_off()
    axes.set_xlabel("steps")
    axes.set_ylabel("nats from the known Gaussian")
    legend_above(axes)
    return figure


def draw_flow(paths: np.ndarray, data: np.ndarray) -> Figure:
    """Return lines of the probability flow over the density of the data in the plane.

    Args:
        paths: shape (count, times, 2), in coordinates that keep their size, such as x/√(a² + s²).
        data: points, shape (items, 2).
    """
    ends = np.concatenate([np.asarray(data, float), np.asarray(paths, float).reshape(-1, 2)])
    low, high = np.quantile(ends, [0.002, 0.998], axis=0)
    figure = new_figure(5.2, _height(np.array([low, high]), 4.7) + 0.3)
    axes = figure.add_subplot()
    edge = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
    first, second = np.asarray(data, float).T
    # Cells as large as the number of data asks, so that few of them are a cloud and not specks.
    cells = int(np.clip(np.sqrt(len(first)), _FEWEST_CELLS, _CELLS))
    density, x, y = np.histogram2d(first, second, bins=cells, range=edge, density=True)
    axes.imshow(
        density.T**0.5, origin="lower", extent=(x[0], x[-1], y[0], y[-1]), cmap="Blues", aspect="equal",
        interpolation="bilinear",
    )  # fmt: skip
    for path in np.asarray(paths, float)[:_LINES]:
        axes.plot(*path.T, color=CYCLE[1], lw=0.6, alpha=0.7)
    axes.plot(*np.asarray(paths, float)[:_LINES, -1].T, ".", color="#333a45", markersize=3)
    axes.set_xlim(edge[0])
    axes.set_ylim(edge[1])
    return figure


def _sheet(axes: Axes, sheet: np.ndarray, title: str) -> None:
    axes.imshow(sheet, interpolation="nearest")
    axes.set_axis_off()
    if title:
        axes.set_title(title)

"""Sheets hold every image where it belongs; every kind of state is drawn, and the same bytes every time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.report.figures import draw
from evolaw.report.score.charts import (
    draw_edits,
    draw_film,
    draw_flow,
    draw_grid,
    draw_league,
    draw_likelihoods,
    draw_samples,
    draw_states,
    draw_training,
    ends_of,
    tiled,
)
from evolaw.report.styles import style

CHANCE = np.random.default_rng(0)


def test_images_stand_in_their_places() -> None:
    images = np.stack([np.full((2, 3), value) for value in (-1.0, 0.0, 1.0, 5.0)])
    sheet = tiled(images, 3)
    assert sheet.shape == (2 * 3 + 1, 3 * 4 + 1, 3)
    assert sheet[1:3, 1:4].max() == 0
    assert (sheet[1:3, 5:8] == 0.5).all()
    assert (sheet[4:6, 1:4] == 1).all(), "what lies outside is cut"
    assert (sheet[0] == 1).all()
    colours = tiled(np.stack([np.ones((2, 2)), -np.ones((2, 2)), -np.ones((2, 2))])[None], 1)
    assert colours[1, 1].tolist() == [1, 0, 0]
    with pytest.raises(ArgumentError, match="images"):
        tiled(np.zeros((2, 2)), 1)


def test_fields_of_any_size_and_any_axes_are_seen() -> None:
    """Pressures were white, signals of 1e-4 grey all over, and of a field of four layers three were colours and one was left out."""
    pressure = 101325 + 50 * CHANCE.normal(size=(4, 6, 6))
    for field in (pressure, 1e-4 * (pressure - 101325), CHANCE.normal(size=(2, 4, 3, 3)) * 30):
        sheet = tiled(field, 2, ends_of(field))
        inside = sheet[sheet < 1]
        assert inside.std() > 0.1
        assert inside.min() == 0
    layers = np.arange(4.0)[None, :, None, None] * np.ones((1, 4, 2, 2)) / 4
    assert tiled(layers, 1, (0.0, 1.0))[1, 1:9, 0].tolist() == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75]
    assert tiled(np.zeros((2, 9, 2, 3, 3)), 1).shape == (9, 4 * 3 + 2, 3), "more axes are layers, four of them shown"
    images = CHANCE.uniform(-1, 1, (5, 8, 8))
    images[0, 0, 0] = 7.0
    assert ends_of(images) == (-1.0, 1.0), "one number far off does not grey all the others"


def test_vectors_stand_in_their_order() -> None:
    """A way from one vector to another was drawn as a histogram of its few steps, twice, the second time as "data"."""
    way = np.linspace([0.0, 1.0, 4.0], [2.0, 0.0, -4.0], 5)
    with style():
        (axes,) = draw_states(way).axes
        assert [line.get_ydata().tolist() for line in axes.lines] == way.tolist()
        assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
        brightness = [sum(line.get_color()[:3]) for line in axes.lines]
        assert brightness == sorted(brightness, reverse=True)
        (plane,) = draw_states(way[:, :2]).axes
        assert plane.lines[0].get_xydata().tolist() == way[:, :2].tolist()


@pytest.mark.parametrize("shape", [(8, 8), (3, 4, 4), (2,), (5,), (1,), (20,)])
def test_every_kind_of_state_is_drawn(shape: tuple[int, ...]) -> None:
    states = CHANCE.uniform(-1, 1, (50, *shape))
    with style():
        figure = draw_samples(states, states[::-1])
        assert len(figure.axes) == {(5,): 8, (1,): 1}.get(shape, 2)
        film = draw_film(
            CHANCE.normal(size=(50, 5, *shape)) * np.linspace(9, 1, 5).reshape(5, *(1,) * len(shape)),
            range(5, 0, -1),
        )
        assert len(film.axes) == (1 if len(shape) > 1 else 5)
        assert len(film.axes[0].lines) == {(2,): 1, (5,): 40, (20,): 40}.get(shape, 0)
        if len(shape) > 1:
            assert draw_grid(states, 10, "x").axes[0].get_title(loc="left") == "x"
    plt.close("all")


def test_sheets_are_as_high_as_their_images_ask() -> None:
    """A film of wide images stood in a square; few samples beside many data shrank the data."""
    wide = CHANCE.uniform(-1, 1, (12, 6, 4, 16))
    with style():
        assert draw_film(wide, range(6)).get_figheight() < 2
        few, many = draw_samples(wide[:2, 0], wide[:, 0]).axes
        sizes = [axes.images[0].get_array().shape for axes in (few, many)]
        assert sizes[0] == sizes[1]
    plt.close("all")


def test_epochs_are_whole_numbers() -> None:
    with style():
        axes = draw_training(SimpleNamespace(history=[(k, 1.0 / k, 0.1) for k in range(1, 21)])).axes[0]  # type: ignore[arg-type]
        assert all(tick == round(tick) for tick in axes.get_xticks())


def test_a_film_ends_with_the_states_as_they_are() -> None:
    """Noise is brought to the size of the data; the last column is the sheet of the samples, however far some of their numbers lie."""
    last = np.full((2, 4, 4), 0.9)
    last[:, 1:3] = -2.5
    noise = 30 * CHANCE.normal(size=last.shape)
    with style():
        image = draw_film(np.stack([noise, last], 1), [1.0, 0.0], ends=(-1.0, 1.0)).axes[0].images[0]
    sheet = np.asarray(image.get_array())[1:5, :, 0]
    assert sheet[:, 6:10].ravel() == pytest.approx(np.where(last[0] > 0, 0.95, 0.0).ravel())
    assert np.isin(sheet[:, 1:5], [0, 1]).mean() < 0.9, "noise is grey, not black and white"


def test_samples_without_order_are_not_joined() -> None:
    """Samples of the plane are dots; edits are dots beside their datum, or lines over the numbers; images stand beside the data."""
    points = CHANCE.normal(size=(30, 2))
    with style():
        for figure, lines in ((draw_samples(points), 1), (draw_edits(points), 2)):
            (axes,) = figure.axes
            assert len(axes.lines) == lines
            assert all(line.get_linestyle() == "None" or len(line.get_xdata()) == 1 for line in axes.lines)
        assert len(draw_samples(CHANCE.normal(size=(30, 5))).axes) == 8
        assert len(draw_edits(CHANCE.normal(size=(4, 5))).axes[0].lines) == 4


def test_a_panel_is_as_high_as_its_points_ask() -> None:
    wide = CHANCE.normal(size=(200, 2)) * [4.0, 1.0]
    with style():
        flat, square = (draw_samples(points, points).get_figheight() for points in (wide, wide / [4.0, 1.0]))
        flow = draw_flow(CHANCE.normal(size=(7, 4, 2)) * [4.0, 1.0], wide).get_figheight()
    assert flat < 0.7 * square
    assert flow < 3


def test_lines_of_a_flow_lie_over_the_density() -> None:
    with style():
        figure = draw_flow(CHANCE.normal(size=(7, 4, 2)), CHANCE.normal(size=(500, 2)))
    assert len(figure.axes[0].lines) == 8


def test_the_density_of_few_points_is_a_cloud() -> None:
    """Of 300 points in 90 x 90 cells there were as many specks."""
    with style():
        for count, side in ((50, 12), (300, 17), (9000, 90)):
            drawn = draw_flow(CHANCE.normal(size=(2, 4, 2)), CHANCE.normal(size=(count, 2))).axes[0].images[0]
            assert np.shape(drawn.get_array()) == (side, side)
    plt.close("all")


@pytest.mark.slow
def test_a_model_draws_its_training() -> None:
    from evolaw.score import MLP, VP, fit

    model = fit(MLP(width=4, depth=1), CHANCE.normal(size=(20, 2)), VP(), steps=6, batch=4, rng=0)
    line: Any = draw(model).axes[0].lines[0]
    assert len(line.get_xdata()) == 6


def test_likelihoods_rise_beside_their_mean() -> None:
    """The points are the states in rising order, at their places among all; the band is the mean and two standard errors."""
    values, errors = np.array([-2.0, -4.0, -3.0, -1.0]), np.array([0.1, 0.2, 0.3, 0.4])
    with style():
        (axes,) = draw_likelihoods(values, errors).axes
    points = axes.containers[0].lines[0]
    assert points.get_xdata().tolist() == [-4, -3, -2, -1]
    assert points.get_ydata().tolist() == [0.125, 0.375, 0.625, 0.875]
    bars = axes.containers[0].lines[2][0].get_segments()
    assert [float(bar[1, 0] - bar[0, 0]) for bar in bars] == pytest.approx([0.8, 1.2, 0.4, 1.6])
    alone = draw_likelihoods(values[:1], errors[:1]).axes[0]
    assert not alone.patches, "one value has no standard error"
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-2.5 - np.sqrt(5 / 3), -2.5 + np.sqrt(5 / 3)))


def test_the_league_falls_from_left_to_right() -> None:
    """A line a sampler, whatever the order in which the steps were typed."""
    with style():
        (axes,) = draw_league([50, 10, 20], {"heun": [1e-3, 1.0, 0.1], "ddim": [0.2, 2.0, 0.5]}).axes
    assert [(line.get_label(), *line.get_xdata(), *line.get_ydata()) for line in axes.lines] == [
        ("heun", 10, 20, 50, 1.0, 0.1, 1e-3),
        ("ddim", 10, 20, 50, 2.0, 0.5, 0.2),
    ]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")

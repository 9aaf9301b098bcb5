"""Sheets hold every image where it belongs; every kind of state is drawn, and the same bytes every time."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.report.figures import draw
from evolaw.report.score.charts import draw_film, draw_flow, draw_grid, draw_samples, tiled
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


@pytest.mark.parametrize("shape", [(8, 8), (3, 4, 4), (2,), (5,)])
def test_every_kind_of_state_is_drawn(shape: tuple[int, ...]) -> None:
    states = CHANCE.uniform(-1, 1, (50, *shape))
    with style():
        figure = draw_samples(states, states[::-1])
        assert len(figure.axes) >= 2
        if len(shape) > 1 or shape == (2,):
            film = draw_film(
                CHANCE.normal(size=(50, 5, *shape)) * np.linspace(9, 1, 5).reshape(5, *(1,) * len(shape)),
                range(5, 0, -1),
            )
            assert film.axes
        if len(shape) > 1:
            assert draw_grid(states, 10, "x").axes[0].get_title(loc="left") == "x"
    plt.close("all")


def test_lines_of_a_flow_lie_over_the_density() -> None:
    with style():
        figure = draw_flow(CHANCE.normal(size=(7, 4, 2)), CHANCE.normal(size=(500, 2)))
    assert len(figure.axes[0].lines) == 8


@pytest.mark.slow
def test_a_model_draws_its_training() -> None:
    from evolaw.score import MLP, VP, fit

    model = fit(MLP(width=4, depth=1), CHANCE.normal(size=(20, 2)), VP(), steps=6, batch=4, rng=0)
    line: Any = draw(model).axes[0].lines[0]
    assert len(line.get_xdata()) == 6

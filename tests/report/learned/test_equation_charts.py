"""Figures of a learned equation show the numbers of its tally, and runs that exist."""

from __future__ import annotations

from dataclasses import replace

import equinox as eqx
import numpy as np
import pytest

from evolaw.learning.trajectories.neural_equation import NeuralEquation
from evolaw.report.figures import draw
from evolaw.report.learned.equation_charts import draw_coefficients, draw_densities, draw_losses


@pytest.mark.slow
def test_every_component_has_its_drift_and_diffusion(plane: NeuralEquation) -> None:
    figure = draw_coefficients(plane)
    assert [axes.get_title("left") or axes.get_title() for axes in figure.axes] == [
        "x: drift",
        "x: diffusion D",
        "<v>: drift",
        "<v>: diffusion D",
    ]
    known = np.isfinite(plane.tally.places[1])
    dots, line = figure.axes[2].lines[:2]
    np.testing.assert_array_equal(dots.get_ydata(), plane.tally.drift[1][known])
    np.testing.assert_array_equal(line.get_ydata(), plane.tally.learned[0, 1][known])
    (bars,) = figure.axes[2].collections
    lengths = [segment[1, 1] - segment[0, 1] for segment in bars.get_segments()]
    np.testing.assert_allclose(lengths, 4 * plane.tally.drift_error[1][known])
    assert len(draw(plane).axes) == 4


@pytest.mark.slow
def test_losses_stand_beside_those_held_out(plane: NeuralEquation) -> None:
    learned, held, constant = draw_losses(plane).axes[0].lines
    assert tuple(learned.get_ydata()) == plane.losses
    assert (held.get_ydata()[0], constant.get_ydata()[0]) == plane.held


@pytest.mark.slow
def test_runs_are_densities_or_nothing(plane: NeuralEquation) -> None:
    figure = draw_densities(plane)
    assert figure is not None and len(figure.axes) == 2
    heights, edges, _ = figure.axes[0].patches[0].get_data()
    assert abs((heights * np.diff(edges)).sum() - 1) < 1e-6
    # Noise that is infinite leaves no run to be shown.
    endless = eqx.tree_at(lambda net: net.spread.layers[-1].bias, plane.net, np.full(2, 1e4, np.float32))
    assert draw_densities(replace(plane, net=endless)) is None

"""The picture of the prediction: recorded points over the law's band, one figure a component."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.misfit.predictive_curves import curves_of
from evolaw.report.equations.prediction_chart import draw_predictions


def test_points_band_and_line_are_the_curves() -> None:
    rng = np.random.default_rng(0)
    walk = np.cumsum(rng.normal(size=(40, 2, 300)), -1)
    angle = curves_of("p", walk, np.arange(300.0), 12.0)
    plain = curves_of("x", np.sin(walk), np.arange(300.0), None)
    figures = draw_predictions([curve.to_json() for curve in (*angle, *plain)])
    assert [len(figure.axes) for figure in figures] == [3, 3]
    titles = [[axes.get_title() for axes in figure.axes] for figure in figures]
    assert titles == [["density", "autocorrelation", "mean turn"], ["density", "autocorrelation", "first passages"]]
    for figure, curves in zip(figures, (angle, plain), strict=True):
        for axes, curve in zip(figure.axes, curves, strict=True):
            middle, points = axes.get_lines()
            assert np.array(points.get_ydata()) == pytest.approx(curve.recorded)
            assert np.array(middle.get_ydata()) == pytest.approx(curve.middle)
            edge = axes.collections[0].get_paths()[0].vertices
            assert edge[:, 1].max() == pytest.approx(max(curve.high))
            assert set(np.round(edge[:, 1], 4)) >= set(np.round(curve.low[1:-1], 4))


def test_without_curves_there_is_no_figure() -> None:
    assert draw_predictions([]) == []

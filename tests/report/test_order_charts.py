"""The figure of a measured order: points, fit, band and declared line where they belong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evolaw.report.figures import draw
from evolaw.report.order_charts import draw_orders
from evolaw.sde.studies.convergence import OrderEstimate


@pytest.fixture
def estimate() -> Any:
    h = np.array([0.1, 0.05, 0.025])
    errors = 0.3 * h**1.5
    return OrderEstimate(
        "strong",
        np.array([10, 20, 40]),
        h,
        errors,
        errors / 20,
        1.5,
        0.1,
        1.0,
        "explicit solution",
        "scheme",
        "process",
    )


def test_slopes_are_slopes(estimate: Any) -> None:
    (axes,) = draw_orders([estimate], "title").axes
    fitted, declared = axes.lines[0], axes.lines[1]
    for line, slope in ((fitted, 1.5), (declared, 1.0)):
        x, y = np.log(line.get_xdata()), np.log(line.get_ydata())
        assert np.allclose(np.diff(y) / np.diff(x), slope)
    assert np.allclose(np.interp(estimate.dt, fitted.get_xdata(), fitted.get_ydata()), estimate.errors, rtol=1e-2)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert [text.get_text() for text in axes.get_legend().get_texts()][:3] == [
        "95 % band",
        "measured 1.50 ± 0.10",
        "declared 1",
    ]


def test_an_error_bar_never_reaches_zero(estimate: Any) -> None:
    wide = replace(estimate, standard_errors=estimate.errors * 3)
    figure = draw_orders([wide, replace(wide, kind="weak", declared=None)])
    assert all(axes.get_ylim()[0] > 0 for axes in figure.axes)
    assert figure.axes[1].get_ylabel() == "|error of the mean|"


def test_an_estimate_plots_itself(estimate: Any) -> None:
    assert len(draw(estimate).axes) == 1
    assert len(estimate.plot(title="order").axes) == 1

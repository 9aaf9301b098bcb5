"""The figure of an ensemble shows what it is given, in the shared axes it promises."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.report.path_charts import Curve, Panel, draw_paths

TIMES = np.linspace(0, 1, 11)


def panel(known: bool) -> Panel:
    paths = np.random.default_rng(0).normal(size=(5, 11)).cumsum(axis=1)
    mean, deviation = paths.mean(axis=0), paths.std(axis=0)
    edges = np.linspace(-4, 4, 9)
    curve = Curve(np.linspace(-4, 4, 50), np.full(50, 0.125), "exact") if known else None
    exact = (np.zeros(11), np.sqrt(TIMES)) if known else (None, None)
    return Panel("X", paths, mean, deviation, *exact, edges, np.full(8, 0.125), curve)


@pytest.mark.parametrize("rows", [1, 3])
def test_one_row_a_component(rows: int) -> None:
    figure = draw_paths(TIMES, [panel(True)] * rows, "a title")
    assert len(figure.axes) == 2 * rows
    for left, right in zip(figure.axes[::2], figure.axes[1::2], strict=True):
        assert left.get_ylim() == right.get_ylim()
        assert left.get_ylabel() == "X"
    assert figure.axes[-2].get_xlabel() == "time"


def test_the_exact_curves_are_those_given() -> None:
    left, right = draw_paths(TIMES, [panel(True)]).axes
    exact = [line.get_ydata() for line in left.lines[-3:]]
    assert np.array_equal(exact[0], np.zeros(11))
    assert np.allclose(exact[1], -np.sqrt(TIMES))
    assert np.allclose(exact[2], np.sqrt(TIMES))
    assert np.allclose(right.lines[0].get_xdata(), 0.125)
    assert right.get_xlabel() == "density at t = 1"
    assert left.figure.legends[0].get_texts()[-1].get_text() == "exact"  # type: ignore[union-attr]


def test_nothing_exact_is_drawn_where_nothing_is_known() -> None:
    left, right = draw_paths(TIMES, [panel(False)]).axes
    assert len(left.lines) == 5 + 1
    assert not right.lines
    assert len(left.figure.legends[0].get_texts()) == 2  # type: ignore[union-attr]

"""The figure of statistics holds the numbers of the statistics, set by set in a sweep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.report.figures import draw
from evolaw.sde import SDE, FirstPassage, Histogram, Moments, solve

RELAXING = SDE(lambda t, x, p: -p["theta"] * x, 0.5, noise="additive", params={"theta": 1.0}, components=("x",))
TIMES = np.linspace(0, 1, 9)


def measured(*statistics: Any, sweep: Any = None) -> Any:
    return solve(RELAXING, "euler-maruyama", 1.0, TIMES, steps=8, paths=40, rng=0, sweep=sweep, statistics=statistics)


@pytest.mark.parametrize("sweep", [None, {"theta": np.array([0.5, 1.0, 2.0])}], ids=["one", "sweep"])
def test_every_kind_is_drawn_below_the_other(sweep: Any) -> None:
    found = measured(
        Moments(),
        Histogram((-1.0, 0.0, 0.5, 2.0), 0),
        FirstPassage(lambda t, x, p: x[0] - 0.2, bridge=False),
        sweep=sweep,
    )
    moments, density, inside = draw(found).axes
    assert moments.get_ylabel() == "x"
    mean = found.mean if sweep else found.mean[None]
    assert np.allclose([line.get_ydata() for line in moments.lines], mean[..., 0])
    heights = [patch.get_data().values for patch in density.patches[::2]]  # type: ignore[attr-defined]
    drawn = found.histogram.density[:, -1] if sweep else found.histogram.density[[1, 3, 6, 8]]
    assert np.allclose(heights, drawn)
    share = 1 - np.mean(found.results[2].met, axis=-1)
    assert np.allclose([line.get_ydata()[-1] for line in inside.lines], share)
    if sweep:
        assert [line.get_label() for line in moments.lines] == ["set 0", "set 1", "set 2"]


def test_what_is_not_drawn_is_refused() -> None:
    nothing = replace(measured(Moments()), results=())
    with pytest.raises(ArgumentError, match="Moments, a Histogram or a FirstPassage"):
        draw(nothing)

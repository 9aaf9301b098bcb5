"""The chart of a finding shows every entry where its evidence puts it."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery import discover
from evolaw.report import draw
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize(("space", "panels", "names"), [("outer-totalistic", 2, 18), ("isotropic", 4, 102)])
def test_every_entry_has_its_column(thin: Trajectory, space: str, panels: int, names: int) -> None:
    finding = discover(thin, space, rng=0)
    figure = draw(finding)
    assert len(figure.axes) == panels
    labels = [label.get_text() for axes in figure.axes[1::2] for label in axes.get_xticklabels()]
    assert labels == [entry.name for entry in finding.entries]
    assert len(labels) == names
    bars = [bar.get_height() for axes in figure.axes[::2] for bar in axes.patches]
    assert np.allclose(bars, [entry.visits + (entry.visits > 0) for entry in finding.entries])


def test_decided_entries_stand_at_their_probability(thin: Trajectory) -> None:
    finding = discover(thin, rng=0)
    below = draw(finding).axes[1]
    points = {int(line.get_xdata()[0]): line.get_ydata()[0] for line in below.lines if len(line.get_xdata()) == 1}
    decided = {k: e.probability for k, e in enumerate(finding.entries) if e.decision != "undetermined"}
    assert points.keys() == decided.keys()
    assert np.allclose(list(points.values()), list(decided.values()))
    assert sum(text.get_text() == "?" for text in below.texts) == len(finding.of("undetermined"))


def test_the_general_space_is_a_map(thin: Trajectory) -> None:
    finding = discover(thin, "general", rng=0)
    image = draw(finding).axes[0].images[0].get_array()
    visits = {int(entry.name, 2): entry.visits for entry in finding.entries}
    assert image is not None
    assert np.allclose(np.asarray(image).ravel(), np.log10([1 + visits[k] for k in range(512)]))

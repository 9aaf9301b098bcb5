"""The figures show what they say they show."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.learning.cnn import Cnn
from evolaw.learning.league import League, Standing
from evolaw.learning.readout import explain_filters, read_rule
from evolaw.learning.surrogate import LearnedLaw
from evolaw.learning.training import Record
from evolaw.report.figures import draw
from evolaw.report.learning_charts import draw_filters, draw_law, draw_league, draw_readout


@pytest.fixture
def league() -> League:
    found = np.array([1, 2, 0, 1])
    standings = [Standing(name, "says", 23, found, np.zeros((4, 3), int), np.ones((4, 3)), 1.5) for name in ("a", "b")]
    return League("B3/S23", "something", 4, 3, tuple(standings))


@pytest.fixture
def law() -> LearnedLaw:
    history = tuple(tuple(Record(k, 0.5**k, 9 - k, (1.0, 1.0), 1.0) for k in (1, 2, 3)) for _ in range(2))
    logits = np.stack([np.asarray(Cnn.life().window_logits())] * 2)
    return LearnedLaw(logits, np.ones(512, int), history, (Cnn.life(),) * 2)


def test_the_curve_is_the_response() -> None:
    seen = np.ones(512, bool)
    seen[:3] = False
    figure = draw_readout(read_rule(Cnn.life(), visited=seen))
    (dead, living) = figure.axes[0].containers
    assert dead.lines[0].get_ydata()[3] == pytest.approx(0.5)
    assert living.lines[0].get_ydata()[1] == pytest.approx(-0.5)
    (crosses,) = figure.axes[1].lines
    assert crosses.get_xdata().tolist() == [0, 1, 2]


def test_the_training_is_drawn_by_network(law: LearnedLaw) -> None:
    axes = draw_law(law).axes
    assert [line.get_ydata()[-1] for line in axes[0].lines] == [0.125, 0.125]
    assert any("disagree" in each.get_title() for each in axes)


def test_filters_carry_their_likeness() -> None:
    figure = draw_filters(explain_filters(Cnn.life()))
    assert [axes.get_title() for axes in figure.axes] == ["n + c  1.00", "n  1.00"]
    assert np.array_equal(figure.axes[1].images[0].get_array(), [[1, 1, 1], [1, 0, 1], [1, 1, 1]])


def test_the_league_shows_shares_and_rates(league: League) -> None:
    left, right = draw_league(league).axes
    assert left.images[0].get_array()[0].tolist() == [0.5, 0.75, 0.75]
    assert right.containers[0].lines[0].get_xdata().tolist() == [0.75, 0.75]


def test_results_of_learning_plot_themselves(law: LearnedLaw, league: League) -> None:
    for result in (law, law.read(), league):
        assert draw(result).axes
        assert result.plot().axes

"""The figures show what they say they show."""

from __future__ import annotations

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.automata.rules.rule import Rule
from evolaw.learning.windows.architecture_study import League, Standing
from evolaw.learning.windows.cnn import Cnn
from evolaw.learning.windows.interpretation import explain_filters, read_rule, response_curve
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.objective import Record
from evolaw.learning.windows.rollouts import Beside
from evolaw.report.figures import draw
from evolaw.report.learned.charts import draw_filters, draw_law, draw_league, draw_readout


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


def test_every_window_is_a_dot_at_its_count_and_logit() -> None:
    seen = np.ones(512, bool)
    seen[:3] = False
    readout = read_rule(Cnn.random((4,), rng=1), visited=seen)
    by_name = {axes.get_title(): axes for axes in draw_readout(readout).axes}
    drawn = []
    for state, name in enumerate(("dead centre", "living centre")):
        dots, mean = by_name[name].lines[:2]
        windows = [w for w in range(512) if w >> 4 & 1 == state]
        places = np.round(dots.get_xdata()).astype(int)
        assert np.abs(dots.get_xdata() - places).max() < 0.301
        expected = sorted((w.bit_count() - state, readout.logits[w]) for w in windows)
        assert sorted(zip(places.tolist(), dots.get_ydata().tolist(), strict=True)) == expected
        assert mean.get_ydata() == pytest.approx(response_curve(readout)[0][state])
        low, high = by_name[name].get_ylim()
        assert low < readout.logits.min()
        assert high > readout.logits.max()
        drawn += windows
    assert sorted(drawn) == list(range(512))
    (crosses,) = next(axes for title, axes in by_name.items() if "512" in title).lines
    assert crosses.get_xdata().tolist() == [0, 1, 2]


def test_the_training_is_drawn_by_network(law: LearnedLaw) -> None:
    axes = draw_law(law).axes
    assert [line.get_ydata()[-1] for line in axes[0].lines] == [0.125, 0.125]
    assert [list(line.get_ydata()) for line in axes[1].lines] == [[8, 7, 6]] * 2
    assert any("disagree: 0 of 512" in each.get_title() for each in axes)
    unjudged = replace(law, history=((Record(1, 0.5, None, None, 1.0),),) * 2)
    assert "wrong windows of 512" not in [each.get_ylabel() for each in draw_law(unjudged).axes]
    assert draw_law(replace(law, history=((), ()))).axes


def test_filters_stand_over_their_symmetric_parts() -> None:
    net = Cnn.random((1,), rng=0)
    north = jnp.zeros((9, 1)).at[1, 0].set(1.0)
    figure = draw_filters(
        [*explain_filters(Cnn.life()), *explain_filters(eqx.tree_at(lambda n: n.weights[0], net, north))]
    )
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["n + c  1.00", "n  1.00", "n  0.35", "P f, 100 %", "P f, 100 %", "P f, 25 %"]
    assert np.array_equal(figure.axes[1].images[0].get_array(), [[1, 1, 1], [1, 0, 1], [1, 1, 1]])
    assert np.array_equal(figure.axes[2].images[0].get_array(), [[0, 1, 0], [0, 0, 0], [0, 0, 0]])
    assert figure.axes[5].images[0].get_array().tolist() == [[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]]


def test_law_and_truth_are_drawn_beside_each_other() -> None:
    starts = np.random.default_rng(0).integers(0, 2, (8, 8, 8)).astype(np.uint8)
    law = LearnedLaw(np.where(Rule("B36/S23").table == 1, 5.0, -5.0)[None], None, ((),), ())
    beside = Beside.of(law, "B3/S23", starts, 4, rng=0)
    left, right = draw(beside).axes
    assert left.lines[0].get_ydata() == pytest.approx(beside.error[0])
    assert [line.get_label() for line in right.lines] == ["law", "truth"]
    assert right.lines[1].get_ydata() == pytest.approx(beside.densities[1].value)


def test_the_league_shows_shares_and_rates(league: League) -> None:
    left, right = draw_league(league).axes
    assert left.images[0].get_array()[0].tolist() == [0.5, 0.75, 0.75]
    assert right.containers[0].lines[0].get_xdata().tolist() == [0.75, 0.75]


@pytest.mark.slow
def test_results_of_learning_plot_themselves(law: LearnedLaw, league: League) -> None:
    for result in (law, law.read(), league):
        assert draw(result).axes
        assert result.plot().axes

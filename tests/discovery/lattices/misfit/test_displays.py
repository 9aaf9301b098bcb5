"""What a program did to the frames is undone and said; axes in another order are named."""

from dataclasses import replace

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery import discover
from evolaw.discovery.lattices.misfit.displays import check_axes, undo_inversion
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.trajectory import Trajectory

SPACE = RuleSpace.named("outer-totalistic")


def soup(rule: str, size: tuple[int, int] = (24, 20), steps: int = 9) -> Trajectory:
    start = (np.random.default_rng(0).random(size) < 0.4).astype(np.uint8)
    return evolve(rule, start, steps)


def shown_by_golly(film: Trajectory) -> Trajectory:
    values = film.values.copy()
    values[1::2] ^= 1
    return replace(film, values=values)


def test_inverted_generations_are_undone_and_said() -> None:
    film = soup("B013568/S01")
    upright, check = undo_inversion([shown_by_golly(film)], SPACE)
    assert np.array_equal(upright[0].values, film.values)
    assert check is not None and check.passed and "undone" in check.says
    finding = discover(shown_by_golly(film), rng=0)
    assert finding.law.most_probable == "B013568/S01" and not finding.failed
    assert "display" in {each.name for each in finding.checks}


@pytest.mark.parametrize("rule", ["B3/S23", "B013568/S01"])
def test_upright_recordings_stay(rule: str) -> None:
    film = soup(rule)
    kept, check = undo_inversion([film], SPACE)
    assert kept[0] is film and check is None


@pytest.mark.parametrize(("order", "words"), [((1, 2, 0), "rows, cols, times"), ((2, 0, 1), "cols, times, rows")])
def test_another_order_of_axes_is_named(order: tuple[int, int, int], words: str) -> None:
    film = soup("B3/S23", steps=12)
    values = film.values.transpose(order)
    turned = Trajectory(values, np.arange(len(values)), film.axes)
    check = check_axes([turned], SPACE)
    assert check is not None and words in check.says and "13 frames of 24 x 20" in check.says
    assert discover(turned, rng=0).facts["cause"] == "axes"


def test_the_right_order_is_not_doubted() -> None:
    film = soup("B3/S23")
    assert check_axes([film], SPACE) is None
    spoiled = replace(film, values=film.values ^ (np.random.default_rng(0).random(film.values.shape) < 0.02))
    assert check_axes([spoiled], SPACE) is None

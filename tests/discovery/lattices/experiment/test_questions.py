"""The next experiment: cheapest boards, budgets, repeats, random starts."""

import numpy as np
import pytest

from evolaw.automata.boxes.black_box import FunctionBox
from evolaw.automata.stepping import step
from evolaw.discovery import ask, discover
from evolaw.discovery.lattices.experiment.coverings import entries_shown
from evolaw.discovery.lattices.experiment.questions import (
    question_for,
    question_of_reach,
    record,
)
from evolaw.discovery.lattices.model.rule_space import NESTED, RuleSpace
from evolaw.errors import ArgumentError
from evolaw.trajectory import Trajectory


@pytest.mark.parametrize("space", NESTED)
@pytest.mark.parametrize("count", [1, 4, 18])
def test_a_question_shows_all_open_entries_in_few_cells(space: str, count: int) -> None:
    rules = RuleSpace.named(space)
    open_ = np.zeros(len(rules), bool)
    open_[np.random.default_rng(count).permutation(len(rules))[:count]] = True
    question = question_for(rules, open_)
    assert question is not None
    assert question.decides == count == len(question.entries)
    assert (entries_shown(question.board, rules)[open_] > 0).all()
    assert question.board.size <= 9 * (count + np.sqrt(count) + 1)


def test_nothing_open_means_no_question() -> None:
    space = RuleSpace.named("isotropic")
    assert question_for(space, np.zeros(102, bool)) is None


def test_a_budget_is_kept() -> None:
    space = RuleSpace.named("general")
    question = question_for(space, np.ones(512, bool), budget_cells=90)
    assert question is not None
    assert question.board.size <= 90
    assert 0 < question.decides < 512
    with pytest.raises(ArgumentError, match="budget_cells"):
        question_for(space, np.ones(512, bool), budget_cells=4)


def test_noise_asks_for_repeats() -> None:
    """At eps 0.1 a single visit an answer needs about log(512 / 0.05) / log(9) / 0.8 = 5.3 answers."""
    space = RuleSpace.named("general")
    question = question_for(space, np.ones(512, bool), flips=0.1)
    assert question is not None
    assert "6 times" in question.says


def test_answers_are_recordings() -> None:
    space = RuleSpace.named("outer-totalistic")
    question = question_for(space, np.ones(18, bool))
    assert question is not None
    film = record(FunctionBox(lambda board, steps: step("B3/S23", board)), question)
    assert film.boundary == "torus"
    assert np.array_equal(film.values[1], step("B3/S23", question.board))


def test_ask_names_the_open_entries_of_a_finding() -> None:
    board = np.zeros((8, 8), np.uint8)
    board[3, 2:5] = 1
    finding = discover(Trajectory(np.stack([board, board.T]), [0, 1], ("times", "rows", "cols")), rng=0)
    question = ask(finding)
    assert question is not None
    assert set(question.entries) == set(finding.of("undetermined")) | set(finding.of("conflict"))
    assert finding.next is not None
    assert finding.next.rle == question.rle


def test_a_law_with_memory_is_asked_for_its_past() -> None:
    question = question_of_reach("memory", 900)
    assert question is not None and question.board.shape == (30, 30) and question.steps == 2
    assert "once after an empty board and once after a full one" in question.says
    small = question_of_reach("neighbourhood", 16)
    assert small is not None and "about 0.031 times" in small.says
    assert question_of_reach("symmetry") is None and question_of_reach(None) is None
    with pytest.raises(ArgumentError, match="budget_cells"):
        question_of_reach("memory", 4)

"""The law and the question of a lattice: what decisions leave, and what comes back from a document."""

from dataclasses import replace

import numpy as np

from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.model.law import Law, Question
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.finding import EntryFinding


def test_probabilistic_entries_enter_the_law_with_their_probability() -> None:
    space = RuleSpace.named("outer-totalistic")
    entries = tuple(
        EntryFinding(name, "probabilistic" if name == "B3" else "absent", "counted", 0.25 if name == "B3" else 0.0, (0, 1), 9, 1.0, "")
        for name in space.names
    )  # fmt: skip
    law = Law.of(space, entries)
    assert Rule(law.most_probable).probabilities[space.windows("B3")[0]] == 0.25
    assert law.log2_possible == 0
    assert repr(law) == f"Law({law.most_probable})" and str(law) == law.most_probable
    assert repr(replace(law, log2_possible=2.0)) == f"Law({law.most_probable}, one of 2^2 that fit)"


def test_a_question_comes_back_with_its_board() -> None:
    board = np.random.default_rng(0).integers(0, 2, (4, 7)).astype(np.uint8)
    question = Question(board, 2, 5, "Put this board into the box.", ("B3",))
    again = Question.from_json(question.to_json())
    assert np.array_equal(again.board, board)
    assert again.to_json() == question.to_json()
    assert Question.from_json({"says": "x", "rle": "", "steps": 1, "decides": 0}).board.size == 0

"""Learned laws beside the truth: errors cell by cell by hand, statistics with a stated rate of false alarms."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.automata.evolution import evolve
from evolaw.automata.rules.rule import Rule
from evolaw.errors import ArgumentError
from evolaw.learning.windows.learned_law import LearnedLaw
from evolaw.learning.windows.rollouts import Beside, rollout_error, rollout_statistics, rollouts


def law_of(rule: str) -> LearnedLaw:
    return LearnedLaw(np.where(Rule(rule).table == 1, 5.0, -5.0)[None], None, ((),), ())


def soups(boards: int, size: int = 16) -> np.ndarray:
    return (np.random.default_rng(boards).random((boards, size, size)) < 0.4).astype(np.uint8)


def test_rollout_error_is_the_share_of_wrong_cells() -> None:
    law = law_of("B36/S23")
    start = np.random.default_rng(1).integers(0, 2, (30, 30)).astype(np.uint8)
    error = rollout_error(law, "B3/S23", start, 2)
    wrong = evolve("B36/S23", start, 2).values != evolve("B3/S23", start, 2).values
    assert error.shape == (1, 3)
    assert error[0] == pytest.approx(wrong.mean((1, 2)))
    assert error[0, 0] == 0 < error[0, 1]
    assert (rollout_error(law_of("B3/S23"), "B3/S23", soups(3), 5) == 0).all()


def test_the_two_ensembles_are_halves_of_the_boards() -> None:
    starts = soups(9)
    learned, true = rollouts(law_of("B36/S23"), "B3/S23", starts, 3, rng=0)
    assert np.array_equal(learned.values, evolve("B36/S23", starts[:4], 3).values)
    assert np.array_equal(true.values, evolve("B3/S23", starts[4:], 3).values)
    with pytest.raises(ArgumentError, match="at least four boards"):
        rollouts(law_of("B3/S23"), "B3/S23", soups(3), 2, rng=0)


def test_a_law_of_chance_draws_its_own_numbers() -> None:
    soft = LearnedLaw(np.zeros((1, 512)), None, ((),), ())
    starts = soups(4)
    learned, true = rollouts(soft, soft.rule(hard=False), np.concatenate([starts, starts]), 1, hard=False, rng=0)
    assert not np.array_equal(learned.values[:, 1], true.values[:, 1])


def test_statistics_tell_another_law_and_not_the_same() -> None:
    """The same law gives p < 0.001 once in a thousand seeds; another one, seeds and birth, always does here."""
    same = rollout_statistics(law_of("B3/S23"), "B3/S23", soups(60), 20, rng=1)
    assert list(same.differences) == ["density", "activity", "2x2 blocks", "clusters"]
    assert same.smallest > 0.001
    other = rollout_statistics(law_of("B2/S"), "B3/S23", soups(60), 20, rng=1)
    assert other.smallest <= 4 / 1000


def test_beside_gathers_errors_densities_and_tests() -> None:
    starts = soups(20)
    found = Beside.of(law_of("B36/S23"), "B3/S23", starts, 6, rng=0)
    assert np.array_equal(found.error, rollout_error(law_of("B36/S23"), "B3/S23", starts, 6))
    law, true = found.densities
    assert law.value == pytest.approx(evolve("B36/S23", starts[:10], 6).frames.mean((1, 2, 3)))
    assert true.value == pytest.approx(evolve("B3/S23", starts[10:], 6).frames.mean((1, 2, 3)))
    assert found.boards == law.n == 10
    assert "10 for each, 6 generations" in repr(found)

"""Searching laws by what they forecast: summits, and rivals that make up for a flipped entry with a second one."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from evolaw.discovery.lattices.rollout.hill_climbing import Ascent

TRUTH = np.array([1, 0, 1, 1, 0, 0, 1, 0], np.uint8)


def a_mountain(height: Any) -> Any:
    """Scores laws by a formula of where they differ from the truth."""
    return SimpleNamespace(score=lambda laws: np.array([height(law != TRUTH) for law in laws], float))


def test_climbing_ends_at_the_summit() -> None:
    mountain = a_mountain(lambda wrong: -float((wrong * np.arange(1, 9)).sum()))
    ascent = Ascent(mountain, np.arange(8))
    summit = ascent.climb(1 - TRUTH)
    assert np.array_equal(summit.law, TRUTH) and summit.score == 0
    assert summit.losses.tolist() == list(range(1, 9))
    assert 1 + 2 * 8 < ascent.tried < 40  # all eight entries are flipped together in the first move


def test_known_entries_stay() -> None:
    mountain = a_mountain(lambda wrong: -float(wrong.sum()))
    start = 1 - TRUTH
    summit = Ascent(mountain, np.array([0, 3])).climb(start)
    assert (summit.law != start).nonzero()[0].tolist() == [0, 3] and summit.losses.size == 2


def test_flips_that_spoil_each_other_are_not_made_together() -> None:
    """Each of two flips helps alone, both together do not."""
    mountain = a_mountain(lambda wrong: -abs(float(wrong.sum()) - 1))
    start = TRUTH.copy()
    start[[0, 1]] ^= 1
    summit = Ascent(mountain, np.arange(8)).climb(start)
    assert summit.score == 0 and (summit.law != TRUTH).sum() == 1


def test_a_rival_may_need_a_partner() -> None:
    """Entries 0 and 1 flipped together cost little, each alone costs much: each is the other's partner."""

    def height(wrong: np.ndarray) -> float:
        return -1.5 if wrong[0] and wrong[1] and wrong.sum() == 2 else -10.0 * float(wrong.sum())

    ascent = Ascent(a_mountain(height), np.arange(8))
    told: list[int] = []
    laws, scores = ascent.rivals(ascent.climb(TRUTH), told.append)
    assert scores.tolist() == [-1.5, -1.5] + [-10.0] * 6
    assert (laws[0] != TRUTH).nonzero()[0].tolist() == [0, 1]
    assert (laws[2] != TRUTH).nonzero()[0].tolist() == [2]
    assert told == list(range(8))


def test_one_open_entry_has_no_partner() -> None:
    laws, scores = (ascent := Ascent(a_mountain(lambda wrong: -float(wrong.sum())), np.array([4]))).rivals(
        ascent.climb(TRUTH)
    )
    assert (laws[0] != TRUTH).nonzero()[0].tolist() == [4] and scores.tolist() == [-1]

"""The case: what is known goes along into a wider space, and windows are counted once."""

import numpy as np

from evolaw.automata import evolve
from evolaw.discovery.lattices.model.case import Case
from evolaw.discovery.lattices.model.rule_space import RuleSpace

NARROW, WIDE = RuleSpace.named("outer-totalistic"), RuleSpace.named("isotropic")


def test_what_is_known_stays_known_in_a_wider_space() -> None:
    case = Case((), NARROW, NARROW.known("B3,S2=0")).within(WIDE)
    given = dict(zip(WIDE.names, case.known, strict=True))
    assert all(given[name] == 1 for name in given if name.startswith("B3"))
    assert all(given[name] == 0 for name in given if name.startswith("S2"))
    assert case.free.sum() == 102 - 10 - 6
    assert case.level == 0.05 / case.free.sum()


def test_windows_are_counted_once() -> None:
    film = evolve("B3/S23", np.random.default_rng(0).integers(0, 2, (8, 8)), 3)
    case = Case([film], NARROW, np.full(18, np.nan))
    assert case.window_counts is case.window_counts
    assert case.counts.visits.sum() == 3 * 64


def test_progress_is_told_to_whoever_listens() -> None:
    heard: list[object] = []
    Case((), NARROW, np.full(18, np.nan), progress=lambda *said: heard.append(said)).tell(1, 2, "windows")
    Case((), NARROW, np.full(18, np.nan)).tell(1, 2, "windows")
    assert heard == [(1, 2, "windows")]

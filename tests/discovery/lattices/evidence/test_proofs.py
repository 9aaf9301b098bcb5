"""The words and numbers of proofs."""

import numpy as np
import pytest

from evolaw.automata import evolve
from evolaw.discovery.lattices.evidence.proofs import (
    beginning,
    contradicted,
    proven,
    require_certain,
    unsettled,
    window_visits,
    with_known,
)
from evolaw.discovery.lattices.model.rule_space import RuleSpace
from evolaw.discovery.spine.decisions import decide
from evolaw.errors import ArgumentError

SPACE = RuleSpace.named("outer-totalistic")


def test_proofs_are_decided_and_open_entries_are_not() -> None:
    evidence = [
        proven("B3", 1, "joint", 4.0, "x"),
        proven("B2", 0, "counted", 1.0, "x"),
        unsettled("S2", 0.5, 9.0, "x"),
    ]
    assert decide(evidence, 0.05) == ["present", "absent", "undetermined"]


def test_known_entries_keep_their_value() -> None:
    known = SPACE.known({"B3": 1, "S2": 0.25})
    evidence = with_known([unsettled(name, 0.5, 2.0, "x") for name in SPACE.names], known)
    assert [item.basis for item in evidence].count("known") == 2
    assert evidence[SPACE.index("S2")].probability == 0.25


def test_a_contradiction_decides_nothing() -> None:
    weighing = contradicted(SPACE, SPACE.known("B3"))
    assert set(decide(weighing.evidence, 0.05)) == {"undetermined", "present"}
    assert "with the known entries" in weighing.facts["contradiction"]


def test_visits_are_the_windows_seen() -> None:
    recording = evolve("B3/S23", np.random.default_rng(0).integers(0, 2, (8, 8), dtype=np.uint8), 3)
    films, knowledge = beginning([recording], SPACE, np.full(18, np.nan))
    visits = window_visits(SPACE, films, [knowledge])
    assert visits.sum() == 3 * 64
    assert visits[9:].sum() == recording.values[:-1].sum()


def test_chance_among_the_known_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"known\[S2\].*be 0 or 1"):
        require_certain(SPACE, SPACE.known({"S2": 0.25}))

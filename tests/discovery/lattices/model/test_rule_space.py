"""Rule spaces: nested partitions of the windows, names, known entries."""

import itertools

import numpy as np
import pytest

from evolaw.automata.rules.rule import Rule
from evolaw.discovery.lattices.model.rule_space import NESTED, WINDOWS, RuleSpace
from evolaw.errors import ArgumentError


@pytest.mark.parametrize(("name", "entries"), [("outer-totalistic", 18), ("isotropic", 102), ("general", 512)])
def test_a_space_is_a_partition_of_the_windows(name: str, entries: int) -> None:
    space = RuleSpace.named(name)
    assert len(space) == entries == len(set(space.names))
    assert space.sizes.sum() == WINDOWS
    assert sorted(np.concatenate([space.windows(u) for u in range(entries)])) == list(range(WINDOWS))


def test_every_space_refines_the_one_before() -> None:
    for narrow, wide in itertools.pairwise(NESTED):
        assert RuleSpace.named(narrow).wider is RuleSpace.named(wide)
        for entry in range(len(RuleSpace.named(wide))):
            windows = RuleSpace.named(wide).windows(entry)
            assert np.unique(RuleSpace.named(narrow).entry_of[windows]).size == 1


@pytest.mark.parametrize("text", ["B3/S23", "B3/S2-i34q"])
def test_spread_values_make_the_rule(text: str) -> None:
    rule = Rule(text)
    space = RuleSpace.named(rule.space)
    values = np.array([rule.probabilities[space.windows(u)[0]] for u in range(len(space))])
    assert space.rule(values) == rule


def test_known_reads_mappings_and_text() -> None:
    space = RuleSpace.named("outer-totalistic")
    known = space.known("B3, S2=0 ,S8=0.25")
    assert np.array_equal(known, space.known({"B3": 1, "S2": 0, "S8": 0.25}), equal_nan=True)
    assert known[space.index("B3")] == 1
    assert known[space.index("S8")] == 0.25
    assert np.isnan(known).sum() == 15
    assert np.isnan(space.known(None)).all()


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"B9": 1}, "name an entry of the outer-totalistic space"),
        ("b3", "Did you mean B3"),
        ({"B3": 2}, "known\\[B3\\]"),
        ("B3=1,B3=0", "give B3 one value"),
        (7, "be a mapping such as"),
    ],
)
def test_known_refuses_with_a_cure(known: object, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        RuleSpace.named("outer-totalistic").known(known)  # type: ignore[arg-type]


def test_an_unknown_space_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ArgumentError, match="Did you mean isotropic"):
        RuleSpace.named("isotropc")

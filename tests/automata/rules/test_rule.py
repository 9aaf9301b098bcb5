"""A rule is its law: equality, hashing, families, entries, golden strings."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from evolaw.automata.grid import neighbourhoods
from evolaw.automata.rules.rule import SPACES, Rule, entries, reflect_windows, rotate_windows
from evolaw.errors import ArgumentError, ParseError


def test_equal_laws_are_equal_rules() -> None:
    life = Rule("B3/S23")
    for other in ("23/3", life.map_string, "R1,C0,M1,S3..4,B3..3,NM", "B3ceaiknjqry/S2-3", Rule("b3s23")):
        assert Rule(other) == life
        assert hash(Rule(other)) == hash(life)
        assert str(Rule(other)) == "B3/S23"
    assert Rule("B36/S23") != life
    assert life.with_noise(0.1) != life
    assert life.with_noise(0) == life
    assert life != "B3/S23"
    assert len({life, Rule("23/3"), Rule("B36/S23")}) == 2


def test_a_rule_on_fewer_cells_equals_its_3x3_writing() -> None:
    cross = Rule("B13/S13V")
    assert Rule(cross.map_string) == cross
    assert cross == Rule(cross.hensel())
    assert Rule("W110") != Rule.from_table(Rule("B/S").table)


@pytest.mark.parametrize(
    ("text", "neighbourhood", "radius", "space"),
    [
        ("B3/S23", "moore", 1, "outer-totalistic"),
        ("B3/S2-i34q", "moore", 1, "isotropic"),
        ("B13/S13V", "vonneumann", 1, "isotropic"),
        ("B2/S34H", "hexagonal", 1, "general"),
        ("MAPFpBmyg", "vonneumann", 1, "general"),
        ("W110", "line", 1, "general"),
        ("R5,C0,M1,S34..58,B34..45,NM", "moore-r", 5, "outer-totalistic"),
        ("R2,C0,M0,S3..4,B3..4,NN", "vonneumann-r", 2, "outer-totalistic"),
        ("R2,C0,M0,S3..4,B3..4,NC", "circular-r", 2, "outer-totalistic"),
    ],
)
def test_facts(text: str, neighbourhood: str, radius: int, space: str) -> None:
    rule = Rule(text)
    assert (rule.neighbourhood, rule.radius, rule.space) == (neighbourhood, radius, space)
    assert rule.is_deterministic
    assert rule.table.dtype == np.uint8
    np.testing.assert_array_equal(rule.table, rule.probabilities)


def test_rules_are_frozen_and_travel() -> None:
    rule = Rule("B3/S2=0.9,3~0.01")
    with pytest.raises(AttributeError, match="frozen"):
        rule.noise = 0.5  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        rule.probabilities[0] = 1
    assert pickle.loads(pickle.dumps(rule)) == rule
    assert copy.deepcopy(rule) == rule
    assert eval(repr(rule), {"Rule": Rule}) == rule


def test_uncertain_rules() -> None:
    rule = Rule("B3/S2=0.9,3")
    assert not rule.is_deterministic
    assert rule.probabilities[0b110010000] == 0.9
    with pytest.raises(ArgumentError, match="Use `probabilities`"):
        _ = rule.table
    noisy = Rule("B3/S23").with_noise(0.25)
    assert noisy.noise == 0.25
    assert not noisy.is_deterministic
    np.testing.assert_array_equal(noisy.table, Rule("B3/S23").table)
    assert str(noisy) == "B3/S23~0.25"


def test_inverted_life() -> None:
    """B0123478/S01234678 is Life with 0 and 1 exchanged: P'(w) = 1 - P(not w)."""
    life = Rule("B3/S23").table
    assert Rule.from_table(1 - life[::-1]) == Rule("B0123478/S01234678")


def test_day_and_night_is_its_own_complement() -> None:
    table = Rule("B3678/S34678").table
    np.testing.assert_array_equal(1 - table[::-1], table)


def test_building_from_tables() -> None:
    rng = np.random.default_rng(0)
    table = rng.random(512).round(2)
    assert np.array_equal(Rule.from_table(table).probabilities, table)
    assert Rule.from_table(np.ones(32), noise=0.1) == Rule("B012345678/S012345678~0.1")
    narrow = rng.integers(0, 2, 128)
    wide = Rule.from_table(narrow).table
    np.testing.assert_array_equal(wide, narrow[neighbourhoods.inner_windows(neighbourhoods.HEXAGONAL)])
    assert Rule.from_table([0, 1, 1, 1, 0, 1, 1, 0]) == Rule.elementary(110) == Rule("W110")
    for wrong in (np.ones(9), np.ones((2, 9)), [2.0] * 8, [np.nan] * 8, "life", [[1], [1, 2]]):
        with pytest.raises(ArgumentError, match="`table`"):
            Rule.from_table(wrong)


def test_building_from_counts() -> None:
    assert Rule.outer_totalistic([3], (2, 3)) == Rule("B3/S23")
    assert Rule.outer_totalistic({3: 0.5}, []) == Rule("B3=0.5/S")
    assert Rule.outer_totalistic(range(34, 46), range(33, 58), radius=5) == Rule("R5,C0,M1,S34..58,B34..45,NM")
    for wrong in ([9], [-1], [1.5], {3: 1.1}):
        with pytest.raises(ArgumentError):
            Rule.outer_totalistic(wrong, [])
    with pytest.raises(ArgumentError, match="`radius`"):
        Rule.outer_totalistic([3], [2], radius=1000)


def test_counts_of_a_rule() -> None:
    assert Rule("B36/S23").birth_survival() == ((3, 6), (2, 3))
    birth, survival = Rule("R5,C0,M1,S34..58,B34..45,NM").birth_survival()
    assert (birth, survival) == (tuple(range(34, 46)), tuple(range(33, 58)))
    for wrong in ("B2a/S", "B1/SV", "W110"):
        with pytest.raises(ArgumentError, match="outer-totalistic"):
            Rule(wrong).birth_survival()
    with pytest.raises(ArgumentError, match="isotropic"):
        Rule("B2/S34H").hensel()
    with pytest.raises(ArgumentError, match="radius 1"):
        _ = Rule("W110").map_string


@pytest.mark.parametrize("space", SPACES)
def test_entries_hold_every_window_once(space: str) -> None:
    found = entries(space)
    assert len(found) == {"outer-totalistic": 18, "isotropic": 102, "general": 512}[space]
    np.testing.assert_array_equal(np.sort(np.concatenate(list(found.values()))), np.arange(512))
    for name, windows in found.items():
        for turned in (rotate_windows(1), reflect_windows()):
            if space != "general":
                assert set(turned[windows]) == set(windows), name


def test_names_of_entries() -> None:
    assert list(entries("outer-totalistic")) == [f"{side}{count}" for side in "BS" for count in range(9)]
    isotropic = list(entries("isotropic"))
    assert isotropic[:5] == ["B0", "B1c", "B1e", "B2a", "B2c"]
    assert isotropic[50:52] == ["B8", "S0"]
    assert list(entries("general"))[:2] == ["000000000", "000000001"]
    with pytest.raises(ArgumentError, match="Did you mean isotropic"):
        entries("isotropc")


def test_an_entry_name_is_a_rule_with_that_entry() -> None:
    for name, windows in entries("isotropic").items():
        text = f"{name}/S" if name[0] == "B" else f"B/{name}"
        np.testing.assert_array_equal(np.flatnonzero(Rule(text).table), windows)


def test_wrong_rules_are_refused() -> None:
    with pytest.raises(ParseError):
        Rule("lief")
    with pytest.raises(ArgumentError, match="text of a rule"):
        Rule(None)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="`noise`"):
        Rule("B3/S23").with_noise(1.5)

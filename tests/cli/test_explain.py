"""`evolaw explain`: words, entries drawn as windows, rules with their entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evolaw.automata.rules.rule import entries as entries_of
from evolaw.cli.explain import describe
from evolaw.errors import ArgumentError, ParseError
from evolaw.report.tables import page


def test_a_word_in_both_languages(evolaw: Callable[..., Any]) -> None:
    assert "never visited" in evolaw("explain", "undetermined").stdout
    assert "证据" in evolaw("explain", "e-value", "--lang", "zh").stdout


def test_the_words_of_junctions_are_known(evolaw: Callable[..., Any]) -> None:
    for word in ("retrapping current", "beta-c", "Shapiro step", "fluxon", "D"):
        done = evolaw("explain", word)
        assert done.returncode == (3 if word == "D" else 0), word
    assert "|J_n|" in evolaw("explain", "shapiro-step").stdout
    assert "磁通" in evolaw("explain", "fluxon", "--lang", "zh").stdout
    assert "Words of junctions" in evolaw("explain").stdout


def test_every_entry_of_every_space_can_be_drawn() -> None:
    """The drawing of an entry shows exactly its windows, as long as there are at most eight."""
    for space in ("outer-totalistic", "isotropic", "general"):
        for name, windows in list(entries_of(space).items())[::7]:
            if len(windows) > 8:
                continue
            lines = [line.replace(" ", "") for line in describe(name).splitlines() if line.startswith("  ")][:3]
            drawn = {
                int("".join("01"["·■".index(line[3 * k + col])] for line in lines for col in range(3)), 2)
                for k in range(len(windows))
            }
            assert drawn == {int(window) for window in windows}, name


def test_a_rule_says_its_entries_and_forms() -> None:
    text = describe("b3s23")
    assert "B3/S23" in text
    assert "3 of 18: B3 S2 S3" in text
    assert "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA" in text
    assert "isotropic" in describe("B2-a/S12")
    assert "line" in describe("W110")
    assert "3 of 18: B3 S2=0.9 S3" in describe("B3/S2=0.9,3")


def test_an_entry_may_be_typed_in_small_letters() -> None:
    assert describe("b2a") == describe("B2a")
    assert "outer-totalistic and of the isotropic" in describe("S8")


@pytest.mark.parametrize(
    ("word", "error", "says"),
    [
        ("B2z", ArgumentError, "B2a B2c"),
        ("B3/S2z", ParseError, "letters"),
        ("conflikt", ArgumentError, "Did you mean conflict"),
    ],
)
def test_unknown_words_get_the_nearest(word: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        describe(word)


def test_all_prints_the_glossary(evolaw: Callable[..., Any]) -> None:
    assert evolaw("explain", "--all").stdout.startswith("# Glossary")
    assert "Terms:" in evolaw("explain").stdout


def test_a_table_is_printed_by_its_name(evolaw: Callable[..., Any]) -> None:
    assert evolaw("explain", "Schemes").stdout == page("schemes")

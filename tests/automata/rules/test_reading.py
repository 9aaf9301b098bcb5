"""Every notation reads to its law; anything else is refused at its column."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.automata.rules import reading
from evolaw.automata.rules.reading import parse_rule
from evolaw.automata.rules.writing import write_rule
from evolaw.errors import ArgumentError, ParseError

LIFE_MAP = "MAPARYXfhZofugWaH7oaIDogBZofuhogOiAaIDogIAAgAAWaH7oaIDogGiA6ICAAIAAaIDogIAAgACAAIAAAAAAAA"


@pytest.mark.parametrize(
    "text",
    [
        "B3/S23",
        "b3s23",
        "B3S23",
        "B3_S23",
        "23/3",
        "S23/B3",
        " B3/S23 ",
        "B33/S2-3",
        LIFE_MAP,
        LIFE_MAP + "==",
        "B3/23",
        "23/B3",
        "R1,C0,M0,S2..3,B3..3,NM",
        "R1,C2,M1,S3..4,B3,NM",
        "r1,c0,m0,s2-3,b3,nm",
        "B3ceaiknjqry/S23",
    ],
)
def test_life_in_many_writings(text: str) -> None:
    table = parse_rule(text).probabilities
    for window in range(512):
        cells = [int(bit) for bit in f"{window:09b}"]
        alive, neighbours = cells[4], sum(cells) - cells[4]
        assert table[window] == (neighbours == 3 or (alive and neighbours == 2)), f"{window:09b}"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("B4-qjrtwz/S", "B4aceikny/S"),
        ("B2-3/S", "B23/S"),
        ("B2-a/S12", "B2-a/S12"),
        ("b2ac2e/s", "B2ace/S"),
        ("B2-aceikn/S", "B/S"),
        ("B3/S2-i34q", "B3/S2-i34q"),
        ("34/2H", "B2/S34H"),
        ("B13/S13V", "B13/S13V"),
        ("B3", "B3/S"),
        ("w030", "W30"),
        ("R5,C0,M1,S34..58,B34..45,NM", "R5,C0,M0,S33..57,B34..45,NM"),
        ("R2,C0,M0,S1..2,3,7,B5=0.5,6=0.5,NN", "R2,C0,M0,S1..3,7..7,B5..6=0.5,NN"),
        ("R3,B4..9,S3..8,NC", "R3,C0,M0,S3..8,B4..9,NC"),
        ("R1,C0,M0,S2..3,B2..2,NN", "B2/S23V"),
        ("R2,S,B1..2", "R2,C0,M0,S,B1..2,NM"),
        ("B3/S2=0.9,3", "B3/S2=0.9,3"),
        ("B3/S2=.90,3=1", "B3/S2=0.9,3"),
        ("B2ac=0.5,3/S23", "B2ac=0.5,3/S23"),
        ("B2eikn=0.5,2ac/S23", "B2ac2-ac=0.5/S23"),
        ("B2ace=0.5,2ikn=0.5/S", "B2=0.5/S"),
        ("B3=1e-3/S0=0,23V", "B3=0.001/S23V"),
        ("W110,101=0.5", "W78,101=0.5"),
        ("B3/S23~0.01", "B3/S23~0.01"),
        ("B3/S23~0", "B3/S23"),
        ("B3/S23H~1", "B3/S23H~1"),
    ],
)
def test_canonical_forms(text: str, canonical: str) -> None:
    assert write_rule(parse_rule(text)) == canonical
    assert parse_rule(canonical).key == parse_rule(text).key


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "no rule notation"),
        ("lief", 1, r"Did you mean B3/S23 \(Life\)"),
        ("hilife", 1, r"Did you mean B36/S23 \(HighLife\)"),
        ("3", 2, "A slash must stand here"),
        ("B9/S23", 2, "at most 8 neighbours"),
        ("B3/S5V", 5, "at most 4 neighbours"),
        ("B7/S5H", 2, "at most 6 neighbours"),
        ("B2x/S", 3, "letters a c e i k n"),
        ("B2q/S", 3, "'q' is no arrangement of 2 neighbours"),
        ("B0a/S", 3, "no letters"),
        ("B2aV", 3, "not expected"),
        ("B3/B2", 4, "B stands twice"),
        ("B2-a2c/S", 5, "stands twice, with a minus"),
        ("B3/S23/4", 8, "more than two states"),
        ("B3/S23:T30", 7, "boundary"),
        ("B3/S23 x", 8, "not expected"),
        ("B3/S2=1.5", 7, "probability from 0 to 1"),
        ("B3/S2=", 7, "probability from 0 to 1"),
        ("B3/S2=0.5,2=0.6", 11, "two probabilities"),
        ("B3/S23~2", 8, "probability from 0 to 1"),
        ("MAPabc", 7, "86, 22 or 6"),
        ("MAP" + "A" * 86 + ",01=0.5", 91, "9 bits"),
        ("MAPAAAAAA,00000=0.5,00000=0.1", 21, "stands twice"),
        ("MAPAAAAAA,00000", 16, "probability"),
        ("W256", 2, "from 0 to 255"),
        ("R0,S1,B1", 2, "from 1 to 100"),
        ("R101,S1,B1", 2, "from 0 to 100"),
        ("R2,S1..30,B1", 5, "at most 24 cells"),
        ("R2,S3..1,B1", 5, "falls"),
        ("R2,S1,B1,NQ", 11, "NM"),
        ("R2,C3,S1,B1", 5, "more than two states"),
        ("R2,S1,S2", 7, "each once"),
        ("R2,S1", 6, "counts B are missing"),
        ("R2,S1..3=0.5,2,B1", 14, "stands twice"),
        ("B3=١/S", 4, "probability from 0 to 1"),
        ("W١", 2, "from 0 to 255"),
    ],
)
def test_refusals_say_where_and_why(text: str, column: int, says: str) -> None:
    with pytest.raises(ParseError, match=says) as caught:
        parse_rule(text)
    assert caught.value.column == column
    assert caught.value.source == "rule"


def test_long_texts_are_refused_before_they_are_read() -> None:
    with pytest.raises(ParseError, match="at most 3200000 characters") as caught:
        parse_rule("B" + "3" * 10**7)
    assert len(str(caught.value)) < 300


def test_only_texts_are_read() -> None:
    with pytest.raises(ArgumentError, match="be the text of a rule"):
        parse_rule(3)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text("BSbsHVMAPWR0123456789/_-,.=~aceijknqrtwyz: ", max_size=40)))
def test_any_text_reads_or_is_refused(text: str) -> None:
    try:
        rule = parse_rule(text, most_states=255)
    except ParseError as error:
        assert 1 <= (error.column or 0) <= len(text) + 1
    else:
        assert parse_rule(write_rule(rule), most_states=255).key == rule.key


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        [
            "B3/S2-i34q",
            "B2/S345-c/C4",
            "R5,C0,M1,S34..58,B34..45,NM",
            "B3/S2=0.9,3~0.1",
            "W110,101=0.5",
            LIFE_MAP,
            "MAPFpBmyg",
        ]
    ),
    st.integers(0, 90),
    st.integers(0, 3),
    st.text(max_size=3),
)
def test_torn_rules_read_or_are_refused(text: str, place: int, cut: int, put: str) -> None:
    torn = text[:place] + put + text[place + cut :]
    try:
        rule = parse_rule(torn, most_states=255)
    except ParseError:
        return
    assert parse_rule(write_rule(rule), most_states=255).key == rule.key


def test_probabilities_are_read_exactly() -> None:
    for chance in np.random.default_rng(0).random(50).tolist():
        assert parse_rule(f"B3={chance!r}/S23").probabilities[0b111000000] == chance


def test_suggestions_are_rules() -> None:
    for name, text in reading.WELL_KNOWN.items():
        assert parse_rule(name.upper(), most_states=255).key == parse_rule(text, most_states=255).key
        assert write_rule(parse_rule(text, most_states=255)) == text

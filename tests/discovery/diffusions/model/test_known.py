"""What is known is read as it is said."""

from __future__ import annotations

import pytest

from evolaw.discovery.diffusions.model.known import read_known
from evolaw.errors import ArgumentError


def test_values_and_whole_components_are_read() -> None:
    known = read_known("x: x=1, x^3=-1; y: *, x: D 1=0.5", ["x", "y"])
    assert known.values == {"x: x": 1.0, "x: x^3": -1.0, "x: D 1": 0.5}
    assert known.whole == {"y"}
    assert known.terms("x") == ["x", "x^3"]
    assert known.terms("x", diffusion=True) == ["1"]


def test_a_mapping_says_the_same() -> None:
    assert read_known({"x: x": 1.0, "y: *": "*"}, ["x", "y"]) == read_known("x: x=1; y: *", ["x", "y"])


@pytest.mark.parametrize(
    ("text", "said"),
    [("x^3=-1", "component before a colon"), ("x: x^3", "a number to every term"), ("q: x=1", "one of x")],
)
def test_what_is_said_wrongly_is_refused(text: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        read_known(text, ["x"])


def test_relations_and_signs_are_read() -> None:
    known = read_known("x: x=1, y = -2.5 (y: x), x^3 = (y: y^3); y: D 1 = -0.5 * (y: y), y<0, x > 0", ["x", "y"])
    assert known.values == {"x: x": 1.0}
    assert known.relations == {"x: y": (-2.5, "y: x"), "x: x^3": (1.0, "y: y^3"), "y: D 1": (-0.5, "y: y")}
    assert known.signs == {"y: y": -1, "y: x": 1}
    assert read_known({"y: D 1": "-0.5 (y: y)", "y: y": "<0"}, ["x", "y"]).signs == {"y: y": -1}


@pytest.mark.parametrize(
    ("text", "said"),
    [("x: x = 0 (y: y)", "factor other than 0"), ("x: x = 2 (q: y)", "q"), ("x: x = 2 (y y)", "known")],
)
def test_relations_that_say_nothing_are_refused(text: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        read_known(text, ["x", "y"])

"""Libraries are what their words say."""

from __future__ import annotations

from math import comb

import pytest

from evolaw.discovery.diffusions.model.library import harmonics, polynomials, read_libraries, usual_library
from evolaw.errors import ArgumentError


@pytest.mark.parametrize(("dim", "degree"), [(1, 5), (2, 3), (3, 2), (4, 1)])
def test_there_are_as_many_monomials_as_there_should_be(dim: int, degree: int) -> None:
    names = ["a", "b", "c", "d"][:dim]
    found = polynomials(names, degree)
    assert len(found) == len(set(found)) == comb(dim + degree, degree)


def test_words_stand_for_libraries() -> None:
    read = read_libraries("poly:2", ["x", "y"], ["x", "y"])
    assert [term.name for term in read["y"]] == ["1", "x", "y", "x^2", "x*y", "y^2"]
    assert [term.name for term in read_libraries("harmonics:1", ["p"], ["p"])["p"]] == ["1", "sin(p)", "cos(p)"]


def test_components_may_have_their_own_terms() -> None:
    read = read_libraries("x: 1, x; y: y^3", ["x", "y"], ["x", "y"])
    assert [term.name for term in read["x"]] == ["1", "x"]
    assert [term.name for term in read["y"]] == ["y^3"]


def test_a_period_stands_in_the_harmonics() -> None:
    assert harmonics(["p"], 1, {"p": 360.0})[1] == "sin(0.0174532925199*p)"


def test_angles_get_harmonics_when_nothing_is_said() -> None:
    assert usual_library(["p"], {"p": 6.283185307179586})[1] == "sin(p)"
    assert usual_library(["x"], {})[-1] == "x^5"


@pytest.mark.parametrize(
    ("text", "said"), [("1, x, x", "every term once"), ("poly:12", "from 0 to 9"), ("q: 1; x: x", "one of x")]
)
def test_a_wrong_library_is_refused(text: str, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        read_libraries(text, ["x"], ["x"])

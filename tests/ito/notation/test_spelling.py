"""One spelling for what is written in many, with the columns of the text as it was given."""

from __future__ import annotations

import unicodedata

import pytest

from evolaw.errors import ArgumentError
from evolaw.ito.notation.spelling import is_equation, name_of, spell


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("X²", "X^2"),
        ("X⁻¹²", "X^(-12)"),
        ("x₁ − ½y", "x1 - (1/2)y"),
        ("a × b ⋅ c ÷ d", "a · b · c / d"),
        ("θX", "theta X"),
        ("kθ", "k theta"),
        ("σ_1 β2 X_μ", "sigma_1 beta2 X_mu"),
        ("ΩωΩ", "Omega omega Omega"),
        ("ẋ + ẍ″", "x' + x''''"),
        ("d²x/dt²", "x''"),
        ("d2x/dt2 + dx(t)/dt", "x'' + x'"),
        ("ｘ 𝑥 µ ϕ", "x x mu phi"),
    ],
)
def test_spelled(text: str, plain: str) -> None:
    assert spell(text).text == plain
    assert len(spell(text).columns) == len(plain)


def test_columns_are_those_of_the_text_as_given() -> None:
    spelled = spell("θ² $")
    assert spelled.columns[spelled.text.index("$")] == 3


def test_composed_and_decomposed_letters_are_one_name() -> None:
    assert name_of(unicodedata.normalize("NFD", "é"), "name") == name_of("é", "name")


@pytest.mark.parametrize("text", ["", "a b", "2x", "a-b", "#eval(1)", r"\input{x}", "x" * 200])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="`real` must be a name"):
        name_of(text, "real")


@pytest.mark.parametrize(
    "text", ["dX = dW", "dx/dt = -x + xi(t)", "x'' + x = 0", "d²x/dt² = -x", "dX(t) = dW(t)", "ẋ = -x"]
)
def test_equations_are_told_from_rules(text: str) -> None:
    assert is_equation(text)


@pytest.mark.parametrize("text", ["B3/S23", "MAPARYXfhZofugWaH7oaIDogBZofuhogA==", "d4", "double-well", "runs/x=1"])
def test_rules_are_told_from_equations(text: str) -> None:
    assert not is_equation(text)

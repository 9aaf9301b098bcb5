"""The reader of equations: what it understands, where it says the fault is, and that nothing is evaluated."""

from __future__ import annotations

import contextlib

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.errors import ArgumentError, ParseError
from evolaw.ito.notation.grammar import read_equations, read_expression

X = sympy.Symbol("X", real=True)


def names(text: str) -> dict[str, sympy.Expr]:
    return {str(s): sympy.Symbol(str(s), positive=True) for s in text.split()}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2 X", "2*X"),
        ("-X^2", "-X**2"),
        ("2^-X", "2**(-X)"),
        ("X**3**2", "X**9"),
        ("1/2 X", "X/2"),
        ("1/(2 X)", "1/(2*X)"),
        ("-X - -X", "0"),
        ("a (X + 1)", "a*(X + 1)"),
        ("exp(-X)sin(X)", "exp(-X)*sin(X)"),
        ("0.1 X", "X/10"),
        ("1e-3", "1/1000"),
        ("2·pi", "2*pi"),
        ("X / 2 / 3", "X/6"),
    ],
)
def test_expressions(text: str, wanted: str) -> None:
    table = {"X": X, "a": sympy.Symbol("a", positive=True)}
    assert sympy.simplify(read_expression(text, {"X": X}) - sympy.sympify(wanted, locals=table)) == 0


def test_a_system() -> None:
    read = read_equations("dX = V dt; dV = (-gamma V - X) dt + s dW2 + r X dW1")
    assert [str(x) for x in read.states] == ["X", "V"]
    assert read.noises == ("W1", "W2")
    assert [[str(g) for g in row] for row in read.diffusion] == [["0", "0"], ["X*r", "s"]]
    assert read.calculus == "ito"


@pytest.mark.parametrize("text", ["dX = X ∘ dW", "dX = X ∘dW", "dX = X o dW", "dX = a dt + X * ∘ dW".replace("* ", "")])
def test_the_circle_means_stratonovich(text: str) -> None:
    assert read_equations(text).calculus == "stratonovich"


def test_parameters_are_positive_unless_declared_real() -> None:
    drift = read_equations("dX = mu X dt + s dW", real=("mu",)).drift[0]
    (mu,) = (s for s in drift.free_symbols if str(s) == "mu")
    assert mu.is_positive is None and mu.is_real


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no equation"),
        ("X = dt", 'begins like "dX ="'),
        ("dX = X", "exactly one factor dt"),
        ("dX = dt dW", "exactly one factor dt"),
        ("dX = dt^2", "exactly one factor dt"),
        ("dX = (X dt", "a bracket is not closed"),
        ("dX = X ) dt", "'\\)' is not expected"),
        ("dX = sinn(X) dt", "Did you mean sin"),
        ("dX = sin X dt", "sin needs its argument in brackets"),
        ("dX = X; dX = dt", "two equations|exactly one"),
        ("dX = __import__('os') dt", "no meaning here"),
        ("dX = X.real dt", "no meaning here"),
        ("dX = X^9999 dt", "powers go up to 64"),
        ("dX = " + "(" * 500 + "X" + ")" * 500 + " dt", "brackets are nested"),
        ("dX = " + "X +" * 5000, "at most 4000 characters"),
        ("dX = X +", "ends too early"),
        ("dW = dt", "cannot stand on the left"),
    ],
)
def test_faults_are_named(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        read_equations(text)


def test_the_column_is_right() -> None:
    with pytest.raises(ParseError) as caught:
        read_equations("dX = X dt + $ dW")
    assert caught.value.column == 13


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="dXtW=+-*/^(). 0123ab;∘osinexpmaθ√²,'\n", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ParseError):
        read_equations("dX = " + text)
    with contextlib.suppress(ParseError, ArgumentError):
        read_equations("x' = " + text.replace("X", "x"))

"""Equations as people type them: read where they can mean one thing, else told both ways to write them."""

from __future__ import annotations

import time

import pytest

from evolaw import ito
from evolaw.errors import EvolawError, ParseError
from evolaw.sde import catalogue


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("dX = -X dt + dW(t)", "dX = -X dt + dW"),
        ("dX(t) = -X(t) dt + X(t) ∘ dW(t)", "dX = -X dt + X ∘ dW"),
        ("dX = theta(mu - X) dt + dW", "dX = theta*(mu - X) dt + dW"),
        ("dX = r X(1 - X/K) dt", "dX = r*X*(1 - X/K) dt"),
        ("dX = −X² dt + dW", "dX = -X^2 dt + dW"),
        ("dX = 4 U/a² (1 - (X/a)²) X dt + √(2 D) dW", "dX = 4*U/a^2*(1 - (X/a)^2)*X dt + sqrt(2*D) dW"),
        ("dX = θX dt + σ√X dW", "dX = theta X dt + sigma sqrt(X) dW"),
        ("dX = a cos Ωt dt", "dX = a cos(Omega t) dt"),
        ("dX = ln(X) dt + Abs(X) dW", "dX = log(X) dt + abs(X) dW"),
        ("dX = X × 2 dt, dY = dW", "dX = 2 X dt; dY = dW"),
    ],
)
def test_unambiguous_writing_is_read(text: str, same: str) -> None:
    assert str(ito.system(text)) == str(ito.system(same))


def test_the_number_of_a_letter_tells_a_product_from_a_name() -> None:
    assert str(ito.system("dX = -kX dt", known=("k",)).drift[0]) == "-X*k"
    assert str(ito.system("dX = -kX dt", known=("k", "kX")).drift[0]) == "-kX"
    with pytest.raises(ParseError, match="write k X for the product of k and X, or k_X"):
        ito.system("dX = -kX dt")


def test_greek_names_and_words_that_end_like_a_state_stay_names() -> None:
    assert [str(p) for p in ito.system("du = mu u dt + nu dW").parameters] == ["mu", "nu"]
    assert [str(p) for p in ito.system("dx = flux dt + max_x dW").parameters] == ["flux", "max_x"]


@pytest.mark.parametrize("name", catalogue.PROCESSES)
def test_every_equation_of_the_documentation_is_read(name: str) -> None:
    assert ito.system(catalogue.PROCESSES[name].equation).dim == len(catalogue.PROCESSES[name].start)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dX = -X(t-1) dt + dW", "delay"),
        ("dX = -X(t - tau) dt + dW", "delay"),
        ("dX = -X(1-t) dt + dW", "delay or a product"),
        ("dX = -X(0) dt + dW", "state at one time"),
        ("dX = X (t) dt", r"write X or X\*t"),
        ("dX = dW(s)", "present time"),
        ("dX = k(t) X dt", "changes with time"),
        ("dX = f(X) dt", r"For a product write f \(X\)"),
        ("dX = √X² dt", "how far √ reaches"),
        ("dX = √2X dt", "how far √ reaches"),
        ("dX = |X| dt", r"abs\(X\)"),
        ("dX = max(X) dt", "two arguments"),
        ("dX = -X dt + sqrt(dt) dW", r"leave sqrt\(dt\) out"),
        ("dX = sin(dt) X", "not inside a power or a function"),
        ("dX = 1e400 dt", "1e-300 to 1e300"),
        ("dX = 0/0 dt", "divided by zero"),
        ("dX = X/(1 - 1) dt", "divided by zero"),
        ("dX = sqrt(-1) dt", "negative number"),
        ("dX = log(-2) dt", "negative number"),
        ("dX = log(0) dt", "divided by zero, or is not finite"),
        ("dX = nan dt", "reserved word"),
        ("dX = X + oo dt", "reserved word"),
        ("dsin = dW", "cannot stand on the left"),
    ],
)
def test_the_rest_is_told_how_it_is_written(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        ito.system(text)


@pytest.mark.parametrize(
    "text",
    [
        "dX = (((X^64)^64)^64) dt",
        "dX = ((9^64)^64)^64 dt",
        "dX = 2^2^2^2^2^2 dt",
        "dX = " + "2^" * 1900 + "2 dt",
        "dX = exp(exp(exp(exp(exp(9))))) dt",
        "dX = max(exp(exp(exp(9))), X) dt",
        "dX = (a+b+c+d+f+g+h+X)^64 dt + (a+b+c+d+f+g+h+X)^64 dW",
        "dX = " + "sin(" * 50 + "X" + ")" * 50 + " dt + dW",
        "dX = 2^exp(exp(exp(3))) dt",
        "dX = " + " + ".join(f"dW{k}" for k in range(200)),
        "dX = " + "-" * 3000 + "X dt",
    ],
)
def test_reading_is_bounded_in_time_and_size(text: str) -> None:
    begin = time.monotonic()
    try:
        ito.system(text)
    except EvolawError as error:
        assert str(error)
    assert time.monotonic() - begin < 10


def test_a_refused_column_is_that_of_the_text_as_given() -> None:
    with pytest.raises(ParseError, match="1:11:"):
        ito.system("dX = θ² - $ dt")


@pytest.mark.parametrize("words", [("t",), ("pi",), ("sin",), ("nan",), ("a b",), ("dW",)])
def test_words_of_another_meaning_are_no_parameters(words: tuple[str, ...]) -> None:
    with pytest.raises(EvolawError, match=r"no parameter|must be a name"):
        ito.system("dX = a dt + dW", real=words)


def test_names_are_one_in_every_normal_form() -> None:
    assert ito.system("dX = ａ X dt + a dW").parameters == ito.system("dX = a X dt + a dW").parameters
    assert len(ito.system("dX = é dt + e\u0301 dW").parameters) == 1

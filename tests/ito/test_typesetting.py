"""Mathematics in two languages; the Typst is compiled."""

from __future__ import annotations

import pytest
import sympy
import typst

from evolaw.errors import ArgumentError
from evolaw.ito import differential, forward_equation, moment_equations, system, typeset

OU = system("dX = -theta X dt + sigma dW1")


def test_latex() -> None:
    assert typeset(OU) == r"dX = (- X \theta) dt + \sigma dW_{1}"


def test_stratonovich_shows_its_circle() -> None:
    law = system("dX = X ∘ dW")
    assert typeset(law) == r"dX = X \circ dW"
    assert typeset(law, "typst") == "dif X = X compose dif W"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("X^2", "X^(2)"),
        ("a/b", "a/b"),
        ("(a + b)/(2 c)", "(a + b)/(2 c)"),
        ("sqrt(X)", "sqrt(X)"),
        ("-a X", "- X a"),
        ("a - b", "a - b"),
        ("(a+b)^2", "(a + b)^(2)"),
        ("1/X", "1/X"),
        ("log(X)", "ln(X)"),
        ("exp(-X)", "exp(- X)"),
        ("theta_1", "theta_(1)"),
        ("speed", '"speed"'),
        ("3/4", "3/4"),
        ("-1/2", "- 1/2"),
    ],
)
def test_typst(text: str, wanted: str) -> None:
    from evolaw.ito import read_expression

    assert typeset(read_expression(text, {"X": sympy.Symbol("X", real=True)}), "typst") == wanted


def test_equations_and_differentials() -> None:
    assert typeset(forward_equation(OU), "typst").startswith("(partial p(t, X))/(partial t) = ")
    assert typeset(differential(OU.states[0] ** 2, OU), "typst").startswith("dif (X^(2)) = ")


def test_moments_have_ordinary_derivatives() -> None:
    """A mean depends on time alone; the derivatives of a density stay partial."""
    law = system("dX = (b - a X) dt + s dW")
    means = moment_equations(law)
    assert typeset(means) == (
        r"\frac{d}{d t} \operatorname{E}\left[X\right] = - a \operatorname{E}\left[X\right] + b \\ "
        r"\frac{d}{d t} \operatorname{E}\left[X^{2}\right] = "
        r"- 2 a \operatorname{E}\left[X^{2}\right] + 2 b \operatorname{E}\left[X\right] + s^{2}"
    )
    first, second = typeset(means, "typst").split(" \\\n")
    assert first.startswith('(dif op("E") [X])/(dif t) = ') and 'op("E") [X^(2)]' in second
    assert r"\frac{\partial}{\partial t} p" in typeset(forward_equation(law))
    assert typeset(sympy.Function("E")(sympy.Symbol("X")) ** 2).endswith(r"\right]^{2}")
    other = sympy.Derivative(sympy.Function("E")(sympy.Symbol("Y")), sympy.Symbol("s"))
    assert typeset(other) == r"\frac{d}{d s} \operatorname{E}\left[Y\right]"


def test_typst_compiles() -> None:
    law = system("dX = (Y - a X^3) dt + sin(X Y) dW1; dY = exp(-X)/(1 + X^2) dt + sqrt(b) abs(Y) dW2")
    lines = [typeset(law, "typst"), typeset(forward_equation(law), "typst")]
    lines.append(typeset(moment_equations(system("dX = (b - a X) dt + s dW")), "typst"))
    assert typst.compile("\n\n".join(f"$ {line} $" for line in lines).encode())


def test_another_language_is_refused() -> None:
    with pytest.raises(ArgumentError, match="Did you mean latex"):
        typeset(OU, "latx")


@pytest.mark.parametrize("name", ['#eval("1")', "#", 'a"#panic()', "x_#read(1)", "\\", "gamma_eff", "mode2_max"])
def test_no_name_commands_typst(name: str) -> None:
    """Names of any sign compile, and what they would command is not run."""
    x = sympy.Symbol(name)
    text = typeset(sympy.Eq(sympy.Function(name)(x), x**2 / (1 + x)), "typst")
    assert typst.compile(f"$ {text} $".encode())


@pytest.mark.parametrize("name", [r"\input{/etc/passwd}", "$x$", "a%b", "x_{2}", "#"])
def test_no_name_commands_latex(name: str) -> None:
    x = sympy.Symbol(name)
    text = typeset(sympy.Function(name)(x) + x, "latex")
    assert r"\input" not in text
    assert "$x$" not in text
    assert text.count(r"\text{") >= 2


def test_extremes_compile() -> None:
    law = system("dX = max(X, 0) dt + sign(X) min(X, 1, a) dW")
    assert typst.compile(f"$ {typeset(law, 'typst')} $".encode())
    assert r"\max" in typeset(law)

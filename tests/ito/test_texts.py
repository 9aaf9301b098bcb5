"""Text does at every public door of the calculus what the symbols it stands for do."""

from __future__ import annotations

import pytest
import sympy

from evolaw import ito, sde
from evolaw.errors import ArgumentError, ParseError

LAW = "dX = mu X dt + sigma X dW"


def test_a_differential_of_text_is_that_of_its_symbols() -> None:
    law = ito.system(LAW)
    by_hand = ito.differential(sympy.log(law.states[0]), law)
    assert ito.differential("log(X)", law) == by_hand
    assert ito.differential("log(X)", LAW) == by_hand
    assert ito.differential(expression="log(X)", system=LAW) == by_hand


@pytest.mark.parametrize(
    "door", [ito.to_ito, ito.to_stratonovich, ito.forward_equation, ito.moment_equations, ito.classify]
)
def test_every_door_takes_an_equation(door: object) -> None:
    assert str(door(LAW)) == str(door(ito.system(LAW)))  # type: ignore[operator]


@pytest.mark.parametrize(
    ("formula", "law", "named"),
    [
        ("log(Y)", LAW, "Y"),
        ("lgo(X)", LAW, "lgo"),
        ("log(X", LAW, "not closed"),
        ("X", "dX = mu X", "dt"),
        ("X", "", "equation"),
    ],
)
def test_a_fault_is_the_command_lines_sentence(formula: str, law: str, named: str) -> None:
    with pytest.raises((ParseError, ArgumentError), match=named):
        ito.differential(formula, law)


def test_solve_takes_an_equation() -> None:
    by_text = sde.solve("dX = -X dt + 0.5 dW", "euler-maruyama", 1.0, [0, 1], steps=8, paths=4, rng=0)
    by_hand = sde.solve(ito.process("dX = -X dt + 0.5 dW"), sde.EulerMaruyama(), 1.0, [0, 1], steps=8, paths=4, rng=0)
    assert by_text.values.tobytes() == by_hand.values.tobytes()


def test_solve_says_how_a_letter_gets_its_number() -> None:
    with pytest.raises(ArgumentError, match=r"ito.process\(text, \{'theta': 1.0\}\)"):
        sde.solve("dX = -theta X dt + dW", "milstein", 1.0, [0, 1], steps=8, rng=0)


def test_a_notebook_shows_mathematics() -> None:
    law = ito.system(LAW)
    assert law._repr_latex_() == rf"$\displaystyle {ito.typeset(law)}$"
    assert r"\log" in ito.differential("log(X)", law)._repr_latex_()
    assert ito.moment_equations(law)._repr_latex_().startswith(r"$\displaystyle \begin{gathered}")
    assert "e^{" in ito.stationary_density("dX = -X dt + dW")._repr_latex_()

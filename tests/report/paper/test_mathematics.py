"""A typed formula becomes well-formed MathML and mathtext that Matplotlib sets; whatever else is typed stays text."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.mathtext import MathTextParser

from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.report.paper.mathematics import mathml, mathtext

EQUATIONS = [
    "dx = (0.7733*x - 0.9996*x^3 + 4 open) dt + sqrt(2*(0.01284)) dW",
    "dφ = (i − sin φ) dt + √(2D) dW",
    "φ' = i − sin φ + √(2 D) ξ",
    "dX = θ (m - X) dt + σ dW",
    "dv = (-1.2e-05*v + 3*sin(x)*v^2 - abs(v)/2) dt",
    "dX = mu X dt + sigma X ∘ dW",
    "-x_1^(2 + y)",
]
ALPHABET = "xyd0123456789.()+-*/^=√' e_sqrtinφ<>&"


def _words(text: str) -> str:
    return "".join(ElementTree.fromstring(f"<p>{mathml(text)}</p>").itertext())


def test_a_formula_reads_as_it_is_written_by_hand() -> None:
    assert _words(EQUATIONS[0]) == "dx= (0.7733x −0.9996x3 +4 open)dt +2×0.01284dW"
    assert str(mathml("a/b^2")) == "<math><mfrac><mi>a</mi><msup><mi>b</mi><mn>2</mn></msup></mfrac></math>"
    assert mathtext("1.2e-05*v^2") == r"$1.2\times 10^{−5}\,v^{2}$"
    assert mathtext("theta_1 x") == r"$θ_{\mathrm{1}}\,x$"


def test_a_line_may_break_between_the_terms_only() -> None:
    assert str(mathml(EQUATIONS[0])).count("<math>") == 5
    assert str(mathml("sin(x + y)")).count("<math>") == 1


@pytest.mark.parametrize("text", EQUATIONS)
def test_every_formula_is_set(text: str) -> None:
    assert _words(text)
    MathTextParser("path").parse(mathtext(text))


def test_the_equation_of_a_finding_is_set() -> None:
    law = EquationLaw(
        ("x", "y"), {"x": {"y": 1.0}, "y": {"x": -1e-7, "x^2 y": 2.0, "sin(x)": 1.0}}, {"y": {"1": 0.1}}, {}, {}, ()
    )
    assert all(mathml(line) is not None for line in law.decided())


@pytest.mark.parametrize(
    "text", ["", "x +", "(x", "x)", "a = ", "<b>", "100 %", "((" * 60 + "x" + "))" * 60, "x" * 9000]
)
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert mathml(text) is None and mathtext(text) == text


@given(st.text(ALPHABET, max_size=40))
def test_whatever_is_typed_gives_well_formed_mathematics_or_text(text: str) -> None:
    """Also markup that somebody hides in a formula: no element that is not of mathematics comes out."""
    found = mathml(text)
    if found is not None:
        tree = ElementTree.fromstring(f"<p>{found}</p>")
        assert {element.tag for element in tree.iter()} <= {
            "p",
            "math",
            "mrow",
            "mi",
            "mn",
            "mo",
            "mtext",
            "msup",
            "msub",
            "mfrac",
            "msqrt",
            "mspace",
        }

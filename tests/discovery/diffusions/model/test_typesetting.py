"""Terms are written so that they read back as themselves, and as LaTeX and Typst."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw.discovery.diffusions.model.expressions import read_term
from evolaw.discovery.diffusions.model.typesetting import number, typeset

NAMES = ["x", "v_1"]


@pytest.mark.parametrize(
    "text", ["x^2 v_1", "sin(2(v_1-x))", "-(x+1)^3", "x/(1+v_1^2)", "abs(x) sqrt(v_1)", "x-(v_1-2)"]
)
def test_a_term_reads_back_as_itself(text: str) -> None:
    state = [np.array([0.4, 1.2]), np.array([0.8, 2.0])]
    again = typeset(read_term(text, NAMES).tree, NAMES, "text")
    assert read_term(again, NAMES).values(state) == pytest.approx(read_term(text, NAMES).values(state))


def test_the_ways_differ() -> None:
    tree = read_term("sin(v_1)/x^2", NAMES).tree
    assert typeset(tree, NAMES, "latex") == r"\frac{\sin\left(v_{1}\right)}{x^{2}}"
    assert typeset(tree, NAMES, "typst") == 'sin(v_"1")/x^(2)'


def test_numbers_have_four_digits() -> None:
    assert number(-0.123456) == "-0.1235"
    assert number(1.5e-7, "latex") == r"1.5 \times 10^{-7}"

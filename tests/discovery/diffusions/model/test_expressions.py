"""Terms are read as `evolaw ito` reads them, evaluated exactly, and never evaluated as code."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw.discovery.diffusions.model.expressions import read_term, split_list
from evolaw.errors import ParseError
from evolaw.ito.notation import read_expression

NAMES = ["x", "y"]
STATE = [np.array([0.3, 1.7, 2.4]), np.array([0.9, 0.2, 1.1])]


def texts() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["x", "y", "2", "0.5", "3"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" + ", " - ", "*", " / "]), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
            inner.map(lambda t: f"sin({t})"),
            inner.map(lambda t: f"tanh({t})"),
            st.tuples(inner, st.integers(1, 3)).map(lambda t: f"({t[0]})^{t[1]}"),
            inner.map(lambda t: f"-{t}"),
        ),
        max_leaves=6,
    )


@settings(max_examples=60, deadline=None)
@given(texts())
def test_a_term_has_the_value_that_sympy_gives_it(text: str) -> None:
    symbols = {name: sympy.Symbol(name, real=True) for name in NAMES}
    try:
        expression = read_expression(text, symbols)
    except ZeroDivisionError:
        return
    with np.errstate(all="ignore"):
        ours = read_term(text, NAMES).values(STATE)
    for k in range(3):
        theirs = complex(expression.subs({symbols["x"]: STATE[0][k], symbols["y"]: STATE[1][k]}).evalf(30))
        if np.isfinite(theirs) and np.isfinite(ours[k]):
            assert abs(ours[k] - theirs.real) <= 1e-9 * max(1.0, abs(theirs))


def test_products_may_be_written_with_a_space() -> None:
    assert read_term("2 x y^2", NAMES).values(STATE) == pytest.approx(2 * STATE[0] * STATE[1] ** 2)
    assert read_term("sin(2(y-x))", NAMES).values(STATE) == pytest.approx(np.sin(2 * (STATE[1] - STATE[0])))


@pytest.mark.parametrize(
    ("text", "derivative"),
    [("x^3", lambda x: 3 * x**2), ("sin(2x)", lambda x: 2 * np.cos(2 * x)), ("sqrt(x)", lambda x: 0.5 / np.sqrt(x))],
)
def test_a_slope_is_the_derivative(text: str, derivative: object) -> None:
    x = STATE[0]
    assert read_term(text, NAMES).slope(STATE, 0) == pytest.approx(derivative(x), rel=1e-13)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["x", "x^2", "x^5", "x^9", "cos(3x)", "x*y", "x^2*y^2"])
def test_a_deheated_term_has_the_term_as_its_mean_over_the_noise(text: str) -> None:
    """E[φ̃(x + e)] = φ(x), the mean taken by a quadrature of 60 nodes an axis."""
    term, sd = read_term(text, NAMES), (0.2, 0.1)
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    x, y = 0.7, -0.4
    grid = np.meshgrid(x + sd[0] * nodes, y + sd[1] * nodes, indexing="ij")
    mean = np.sum(np.outer(weights, weights) * term.deheated(grid, sd))
    assert mean == pytest.approx(float(term.values([np.array([x]), np.array([y])])[0]), abs=2e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x +", "ends too early"),
        ("z^2", "neither a component nor a function"),
        ("sin x", "needs its argument in brackets"),
        ("x^(y)", "a power must be a number"),
        ("__import__('os')", "has no meaning"),
        ("x^65", "at most 64"),
        ("(x", "not closed"),
        ("", "no term"),
        ("x" * 401, "at most 400"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        read_term(text, NAMES)


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(ParseError, match="did you mean phase"):
        read_term("sin(phas)", ["phase"])


def test_a_list_is_split_outside_brackets() -> None:
    assert split_list("1, x, f(x, y) , ") == ["1", "x", "f(x, y)"]

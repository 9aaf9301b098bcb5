"""The chain and product rules: against textbook differentials, the generator of moments, and against each other."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from evolaw import ito
from evolaw.errors import ArgumentError
from evolaw.ito import system


def zero(expression: sympy.Expr) -> bool:
    return bool(sympy.simplify(expression) == 0)


@pytest.mark.parametrize(
    ("text", "function", "drift", "noise"),
    [
        ("dX = dW", "X^2", "1", ["2 X"]),
        ("dX = dW", "X^3 - 3 t X", "0", ["3 X^2 - 3 t"]),
        ("dX = dW", "exp(s X - s^2 t / 2)", "0", ["s exp(s X - s^2 t/2)"]),
        ("dX = mu X dt + s X dW", "log(X)", "mu - s^2/2", ["s"]),
        ("dX = mu X dt + s X dW", "1/X", "(s^2 - mu)/X", ["-s/X"]),
        ("dX = -k X dt + s dW", "exp(k t) X", "0", ["s exp(k t)"]),
        ("dX = (X/2 + sqrt(X^2+1)) dt + sqrt(X^2+1) dW", "asinh(X)", "1", ["1"]),
        ("dX = dW1; dY = dW2", "X Y", "0", ["Y", "X"]),
        ("dX = dW1; dY = dW2", "X^2 + Y^2", "2", ["2 X", "2 Y"]),
        ("dX = a X dt + b X dW1; dY = c Y dt + d Y dW2", "X/Y", "X (a - c + d^2)/Y", ["b X/Y", "-d X/Y"]),
    ],
)
def test_textbook_differentials(text: str, function: str, drift: str, noise: list[str]) -> None:
    law = system(text)
    table = {str(s): s for s in (*law.states, *law.parameters, law.time)}
    found = ito.differential(ito.read_expression(function, table), law)
    assert zero(found.drift - ito.read_expression(drift, table))
    for value, wanted in zip(found.diffusion, noise, strict=True):
        assert zero(value - ito.read_expression(wanted, table))


def test_correlation_enters_the_chain_rule() -> None:
    """Two correlated stocks: the drift of X/Y carries - rho b d, the textbook exchange option."""
    law = system("dX = a X dt + b X dW1; dY = c Y dt + d Y dW2", correlation={("W1", "W2"): "rho"})
    a, b, c, d, rho = law.parameters
    x, y = law.states
    assert zero(ito.differential(x / y, law).drift - x / y * (a - c + d**2 - rho * b * d))


def test_product_rule_adds_up_to_the_chain_rule() -> None:
    law = system("dX = X dt + Y dW1 + dW2; dY = X Y dt + X dW1")
    x, y = law.states
    rule = ito.product(sympy.sin(x), x * y, law)
    assert zero(rule.first.drift + rule.second.drift + rule.covariation - rule.total.drift)
    for first, second, total in zip(rule.first.diffusion, rule.second.diffusion, rule.total.diffusion, strict=True):
        assert zero(first + second - total)


def test_a_quadratic_form() -> None:
    """d(X^T A X) = (2 X^T A f + trace(A G G^T)) dt + 2 X^T A G dW for symmetric A."""
    law = system("dX = Y dt + a dW1; dY = -X dt + b dW1 + c dW2")
    form = sympy.Matrix([[2, 1], [1, 3]])
    x = sympy.Matrix(law.states)
    found = ito.differential((x.T * form * x)[0], law)
    g = sympy.Matrix(law.diffusion)
    assert zero(found.drift - (2 * (x.T * form * law.drift)[0] + (form * g * g.T).trace()))
    assert all(zero(value - wanted) for value, wanted in zip(found.diffusion, 2 * x.T * form * g, strict=True))


TERMS = ["X", "Y", "X*Y", "X^2", "sin(X)", "exp(Y)", "1", "t"]


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(st.sampled_from(TERMS), min_size=6, max_size=6))
def test_conversion_there_and_back(terms: list[str]) -> None:
    a, b, c, d, e, f = terms
    law = system(f"dX = {a} dt + {b} dW1 + {c} dW2; dY = {d} dt + {e} dW1 + {f} dW2", correlation={("W1", "W2"): 0.5})
    back = ito.to_ito(ito.to_stratonovich(law))
    assert all(zero(entry) for entry in back.drift - law.drift)


def test_stratonovich_obeys_the_ordinary_chain_rule() -> None:
    """d log X = a dt + b ∘ dW for dX = a X dt + b X ∘ dW, and the Itô drift of X is a + b^2/2."""
    law = system("dX = a X dt + b X ∘ dW")
    a, b = law.parameters
    (x,) = law.states
    assert zero(ito.differential(sympy.log(x), law).drift - a)
    assert zero(ito.to_ito(law).drift[0] - (a + b**2 / 2) * x)


def test_lamperti_makes_the_noise_one() -> None:
    law = system("dX = k (1 - X) dt + s sqrt(X) dW")
    new, drift = ito.lamperti(law)
    found = ito.differential(new, law)
    x = law.states[0]
    positive = sympy.Symbol("x", positive=True)
    assert zero((found.diffusion[0] - 1).subs(x, positive))
    assert zero((found.drift - drift).subs(x, positive))


def test_change_of_variables_to_polar_coordinates_of_brownian_motion() -> None:
    """R = |W| in the plane is a Bessel process: drift 1/(2R); R^2 has drift 2."""
    law = system("dX = dW1; dY = dW2")
    x, y = law.states
    found = ito.differential(sympy.sqrt(x**2 + y**2), law)
    assert zero(found.drift - 1 / (2 * sympy.sqrt(x**2 + y**2)))


def test_a_wrong_inverse_is_refused() -> None:
    law = system("dX = mu X dt + s X dW")
    x = law.states[0]
    with pytest.raises(ArgumentError, match="leaves Y off"):
        ito.change_variables(law, {"Y": sympy.log(x)}, {x: sympy.Symbol("Y", real=True) ** 2})


def test_lamperti_refuses_what_it_is_not_for() -> None:
    with pytest.raises(ArgumentError, match="scalar with one noise"):
        ito.lamperti(system("dX = t X dW"))


def test_the_correction_of_correlated_noises() -> None:
    """X (a ∘ dW1 + b ∘ dW2) is X s ∘ dB with s^2 = a^2 + b^2 + 2 rho a b, so the Itô drift is s^2 X / 2."""
    law = system("dX = a X ∘ dW1 + b X ∘ dW2", correlation={("W1", "W2"): "rho"})
    a, b, rho = law.parameters
    assert zero(ito.to_ito(law).drift[0] - law.states[0] * (a**2 + b**2 + 2 * rho * a * b) / 2)

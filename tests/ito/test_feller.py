"""Feller's test on diffusions whose boundary behaviour is known."""

from __future__ import annotations

import pytest
import sympy

from evolaw.errors import ArgumentError
from evolaw.ito import feller_test, system

OO = sympy.oo


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("text", "interval", "left", "right"),
    [
        ("dX = dW", None, False, False),
        ("dX = X^2 dt + dW", None, False, True),
        ("dX = -X^3 dt + dW", None, False, False),
        ("dX = X^3 dt + dW", None, True, True),
        ("dX = X dt + dW", None, False, False),
        ("dX = X^2 dW", (0, OO), False, False),  # the inverse of a Bessel process of dimension 3 reaches neither end
        ("dX = X^3 dt + X^2 dW", (0, OO), False, True),  # 1/X = Brownian motion stopped at 0
        ("dX = mu X dt + s X dW", (0, OO), False, False),
        ("dX = dW", (0, OO), True, False),  # Brownian motion hits 0
        ("dX = 1/X dt + dW", (0, OO), False, False),  # Bessel process of dimension 3
        ("dX = 1/(4 X) dt + dW", (0, OO), True, False),  # Bessel process of dimension 3/2
        ("dX = 1/(2 X) dt + dW", (0, OO), False, False),  # dimension 2, the border case
        ("dX = s sqrt(X) dW", (0, OO), True, False),  # Feller's branching diffusion dies out
        ("dX = sqrt(X (1 - X)) dW", (0, 1), True, True),  # Wright-Fisher fixes
        ("dX = (1 - 2 X) dt + sqrt(X (1 - X)) dW", (0, 1), False, False),  # strong mutation
        ("dX = -1/X^2 dt + dW", (0, OO), True, False),
        ("dX = 1/X^2 dt + dW", (0, OO), False, False),
        # Noise that dies faster than the drift leaves the end to the drift alone: -1 and -sqrt(X) get to 0, -X does not.
        ("dX = -dt + X dW", (0, OO), True, False),
        ("dX = -sqrt(X) dt + X dW", (0, OO), True, False),
        ("dX = -X dt + X^2 dW", (0, OO), False, False),
        # A weak drift with the power of a strong one decides as that does.
        ("dX = 1/(4 X^2) dt + dW", (0, OO), False, False),
        ("dX = X^3/4 dt + dW", None, True, True),
        # Without powers in x: exp(-X) of the third is a Bessel process of dimension 2, of the fourth one of dimension 0.
        ("dX = exp(X) dt + dW", None, False, True),
        ("dX = -exp(X) dt + dW", None, False, False),
        ("dX = exp(X) dW", None, False, False),
        ("dX = exp(2 X) dt + exp(X) dW", None, False, True),
        ("dX = exp(2 X)/2 dt + exp(X) dW", None, False, True),  # dimension 1
        ("dX = -exp(2 X)/2 dt + exp(X) dW", None, False, False),  # dimension 3
        pytest.param("dX = sinh(X) dt + dW", None, True, True, marks=pytest.mark.slow),
        pytest.param("dX = 1/cosh(X) dt + dW", None, False, False, marks=pytest.mark.slow),
        # log X is an Ornstein–Uhlenbeck process, of either sign; with log(X)^2 it explodes; with its half power 1 is absorbing.
        ("dX = a X dt - b X log(X) dt + s X dW", None, False, False),
        ("dX = X log(X) dt + X dW", None, False, False),
        ("dX = X log(X)^2 dt + X dW", None, False, True),
        ("dX = X sqrt(log(X)) dW", None, True, False),
        ("dX = log(X) dt + dW", None, True, False),  # a pull that is weaker than every power
    ],
)
def test_known_cases(text: str, interval: tuple[object, object] | None, left: bool, right: bool) -> None:
    ends = feller_test(system(text), interval)
    assert [end.reached for end in ends] == [left, right]


def test_the_fellers_condition_of_the_square_root_process() -> None:
    law = system("dX = a (b - X) dt + s sqrt(X) dW")
    condition = feller_test(law, (0, OO))[0].reached
    for a, b, s in [(1.0, 1.0, 1.0), (1.0, 0.4, 1.0), (0.5, 1.0, 0.9), (0.5, 1.0, 1.1)]:
        values = {symbol: {"a": a, "b": b, "s": s}[str(symbol)] for symbol in condition.free_symbols}
        assert bool(condition.subs(values)) == (2 * a * b < s**2)


def test_oscillation_is_not_decided() -> None:
    assert feller_test(system("dX = sin(X) dt + dW"))[1].reached is None


def test_the_default_interval_lies_right_of_the_zeros_of_the_noise() -> None:
    assert [end.end for end in feller_test(system("dX = dt + (X - 2) dW"))] == [2, OO]


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="one state"):
        feller_test(system("dX = dW1; dY = dW2"))
    with pytest.raises(ArgumentError, match="have noise"):
        feller_test(system("dX = X dt"))

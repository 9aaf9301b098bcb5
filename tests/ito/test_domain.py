"""Where a scalar diffusion lives: between the zeros of its noise, wherever they lie."""

from __future__ import annotations

import pytest
import sympy

from evolaw import ito
from evolaw.ito.domain import intervals, natural_interval, time_limits

K = sympy.Symbol("K", positive=True)


@pytest.mark.parametrize(
    ("text", "found", "natural"),
    [
        ("dX = sqrt(X (1-X)) dW", [(0, 1)], (0, 1)),
        ("dX = -X dt + (1 - X^2) dW", [(-sympy.oo, -1), (-1, 1), (1, sympy.oo)], (-1, 1)),
        ("dX = X dW", [(-sympy.oo, 0), (0, sympy.oo)], (0, sympy.oo)),
        ("dX = sqrt(X) dW", [(0, sympy.oo)], (0, sympy.oo)),
        ("dX = sqrt(-X) dW", [(-sympy.oo, 0)], (-sympy.oo, 0)),
        ("dX = 1/X dt + dW", [(-sympy.oo, 0), (0, sympy.oo)], (0, sympy.oo)),
        ("dX = log(X) dt + dW", [(0, sympy.oo)], (0, sympy.oo)),
        ("dX = X log(X)^2 dt + X dW", [(0, sympy.oo)], (0, sympy.oo)),
        ("dX = X^(1/3) dt + dW", [(0, sympy.oo)], (0, sympy.oo)),
        ("dX = -X dt + dW", [(-sympy.oo, sympy.oo)], (-sympy.oo, sympy.oo)),
        ("dX = sqrt(X (K - X)) dW", [(0, K)], (0, K)),
    ],
)
def test_intervals(text: str, found: list[tuple[object, object]], natural: tuple[object, object]) -> None:
    law = ito.system(text)
    assert intervals(law) == found
    assert natural_interval(law) == natural


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("dX = X/(1 - t) dt + dW", [1]),
        ("dX = sqrt(2 - t) dW", [2]),
        ("dX = X/(1 + t) dt + sqrt(t) dW", []),
        ("dX = X/t dt + dW", [0]),
        ("dX = tan(t) X dt", [sympy.pi / 2]),
        ("dX = exp(t) X dt + sin(t) dW", []),
        ("dX = (b - X)/(T - t) dt + dW", [sympy.Symbol("T", positive=True)]),
    ],
)
def test_times_at_which_coefficients_end(text: str, times: list[object]) -> None:
    assert [time for _, time in time_limits(ito.system(text))][:1] == times[:1]

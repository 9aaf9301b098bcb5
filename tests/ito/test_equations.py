"""A text with numbers is a process, with what is known exactly of it; each fault is named."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evolaw import ito, sde
from evolaw.errors import ArgumentError, ParseError
from evolaw.ito import equations


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("dX = -theta X dt + s dW", {"theta": 1.0}, "without s. Write, for example: --set s=1"),
        ("dX = -X dt + dW", {"s": 1.0}, "values"),
        ("dX = -X dt + dW", {"x": -1.0}, "values"),
    ],
)
def test_faults_are_named(text: str, values: dict[str, float], words: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(words)):
        equations.process(text, values)


def test_a_faulty_equation_says_where() -> None:
    with pytest.raises(ParseError, match="1:10"):
        equations.process("dX = -X +) dt", {})


def test_negative_numbers_are_allowed_where_the_equation_allows_them() -> None:
    assert float(equations.process("dX = mu X dt + dW", {"mu": -2.0}).drift_at(0.0, 3.0)[0]) == -6.0


def test_components_are_named_after_the_equation() -> None:
    assert equations.process("harmonic-oscillator").components == ("X", "V")
    assert equations.process("dA = dW1; dB = dW2").components == ("A", "B")
    assert sde.catalogue.named("iterated-integral").components == ("X1", "X2")


@pytest.mark.slow
def test_python_and_the_command_line_know_the_same() -> None:
    """The exact law of a linear equation is attached in Python too: mean e^-2t x, variance (1 - e^-4t)/4."""
    made = ito.process("dX = -theta X dt + dW", {"theta": 2.0})
    assert made.exact.mean(0.5, [3.0])[0] == pytest.approx(3 * np.exp(-1.0))
    assert made.exact.covariance(0.5, [3.0])[0, 0] == pytest.approx((1 - np.exp(-2.0)) / 4)
    exact = sde.solve(made, sde.ExactStep(), 3.0, [0, 0.5], steps=1, paths=20_000, rng=1, statistics=sde.Moments())
    assert abs(exact.mean[-1, 0] - 3 * np.exp(-1.0)) < 5 * exact.mean_error[-1, 0]  # false alarms below 1 in 10^6


def test_equal_equations_are_equal_laws() -> None:
    one, other = (equations.equation("dX = -theta X dt + dW", {"theta": 2.0}) for _ in range(2))
    assert one.drift == other.drift

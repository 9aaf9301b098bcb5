"""Noise kinds of systems whose kind is known."""

from __future__ import annotations

import pytest

from evolaw.ito import classify, system


@pytest.mark.parametrize(
    ("text", "noise", "commutes", "linear"),
    [
        ("dX = -sin(X) dt + s dW", "additive", True, False),
        ("dX = X dt + cos(t) dW1; dY = dW1 + dW2", "additive", True, True),
        ("dX = X Y dW; dY = X dW", "scalar", True, False),
        ("dX = X^2 dW1; dY = sin(Y) dW2", "diagonal", True, False),
        ("dX = Y dW1; dY = X dW2", "general", False, True),
        ("dX = a X dW1 + b X dW2", "commutative", True, True),
        ("dX = X dW1 + X dW2; dY = Y dW1 + 2 Y dW2", "commutative", True, True),
        ("dX = dW1; dY = X dW2", "general", False, True),
        ("dX = dt", "additive", True, True),
    ],
)
def test_kinds(text: str, noise: str, commutes: bool, linear: bool) -> None:
    found = classify(system(text))
    assert (found.noise, found.is_commutative, found.is_linear) == (noise, commutes, linear)
    assert bool(found.brackets) == (not commutes)


def test_a_diagonal_matrix_is_not_diagonal_noise() -> None:
    assert classify(system("dX = Y dW1; dY = dW2")).noise == "general"


def test_correlation_can_break_commutativity_only_through_the_columns() -> None:
    """Independent columns of correlated diagonal noise mix; the kind is decided after the mixing."""
    law = system("dX = X dW1; dY = Y dW2", correlation={("W1", "W2"): 0.5})
    assert classify(law).noise == "commutative"

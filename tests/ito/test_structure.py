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
        ("dX = X dW", "diagonal", True, True),
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


def test_every_pair_of_noises_has_its_bracket_once() -> None:
    """[g1, g3] of g1 = (1, 0, 0) and g3 = (0, 0, X) is (0, 0, -1) or its opposite; the other pairs commute."""
    found = classify(system("dX = dW1; dY = dW2; dZ = X dW3")).brackets
    assert [pair for *pair, _ in found] == [[0, 2]]
    assert [abs(entry) for entry in found[0][2]] == [0, 0, 1]

"""Symbolic systems: printing, reading back, correlated noises."""

from __future__ import annotations

import pytest
import sympy

from evolaw.errors import ArgumentError
from evolaw.ito import system


@pytest.mark.parametrize(
    "text",
    ["dX = -theta X dt + sigma dW", "dX = V dt; dV = -sin(X) dt + s X dW1 + dW2", "dX = a X ∘ dW", "dX = t X dt"],
)
def test_printed_and_read_back_is_the_same(text: str) -> None:
    first = system(text)
    second = system(str(first))
    assert (first.drift, first.diffusion, first.calculus) == (second.drift, second.diffusion, second.calculus)


def test_correlated_noises_become_independent_with_the_same_covariance() -> None:
    pair = system("dX = a dW1; dY = b X dW2", correlation={("W1", "W2"): "rho"})
    alone = pair.independent()
    assert alone.correlation == sympy.eye(2)
    assert sympy.simplify(pair.covariance_rate - alone.covariance_rate) == sympy.zeros(2)


def test_parameters_and_time() -> None:
    law = system("dX = -theta X dt + sigma sin(t) dW")
    assert [str(p) for p in law.parameters] == ["sigma", "theta"]
    assert not law.is_autonomous


@pytest.mark.parametrize(
    ("correlation", "words"),
    [
        ({("W1", "W3"): 0.5}, "Did you mean|one of W1, W2"),
        ({("W1", "W2"): 2}, "lie in"),
        ({("W1", "W1"): 1}, "different"),
    ],
)
def test_wrong_correlations(correlation: dict[tuple[str, str], float], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        system("dX = dW1; dY = dW2", correlation=correlation)


def test_shown() -> None:
    assert "Stratonovich" in repr(system("dX = X ∘ dW"))
    assert "sigma" in system("dX = sigma dW")._repr_html_()

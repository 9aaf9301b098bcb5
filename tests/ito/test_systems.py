"""Symbolic systems: printing, reading back, correlated noises."""

from __future__ import annotations

import pytest
import sympy

from evolaw.errors import ArgumentError
from evolaw.ito import linear_law, system, to_sde


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


@pytest.mark.parametrize("given", [{"real": None}, {"real": (1,)}, {"known": 3}])
def test_names_of_parameters_are_a_collection_of_words(given: dict[str, object]) -> None:
    with pytest.raises(ArgumentError, match=next(iter(given))):
        system("dX = mu X dt + dW", **given)  # type: ignore[arg-type]


def test_shown() -> None:
    assert "Stratonovich" in repr(system("dX = X ∘ dW"))
    assert "sigma" in system("dX = sigma dW")._repr_html_()


@pytest.mark.parametrize(
    ("text", "correlation", "words"),
    [
        ("dX=dW1;dY=dW2;dZ=dW3", {("W1", "W2"): 0.9, ("W2", "W3"): 0.9, ("W1", "W3"): -0.9}, "no negative eigenvalue"),
        ("dX=dW1;dY=dW2", {("W1", "W2"): "#eval(1)"}, "must be a name"),
        ("dX=dW1;dY=dW2", {("W1", "W2"): r"\\input{x}"}, "must be a name"),
        ("dX=dW1;dY=dW2", {("W1", "W2"): "X"}, "free name"),
        ("dX=dW1;dY=dW2", {("W1", "W2"): "pi"}, "free name"),
        ("dX=dW1;dY=dW2", {("W1", "W2"): float("nan")}, "finite"),
        ("dX=dW1;dY=dW2", {("W1", "W2"): 1j}, "be a number"),
        ("dX=dW1;dY=dW2", {"W1": 0.5}, "pairs of noises"),
    ],
)
def test_correlations_that_nothing_has(text: str, correlation: dict[tuple[str, str], object], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        system(text, correlation=correlation)


def test_letters_of_a_correlation_are_judged_when_they_have_numbers() -> None:
    law = system("dX=dW1;dY=dW2;dZ=dW3", correlation={("W1", "W2"): "a", ("W2", "W3"): "a", ("W1", "W3"): "b"})
    with pytest.raises(ArgumentError, match="no negative eigenvalue"):
        to_sde(law, {"a": 0.9, "b": -0.9})
    with pytest.raises(ArgumentError, match="no negative eigenvalue"):
        linear_law(law, {"a": 2.0, "b": 0.0})
    assert to_sde(law, {"a": 0.5, "b": -0.4}).noises == 3


def test_noises_that_follow_from_others_keep_the_covariance() -> None:
    """Correlation 1, and the third noise in the plane of the first two: rho is singular and still has a factor."""
    one = system("dX = dW1; dY = dW2", correlation={("W1", "W2"): -1})
    assert one.independent().covariance_rate == one.covariance_rate
    plane = system("dX=dW1;dY=dW2;dZ=dW3", correlation={("W1", "W3"): 0.6, ("W2", "W3"): 0.8})
    assert plane.independent().covariance_rate == plane.covariance_rate


def test_what_is_no_table_of_correlations_is_named() -> None:
    with pytest.raises(ArgumentError, match="`correlation`"):
        system("dX = -X dt + dW", correlation=-1)  # type: ignore[arg-type]

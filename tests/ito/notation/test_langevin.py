"""Equations with derivatives and white noise become systems of first order, or are refused where they say two things."""

from __future__ import annotations

import pytest
import sympy

from evolaw import ito
from evolaw.errors import ParseError


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("dx/dt = -x + xi(t)", "dx = -x dt + dW"),
        ("dx/dt = -k*x + xi", "dx = -k x dt + dW"),
        ("ẋ = -x + σ ξ(t)", "dx = -x dt + sigma dW"),
        ("x'' + γ x' + x = xi(t)", "dx = v dt; dv = (-gamma v - x) dt + dW"),
        ("m d²x/dt² = -k x - c dx/dt + s ξ(t)", "dx = v dt; dv = (-k x/m - c v/m) dt + s/m dW"),
        ("x' = y + xi1(t); y' = -x + xi2(t)", "dx = y dt + dW1; dy = -x dt + dW2"),
        ("x'' = -x + x xi(t)", "dx = v dt; dv = -x dt + x dW"),
        ("x' + y' = x, x' - y' = y", "dx = (x/2 + y/2) dt; dy = (x/2 - y/2) dt"),
    ],
)
def test_the_same_as_in_differentials(text: str, same: str) -> None:
    read, wanted = ito.system(text), ito.system(same)
    assert (read.states, read.noises, read.calculus) == (wanted.states, wanted.noises, "ito")
    assert (read.drift - wanted.drift).applyfunc(sympy.simplify) == sympy.zeros(read.dim, 1)
    assert (read.diffusion - wanted.diffusion).applyfunc(sympy.simplify) == sympy.zeros(*read.diffusion.shape)


def test_velocities_take_a_free_name() -> None:
    assert [str(x) for x in ito.system("x'' = -v x").states] == ["x", "x_dot"]
    assert [str(x) for x in ito.system("x'' = y; y'' = x").states] == ["x", "x_dot", "y", "y_dot"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dx/dt = -x + x xi(t)", r"\(x\) dW for Itô, or dx = \(-x\) dt \+ \(x\) ∘ dW for Stratonovich"),
        ("x'' = x' xi(t)", "multiplies what it moves"),
        ("x''' = -x", "at most 2"),
        ("x' = -x dt + dW", "neither dt nor dW"),
        ("x' + y' = 1", "need 2 equations"),
        ("x'^2 = x", "linear in x'"),
        ("x' = sin(xi(t))", "factor of a term"),
        ("x' = -x(t - 1) + xi(t)", "delay"),
        ("x' = -x; dy = dW", "not some of each"),
        ("t' = 1", "time or a noise"),
        ("x' = 1 = 2", "one sign ="),
    ],
)
def test_what_says_two_things_is_refused(text: str, words: str) -> None:
    with pytest.raises(ParseError, match=words):
        ito.system(text)

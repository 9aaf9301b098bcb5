"""Names of processes and schemes: each leads somewhere, each equation is the one that runs, each fault is named."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from evolaw import sde
from evolaw.cli import arguments
from evolaw.errors import ArgumentError, ParseError

LIKE = {
    "brownian-motion": "dX = mu dt + s dW",
    "geometric-brownian-motion": "dX = mu X dt + sigma X dW",
    "ornstein-uhlenbeck": "dX = theta (m - X) dt + sigma dW",
    "integrated-ornstein-uhlenbeck": "dY = V dt; dV = -beta V dt + s dW",
    "harmonic-oscillator": "dX = V dt; dV = (A cos(Omega t) - omega^2 X - gamma V) dt + s dW",
    "square-root": "dX = a (b - X) dt + sigma sqrt(X) dW",
    "double-well": "dX = 4 U/a^2 (1 - (X/a)^2) X dt + sqrt(2 D) dW",
    "hyperbolic-sine": "dX = (X/2 + sqrt(X^2 + 1)) dt + sqrt(X^2 + 1) dW",
    "hyperbolic-tangent": "dX = -(a + b^2 X)(1 - X^2) dt + b (1 - X^2) dW",
    "iterated-integral": "dX1 = dW1; dX2 = X1 dW2",
    "modulated-noise": "dX = -theta X dt + s (1 + c cos(Omega t)) dW",
    "brownian-bridge": "dX = (b - X)/(T - t) dt + s dW",
}


@pytest.mark.parametrize("name", arguments.PROCESSES)
def test_letters_and_equation_are_those_of_the_process(name: str) -> None:
    """The classic, its letters set to odd numbers, has the coefficients of its equation as the reader of equations reads it."""
    classic = arguments.PROCESSES[name]
    numbers = {letter: 0.3 + 0.17 * k for k, letter in enumerate(re.findall(r"[^\W\d]\w*", LIKE[name]))}
    letters = {letter: numbers[letter] for letter in classic.letters if letter in numbers}
    made, typed = arguments.process(name, letters), arguments.process(LIKE[name], letters)
    x, t = 0.4 + 0.1 * np.arange(made.dim), 0.2
    assert np.allclose(made.drift_at(t, x), typed.drift_at(t, x), rtol=1e-5)
    assert np.allclose(made.matrix(t, x) @ made.matrix(t, x).T, typed.matrix(t, x) @ typed.matrix(t, x).T, rtol=1e-5)
    assert len(classic.start) == made.dim
    assert set(classic.letters.values()) <= set(classic.parameters())


def test_every_scheme_of_the_package_has_a_name() -> None:
    classes = {
        name for name in sde.__all__ if inspect.isclass(getattr(sde, name)) and hasattr(getattr(sde, name), "step")
    }
    assert set(arguments.SCHEMES.values()) == classes - {"Scheme"}


@pytest.mark.parametrize(
    "text", ["Euler-Maruyama", "EulerMaruyama", "euler_maruyama", "euler–maruyama", " euler maruyama"]
)
def test_schemes_are_found_however_they_are_written(text: str) -> None:
    assert arguments.scheme(text) == sde.EulerMaruyama()


@pytest.mark.parametrize("name", arguments.PROCESSES)
def test_the_automatic_scheme_is_accepted(name: str) -> None:
    process = arguments.process(name, {})
    assert arguments.scheme(arguments.fitting_scheme(process)).refuses(process) is None


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("dX = (X - X^3) dt + s dW", "sra1"),
        ("dX = -X^3 dt + s X dW", "sri1w1"),
        ("dX = -X^3 dt + s X o dW", "stochastic-heun"),
        ("dX = -X^3 dt + Y dW1; dY = X dW2", "levy-milstein"),
        ("dX = -X dt + s dW", "exact-step"),
    ],
)
def test_the_automatic_scheme_is_the_best_that_fits(text: str, best: str) -> None:
    assert arguments.fitting_scheme(arguments.process(text, {"s": 0.5} if " s " in text else {})) == best


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("ornstein-uhlenbek", {}, "Did you mean ornstein-uhlenbeck"),
        ("ornstein-uhlenbeck", {"thata": 1.0}, "Did you mean theta"),
        ("ornstein-uhlenbeck", {"theta": 1.0, "rate": 2.0}, "rate twice"),
        ("ornstein-uhlenbeck", {"theta": -1.0}, "rate"),
        ("dX = -theta X dt + s dW", {"theta": 1.0}, "without s. Write, for example: --set s=1"),
        ("dX = -X dt + dW", {"s": 1.0}, "values"),
        ("dX = -X dt + dW", {"x": -1.0}, "values"),
    ],
)
def test_faults_are_named(text: str, values: dict[str, float], words: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(words)):
        arguments.process(text, values)


def test_a_faulty_equation_says_where() -> None:
    with pytest.raises(ParseError, match="1:10"):
        arguments.process("dX = -X +) dt", {})


@pytest.mark.parametrize("word", ["theta", "=2", "theta=two", "theta=nan"])
def test_settings_are_checked(word: str) -> None:
    with pytest.raises(ArgumentError, match="set"):
        arguments.read_settings([word])
    with pytest.raises(ArgumentError, match="once"):
        arguments.read_settings(["a=1", "a=2"])


def test_negative_numbers_are_allowed_where_the_equation_allows_them() -> None:
    assert float(arguments.process("dX = mu X dt + dW", {"mu": -2.0}).drift_at(0.0, 3.0)[0]) == -6.0


def test_components_are_named_after_the_equation() -> None:
    assert arguments.component_names("harmonic-oscillator", 2) == ["X", "V"]
    assert arguments.component_names("dA = dW1; dB = dW2", 2) == ["A", "B"]

"""Names of processes and schemes: each leads somewhere, each equation is the one that runs, each fault is named."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import jax
import numpy as np
import pytest

from evolaw import sde
from evolaw.errors import ArgumentError
from evolaw.ito import equations
from evolaw.sde import catalogue

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


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", catalogue.PROCESSES)
def test_letters_and_equation_are_those_of_the_process(name: str) -> None:
    """The classic, its letters set to odd numbers, has the coefficients of its equation as the reader of equations reads it."""
    classic = catalogue.PROCESSES[name]
    numbers = {letter: 0.3 + 0.17 * k for k, letter in enumerate(re.findall(r"[^\W\d]\w*", LIKE[name]))}
    letters = {letter: numbers[letter] for letter in classic.letters if letter in numbers}
    made, typed = equations.process(name, letters), equations.process(LIKE[name], letters)
    x, t = 0.4 + 0.1 * np.arange(made.dim), 0.2
    both = jax.jit(lambda x: [(one.drift_at(t, x), one.matrix(t, x)) for one in (made, typed)])(x)
    (drift, matrix), (drift_typed, matrix_typed) = jax.device_get(both)
    assert np.allclose(drift, drift_typed, rtol=1e-5)
    assert np.allclose(matrix @ matrix.T, matrix_typed @ matrix_typed.T, rtol=1e-5)
    assert len(classic.start) == made.dim
    assert set(classic.letters.values()) <= set(classic.parameters())


def test_every_scheme_of_the_package_has_a_name() -> None:
    classes = {
        name for name in sde.__all__ if inspect.isclass(getattr(sde, name)) and hasattr(getattr(sde, name), "step")
    }
    assert set(catalogue.SCHEMES.values()) == classes - {"Scheme"}


@pytest.mark.parametrize(
    "text", ["Euler-Maruyama", "EulerMaruyama", "euler_maruyama", "euler–maruyama", " euler maruyama"]
)
def test_schemes_are_found_however_they_are_written(text: str) -> None:
    assert catalogue.scheme(text) == sde.EulerMaruyama()


@pytest.mark.parametrize("name", catalogue.PROCESSES)
def test_the_automatic_scheme_is_accepted(name: str) -> None:
    process = equations.process(name, {})
    assert catalogue.scheme(catalogue.fitting_scheme(process)).refuses(process) is None


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
    assert catalogue.fitting_scheme(equations.process(text, {"s": 0.5} if " s " in text else {})) == best


@pytest.mark.parametrize(
    ("text", "values", "words"),
    [
        ("ornstein-uhlenbek", {}, "Did you mean ornstein-uhlenbeck"),
        ("ornstein-uhlenbeck", {"thata": 1.0}, "Did you mean theta"),
        ("ornstein-uhlenbeck", {"theta": 1.0, "rate": 2.0}, "rate twice"),
        ("ornstein-uhlenbeck", {"theta": -1.0}, "rate"),
    ],
)
def test_faults_are_named(text: str, values: dict[str, float], words: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(words)):
        equations.process(text, values)


def test_a_scheme_that_only_begins_so_is_told_all_that_do() -> None:
    with pytest.raises(ArgumentError, match="Did you mean tamed-euler"):
        catalogue.scheme("tamed")


def test_looking_a_name_up_loads_no_jax() -> None:
    code = "import sys; from evolaw.sde import catalogue; from evolaw.ito import is_equation; catalogue.resembles('B3/S23'); "
    code += "assert is_equation('dX = dW'); raise SystemExit('jax' in sys.modules or 'sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

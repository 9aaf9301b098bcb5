"""The exact law read off a linear equation, against moment equations, closed forms and the classics."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.ito import moment_equations, process, system
from evolaw.ito.linearity import linear_law
from evolaw.sde import solve
from evolaw.sde.processes.classics import geometric_brownian_motion, harmonic_oscillator
from evolaw.sde.processes.exact_laws import GeometricLaw
from evolaw.sde.processes.linear_systems import GaussianLinearLaw, LinearLaw


@pytest.mark.parametrize(
    ("text", "values", "start"),
    [
        ("dX = a (b - X) dt + s dW", {"a": 1.3, "b": 0.7, "s": 0.4}, [2.0]),
        ("dX = (a + X) dt + (s + 0.3 X) dW", {"a": 0.4, "s": 0.6}, [1.0]),
        ("dX = V dt; dV = (-k X - g V) dt + s dW", {"k": 2.0, "g": 0.3, "s": 1.1}, [1.0, -0.5]),
        ("dX = -X dt + 0.5 Y dW1; dY = (X - Y) dt + 0.2 X dW1 + s dW2", {"s": 0.3}, [1.0, 2.0]),
        ("dX = -X dt + s X o dW", {"s": 0.5}, [1.5]),
    ],
)
def test_moments_agree_with_the_moment_equations(text: str, values: dict[str, float], start: list[float]) -> None:
    """Two ways to the same numbers: matrices of A and B here, the generator on monomials there."""
    symbols = system(text)
    law = linear_law(symbols, values)
    assert law is not None
    moments = moment_equations(symbols, 2).solve(values, start, 0.8)
    dim = len(start)
    mean, covariance = law.mean(0.8, start), law.covariance(0.8, start)
    for i in range(dim):
        one = tuple(int(k == i) for k in range(dim))
        assert mean[i] == pytest.approx(moments[one], rel=1e-9)
        for j in range(dim):
            both = tuple(int(k == i) + int(k == j) for k in range(dim))
            assert covariance[i, j] == pytest.approx(moments[both] - mean[i] * mean[j], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_the_law_follows_the_parameters(precision: str) -> None:
    """Exact steps of a sweep, whose parameters the solver traces, and of a process with new ones; 5 errors, 8 means."""
    relaxing = process("dX = theta (m - X) dt + s dW", {"theta": 2.0, "m": 0.5, "s": 1.0})
    rates = np.array([0.1, 5.0])
    paths = solve(
        relaxing, "exact-step", 1.0, [0, 1], steps=1, paths=4000, rng=0, sweep={"theta": rates}, precision=precision
    )
    ends = np.asarray(paths.values, float)[:, :, -1, 0]
    spread = np.sqrt((1 - np.exp(-2 * rates)) / (2 * rates))
    assert (np.abs(ends.mean(1) - 0.5 - 0.5 * np.exp(-rates)) < 5 * spread / np.sqrt(4000)).all()
    assert (np.abs(ends.std(1) / spread - 1) < 5 / np.sqrt(8000)).all()
    slower = relaxing.with_params(theta=0.1)
    assert slower.exact.mean(1.0, [1.0])[0] == pytest.approx(0.5 + 0.5 * np.exp(-0.1))
    assert pickle.loads(pickle.dumps(slower)).exact == slower.exact


@pytest.mark.slow
def test_the_law_is_written_down_alike_in_every_process() -> None:
    """Python's sets have another order in each: a run of three coupled components could not be continued by another process."""
    script = (
        "from evolaw.ito import process; from evolaw.sde.processes.fingerprints import fingerprint;"
        "print(fingerprint(process('dX = (Z - X + Y) dt + dW1; dY = (X - Y + Z) dt + dW2; dZ = (Y + X - Z) dt + dW3').law))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in "012"
    }
    assert len(said) == 1


def test_correlated_noises_count() -> None:
    """Var(X + Y) of two Brownian motions with correlation 0.6 is 2 (1 + 0.6) t."""
    law = linear_law(system("dX = dW1; dY = dW2", correlation={("W1", "W2"): 0.6}), {})
    assert isinstance(law, GaussianLinearLaw)
    assert law.covariance(2.0, [0.0, 0.0]).sum() == pytest.approx(2 * 1.6 * 2.0)


def test_classics_are_recognised() -> None:
    growth = linear_law(system("dX = mu X dt - s X dW"), {"mu": 0.1, "s": 0.4})
    assert growth == GeometricLaw(0.1, 0.4, 1)
    x = np.array([[0.5], [1.0], [2.0]])
    known = geometric_brownian_motion(growth=0.1, volatility=0.4).exact
    assert np.allclose(growth.density(x, 1.0, [1.0]), known.density(x, 1.0, [1.0]))  # type: ignore[union-attr]
    spring = linear_law(system("dX = V dt; dV = (-X - 0.5 V) dt + dW"), {})
    oscillator = harmonic_oscillator(frequency=1.0, damping=0.5, amplitude=1.0).exact
    assert isinstance(spring, GaussianLinearLaw)
    assert np.allclose(spring.covariance(2.0, [1.0, 0.0]), oscillator.covariance(2.0, [1.0, 0.0]))


def test_which_kind_of_law_it_is() -> None:
    assert type(linear_law(system("dX = (1 + X) dt + X dW"), {})) is LinearLaw
    assert type(linear_law(system("dX = X dt + dW"), {})) is GaussianLinearLaw


@pytest.mark.parametrize("text", ["dX = (X - X^3) dt + dW", "dX = -t X dt + dW", "dX = sqrt(X) dW", "dX = -X dt"])
def test_other_equations_have_none(text: str) -> None:
    assert linear_law(system(text), {}) is None


def test_a_letter_without_a_number_is_named() -> None:
    with pytest.raises(ArgumentError, match="without theta"):
        linear_law(system("dX = -theta X dt + s dW"), {"s": 1.0})

"""Moment equations against the closed forms of linear systems and against quadrature."""

from __future__ import annotations

import math

import pytest

from evolaw.errors import ArgumentError
from evolaw.ito import moment_equations, system


def test_geometric_brownian_motion() -> None:
    mu, s, t = 0.5, 0.8, 1.0
    found = moment_equations(system("dX = mu X dt + s X dW"), 4).solve({"mu": mu, "s": s}, [1.0], t)
    for k in range(1, 5):
        assert found[(k,)] == pytest.approx(math.exp(k * mu * t + k * (k - 1) / 2 * s**2 * t), rel=1e-12)
    assert found[(1,)] == pytest.approx(1.6487212707)
    assert found[(2,)] == pytest.approx(5.1551695122)


def test_the_damped_oscillator_of_the_reference() -> None:
    """Van Loan values at gamma = 0.5, w0 = 1, s = 1, t = 2 from rest."""
    law = system("dX = V dt; dV = (-gamma V - w^2 X) dt + s dW")
    found = moment_equations(law).solve({"gamma": 0.5, "w": 1.0, "s": 1.0}, [0.0, 0.0], 2.0)
    assert found[(2, 0)] == pytest.approx(0.6527841, abs=5e-8)
    assert found[(1, 1)] == pytest.approx(0.1711126, abs=5e-8)
    assert found[(0, 2)] == pytest.approx(0.5259007, abs=5e-8)


def test_the_square_root_process_closes() -> None:
    """CIR: mean b + (x - b) e^-at, variance s^2 x (e^-at - e^-2at)/a + s^2 b (1 - e^-at)^2/(2a)."""
    a, b, s, x, t = 1.5, 0.8, 0.6, 2.0, 0.7
    found = moment_equations(system("dX = a (b - X) dt + s sqrt(X) dW")).solve({"a": a, "b": b, "s": s}, [x], t)
    decay = math.exp(-a * t)
    mean = b + (x - b) * decay
    variance = s**2 * x * (decay - decay**2) / a + s**2 * b * (1 - decay) ** 2 / (2 * a)
    assert found[(1,)] == pytest.approx(mean, rel=1e-12)
    assert found[(2,)] == pytest.approx(variance + mean**2, rel=1e-12)


def test_an_open_hierarchy_names_what_it_needs() -> None:
    equations = moment_equations(system("dX = (X - X^3) dt + s dW"))
    assert equations.higher == [(3,), (4,)]
    assert not equations.is_closed
    with pytest.raises(ArgumentError, match=r"do not close: they need E\[X\*\*3\]"):
        equations.solve({"s": 1.0}, [0.0], 1.0)


def test_refusals() -> None:
    with pytest.raises(ArgumentError, match="polynomial in the states"):
        moment_equations(system("dX = -sin(X) dt + dW"))
    with pytest.raises(ArgumentError, match="without s"):
        moment_equations(system("dX = s dW")).solve({}, [0.0], 1.0)

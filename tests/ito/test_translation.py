"""From symbols to a process: the same numbers, the right noise kind, and a law the solver reproduces."""

from __future__ import annotations

import pickle

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError, NumericalError
from evolaw.ito import equation, moment_equations, system, to_sde
from evolaw.sde import EulerMaruyama, solve
from evolaw.sde.processes.fingerprints import fingerprint


def test_coefficients_agree_with_the_symbols() -> None:
    law = system("dX = (Y - a X^3) dt + sin(X Y) dW1 + t dW2; dY = exp(-X) dt + b Y dW1")
    sde = to_sde(law, {"a": 1.3, "b": 0.4})
    x, t = np.array([0.3, -0.7]), 0.9
    with precise("float64"):
        drift, spread = np.asarray(sde.drift_at(t, jnp.asarray(x))), np.asarray(sde.matrix(t, jnp.asarray(x)))
    np.testing.assert_allclose(drift, [x[1] - 1.3 * x[0] ** 3, np.exp(-x[0])], rtol=1e-14)
    np.testing.assert_allclose(spread, [[np.sin(x[0] * x[1]), t], [0.4 * x[1], 0]], rtol=1e-14)
    assert sde.noise == "general"


@pytest.mark.parametrize(
    ("text", "noise", "dim", "noises"),
    [
        ("dX = -theta X dt + sigma dW", "additive", 1, 1),
        ("dX = mu X dt + s X dW", "diagonal", 1, 1),
        ("dX = X Y dW; dY = X dW", "scalar", 2, 1),
        ("dX = a X dW1 + b X dW2", "commutative", 1, 2),
        ("dX = -X dt", "additive", 1, 1),
    ],
)
def test_kinds_and_sizes(text: str, noise: str, dim: int, noises: int) -> None:
    law = system(text)
    sde = to_sde(law, {str(p): 0.5 for p in law.parameters})
    assert (sde.noise, sde.dim, sde.noises) == (noise, dim, noises)
    with precise("float64"):
        sde.validate(np.ones(dim))


def test_equal_equations_share_a_compilation() -> None:
    first, second = (to_sde(system("dX = -k X dt + dW"), {"k": k}) for k in (1.0, 2.0))
    assert first.drift == second.drift
    assert hash(first.drift) == hash(second.drift)


def test_correlated_noise_keeps_its_law() -> None:
    law = system("dX = dW1; dY = 2 dW2", correlation={("W1", "W2"): 0.6})
    g = np.asarray(to_sde(law, {}).matrix(0.0, jnp.zeros(2)))
    np.testing.assert_allclose(g @ g.T, [[1, 1.2], [1.2, 4]], rtol=1e-6)


@pytest.mark.slow
def test_the_solver_reproduces_the_moment_equations() -> None:
    """Five standard errors: false alarm below 1e-6. Milstein at 200 steps has a weak bias far below that error."""
    from evolaw import sde

    law = system("dX = a (b - X) dt + s X dW")
    values = {"a": 1.0, "b": 0.5, "s": 0.3}
    found = sde.solve(to_sde(law, values), sde.Milstein(), [1.0], [0.0, 1.0], steps=200, paths=20_000, rng=1).final[
        :, 0
    ]
    exact = moment_equations(law).solve(values, [1.0], 1.0)
    for power in (1, 2):
        sample = np.asarray(found, float) ** power
        assert abs(sample.mean() - exact[(power,)]) < 5 * sample.std() / np.sqrt(sample.size) + 1e-3


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"theta": 1.0}, "without sigma"),
        ({"theta": 1.0, "sigma": 1.0, "sgma": 1.0}, "Did you mean sigma"),
        ({"theta": -1.0, "sigma": 1.0}, "`theta` must be positive.*real="),
    ],
)
def test_wrong_values(values: dict[str, float], words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        to_sde(system("dX = -theta X dt + sigma dW"), values)


def test_extremes_signs_and_absolute_values_run() -> None:
    sde = to_sde(system("dX = max(X, 0, a) dt + min(X, -X) dW; dY = sign(Y) dt + abs(X) dW"), {"a": 0.5})
    with precise("float64"):
        assert np.asarray(sde.drift_at(0.0, jnp.array([-2.0, -3.0]))).tolist() == [0.5, -1.0]
        assert np.asarray(sde.matrix(0.0, jnp.array([-2.0, 1.0])))[:, 0].tolist() == [-2.0, 2.0]
    law = system("dX = max(X, 0) dt + min(X, 1) dW")
    assert system(str(law)).drift == law.drift


@pytest.mark.slow
def test_a_root_that_is_not_defined_is_named() -> None:
    """Explicit steps lead a square-root process below zero; the message says which root and how to write it."""
    sde = to_sde(system("dX = (1 - X) dt + s sqrt(X) dW"), {"s": 2.0})
    with pytest.raises(
        NumericalError, match=r"sqrt\(X\) is not defined where X = -[\d.e-]+.*write sqrt\(max\(X, 0\)\)"
    ):
        solve(sde, EulerMaruyama(), 0.1, [0, 1], steps=20, paths=50, rng=0)
    held = to_sde(system("dX = (1 - X) dt + s sqrt(max(X, 0)) dW"), {"s": 2.0})
    assert np.isfinite(solve(held, EulerMaruyama(), 0.1, [0, 1], steps=20, paths=50, rng=0).values).all()


@pytest.mark.parametrize(
    "text", ["dX = -theta*X dt + s*sqrt(max(X, 0)) dW", "dX = V dt; dV = (-sin(X) - theta*V) dt + s dW"]
)
def test_an_equation_survives_pickling(text: str) -> None:
    """What a spawned worker needs: symbols travel, and are compiled where they arrive; it is the same process."""
    made = equation(text, {"theta": 2.0, "s": 0.5})
    copy = pickle.loads(pickle.dumps(made))
    assert copy.drift == made.drift and copy.diffusion == made.diffusion and fingerprint(copy) == fingerprint(made)
    x = np.full(made.dim, 0.3)
    assert np.array_equal(copy.drift_at(0.1, x), made.drift_at(0.1, x))
    assert np.array_equal(copy.diffusion_at(0.1, x), made.diffusion_at(0.1, x))

"""Implicit and sliced score matching against explicit matching, by quadrature; and a network that learns by slices."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.errors import ArgumentError
from evolaw.randomness import source
from evolaw.score.learned.fit import fit, pace
from evolaw.score.losses.implicit import implicit, sliced
from evolaw.score.networks.mlp import MLP
from evolaw.score.noising.song import VE

NODES, SHARES = np.polynomial.hermite_e.hermegauss(20)
SHARES = SHARES / SHARES.sum()
COVARIANCE = np.array([[1.0, 0.6], [0.6, 0.8]])


def mean_of(function: Any) -> float:
    """The mean of a function of x over N(0, C) by quadrature."""
    root = np.linalg.cholesky(COVARIANCE)
    u = np.stack([part.ravel() for part in np.meshgrid(NODES, NODES, indexing="ij")], -1)
    with precise("float64"):
        return float(jnp.asarray(np.outer(SHARES, SHARES).ravel()) @ jax.vmap(function)(jnp.asarray(u @ root.T)))


def truth(x: Any) -> Any:
    return -jnp.linalg.solve(jnp.asarray(COVARIANCE), x)


def bent(amount: float) -> Any:
    return lambda x: (1 + amount) * truth(x) + amount * jnp.sin(x[::-1])


@pytest.mark.slow
@pytest.mark.parametrize("amount", [0.0, 0.3, -0.7])
def test_it_is_explicit_matching_less_the_true_scores_size(amount: float) -> None:
    model = bent(amount)
    explicit = mean_of(lambda x: 0.5 * jnp.sum((model(x) - truth(x)) ** 2))
    size = 0.5 * np.trace(np.linalg.inv(COVARIANCE))
    assert mean_of(lambda x: implicit(model, x)) == pytest.approx(explicit - size, rel=1e-8)


def test_slices_average_to_the_trace() -> None:
    """The four signs of two numbers are all Rademacher slices there are: their mean is exact."""
    model, x = bent(0.3), jnp.array([0.4, -1.1])
    signs = [jnp.array([i, j]) for i in (-1.0, 1.0) for j in (-1.0, 1.0)]
    with precise("float64"):
        one = jax.jit(lambda x, v: (sliced(model, x, v), implicit(model, x)))
        both = np.array([one(x, v) for v in signs], float)
        assert both[:, 0].mean() == pytest.approx(both[0, 1], rel=1e-6)


@pytest.mark.slow
def test_a_network_learns_the_score_by_slices() -> None:
    """What the best isotropic score misses is cut to less than a quarter."""
    data = np.random.default_rng(0).standard_normal((2000, 2)) @ np.linalg.cholesky(COVARIANCE).T
    noising, t = VE(0.2, 3.0), 0.3
    model = fit(
        MLP(width=32, depth=2), data, noising, loss="sliced", schedule=pace(600, 5e-3), batch=256, rng=source(1)
    )
    spread = COVARIANCE + noising.std(t) ** 2 * np.eye(2)
    x = np.random.default_rng(1).multivariate_normal(np.zeros(2), spread, 2000)
    exact = -x @ np.linalg.inv(spread)
    silent = -x / np.trace(spread) * 2

    def missed(score: np.ndarray) -> float:
        return float(((score - exact) ** 2).sum() / (exact**2).sum())

    assert missed(np.asarray(model.score(x, t))) < missed(silent) / 4


def test_whole_numbers_are_states_and_slices_have_their_shape():
    whole, image = np.array([1, 2]), np.array([[1.0, 2.0], [1.0, 2.0]])
    found = jax.jit(lambda: (sliced(_back, whole, [1, -1]), implicit(_back, whole), implicit(_back, image)))()
    # An image: the trace is over its numbers, -4 + ½ · 10, not over its rows.
    assert [float(value) for value in found] == [0.5, 0.5, 1.0]
    with pytest.raises(ArgumentError, match="`v` must have the shape"):
        sliced(_back, np.ones(2), 1.0)


def _back(x: Any) -> Any:
    return -x

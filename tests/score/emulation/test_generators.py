"""The flow of a known conditional score ends where its exact map does; read-outs and densities are exact for Gaussians."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.score.emulation.generators import EnsembleGenerator, FlowGenerator
from evolaw.score.learned.model import ScoreModel
from evolaw.score.networks.mlp import MLP
from evolaw.score.networks.preconditioning import Preconditioning
from evolaw.score.noising.schedules import EDM

COVARIANCE = np.array([[0.8, 0.3], [0.3, 0.5]])


class Exact(eqx.Module):
    """The network that makes the score that of y | c ~ N((c_0, -c_0), C)."""

    def __call__(self, x: Any, label: Any, condition: Any) -> Any:
        sigma = jnp.exp(4 * label)
        total = sigma**2 + 1.0
        y = x * jnp.sqrt(total)
        score = -jnp.linalg.solve(jnp.asarray(COVARIANCE, jnp.float32) + sigma**2 * jnp.eye(2), y - mean(condition))
        return (score + y / total) * sigma * jnp.sqrt(total)


def mean(condition: Any) -> Any:
    return jnp.array([1.0, -1.0]) * condition[0]


def generator(levels: int = 20) -> FlowGenerator:
    frame = Preconditioning(jnp.zeros(2), jnp.float32(1.0))
    return FlowGenerator(ScoreModel(Exact(), frame, EDM(0.01, 20.0), (2,), 0, 1), levels)


@pytest.mark.parametrize(("levels", "tolerance"), [(20, 0.02), (80, 0.002)])
def test_the_flow_ends_at_its_exact_map(levels: int, tolerance: float) -> None:
    """y = mean + C^½ (C + σ²)^-½ (σ z - mean): second order, so four times the levels leave less than a tenth of the error."""
    z, c = np.array([0.7, -1.3]), jnp.array([0.4])
    values, vectors = np.linalg.eigh(COVARIANCE)
    shrink = vectors @ np.diag(np.sqrt(values / (values + 20.0**2))) @ vectors.T
    centre = np.asarray(mean(c))
    exact = centre + shrink @ (20.0 * z - centre)
    found = jax.jit(lambda z: generator(levels).draw(z, c))(jnp.asarray(z, jnp.float32))
    assert np.asarray(found) == pytest.approx(exact, abs=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("sigma", [0.5, 2.0, 5.0])
def test_moments_of_a_gaussian_are_read_at_any_level(sigma: float) -> None:
    centre, covariance = generator().moments(jnp.array([0.4]), sigma)
    assert np.asarray(centre) == pytest.approx([0.4, -0.4], abs=1e-3)
    assert np.asarray(covariance) == pytest.approx(COVARIANCE, abs=1e-3)


@pytest.mark.slow
def test_the_density_is_the_gaussians() -> None:
    y, c = np.array([1.1, 0.2]), jnp.array([0.4])
    apart = y - [0.4, -0.4]
    exact = -0.5 * apart @ np.linalg.solve(COVARIANCE, apart) - 0.5 * np.log(
        (2 * np.pi) ** 2 * np.linalg.det(COVARIANCE)
    )
    assert float(generator().log_density(jnp.asarray(y, jnp.float32), c)) == pytest.approx(exact, abs=0.01)


@pytest.mark.slow
def test_an_ensemble_is_one_call_and_tells_its_moments() -> None:
    net = MLP(width=8, depth=1).draw((2,), numbers=3, rng=0)
    chance = np.random.default_rng(1)
    net = jax.tree.map(lambda leaf: jnp.asarray(chance.normal(0, 0.3, leaf.shape), jnp.float32), net)
    ensemble = EnsembleGenerator(net, 2)
    c, z = jnp.array([0.4]), chance.standard_normal((20_000, 2)).astype(np.float32)
    drawn = np.asarray(jax.vmap(lambda one: ensemble.draw(one, c))(jnp.asarray(z)))
    centre, covariance = ensemble.moments(c, 1.0)
    # 256 pairs: a variance is known to 9 %, a mean to 1 % of a deviation or better.
    spread = np.sqrt(np.diag(np.cov(drawn.T)).max())
    assert np.asarray(centre) == pytest.approx(drawn.mean(0), abs=0.15 * spread)
    assert np.asarray(covariance) == pytest.approx(np.cov(drawn.T), abs=0.5 * spread**2)

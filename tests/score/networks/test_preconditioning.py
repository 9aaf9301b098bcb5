"""The silent network is the best denoiser of isotropic data; inputs and targets have size one at every level."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.score.exact.normal import Gaussian
from evolaw.score.networks.preconditioning import Preconditioning, call
from evolaw.score.noising.schedules import EDM


@pytest.mark.parametrize("sigma", [0.01, 0.7, 40.0])
def test_a_silent_network_denoises_isotropic_data_exactly(sigma: float) -> None:
    frame = Preconditioning(jnp.array([1.0, -2.0]), jnp.float32(0.6))
    exact, y = Gaussian(np.array([1.0, -2.0]), 0.36), np.array([[0.3, 0.9]])
    truth = y + sigma**2 * exact.score(y, sigma, EDM())
    found = frame.denoise(lambda x, label: 0 * x, jnp.asarray(y[0]), jnp.float32(sigma))
    np.testing.assert_allclose(found, truth[0], rtol=1e-5)
    bent = frame.denoise(lambda x, label: x**2, jnp.asarray(y[0]), jnp.float32(sigma))
    pull = frame.pull(lambda x, label: x**2, jnp.asarray(y[0]), jnp.float32(sigma))
    np.testing.assert_allclose(y[0] + sigma**2 * np.asarray(pull), bent, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("sigma", [0.01, 0.7, 40.0])
def test_what_a_network_sees_and_should_say_has_size_one(sigma: float) -> None:
    """20,000 states: a variance is known to 1 %, five of these."""
    chance = np.random.default_rng(0)
    x0 = 3.0 + 0.5 * chance.standard_normal(20_000)
    y = x0 + sigma * chance.standard_normal(20_000)
    frame = Preconditioning(jnp.float32(3.0), jnp.float32(0.5))
    seen: list[jax.Array] = []

    def spy(x: jax.Array, label: jax.Array) -> jax.Array:
        seen.append(x)
        return 0 * x

    still = np.asarray(frame.denoise(spy, jnp.asarray(y, jnp.float32), jnp.float32(sigma)), float)
    pushed = np.asarray(
        frame.denoise(lambda x, label: 0 * x + 1, jnp.asarray(y, jnp.float32), jnp.float32(sigma)), float
    )
    wanted = (x0 - still) / (pushed - still).mean()
    assert np.var(np.asarray(seen[0])) == pytest.approx(1, abs=0.05)
    assert np.mean(wanted**2) == pytest.approx(1, abs=0.05)


def test_a_network_without_conditions_is_not_told_any() -> None:
    assert call(lambda x, label: (x, label), 1, 2, None) == (1, 2)
    assert call(lambda x, label, told: told, 1, 2, 3) == 3

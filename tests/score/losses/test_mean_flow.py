"""MeanFlow on a Gaussian, whose average velocity is known: the loss has no slope there; times are drawn as said."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.arrays import precise
from evolaw.score.losses.mean_flow import MeanFlow, average_velocity, draw_pairs, mean_flow
from evolaw.score.networks.mlp import MLP

MEAN, VARIANCE = 0.6, 0.25


def exact(z: Any, r: Any, t: Any) -> Any:
    """(z - z_r)/(t - r) for data N(m, v): z_r = μ_r + S_r/S_t (z - μ_t), S² = (1 - t)² v + t², μ = (1 - t) m; divided out, for r = t too."""

    def size(t: Any) -> Any:
        return jnp.sqrt((1 - t) ** 2 * VARIANCE + t**2)

    grown = (t + r - VARIANCE * (2 - t - r)) / (size(t) * (size(t) + size(r)))
    return grown * (z - (1 - t) * MEAN) - MEAN


@pytest.mark.sampled(3)
@pytest.mark.parametrize("learned", [False, True], ids=["along v", "along u"])
@pytest.mark.parametrize(("r", "t"), [(0.1, 0.9), (0.0, 1.0), (0.3, 0.5)])
def test_the_true_average_velocity_has_no_slope(r: float, t: float, learned: bool) -> None:
    """With weight one, by quadrature over (x, e): the slope along any bend of u is E 2 (u - target) bend, and vanishes."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(30)
    x, e = (part.ravel() for part in np.meshgrid(MEAN + np.sqrt(VARIANCE) * nodes, nodes, indexing="ij"))
    share = np.outer(shares, shares).ravel() / shares.sum() ** 2
    with precise("float64"):

        def loss(bend: Any, sign: float = 1.0) -> Any:
            def velocity(z: Any, r: Any, t: Any) -> Any:
                return sign * exact(z, r, t) + bend[0] + bend[1] * z + bend[2] * jnp.sin(z)

            each = jax.vmap(lambda x, e: mean_flow(velocity, x, e, r, t, learned_tangent=learned))(
                jnp.asarray(x), jnp.asarray(e)
            )
            return jnp.asarray(share) @ each

        slopes = jax.jit(jax.grad(loss))
        slope, wrong = (np.asarray(slopes(jnp.zeros(3), sign)) for sign in (1.0, -1.0))
    assert np.abs(slope).max() < 1e-9
    assert np.abs(wrong).max() > 0.1


def test_equal_times_are_flow_matching() -> None:
    def velocity(z: Any, r: Any, t: Any) -> Any:
        return 0.5 * z

    x, e, t = jnp.array([1.0, 2.0]), jnp.array([-0.5, 0.3]), 0.4
    z = (1 - t) * x + t * e
    plain = jnp.sum((0.5 * z - (e - x)) ** 2)
    assert float(mean_flow(velocity, x, e, t, t, power=0.0)) == pytest.approx(float(plain), rel=1e-6)
    ones = np.ones(2, np.uint8)
    assert float(mean_flow(velocity, ones, ones, t, t)) == pytest.approx(
        float(mean_flow(velocity, x * 0 + 1, e * 0 + 1, t, t))
    )
    weighed = mean_flow(velocity, x, e, t, t, power=1.0)
    assert float(weighed) == pytest.approx(float(plain / (plain + 0.01)), rel=1e-5)


@pytest.mark.slow
def test_times_are_ordered_and_often_equal() -> None:
    """4000 pairs: the share of equal ones is known to 0.7 %, five of these; t is the larger of two."""
    r, t = (np.asarray(part) for part in draw_pairs(4000, jax.random.key(0)))
    assert (r <= t).all()
    assert np.mean(r == t) == pytest.approx(0.75, abs=0.035)
    assert 0 < r.min() < t.max() < 1


@pytest.mark.slow
def test_the_objective_is_the_mean_over_its_rows() -> None:
    net = MLP(width=4, depth=1).draw((2,), numbers=2, rng=0)
    loss = MeanFlow(jnp.zeros((5, 2)), power=0.0)
    # A silent network misses v = e - 0: 1 a number in the mean, known to 1 % from 20,000 of two.
    found = float(loss(net, jnp.zeros(20_000, jnp.int32), jax.random.key(3)))
    assert found == pytest.approx(1.0, rel=0.05)
    assert average_velocity(net, jnp.ones(2), 0.1, 0.5).shape == (2,)

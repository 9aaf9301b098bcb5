"""Shares and means by them: the polynomial of powers of two, the means beside their definition, states that are lost."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import score, sde
from evolaw.arrays import precise
from evolaw.score.exact import shares

DRAW = np.random.Generator(np.random.Philox(key=11))


def test_powers_of_two_are_single_precision_s_down_to_the_least():
    z = np.concatenate([-np.linspace(0, 126, 100_003), -(2.0 ** np.arange(-30, 7)), [-500.0, -np.inf]]).astype(
        np.float32
    )
    found = np.asarray(jax.jit(shares._power_of_two)(z), float)
    wanted = 2.0 ** np.maximum(z.astype(float), -126)
    assert np.abs(found / wanted - 1).max() < 2.5e-7  # 7.5e-8 of the polynomial, and its sums


def parts(dtype, d, many):
    x, apart = DRAW.standard_normal((7, d)), DRAW.standard_normal((5, d)) * 2
    a, v = (
        (DRAW.uniform(0.3, 0.9, (7, 1)), DRAW.uniform(0.2, 0.5, (7, 1)))
        if many
        else (np.asarray(0.7), np.asarray([[0.3]]))
    )
    logs = np.log(DRAW.dirichlet(np.ones(5)))
    return [np.asarray(part, dtype) for part in (x, a, v, DRAW.standard_normal(d), apart, logs)]


CASES = [("float64", 1e-13, 1), ("float64", 1e-13, 5), ("float32", 3e-6, 2), ("float32", 3e-6, 5)]


@pytest.mark.parametrize("many", [False, True], ids=["one time", "a time each"])
@pytest.mark.parametrize(("dtype", "error", "d"), CASES)
def test_the_mean_of_one_covariance_is_that_of_normal_densities(dtype, error, d, many):
    x, a, v, centre, apart, logs = given = parts(dtype, d, many)
    place = np.asarray(a, float).reshape(-1, 1, 1) * (centre + apart)
    weight = np.exp(logs - ((x[:, None] - place) ** 2).sum(-1) / (2 * v))
    wanted = (weight / weight.sum(-1, keepdims=True)) @ apart
    with precise(dtype):
        for found in (
            shares.mean_of_one_covariance(*given),
            jax.jit(shares.mean_of_one_covariance)(*given),
        ):
            assert found.dtype == dtype
            np.testing.assert_allclose(found, wanted, rtol=error, atol=error)


@pytest.mark.parametrize(("dtype", "error", "d"), CASES)
def test_the_mean_by_distance_is_a_mixtures_score(dtype, error, d):
    x, centres = DRAW.standard_normal((7, d)), DRAW.standard_normal((1, 4, d))
    P, levels = DRAW.uniform(0.5, 2, (1, 4, d)), DRAW.standard_normal((1, 4))
    weight = np.exp(levels - ((x[:, None] - centres) ** 2 * P).sum(-1) / 2)
    wanted = ((weight / weight.sum(-1, keepdims=True))[..., None] * (centres - x[:, None]) * P).sum(1)
    given = [np.asarray(part, dtype) for part in (x, centres, P, levels)]
    with precise(dtype):
        for found in (shares.mean_by_distance(*given), jax.jit(shares.mean_by_distance)(*given)):
            np.testing.assert_allclose(found, wanted, rtol=error, atol=10 * error)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("spread", [0.1, [0.1, 0.2, 0.3]], ids=["one covariance", "several"])
@pytest.mark.parametrize("d", [1, 3])
def test_the_loop_steps_as_the_formulas_do(d, spread):
    """One step of Euler–Maruyama backwards from given states, beside the drift computed outside of the loop."""
    target, noising = score.GaussianMixture(DRAW.standard_normal((3, d)), spread), score.VP()
    process = score.probability_flow(noising, target)
    x = DRAW.standard_normal((40, d))
    path = sde.solve(process, sde.Euler(), x, [0.6, 0.59], steps=1, paths=40, rng=None)
    drift = noising.rate(0.6) * x - noising.squared_diffusion(0.6) * target.score(x, 0.6, noising) / 2
    np.testing.assert_allclose(path.values[:, -1], x - 0.01 * drift, rtol=1e-12, atol=1e-13)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("spread", [0.1, [0.1, 0.2, 0.3]], ids=["one covariance", "several"])
@pytest.mark.parametrize("d", [1, 2])
def test_single_precision_has_the_derivatives_of_double(d, spread):
    """Of a polynomial's bits there are none: divergences by products with the Jacobian would be wrong without a word."""
    target, x = score.GaussianMixture(DRAW.standard_normal((3, d)), spread), DRAW.standard_normal((6, d))
    wanted = target.jacobian(x, 0.3, score.VP())
    one = jax.jit(lambda x: target.score(x[None], 0.3, score.VP())[0])
    for derivative in (jax.jacfwd, jax.jacrev):
        found = jax.vmap(derivative(one))(x.astype(np.float32))
        np.testing.assert_allclose(found, wanted, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("spread", [0.1, [0.1, 0.2]], ids=["one covariance", "several"])
def test_a_state_that_is_lost_shows(spread):
    target = score.GaussianMixture([[-1.0, 0.0], [1.0, 0.0]], spread)
    x = np.array([[0.3, np.nan], [0.3, 0.1]], np.float32)
    for found in (target.score(x, 0.5, score.VP()), target.score(jnp.asarray(x), 0.5, score.VP())):
        assert np.isnan(found[0]).any() and np.isfinite(found[1]).all()

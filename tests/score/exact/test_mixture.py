"""The mixture's score, divergence, Jacobian and posterior, against finite differences, quadrature and SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError

DRAW = np.random.Generator(np.random.Philox(key=4))
_ROOTS = DRAW.standard_normal((3, 4, 4))
FULL = score.GaussianMixture(
    DRAW.standard_normal((3, 4)) * 2, _ROOTS @ _ROOTS.transpose(0, 2, 1) / 4 + 0.2 * np.eye(4), [1, 2, 3]
)
DIAGONAL = score.GaussianMixture(DRAW.standard_normal((3, 2, 2)), DRAW.uniform(0.2, 1, (3, 4)), [3, 1, 1])
ROUND = score.GaussianMixture(DRAW.standard_normal((3, 4)), DRAW.uniform(0.2, 1, 3))
SHARED = score.GaussianMixture(DRAW.standard_normal((3, 4)) + 5, [[0.3, 0.5, 0.7, 0.9]] * 3, [2, 1, 1])
X = DRAW.standard_normal((6, 4)) * 1.5
NOISINGS = [score.VP(), score.SubVP(), score.VE(), score.Rectified()]


@pytest.mark.parametrize("target", [FULL, DIAGONAL, ROUND, SHARED], ids=["full", "diagonal", "round", "shared"])
@pytest.mark.parametrize("noising", NOISINGS, ids=repr)
@pytest.mark.parametrize("t", [0.02, 0.4, 0.9])
def test_score_divergence_and_jacobian_are_derivatives(target, noising, t):
    x = X.reshape(6, *target.shape)

    def along(function, k, h=1e-4):
        """A fourth-order difference along number k of the raveled state."""
        e = np.eye(4)[k].reshape(target.shape)
        f = [function(x + m * h * e, t, noising) for m in (-2, -1, 1, 2)]
        return (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)

    gradient = np.stack([along(target.log_density, k) for k in range(4)], 1)
    found = target.score(x, t, noising).reshape(6, 4)
    np.testing.assert_allclose(found, gradient, rtol=1e-8, atol=1e-8)
    hessian = np.stack([along(target.score, k).reshape(6, 4) for k in range(4)], 2)
    jacobian = target.jacobian(x, t, noising)
    np.testing.assert_allclose(jacobian, hessian, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(target.divergence(x, t, noising), np.trace(jacobian, axis1=1, axis2=2), rtol=1e-10)


@pytest.mark.parametrize("target", [FULL, DIAGONAL, ROUND, SHARED], ids=["full", "diagonal", "round", "shared"])
@pytest.mark.parametrize("noising", NOISINGS, ids=repr)
def test_the_denoiser_is_tweedies(target, noising):
    x = X.reshape(6, *target.shape)
    for t in (0.1, 0.7, np.linspace(0.1, 0.9, 6)):
        tweedie = score.convert(target.score(x, t, noising), x, t, noising, given="score", wanted="data")
        np.testing.assert_allclose(target.denoised(x, t, noising), tweedie, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("t", [0.0, 0.3])
def test_the_density_is_scipys(t):
    noising = score.VP()
    a, s = noising.scale(t), noising.std(t)
    parts = [
        w * multivariate_normal(a * m, a**2 * C + s**2 * np.eye(4)).pdf(X)
        for w, m, C in zip(FULL.weights, FULL.means, FULL.covariances, strict=True)
    ]
    np.testing.assert_allclose(FULL.log_density(X, t, noising), np.log(sum(parts)), rtol=1e-10)
    np.testing.assert_allclose(
        FULL.responsibilities(X, t, noising), np.transpose(parts / sum(parts)), rtol=1e-8, atol=1e-12
    )


def test_draws_have_its_moments():
    """Each of 4 means and 10 covariances within 4.5 standard errors: false alarm below 1e-4."""
    draws = FULL.sample(40_000, rng=0)
    apart = draws - FULL.mean
    error = np.sqrt(np.diag(FULL.covariance) / len(draws))
    assert (np.abs(apart.mean(0)) < 4.5 * error).all()
    products = apart[:, :, None] * apart[:, None, :]
    error = products.std(0) / np.sqrt(len(draws))
    assert (np.abs(products.mean(0) - FULL.covariance) < 4.5 * error).all()
    noised = FULL.sample(40_000, rng=0, t=0.5, noising=score.VP())
    assert np.abs(noised.mean(0) - score.VP().scale(0.5) * FULL.mean).max() < 4.5 / np.sqrt(40_000) * 1.2


def test_the_posterior_is_bayes_rule_on_a_grid():
    """p(x | y) ∝ p(x) N(y; A x, R), by quadrature in two dimensions."""
    prior = score.GaussianMixture(
        [[-1.0, 0.0], [1.0, 0.5]], [[[0.3, 0.1], [0.1, 0.2]], [[0.2, 0.0], [0.0, 0.5]]], [1, 2]
    )
    A, y, R = np.array([[1.0, 0.5]]), np.array([0.3]), 0.1
    line = np.linspace(-5, 5, 401)
    grid = np.stack(np.meshgrid(line, line, indexing="ij"), -1).reshape(-1, 2)
    density = np.exp(prior.log_density(grid)) * np.exp(-((grid @ A[0] - y[0]) ** 2) / (2 * R))
    density /= density.sum()
    mean = density @ grid
    covariance = (density[:, None] * (grid - mean)).T @ (grid - mean)
    posterior = prior.given(A, y, R)
    np.testing.assert_allclose(posterior.mean, mean, atol=1e-9)
    np.testing.assert_allclose(posterior.covariance, covariance, atol=1e-9)


def test_a_time_for_each_state_and_compiled_code_agree():
    noising, times = score.SubVP(), np.linspace(0.1, 0.9, 6)
    alone = [FULL.score(X[[i]], times[i], noising)[0] for i in range(6)]
    np.testing.assert_allclose(FULL.score(X, times, noising), alone, rtol=1e-10)
    with precise("float64"):
        compiled = jax.jit(lambda target, x, t: target.score(x, t, noising))(FULL, X, times)
        assert compiled.dtype == jnp.float64
        np.testing.assert_allclose(np.asarray(compiled), alone, rtol=1e-10)
    assert FULL.score(X.astype(np.float32), 0.3, noising).dtype == np.float32


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([[0.0, np.nan]], 1.0), "means"),
        (([[0.0, 0.0]], -1.0), "covariances"),
        (([[0.0, 0.0]], [[[1.0, 2.0], [0.0, 1.0]]]), "covariances"),
        (([[0.0, 0.0], [1.0, 1.0]], np.eye(2)), "covariances"),
        (([[0.0, 0.0], [1.0, 1.0]], 1.0, [1.0, 0.0]), "weights"),
        (([[0.0, 0.0]], np.ones(3)), "covariances"),
    ],
)
def test_what_is_no_mixture_is_refused(arguments, name):
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.GaussianMixture(*arguments)


def test_states_of_another_shape_are_refused():
    with pytest.raises(ArgumentError, match="`x`"):
        FULL.score(np.zeros((2, 3)), 0.5, score.VP())

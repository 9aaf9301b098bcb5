"""The laws of the classic processes: values, consistency of density with moments, transitions that compose."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

from evolaw import randomness
from evolaw.sde import brownian_bridge, brownian_motion, geometric_brownian_motion, ornstein_uhlenbeck, square_root

GAUSSIAN = {
    "brownian": brownian_motion(drift=0.4, scale=0.7).exact,
    "ou": ornstein_uhlenbeck(rate=1.3, scale=0.7, level=0.2).exact,
    "bridge": brownian_bridge(end=1.5, duration=2.0, scale=0.7).exact,
}
DENSITIES = {
    "brownian": (GAUSSIAN["brownian"], -5, 6),
    "ou": (GAUSSIAN["ou"], -5, 6),
    "gbm": (geometric_brownian_motion(growth=0.5, volatility=0.8).exact, 1e-9, 200),
    "cir": (square_root(rate=1.2, level=0.8, scale=0.6).exact, 1e-9, 12),
}


def test_values_of_geometric_brownian_motion():
    law = geometric_brownian_motion(growth=0.5, volatility=0.8).exact
    mean, variance = law.mean(1.0, [1.0])[0], law.covariance(1.0, [1.0])[0, 0]
    assert mean == pytest.approx(1.6487212707, abs=5e-11)
    assert variance + mean**2 == pytest.approx(5.1551695122, abs=5e-11)
    assert geometric_brownian_motion(growth=1.5, volatility=0.01).exact.mean(1.0, [0.1])[0] == pytest.approx(
        0.4481689070, abs=5e-11
    )


@pytest.mark.parametrize("name", DENSITIES)
def test_density_has_the_moments_of_the_law(name):
    law, low, high = DENSITIES[name]
    x0, t = [0.9], 0.7

    def moment(power):
        return quad(lambda x: x**power * float(law.density([x], t, x0)), low, high, limit=400, points=[0.5, 1.0, 2.0])[
            0
        ]

    mean = law.mean(t, x0)[0]
    assert moment(0) == pytest.approx(1, abs=1e-7)
    assert moment(1) == pytest.approx(mean, rel=1e-6)
    assert moment(2) - moment(1) ** 2 == pytest.approx(law.covariance(t, x0)[0, 0], rel=1e-5)


@pytest.mark.parametrize("name", GAUSSIAN)
def test_gaussian_transitions_compose(name, float64):
    """The mean and variance read off from ``sample`` are those of the law, in one step and in two."""
    law, x0 = GAUSSIAN[name], 0.9

    def step(t, h, x):
        mean = float(law.sample(jnp.zeros(1), t, h, jnp.array([x]))[0])
        return mean, float(law.sample(jnp.ones(1), t, h, jnp.array([x]))[0]) - mean

    mean, push = step(0.0, 1.1, x0)
    assert mean == pytest.approx(float(law.mean(1.1, [x0])[0]), rel=1e-12)
    assert push**2 == pytest.approx(float(law.covariance(1.1, [x0])[0, 0]), rel=1e-12)
    first, first_push = step(0.0, 0.4, x0)
    second, second_push = step(0.4, 0.7, first)
    slope = step(0.4, 0.7, first + 1.0)[0] - second
    assert second == pytest.approx(mean, rel=1e-12)
    assert slope**2 * first_push**2 + second_push**2 == pytest.approx(push**2, rel=1e-12)


def test_the_bridge_arrives_exactly(float64):
    law = GAUSSIAN["bridge"]
    assert float(law.sample(jnp.array([3.0]), 1.5, 0.5, jnp.array([-4.0]))[0]) == pytest.approx(1.5, abs=1e-15)
    assert law.covariance(2.0, [0.0])[0, 0] == 0


def test_the_bridge_maximum_matches_a_fine_path():
    """P(max > y) = exp(-2 (y-a)(y-b)/T), with the crossing probability of each piece: 20,000 paths, 4 standard errors
    (a false alarm in 16,000 runs)."""
    law, draw = brownian_bridge(end=0.3).exact, randomness.source(5).stream("bridge").generator()
    n, paths, level = 16, 20_000, 0.8
    w = np.cumsum(draw.standard_normal((paths, n)) / np.sqrt(n), axis=1)
    t = np.arange(1, n + 1) / n
    x = np.concatenate([np.zeros((paths, 1)), w - t * w[:, -1:] + 0.3 * t], axis=1)
    room = np.maximum(level - x, 0)
    stay = np.prod(1 - np.exp(-2 * n * room[:, :-1] * room[:, 1:]), axis=1)
    assert 1 - stay.mean() == pytest.approx(law.exceedance(level, 0.0), abs=4 * stay.std() / np.sqrt(paths))
    assert law.exceedance(-1.0, 0.0) == 1


def test_the_correlation_functions_agree_with_the_variance():
    assert GAUSSIAN["ou"].correlation(0.7, 0.7)[0] == pytest.approx(
        GAUSSIAN["ou"].covariance(0.7, [0.0])[0, 0], rel=1e-13
    )
    assert GAUSSIAN["bridge"].correlation(0.5, 1.5) == pytest.approx(0.49 * (0.5 - 0.5 * 1.5 / 2), rel=1e-13)


def test_first_passage_density_is_the_inverse_gaussian():
    """μ > 0: mean a/μ, variance a s²/μ³, and every path arrives; μ < 0: a share e^{2 μ a/s²} does."""
    law = brownian_motion(drift=0.8, scale=0.5).exact
    wanted = stats.invgauss(0.25 / 0.8 / 1.2, scale=1.2**2 / 0.25)
    t = np.array([0.3, 1.0, 2.5])
    np.testing.assert_allclose(law.first_passage_density(t, 1.2), wanted.pdf(t), rtol=1e-10)
    away = brownian_motion(drift=-0.8, scale=0.5).exact
    share = quad(lambda t: float(away.first_passage_density(t, 0.3)), 0, 40, points=[0.1, 0.5])[0]
    assert share == pytest.approx(np.exp(-2 * 0.8 * 0.3 / 0.25), rel=1e-7)
    assert brownian_motion(scale=0.5).exact.mean_exit_time(1.0, 0.6) == pytest.approx(0.64 / 0.25)


def test_square_root_draws_follow_the_density():
    """Kolmogorov–Smirnov on 20,000 draws; a false alarm in 1000 seeds, and the seed is fixed."""
    law = square_root(rate=1.2, level=0.8, scale=0.6).exact
    draws = law.draw(randomness.source(3).stream("draw").generator(), 0.7, [0.9], 20_000)
    assert draws.shape == (20_000, 1)
    scale, shift = law._transition(0.7, [0.9])
    assert stats.kstest(draws[:, 0], stats.ncx2(law.degrees, shift[0], scale=scale[0]).cdf).pvalue > 1e-3
    assert law.degrees == pytest.approx(4 * 1.2 * 0.8 / 0.36)


def test_square_root_law_tends_to_its_gamma_law():
    law, x = square_root(rate=1.2, level=0.8, scale=0.6).exact, np.array([[0.3], [0.8], [1.5]])
    np.testing.assert_allclose(law.density(x, 30.0, [5.0]), law.stationary_density(x[:, 0]), rtol=1e-9)


@pytest.mark.parametrize("name", ["brownian", "gbm"])
def test_strong_solutions_are_compositions_of_exact_steps(name, float64):
    """X(t + h) from X(t) with the increment of W is the formula of the path."""
    law, x0, w = DENSITIES[name][0], jnp.array([0.9]), jnp.array([0.6])
    half = law.pathwise(0.5, x0, w)
    whole = law.pathwise(0.5, half, jnp.array([-0.2]))
    np.testing.assert_allclose(whole, law.pathwise(1.0, x0, jnp.array([0.4])), rtol=1e-13)
    np.testing.assert_allclose(law.sample(w / np.sqrt(0.5), 0.0, 0.5, x0), half, rtol=1e-13)


def test_times_may_be_arrays():
    t = np.array([0.5, 1.0, 1.5])
    for law in [*GAUSSIAN.values(), DENSITIES["gbm"][0], DENSITIES["cir"][0]]:
        assert law.mean(t, [0.9]).shape == (3, 1)
        assert law.covariance(t, [0.9]).shape == (3, 1, 1)
        np.testing.assert_allclose(law.covariance(t, [0.9])[1], law.covariance(1.0, [0.9]))

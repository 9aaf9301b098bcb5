"""Linear systems: closed forms against the general machine, and the exact transition."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from evolaw.errors import ArgumentError, ShapeError
from evolaw.sde import linear_system, solve
from evolaw.sde.processes.linear_systems import second_moments

A = np.array([[-0.6, 0.3], [-0.2, -0.8]])
B = np.array([[[0.5, 0.2], [-0.3, 0.1]], [[-0.1, 0.4], [0.3, 0.25]]])


def test_second_moments_of_geometric_brownian_motion():
    assert second_moments([[0.5]], [[[0.8]]], 1.0, [[1.0]])[0, 0] == pytest.approx(5.1551695122, abs=5e-11)


def test_covariance_is_second_moment_minus_mean_squared():
    law, x0 = linear_system(A, B).exact, np.array([1.0, 0.7])
    second = second_moments(A, B, 1.0, np.outer(x0, x0))
    mean = law.mean(1.0, x0)
    np.testing.assert_allclose(law.covariance(1.0, x0), second - np.outer(mean, mean), atol=1e-13)
    np.testing.assert_allclose(second, [[0.55123478, 0.08588747], [0.08588747, 0.13297583]], atol=5e-9)


def test_constant_terms_are_carried_exactly():
    """dX = (a + A X) dt + (b + B X) dW in one dimension, against the moment equations solved by hand for A = 0.

    dX = a dt + (b + B X) dW from 0: E X = a t, and with u = E X²: u' = 2 a² t + b² + 2 b B a t + B² u.
    """
    a, b, c, t = 0.4, 0.3, 0.6, 1.5
    law = linear_system([[0.0]], [[[c]]], a=[a], b=[[b]]).exact
    slope, k = 2 * a**2 + 2 * a * b * c, c**2
    u = (b**2 + slope / k) / k * np.expm1(k * t) - slope / k * t
    assert law.mean(t, [0.0])[0] == pytest.approx(a * t, rel=1e-12)
    assert law.covariance(t, [0.0])[0, 0] == pytest.approx(u - (a * t) ** 2, rel=1e-11)


def test_the_moments_solve_their_equations_at_many_times():
    """dM/dt by differences equals A M + M Aᵀ + Σ B_k M B_kᵀ."""
    x0, h = np.array([1.0, 0.7]), 1e-4
    start = np.outer(x0, x0)
    before, middle, after = (second_moments(A, B, t, start) for t in (0.5 - h, 0.5, 0.5 + h))
    wanted = A @ middle + middle @ A.T + np.einsum("kab,bc,kdc->ad", B, middle, B)
    np.testing.assert_allclose((after - before) / (2 * h), wanted, atol=1e-7)


def test_the_exact_transition_has_the_exact_moments(float64):
    """Φ, φ and L read off from unit normals; two half steps make a whole one."""
    process = linear_system(A, b=[[0.5, 0.1], [0.0, 0.3]], a=[0.2, -0.4])
    law, x = process.exact, np.array([1.0, 0.7])
    sample = jax.jit(law.sample)

    def step(h):
        shift = np.asarray(sample(jnp.zeros(2), 0.0, h, jnp.zeros(2)))
        turn = np.stack([np.asarray(sample(jnp.zeros(2), 0.0, h, jnp.eye(2)[i])) - shift for i in range(2)], 1)
        push = np.stack([np.asarray(sample(jnp.eye(2)[i], 0.0, h, jnp.zeros(2))) - shift for i in range(2)], 1)
        return turn, shift, push @ push.T

    turn, shift, spread = step(0.8)
    np.testing.assert_allclose(turn @ x + shift, law.mean(0.8, x), atol=1e-13)
    np.testing.assert_allclose(spread, law.covariance(0.8, x), atol=1e-13)
    half, half_shift, half_spread = step(0.4)
    np.testing.assert_allclose(half @ half, turn, atol=1e-13)
    np.testing.assert_allclose(half @ half_shift + half_shift, shift, atol=1e-13)
    np.testing.assert_allclose(half @ half_spread @ half.T + half_spread, spread, atol=1e-13)


@pytest.mark.slow
def test_a_long_step_keeps_its_digits(float64):
    """Over 20 time scales van Loan's exponential alone would be off by e^40; the law is then the stationary one."""
    law = linear_system(A, b=[[0.5, 0.1], [0.0, 0.3]]).exact
    shift = law.sample(jnp.zeros(2), 0.0, 60.0, jnp.ones(2))
    push = np.stack([np.asarray(law.sample(jnp.eye(2)[i], 0.0, 60.0, jnp.ones(2)) - shift) for i in range(2)], 1)
    np.testing.assert_allclose(push @ push.T, law.stationary_covariance(), rtol=1e-12)


@pytest.mark.slow
def test_a_component_that_no_noise_reaches_is_carried_along(float64):
    law = linear_system([[-1.0, 0.0], [0.0, -2.0]], b=[[1.0, 0.0]]).exact
    moved = np.asarray(law.sample(jnp.ones(2), 0.0, 0.5, jnp.ones(2)))
    assert np.isfinite(moved).all()
    assert moved[1] == pytest.approx(np.exp(-1.0), rel=1e-12)


def test_the_density_is_the_normal_one():
    law, x = linear_system(A, b=[[0.5, 0.1], [0.0, 0.3]]).exact, np.array([[0.3, 0.1], [0.8, -0.2]])
    wanted = stats.multivariate_normal.pdf(x, law.mean(1.0, [1.0, 0.7]), law.covariance(1.0, [1.0, 0.7]))
    np.testing.assert_allclose(law.density(x, 1.0, [1.0, 0.7]), wanted, rtol=1e-10)


def test_the_covariance_tends_to_the_stationary_one():
    law = linear_system(A, b=[[0.5, 0.1], [0.0, 0.3]]).exact
    np.testing.assert_allclose(law.covariance(40.0, [3.0, 1.0]), law.stationary_covariance(), atol=1e-12)
    with pytest.raises(ArgumentError, match="eigenvalues with negative real parts"):
        linear_system([[0.1]], b=[[1.0]]).exact.stationary_covariance()


def test_the_noise_kind_is_found_from_the_matrices():
    commuting = np.array([[[0.5, 0.2], [0.2, 0.5]], [[0.3, -0.1], [-0.1, 0.3]]])
    assert linear_system(A, B).noise == "general"
    assert linear_system(A, B[:1]).noise == "scalar"
    assert linear_system(A, commuting).noise == "commutative"
    assert linear_system(A, commuting, b=[[1.0, 0.0], [0.0, 1.0]]).noise == "general"
    assert linear_system(A, b=[[1.0, 0.0]]).noise == "additive"


def test_bad_shapes_are_refused():
    with pytest.raises(ShapeError, match="Argument `A`"):
        linear_system([[1.0, 2.0]], b=[[1.0]])
    with pytest.raises(ShapeError, match="Argument `B`"):
        linear_system(A, [[0.5, 0.2], [0.1, 0.3]])
    with pytest.raises(ArgumentError, match="Argument `b` must be given"):
        linear_system(A)


def test_a_linear_law_holds_at_times_beyond_every_number() -> None:
    """A t is 10^308 and more: what decays is stationary, what grows is no number, and NumPy says nothing."""
    law = linear_system([[-1.0, 0.5], [0.0, -2.0]], a=[0.3, 0.0], b=[[1.0, 0.0], [0.0, 0.7]]).exact
    assert law.mean(1e308, [4.0, -3.0]) == pytest.approx([0.3, 0.0], abs=1e-12)
    np.testing.assert_allclose(law.covariance(1.7e308, [4.0, -3.0]), law.stationary_covariance(), rtol=1e-9)
    np.testing.assert_allclose(law.covariance(1e5, [4.0, -3.0]), law.stationary_covariance(), rtol=1e-9)
    grows = linear_system([[1.0]], b=[[1.0]]).exact
    assert not np.isfinite(grows.mean(1e308, [1.0])[0])


@pytest.mark.slow
def test_an_equation_is_solved_a_second_time_like_the_first() -> None:
    """Its exact law is compared when the loop that was compiled is looked up; arrays have no yes or no."""
    text = "dX = -X dt + dW; dY = X dt"
    first, second = (solve(text, "exact-step", [0.0, 0.0], [0.0, 1.0], steps=2, paths=3, rng=0) for _ in range(2))
    np.testing.assert_array_equal(first.values, second.values)
    laws = [linear_system(-np.eye(2), b=np.eye(2) * size).exact for size in (1.0, 1.0, 2.0)]
    assert laws[0] == laws[1] and hash(laws[0]) == hash(laws[1]) and laws[0] != laws[2] and laws[0] != "law"

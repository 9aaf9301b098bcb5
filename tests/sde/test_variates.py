"""Variates: laws by moments, Kolmogorov–Smirnov and tail counts; edges of the words; exact counts of the weak variables.

False-alarm rates: each statistical test below fails with probability under 1e-4 on another seed; seeds are fixed.
"""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from evolaw import randomness
from evolaw.arrays import precise
from evolaw.sde.variates import normal_pair, three_point, two_point, uniform

WORDS = randomness.source(11).stream("test").words(0, np.arange(1_000_000))


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_normals_have_the_normal_law(precision):
    with precise(precision) as dtype:
        both = [np.asarray(z, float) for z in normal_pair(*map(jnp.asarray, WORDS), dtype)]
    n = both[0].size
    for z in both:
        assert stats.kstest(z, "norm").pvalue > 1e-4
        for k, moment in ((1, 0), (2, 1), (3, 0), (4, 3), (6, 15)):
            spread = np.sqrt(stats.norm.moment(2 * k) - moment**2)
            assert abs(np.mean(z**k) - moment) < 4 * spread / np.sqrt(n)
        for sigma in (3, 4, 4.5):
            expected = n * 2 * stats.norm.sf(sigma)
            assert stats.poisson.sf(np.sum(np.abs(z) > sigma) - 1, expected) > 1e-5
            assert stats.poisson.cdf(np.sum(np.abs(z) > sigma), expected) > 1e-5
    # Independent, and not merely uncorrelated: so are their squares.
    assert abs(np.corrcoef(*both)[0, 1]) < 4 / np.sqrt(n)
    assert abs(np.corrcoef(both[0] ** 2, both[1] ** 2)[0, 1]) < 4 / np.sqrt(n)


def test_normals_reach_beyond_six_standard_deviations_and_are_never_infinite():
    edge = jnp.array([0, 1, 2**32 - 1], jnp.uint32)
    first, second = normal_pair(edge, jnp.zeros(3, jnp.uint32), jnp.float32)
    assert np.isfinite(first).all() and np.isfinite(second).all()
    assert float(first[0]) == pytest.approx(np.sqrt(2 * 33 * np.log(2)), rel=1e-6) and first[0] > 6.7
    # No other word gives a radius between: the tail is cut at probability 2**-33, not at a 24-bit fraction.
    assert float(first[1]) == pytest.approx(np.sqrt(-2 * np.log(1.5 / 2**32)), rel=1e-6)


def test_the_radius_is_real_for_every_float_near_one():
    # The logarithm of the uniform must not be positive: a rounding there would make the root of a negative number.
    word = jnp.arange(2**32 - 2**22, 2**32, dtype=jnp.uint32)
    assert np.isfinite(normal_pair(word, word, jnp.float32)[0]).all()
    assert float(uniform(jnp.uint32(2**32 - 1), jnp.float32)) <= 1


def test_the_angle_is_exact_to_rounding():
    word = jnp.asarray(WORDS[0][:10_000])
    with precise("float64") as dtype:
        cosine, sine = normal_pair(jnp.zeros(10_000, jnp.uint32), jnp.asarray(word), dtype)
    radius = np.sqrt(-2 * np.log(2.0**-33))
    # The two top bits are the quadrant, the others a signed fraction of it.
    quadrant = np.asarray(word) >> 30
    turn = (quadrant + (np.asarray(word) << 2).astype(np.int32) / 2**32) * np.pi / 2
    np.testing.assert_allclose(cosine, radius * np.cos(turn), atol=1e-14)
    np.testing.assert_allclose(sine, radius * np.sin(turn), atol=1e-14)


def test_the_angle_is_exact_to_rounding_in_single_precision():
    word = jnp.asarray(WORDS[0][:100_000])
    cosine, sine = normal_pair(jnp.zeros(100_000, jnp.uint32), word, jnp.float32)
    radius = np.sqrt(-2 * np.log(2.0**-33))
    turn = ((np.asarray(word) >> 30) + (np.asarray(word) << 2).astype(np.int32) / 2**32) * np.pi / 2
    assert np.abs(np.asarray(cosine, float) / radius - np.cos(turn)).max() < 1.5e-7
    assert np.abs(np.asarray(sine, float) / radius - np.sin(turn)).max() < 1.5e-7


def test_both_precisions_see_the_same_normal():
    with precise("float64") as dtype:
        wide = np.asarray(normal_pair(*map(jnp.asarray, WORDS), dtype)[0])
    narrow = np.asarray(normal_pair(*map(jnp.asarray, WORDS), jnp.float32)[0])
    assert np.abs(wide - narrow).max() < 1e-3  # worst near radius 0, where -log(1 - u) loses digits
    assert np.median(np.abs(wide - narrow)) < 1e-7


def test_two_points_are_the_bits_of_the_word():
    word = jnp.array([0b1011], jnp.uint32)
    signs = [float(two_point(word, j, jnp.float32(2.0))[0]) for j in range(5)]
    assert signs == [-2, -2, 2, -2, 2]


def test_three_points_are_digits_to_base_six():
    word = np.asarray(WORDS[0][:1000])
    for index in range(8):
        fraction = (word >> 3 | 1).astype(np.int64)
        digit = (fraction * 6**index % 2**29) * 6 // 2**29
        truth = np.where(digit == 5, 1.0, np.where(digit == 0, -1.0, 0.0)) * np.sqrt(3)
        np.testing.assert_allclose(three_point(jnp.asarray(word), index, jnp.float32(1)), truth, rtol=1e-6)
        traced = three_point(jnp.asarray(word), jnp.uint32(index), jnp.float32(1))
        np.testing.assert_allclose(traced, truth, rtol=1e-6)


def test_three_points_have_exactly_balanced_signs_and_the_stated_variance():
    # Every fraction whose upper 18 bits are free stands for a class of the counted ones; negation maps it onto itself.
    rng = np.random.default_rng(0)
    fraction = rng.integers(0, 2**28, 500_000).astype(np.uint32) * 2 + 1
    mirrored = np.uint32(2**29) - fraction
    for index in range(8):
        plus = three_point(jnp.asarray(fraction << 3), index, jnp.float32(1))
        minus = three_point(jnp.asarray(mirrored << 3), index, jnp.float32(1))
        assert (np.asarray(plus) == -np.asarray(minus)).all()
        mean = np.mean(np.asarray(plus, float) ** 2)
        assert abs(mean - 1) < 4.5 * np.sqrt(2 / fraction.size)

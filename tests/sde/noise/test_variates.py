"""Variates: laws by moments, Kolmogorov–Smirnov and tail counts; edges of the words; exact counts of the weak variables.

False-alarm rates: each statistical test below fails with probability under 1e-4 on another seed; seeds are fixed.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special, stats

from evolaw import randomness
from evolaw.arrays import precise
from evolaw.sde.noise.variates import normal_pair, three_point, two_point, uniform

# Compiled, as the loop has it: operation by operation each is compiled by itself.
pair = jax.jit(normal_pair, static_argnums=2)
WORDS = randomness.source(11).stream("test").words(0, np.arange(1_000_000))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", pytest.param("float64", marks=pytest.mark.slow)])
def test_normals_have_the_normal_law(precision):
    with precise(precision) as dtype:
        both = [np.asarray(z, float) for z in pair(*map(jnp.asarray, WORDS), dtype)]
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
    edge = jnp.array([0, 1, 2, 2**32 - 1], jnp.uint32)
    first, second = (np.asarray(z, float) for z in pair(edge, jnp.zeros(4, jnp.uint32), jnp.float32))
    assert np.isfinite(first).all() and np.isfinite(second).all()
    radius = np.hypot(first, second)
    assert radius[0] == pytest.approx(np.sqrt(2 * 32 * np.log(2)), rel=1e-6) and radius[0] > 6.6
    # No other word gives a radius between: the tail is cut at probability 2**-32, not at a 24-bit fraction.
    assert radius[1] == radius[0]
    assert radius[2] == pytest.approx(np.sqrt(-2 * np.log(3 / 2**32)), rel=1e-6)


@pytest.mark.slow
def test_the_radius_is_real_for_every_float_near_one():
    # The logarithm of the uniform must not be positive: a rounding there would make the root of a negative number.
    word = jnp.arange(2**32 - 2**22, 2**32, dtype=jnp.uint32)
    assert np.isfinite(pair(word, word, jnp.float32)[0]).all()
    assert float(uniform(jnp.uint32(2**32 - 1), jnp.float32)) <= 1


@pytest.mark.parametrize(("precision", "error"), [("float32", 3e-7), ("float64", 1.5e-15)])
def test_the_radius_is_the_root_of_minus_two_logarithms(precision, error):
    """At random words, and at the ends of every octave, where the logarithm is put together anew."""
    ends = np.array([[2**k - 1, 2**k, 2**k + 1] for k in range(1, 32)], np.uint32).ravel()
    word = np.concatenate([WORDS[0][:200_000], ends])
    with precise(precision) as dtype:
        both = pair(jnp.asarray(word), jnp.asarray(np.roll(word, 1)), dtype)
        radius = np.hypot(*(np.asarray(z, float) for z in both))
        u = np.asarray((word | 1).astype(dtype), float) / 2**32
    np.testing.assert_allclose(radius[u < 1], np.sqrt(-2 * np.log(u[u < 1])), rtol=error)


def direction(word):
    """Cosine and sine as the upper bits say: a sign, which of the two comes first, and 14 bits of an arc about 0."""
    arc = (((word >> 16) % 2**14 + 0.5) / 2**14 - 0.5) * np.pi / 2
    large, small = np.where(word >> 31, -1, 1) * np.cos(arc), np.sin(arc)
    swapped = (word >> 30) & 1 == 1
    return np.where(swapped, small, large), np.where(swapped, large, small)


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "error"), [("float32", 2e-7), ("float64", 6e-16)])
def test_the_direction_is_exact_to_rounding(precision, error):
    word = WORDS[0][:100_000]
    with precise(precision) as dtype:
        both = pair(jnp.zeros(word.size, jnp.uint32), jnp.asarray(word), dtype)
        found = np.array([np.asarray(z, float) for z in both]) / np.sqrt(-2 * np.log(2.0**-32))
    assert np.abs(found - np.array(direction(word))).max() < error


def test_directions_are_the_midpoints_of_equal_arcs():
    cosine, sine = direction(np.arange(2**16, dtype=np.uint32) << 16)
    arcs = np.arctan2(sine, cosine) / (2 * np.pi) * 2**16
    assert np.abs(arcs - np.floor(arcs) - 0.5).max() < 1e-8
    assert len(np.unique(np.floor(arcs))) == 2**16
    # Hence every linear combination of the two is normal: here its characteristic function, by radii and directions.
    turned = np.cos(0.3) * cosine + np.sin(0.3) * sine
    for r in (0.5, 3.0, 6.0):
        assert np.mean(np.cos(20 * r * turned)) == pytest.approx(special.j0(20 * r), abs=1e-14)


@pytest.mark.slow
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


@pytest.mark.slow
def test_three_points_are_digits_to_base_six():
    word = np.asarray(WORDS[0][:1000])
    for index in range(8):
        fraction = (word >> 3 | 1).astype(np.int64)
        digit = (fraction * 6**index % 2**29) * 6 // 2**29
        truth = np.where(digit == 5, 1.0, np.where(digit == 0, -1.0, 0.0)) * np.sqrt(3)
        np.testing.assert_allclose(three_point(jnp.asarray(word), index, jnp.float32(1)), truth, rtol=1e-6)
        traced = three_point(jnp.asarray(word), jnp.uint32(index), jnp.float32(1))
        np.testing.assert_allclose(traced, truth, rtol=1e-6)


@pytest.mark.slow
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

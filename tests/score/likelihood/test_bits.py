"""Bits per dimension of 2, 17 and 256 levels, held against the probabilities of the levels themselves."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from evolaw import score
from evolaw.errors import ArgumentError


@pytest.mark.parametrize(
    ("levels", "low", "offset"), [(256, -1.0, 7.0), (256, 0.0, 8.0), (17, -1.0, math.log2(8.5)), (2, -1.0, 0.0)]
)
def test_offsets(levels, low, offset):
    """score_sde's offset is right for 256 levels alone: pitfall 8."""
    assert score.bits_per_dim([0.0], 64, levels, low=low)[0] == pytest.approx(offset)


@pytest.mark.parametrize("levels", [2, 17, 256])
def test_bits_bound_the_entropy_of_the_levels(levels):
    """For a smooth density the mean bits of dequantised levels are their entropy, and a little more (Jensen), never less."""
    edges = np.linspace(-1, 1, levels + 1)
    law = norm(0.1, 0.3)
    shares = np.diff(law.cdf(edges))
    shares /= shares.sum()
    draw = np.random.Generator(np.random.Philox(key=1))
    whole = draw.choice(levels, 200_000, p=shares)
    spread = score.dequantised(whole, levels, rng=0)
    np.testing.assert_array_equal(np.floor((spread + 1) * levels / 2), whole)
    inside = law.cdf(1) - law.cdf(-1)
    bits = score.bits_per_dim(law.logpdf(spread) - math.log(inside), 1, levels)
    entropy = -(shares * np.log2(shares)).sum()
    error = bits.std() / math.sqrt(bits.size)
    assert bits.mean() > entropy - 5 * error
    if levels > 2:
        assert bits.mean() < entropy + 0.02


def test_undequantised_data_can_have_negative_bits():
    """Pitfall 9: a density that has found the levels is as high as it likes."""
    needles = score.GaussianMixture(np.linspace(-1, 1, 17)[:, None], 1e-8)
    assert score.bits_per_dim(needles.log_density(np.array([[1.0]])), 1, 17)[0] < 0


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: score.bits_per_dim([0.0], 1, 1), "levels"),
        (lambda: score.bits_per_dim([0.0], 1, 2, low=1.0), "high"),
        (lambda: score.dequantised([0.5], 2, rng=0), "whole"),
        (lambda: score.dequantised([2], 2, rng=0), "whole"),
        (lambda: score.dequantised([0], 2, rng=None), "rng"),
    ],
)
def test_impossible_levels_are_refused(make, name):
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        make()

"""Moments of features over the noise of a bridge: against the same moments drawn, with their standard errors, and added in parts."""

import numpy as np
import pytest

from evolaw.score.bridges.features import affine_features, fourier_features
from evolaw.score.bridges.moments import bridge_moments, moments, total

DRAW = np.random.Generator(np.random.Philox(key=5))
MIDDLE = DRAW.standard_normal((3, 2)) * [1.0, 0.5] + [0.0, 2.0]
TARGET = DRAW.standard_normal((3, 2))


@pytest.mark.parametrize("waves", [False, True])
def test_noise_integrated_out_is_the_mean_over_drawn_noise(waves):
    """200,000 draws for each of three pairs; each of the 25 to 60 numbers within five of its standard errors (false alarm 1e-4)."""
    phi = fourier_features(MIDDLE, 3, rng=1, width=0.7) if waves else affine_features(MIDDLE)
    s, kappa, draws = 0.6, -1.3, 200_000
    found = bridge_moments(phi, MIDDLE, s, TARGET, kappa)
    gram, cross, square = 0.0, 0.0, 0.0
    spread_gram, spread_cross = 0.0, 0.0
    for middle, target in zip(MIDDLE, TARGET, strict=True):
        z = DRAW.standard_normal((draws, 2))
        x, y = phi(middle + s * z), target + kappa * z
        gram, cross, square = gram + x.T @ x / draws, cross + x.T @ y / draws, square + (y**2).mean(0)
        spread_gram = spread_gram + ((x**2).T @ x**2 / draws - (x.T @ x / draws) ** 2) / draws
        spread_cross = spread_cross + ((x**2).T @ y**2 / draws - (x.T @ y / draws) ** 2) / draws
    assert (np.abs(found.gram - gram) <= 5 * np.sqrt(spread_gram) + 1e-9).all()
    assert (np.abs(found.cross - cross) <= 5 * np.sqrt(spread_cross) + 1e-9).all()
    np.testing.assert_allclose(found.square, square, rtol=0.02)


def test_without_noise_they_are_those_of_the_states():
    phi = fourier_features(MIDDLE, 3, rng=1)
    one, other = bridge_moments(phi, MIDDLE, 0.0, TARGET, 0.0), moments(phi, MIDDLE, TARGET)
    for name in ("gram", "cross", "square"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-12)


def test_parts_add_up_and_tell_the_loss():
    phi = affine_features(MIDDLE)
    parts = [moments(phi, MIDDLE[k : k + 1], TARGET[k : k + 1]) for k in range(3)]
    weights = DRAW.standard_normal((3, 2))
    missed = ((phi(MIDDLE) @ weights - TARGET) ** 2).mean(0)
    np.testing.assert_allclose(total(parts).loss(weights), missed, rtol=1e-10)
    assert total(parts, without=1).count == 2

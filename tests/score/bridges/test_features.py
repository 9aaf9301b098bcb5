"""Features of states: their numbers as they are meant, and waves whose products are those of a Gaussian kernel."""

import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.bridges.features import affine_features, fourier_features

X = np.random.Generator(np.random.Philox(key=3)).standard_normal((50, 2)) * [1.0, 3.0] + [0.0, 5.0]


def test_numbers_are_centred_and_scaled():
    phi = affine_features(X)(X)
    assert (phi[:, 0] == 1).all()
    np.testing.assert_allclose(phi[:, 1:].mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(phi[:, 1:].std(0), 1)


def test_waves_are_those_of_a_gaussian_kernel():
    """20,000 waves: their mean product is exp(-r²/2w²) within 5/√20,000 (each product has variance below 1.5)."""
    phi = fourier_features(X, 20_000, rng=1, width=1.5)(X)
    u, waves = phi[:, 1:3], phi[:, 3:]
    apart = ((u[:, None] - u) ** 2).sum(-1)
    assert np.abs(waves @ waves.T / 20_000 - np.exp(-apart / (2 * 1.5**2))).max() < 5 * np.sqrt(1.5 / 20_000)


def test_a_width_of_nothing_is_refused():
    with pytest.raises(ArgumentError, match="`width`"):
        fourier_features(X, 5, rng=0, width=0.0)

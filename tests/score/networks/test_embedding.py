"""Labels and conditions become vectors as the formula says; a missing or needless condition is an error."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError, ShapeError
from evolaw.randomness import Source
from evolaw.score.networks.embedding import Embedding, features, normal_weights


def test_features_are_waves_of_geometric_frequencies() -> None:
    label, found = 0.3, np.asarray(features(0.3, 8))
    waves = 2 * np.pi * 0.125 * 64 ** (np.arange(4) / 3) * label
    np.testing.assert_allclose(found, [*np.cos(waves), *np.sin(waves)], atol=1e-5)


def test_weights_have_the_variance_they_are_drawn_with() -> None:
    """40,000 numbers: the variance is known to 0.7 %, five of these."""
    weights = np.asarray(normal_weights(Source(1), "w", (200, 200), 50))
    assert weights.var() * 50 == pytest.approx(1, abs=0.036)
    assert np.array_equal(weights, normal_weights(Source(1), "w", (200, 200), 50))
    assert not np.array_equal(weights, normal_weights(Source(1), "v", (200, 200), 50))


def test_conditions_are_told_as_they_are_meant() -> None:
    by_class = Embedding.draw(6, 4, 3, 0, Source(0))
    vectors = [np.asarray(by_class(0.1, k)) for k in (0, 1, 2, None)]
    assert len({vector.tobytes() for vector in vectors}) == 4
    assert np.array_equal(by_class(0.1, 3), vectors[3]), "the last row is that of no class"
    by_vector = Embedding.draw(6, 4, 0, 2, Source(0))
    sums = by_vector(0.1, jnp.array([1.0, 2.0])) + by_vector(0.1, jnp.array([3.0, -1.0]))
    np.testing.assert_allclose(sums, by_vector(0.1, jnp.array([4.0, 1.0])) + by_vector(0.1, jnp.zeros(2)), rtol=1e-4)
    assert (by_class.numbers, by_vector.numbers) == (0, 2)


def test_conditions_that_do_not_belong_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"condition.*left out"):
        Embedding.draw(6, 4, 0, 0, Source(0))(0.1, 1)
    with pytest.raises(ShapeError, match=r"condition.*must be given.*2 numbers"):
        Embedding.draw(6, 4, 0, 2, Source(0))(0.1)
    with pytest.raises(ArgumentError, match="features"):
        Embedding.draw(6, 5, 0, 2, Source(0))

"""Least squares on features: against NumPy's, and the drift that a process reads from its table."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.errors import ArgumentError
from evolaw.score.bridges.regression import affine_features, drift_process, fourier_features, regress

DRAW = np.random.Generator(np.random.Philox(key=11))
X = DRAW.standard_normal((300, 2)) * [1.0, 3.0] + [0.0, 5.0]


def test_without_ridge_it_is_least_squares():
    target = DRAW.standard_normal((300, 2))
    phi = affine_features(X)
    whole = np.linalg.lstsq(phi(X), target, rcond=None)[0]
    np.testing.assert_allclose(regress(phi, X, target, ridge=0.0), whole, rtol=1e-8, atol=1e-10)


def test_waves_fit_a_smooth_drift():
    phi = fourier_features(X, 200, rng=0)
    W = regress(phi, X, np.sin(X), ridge=1e-9)
    assert np.abs(phi(X) @ W - np.sin(X)).mean() < 0.05
    with pytest.raises(ArgumentError, match="`width`"):
        fourier_features(X, 5, rng=0, width=0.0)


@pytest.mark.parametrize("backward", [False, True])
def test_a_process_reads_the_table_at_the_start_of_its_step(backward):
    phi = fourier_features(X, 3, rng=0)
    table = DRAW.standard_normal((4, 6, 2))
    process = drift_process(phi, table, 0.5, backward=backward)
    for k in range(4):
        t = (k + 1) / 4 if backward else k / 4
        np.testing.assert_allclose(
            process.drift_at(t, jnp.asarray(X[0])), (phi(X[:1]) @ table[k])[0], rtol=2e-4, atol=1e-5
        )
    assert float(process.diffusion_at(0.0, jnp.zeros(2))[0]) == 0.5

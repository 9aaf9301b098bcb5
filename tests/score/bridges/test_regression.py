"""Least squares on features: against NumPy's, and the drift that a process reads from its table."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw.score.bridges.features import affine_features, fourier_features
from evolaw.score.bridges.moments import moments
from evolaw.score.bridges.regression import drift_process, folds, regress

DRAW = np.random.Generator(np.random.Philox(key=11))
X = DRAW.standard_normal((300, 2)) * [1.0, 3.0] + [0.0, 5.0]


def fitted(phi, x, target, ridge=None):
    return regress(folds(lambda rows: moments(phi, x[rows], target[rows]), len(x)), ridge)


def test_without_ridge_it_is_least_squares():
    target = DRAW.standard_normal((300, 2))
    phi = affine_features(X)
    whole = np.linalg.lstsq(phi(X), target, rcond=None)[0]
    weights, left = fitted(phi, X, target, ridge=0.0)
    np.testing.assert_allclose(weights, whole, rtol=1e-8, atol=1e-10)
    # Each fifth as the other four predict it, by NumPy alone.
    missed = np.zeros(2)
    for k in range(5):
        out = np.arange(300) % 5 == k
        fit = np.linalg.lstsq(phi(X[~out]), target[~out], rcond=None)[0]
        missed += ((phi(X[out]) @ fit - target[out]) ** 2).sum(0) / 300
    np.testing.assert_allclose(left, missed, rtol=1e-8)


def test_an_infinite_ridge_leaves_each_number_to_itself():
    target = DRAW.standard_normal((300, 2)) + X
    weights, _ = fitted(affine_features(X), X, target, ridge=np.inf)
    assert weights[1, 1] == weights[2, 0] == 0
    y = affine_features(X)(X)
    for k in range(2):
        alone = np.linalg.lstsq(y[:, [0, 1 + k]], target[:, k], rcond=None)[0]
        np.testing.assert_allclose(weights[[0, 1 + k], k], alone, rtol=1e-8)


def test_states_left_out_choose_how_far_a_whole_matrix_is_trusted():
    """40 numbers of 400 states. Nothing between the numbers: they are left to themselves. Turned by 45 degrees: least squares, nearly."""
    draw = np.random.Generator(np.random.Philox(key=2))
    x = draw.standard_normal((400, 40))
    noise = draw.standard_normal((400, 40))
    phi = affine_features(x)
    turn = np.linalg.qr(draw.standard_normal((40, 40)))[0]
    for truth in (0.5 * np.eye(40), turn):
        weights = fitted(phi, x, x @ truth + noise)[0]
        least = fitted(phi, x, x @ truth + noise, ridge=1e-6)[0]
        wrong, usual = (np.abs((found[1:] / phi.scale[:, None] - truth) ** 2).sum() for found in (weights, least))
        # Least squares misses by d²/n = 4; alone by d/n = .1.
        assert wrong < 0.4 if truth is not turn else wrong < 1.1 * usual


def test_waves_fit_a_smooth_drift():
    phi = fourier_features(X, 200, rng=0)
    W = fitted(phi, X, np.sin(X), ridge=1e-9)[0]
    assert np.abs(phi(X) @ W - np.sin(X)).mean() < 0.05


def test_rows_of_a_group_are_left_out_together():
    seen = []

    def of(rows):
        seen.append(rows.tolist())
        return moments(affine_features(X), X[rows], X[rows])

    folds(of, 6, np.array([0, 0, 1, 1, 2, 2]))
    assert seen == [[0, 1], [2, 3], [4, 5]]


@pytest.mark.slow
@pytest.mark.parametrize("backward", [False, True])
def test_a_process_reads_the_table_at_the_start_of_its_step(backward):
    phi = fourier_features(X, 3, rng=0)
    table = DRAW.standard_normal((4, 6, 2))
    sizes = np.arange(1.0, 9.0).reshape(4, 2)
    process = drift_process(phi, table, sizes, backward=backward)
    for k in range(4):
        t = (k + 1) / 4 if backward else k / 4
        np.testing.assert_allclose(
            process.drift_at(t, jnp.asarray(X[0])), (phi(X[:1]) @ table[k])[0], rtol=2e-4, atol=1e-5
        )
        np.testing.assert_allclose(process.diffusion_at(t, jnp.zeros(2)), sizes[k])
    assert float(drift_process(phi, table, 0.5).diffusion_at(0.0, jnp.zeros(2))[0]) == 0.5

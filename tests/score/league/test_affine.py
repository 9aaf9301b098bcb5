"""Moments followed through the sampler's own steps: against samples, and against closed forms."""

import numpy as np
import pytest

from evolaw import score, sde
from evolaw.score.league.affine import gaussian_kl, gaussian_output

DATA = score.Gaussian([1.0, -0.5], [[1.0, 0.3], [0.3, 0.4]])


def test_the_divergence_is_its_formula_and_keeps_digits():
    assert gaussian_kl([0.0, 0.0], np.eye(2), [1.0, 0.0], 2 * np.eye(2)) == pytest.approx((1 - 2 + 0.5 + np.log(4)) / 2)
    assert gaussian_kl([0.0], [[1 + 1e-7]], [0.0], [[1.0]]) == pytest.approx(1e-14 / 4, rel=1e-6)
    assert np.isnan(gaussian_kl([np.nan], [[1.0]], [0.0], [[1.0]]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "scheme",
    [
        sde.SRA1(),
        *(pytest.param(one, marks=pytest.mark.slow) for one in (score.PredictorCorrector(), score.DPMSolver(1.0))),
    ],
    ids=lambda scheme: scheme.name,
)
def test_samples_have_the_moments_that_were_followed(scheme):
    """20 000 samples in 12 steps: 5 numbers within 4.5 standard errors each, false alarm 4e-5."""
    followed = gaussian_output(DATA, score.VP(), scheme, 12, spacing="log_snr", last="sampled")
    drawn = score.sample(
        DATA, score.VP(), scheme, count=20_000, steps=12, rng=5, spacing="log_snr", last="sampled"
    ).final
    error = np.sqrt(np.diag(followed.covariance) / 20_000)
    assert (np.abs(drawn.mean(0) - followed.mean) < 4.5 * error).all()
    apart = drawn - followed.mean
    products = apart[:, :, None] * apart[:, None]
    assert (np.abs(products.mean(0) - followed.covariance) < 4.5 * products.std(0) / np.sqrt(20_000)).all()

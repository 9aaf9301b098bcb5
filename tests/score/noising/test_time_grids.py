"""Where steps fall."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.noising.time_grids import GRIDS


@pytest.mark.parametrize("spacing", [name for name in GRIDS if name != "spectral"])
@pytest.mark.parametrize("noising", [score.VP(), score.SubVP(), score.VE(), score.EDM()], ids=repr)
def test_grids_fall_from_end_to_least(spacing, noising):
    times = score.time_grid(noising, 17, spacing)
    assert times.shape == (18,)
    assert (np.diff(times) < 0).all()
    assert (times[0], times[-1]) == (noising.end, noising.least)


@pytest.mark.parametrize("noising", [score.VP(), score.SubVP(), score.VE(), score.EDM()], ids=repr)
def test_spectral_steps_are_where_the_data_are(noising):
    """From ten deviations of the widest direction to a tenth of the thinnest; shortest in log-SNR where σ² is a variance."""
    times = score.time_grid(noising, 40, "spectral", variances=[1.0, 0.01, 0.0])
    logs = -np.asarray(noising.log_snr(times))
    assert np.exp(logs[[0, -1]]) == pytest.approx([10.0, max(0.01, np.exp(-noising.log_snr(noising.least)))], rel=1e-6)
    lengths, middles = -np.diff(logs), (logs[1:] + logs[:-1]) / 2
    assert (lengths > 0).all()
    for variance in (1.0, 0.01):
        near = np.argmin(np.abs(middles - np.log(variance) / 2))
        assert lengths[near] < lengths[0] and lengths[near] < lengths[-1]


def test_spectral_steps_ask_for_variances():
    for given, said in (
        (None, "be given for spectral"),
        ([], "be positive"),
        ([-1.0], "be positive"),
        ([1e9], "far from"),
    ):
        with pytest.raises(ArgumentError, match=said):
            score.time_grid(score.VE(0.01, 0.1), 4, "spectral", variances=given)


def test_the_karras_grid_of_edm_is_its_formula():
    n, rho = 18, 7
    formula = (80 ** (1 / rho) + np.arange(n) / (n - 1) * (0.002 ** (1 / rho) - 80 ** (1 / rho))) ** rho
    np.testing.assert_allclose(score.time_grid(score.EDM(), n - 1, "karras"), formula, rtol=1e-12)


def test_log_snr_steps_are_equal():
    noising = score.VP()
    steps = np.diff(noising.log_snr(score.time_grid(noising, 9, "log_snr")))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("spacing", "said"),
    [
        ("log-snr", "Did you mean log_snr"),
        ([1.0, 0.5, 0.7], "fall strictly"),
        ([1.0, 0.5], "3 times"),
        ([2.0, 1, 0.1], "within"),
    ],
)
def test_impossible_grids_are_refused(spacing, said):
    with pytest.raises(ArgumentError, match=said):
        score.time_grid(score.VP(), 2, spacing)

"""Where steps fall."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.noising.time_grids import GRIDS


@pytest.mark.parametrize("spacing", GRIDS)
@pytest.mark.parametrize("noising", [score.VP(), score.SubVP(), score.VE(), score.EDM()], ids=repr)
def test_grids_fall_from_end_to_least(spacing, noising):
    times = score.time_grid(noising, 17, spacing)
    assert times.shape == (18,)
    assert (np.diff(times) < 0).all()
    assert (times[0], times[-1]) == (noising.end, noising.least)


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

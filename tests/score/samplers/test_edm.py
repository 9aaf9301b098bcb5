"""EDM's Heun sampler: order two for any noising, and churn that keeps the marginals."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import gaussian_output

DATA = score.Gaussian([1.0, -0.5], [1.0, 0.2])


def wrong(scheme, steps, noising):
    found = gaussian_output(DATA, noising, scheme, steps, last="none")
    a, s = noising.scale(noising.least), noising.std(noising.least)
    return np.abs(found.covariance - a**2 * DATA.covariance - s**2 * np.eye(2)).max()


@pytest.mark.parametrize("noising", [score.EDM(0.05, 5.0), score.VP(least=0.01)], ids=["EDM", "VP"])
def test_order_two(noising):
    coarse, fine = (wrong(score.EDMHeun(), steps, noising) for steps in (48, 96))
    assert np.log2(coarse / fine) == pytest.approx(2, abs=0.25)


@pytest.mark.slow
@pytest.mark.parametrize("noising", [score.EDM(0.05, 5.0), score.VP(least=0.01)], ids=["EDM", "VP"])
def test_churn_keeps_the_marginals(noising):
    assert wrong(score.EDMHeun(churn=0.2), 200, noising) < 8e-3


def test_churn_beyond_its_range_is_refused():
    with pytest.raises(ArgumentError, match="`churn`"):
        score.EDMHeun(churn=0.5)
    with pytest.raises(ArgumentError, match="`low`"):
        score.EDMHeun(low=2.0, high=1.0)

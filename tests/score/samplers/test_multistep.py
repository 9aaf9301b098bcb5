"""DPM-Solver++: order two, its first step, its SDE form."""

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.league.affine import gaussian_output

DATA = score.Gaussian([1.0, -0.5], [1.0, 0.2])


def wrong(scheme, steps, noising):
    found = gaussian_output(DATA, noising, scheme, steps, last="none", prior="corrected")
    a, s = noising.scale(noising.least), noising.std(noising.least)
    return np.abs(found.covariance - a**2 * DATA.covariance - s**2 * np.eye(2)).max()


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("order", "expected"), [(2, 2), pytest.param(1, 1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("noising", [score.VP(least=0.01), score.EDM(0.05, 5.0)], ids=["VP", "EDM"])
def test_orders(order, expected, noising):
    coarse, fine = (wrong(score.DPMSolver(order=order), steps, noising) for steps in (64, 128))
    assert np.log2(coarse / fine) == pytest.approx(expected, abs=0.2)


@pytest.mark.slow
def test_the_sde_form_keeps_the_marginals():
    noising = score.VP(least=0.01)
    coarse, fine = (wrong(score.DPMSolver(1.0), steps, noising) for steps in (64, 256))
    assert fine < coarse / 4
    assert fine < 2e-3


@pytest.mark.slow
def test_order_one_is_ddim():
    for noising in (score.VP(), score.VE()):
        one, other = (gaussian_output(DATA, noising, scheme, 7) for scheme in (score.DPMSolver(order=1), score.DDIM()))
        np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9)


def test_impossible_orders_are_refused():
    with pytest.raises(ArgumentError, match="`order`"):
        score.DPMSolver(order=3)
    with pytest.raises(ArgumentError, match="`eta`"):
        score.DPMSolver(-0.5)

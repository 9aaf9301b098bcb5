"""A scaled noising is the noising of data divided by its unit; data of another size are named or scaled to."""

from __future__ import annotations

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError
from evolaw.score.noising.linear import Noising
from evolaw.score.noising.scaled import Scaled, fitted, require_covering, size_of

UNIT = 3e-4
NOISINGS = [score.VP(), score.VE(), score.SubVP(), score.EDM(), score.Cosine(), score.Rectified(), score.LinearVE()]


@pytest.mark.parametrize("noising", NOISINGS, ids=lambda one: type(one).__name__)
def test_it_is_the_noising_of_data_in_that_unit(noising: Noising) -> None:
    """Kernel, coefficients and transitions; g² = a² d(s²/a²)/dt by differences; times of a log-SNR."""
    own, t = Scaled(noising, UNIT), np.linspace(0.2, 0.9, 5) * noising.end
    np.testing.assert_allclose(own.std(t), UNIT * noising.std(t), rtol=1e-14)
    np.testing.assert_array_equal(own.scale(t), noising.scale(t))
    np.testing.assert_allclose(own.log_snr(t), own.log_scale(t) - np.log(own.std(t)), rtol=1e-12)
    np.testing.assert_allclose(own.time_of_log_snr(own.log_snr(t)), t, rtol=1e-9)
    h = 1e-5 * noising.end
    ratio = [(own.std(t + sign * h) / own.scale(t + sign * h)) ** 2 for sign in (1, -1)]
    np.testing.assert_allclose(own.squared_diffusion(t), own.scale(t) ** 2 * (ratio[0] - ratio[1]) / (2 * h), rtol=1e-5)
    chain = own.transition(t[0], t[1])
    found = chain.ratio**2 * own.std(t[0]) ** 2 + chain.variance
    assert found == pytest.approx(own.std(t[1]) ** 2, rel=1e-9)
    assert own.prior_std == pytest.approx(UNIT * noising.prior_std)
    assert (own.end, own.least) == (noising.end, noising.least)


@pytest.mark.slow
def test_samplers_and_likelihoods_scale_with_it() -> None:
    """KL does not know the unit; a log-density moves by d log u."""
    data, small = (score.Gaussian(np.array([1.0, -0.5]) * u, np.array([1.0, 0.01]) * u**2) for u in (1.0, UNIT))
    one = score.gaussian_output(data, score.VP(), score.DPMSolver(), 9).kl(data)
    other = score.gaussian_output(small, Scaled(score.VP(), UNIT), score.DPMSolver(), 9).kl(small)
    assert other == pytest.approx(one, rel=1e-6)


def test_data_say_their_unit() -> None:
    x = np.random.default_rng(0).standard_normal((500, 2))
    assert fitted(score.VP(), x) == score.VP()
    far = fitted(score.VP(), 5e7 + 1e4 * x)
    assert isinstance(far, Scaled)
    assert far.unit == pytest.approx(1e4, rel=0.1)
    assert fitted(score.VP(), np.ones((3, 2))) == score.VP(), "which the training refuses"
    assert size_of(x) == pytest.approx(1, rel=0.1)


def test_noisings_of_another_size_are_named() -> None:
    require_covering(score.VP(), 1.0)
    for noising, spread in ((score.VP(), 1e-3), (score.VE(), 60.0), (Scaled(score.VP(), 1e-3), 1.0)):
        with pytest.raises(ArgumentError, match=r"`noising` must hold the size of the data.*Scaled\(V"):
            require_covering(noising, spread)
    for wrong in ((score.VP(), 0.0), (1.0, 1.0), (Scaled(score.VP(), 2.0), 2.0)):
        with pytest.raises(ArgumentError):
            Scaled(*wrong)

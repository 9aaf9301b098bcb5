"""VE, VP, sub-VP: the paper's constants, the digits that small times keep, and what they do to a covariance."""

import jax.numpy as jnp
import numpy as np
import pytest

from evolaw import score
from evolaw.arrays import precise
from evolaw.errors import ArgumentError


def test_standard_constants():
    assert score.VP().integral(1.0) == pytest.approx(10.05)
    assert score.VE().std(0.0) == pytest.approx(0.01)
    assert score.VE().std(1.0) == pytest.approx(50.0)
    # score.md, section 2.2: the two variances of VE at t = 0.01.
    assert score.VE().std(0.01) ** 2 == pytest.approx(1.19e-4, abs=5e-7)
    assert score.VE().std(0.01) ** 2 - 0.01**2 == pytest.approx(1.86e-5, abs=5e-8)


@pytest.mark.parametrize("noising", [score.VP(), score.SubVP()], ids=["VP", "SubVP"])
def test_single_precision_keeps_its_digits_at_small_times(noising):
    """score_sde computes 1 - exp(2 log a) and loses them: pitfall 18."""
    with precise("float32"):
        single = float(noising.std(jnp.float32(1e-6)))
    assert single == pytest.approx(noising.std(float(np.float32(1e-6))), rel=3e-7)
    naive = np.float32(1) - np.exp(np.float32(-noising.integral(np.float32(1e-6))))
    assert abs(naive / -np.expm1(-noising.integral(1e-6)) - 1) > 1e-2


def _covariance(noising, start, t, steps=4000):
    """Σ' = 2 r Σ + g² by the midpoint rule."""
    value, h = start, t / steps
    for k in range(steps):
        middle = (k + 0.5) * h
        r, g2 = noising.rate(middle), noising.squared_diffusion(middle)
        half = value + h / 2 * (2 * r * value + g2)
        value = value + h * (2 * r * half + g2)
    return value


@pytest.mark.parametrize("start", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("t", [0.2, 0.4, 1.0])
def test_why_the_names(start, t):
    """VE explodes, VP goes to 1 and stays there, sub-VP stays below VP by e^-B (1 - e^-B)."""
    decay = np.exp(-score.VP().integral(t))
    vp, sub = 1 + decay * (start - 1), 1 + decay**2 + decay * (start - 2)
    assert _covariance(score.VP(), start, t) == pytest.approx(vp, rel=1e-5)
    assert _covariance(score.SubVP(), start, t) == pytest.approx(sub, rel=1e-5)
    assert vp - sub == pytest.approx(decay * (1 - decay), abs=1e-14)
    ve = score.VE()
    assert _covariance(ve, start, t) == pytest.approx(start + ve.std(t) ** 2 - ve.std(0.0) ** 2, rel=1e-4)


def test_the_reports_sub_vp_is_another_equation():
    """g = √β (1 - e^-2B), with the square root ended too early, gives 0.613 in place of 0.706 (score.md, section 17)."""

    class Slip(score.SubVP):
        def squared_diffusion(self, t):
            return self.beta(t) * np.expm1(-2 * self.integral(t)) ** 2

    assert _covariance(score.SubVP(), 0.3, 0.4) == pytest.approx(0.706, abs=5e-4)
    assert _covariance(Slip(), 0.3, 0.4) == pytest.approx(0.613, abs=5e-4)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: score.VP(beta_min=-1.0), "beta_min"),
        (lambda: score.VP(beta_min=2.0, beta_max=1.0), "beta_max"),
        (lambda: score.VE(sigma_min=0.0), "sigma_min"),
        (lambda: score.VE(sigma_min=2.0, sigma_max=1.0), "sigma_max"),
        (lambda: score.SubVP(end=float("nan")), "end"),
        (lambda: score.VP(least=2.0), "least"),
        (lambda: score.LinearVE(-1.0), "sigma_max"),
    ],
)
def test_impossible_constants_are_refused(make, name):
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        make()

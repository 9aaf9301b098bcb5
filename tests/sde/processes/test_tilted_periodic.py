"""Tilted periodic potentials: quadrature against independent integrals and closed forms."""

import numpy as np
import pytest
from scipy.integrate import dblquad, quad

from evolaw.errors import ArgumentError
from evolaw.sde.processes.fokker_planck import CircleFokkerPlanck
from evolaw.sde.processes.tilted_periodic import TiltedPeriodic


def two_harmonics(x):
    return -np.cos(x) + 0.4 * np.sin(2 * x)


def test_velocity_and_average_equal_a_fourier_solution():
    """Two methods without a common line: quadrature of e^{U/D}, and a linear system."""
    exact = TiltedPeriodic(two_harmonics, 0.7, 0.3)
    fourier = CircleFokkerPlanck(lambda x: 0.7 - np.sin(x) - 0.8 * np.cos(2 * x), 0.3)
    assert exact.velocity == pytest.approx(fourier.mean_velocity, rel=1e-11)
    assert exact.average(np.cos) == pytest.approx(fourier.moment(1).real, rel=1e-11)
    places = np.array([-1.0, 0.3, 2.0, 9.0])
    np.testing.assert_allclose(exact.density(places), fourier.density(places), rtol=1e-10)


def test_diffusion_is_the_curvature_of_the_bloch_eigenvalue():
    """λ(q) = D_eff q² + O(q⁴) in its real part; Richardson takes the q⁴ away."""
    fourier = CircleFokkerPlanck(lambda x: 0.7 - np.sin(x) - 0.8 * np.cos(2 * x), 0.3)
    one, two = (-fourier.eigenvalues(1, q)[0].real / q**2 for q in (0.02, 0.04))
    assert TiltedPeriodic(two_harmonics, 0.7, 0.3).diffusion == pytest.approx((4 * one - two) / 3, rel=1e-6)


def test_a_passage_time_equals_the_double_integral():
    """T = (1/D) ∫_a^b dy e^{U(y)/D} ∫_{-∞}^y e^{-U(z)/D} dz by adaptive quadrature of two variables."""
    d, force = 0.4, 0.6

    def energy(x):
        return two_harmonics(x) - force * x

    direct = dblquad(
        lambda z, y: np.exp((energy(y) - energy(z)) / d) / d, 0.4, 3.1, lambda y: y - 60, lambda y: y, epsrel=1e-8
    )[0]
    assert TiltedPeriodic(two_harmonics, force, d).passage_time(0.4, 3.1) == pytest.approx(direct, rel=1e-6)


@pytest.mark.parametrize(("force", "d"), [(0.6, 0.3), (-1.3, 0.02)])
def test_quantiles_invert_the_density(force, d):
    """∫ p up to each quantile by an independent fine sum: to 1e-4 of probability."""
    law = TiltedPeriodic(two_harmonics, force, d)
    shares = np.linspace(0.02, 0.98, 25)
    x = np.linspace(0, 2 * np.pi, 4001)
    p = law.density(x)
    below = np.concatenate([[0.0], np.cumsum((p[1:] + p[:-1]) / 2 * np.diff(x))])
    np.testing.assert_allclose(np.interp(law.quantiles(shares), x, below), shares, atol=2e-4)


def test_a_whole_period_takes_the_period_over_the_velocity():
    washboard = TiltedPeriodic(two_harmonics, 0.2, 0.1)
    assert washboard.passage_time(1.0, 1.0 + 4 * np.pi) == pytest.approx(4 * np.pi / washboard.velocity, rel=1e-12)


def test_without_tilt_diffusion_is_that_of_lifson_and_jackson():
    """D/(⟨e^{V/D}⟩⟨e^{-V/D}⟩), and no passage time is finite."""
    d = 0.25
    up, down = (
        quad(lambda x, s=s: np.exp(s * two_harmonics(x) / d), 0, 2 * np.pi, epsabs=0)[0] / (2 * np.pi) for s in (1, -1)
    )
    level = TiltedPeriodic(two_harmonics, 0.0, d)
    assert level.diffusion == pytest.approx(d / (up * down), rel=1e-10)
    assert level.velocity == 0 and level.passage_time(0, 1) == np.inf and level.forward_share() == 0.5


def test_a_tilt_to_the_left_is_the_mirror_image():
    right, left = TiltedPeriodic(two_harmonics, 0.5, 0.2), TiltedPeriodic(lambda x: two_harmonics(-x), -0.5, 0.2)
    assert left.velocity == -right.velocity and left.diffusion == right.diffusion
    np.testing.assert_allclose(left.density(np.array([-0.7])), right.density(np.array([0.7])), rtol=1e-12)
    assert left.average(np.sin) == pytest.approx(-right.average(np.sin), rel=1e-12)


def test_the_period_may_be_another():
    stretched = TiltedPeriodic(lambda x: -np.cos(2 * np.pi * x), 0.5 * 2 * np.pi, 0.2, period=1.0)
    plain = TiltedPeriodic(lambda x: -np.cos(x), 0.5, 0.2)
    assert stretched.velocity == pytest.approx(2 * np.pi * plain.velocity, rel=1e-12)
    assert stretched.diffusion == pytest.approx(plain.diffusion, rel=1e-12)


def test_small_rates_keep_their_digits():
    """A barrier of 300 D: Kramers' rate to its own order, D/ΔU."""
    i, d = 0.3, 0.004
    s = np.sqrt(1 - i * i)
    kramers = s * np.exp(-2 * (s - i * np.arccos(i)) / d)
    assert TiltedPeriodic(lambda x: -np.cos(x), i, d).velocity == pytest.approx(kramers, rel=0.01)


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="temperature"):
        TiltedPeriodic(np.cos, 1.0, 0.0)
    with pytest.raises(ArgumentError, match="panels"):
        _ = TiltedPeriodic(np.cos, 1.0, 1e-9).velocity
    with pytest.raises(ArgumentError, match="end"):
        TiltedPeriodic(np.cos, 1.0, 0.1).passage_time(1.0, 1.0)

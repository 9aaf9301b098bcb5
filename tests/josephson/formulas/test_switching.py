"""Switching distributions and their inversion."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma, gammaincc
from scipy.stats import binomtest

from evolaw.errors import ArgumentError
from evolaw.josephson.formulas import gumbel_switching, invert_switching, switching_law, thermal_switching

TABLE = [
    (1.0, 0.01, 1e-6, 0.861848, 1.16137e-2, 0.861099, 1.2419e-2),
    (0.1, 0.01, 1e-6, 0.883966, 1.25225e-2, 0.882935, 1.3614e-2),
    (1.0, 0.001, 1e-6, 0.973370, 2.62588e-3, 0.973172, 2.8367e-3),
]


@pytest.mark.parametrize(("a", "d", "r", "mean", "deviation", "gumbel_mean", "gumbel_deviation"), TABLE)
def test_moments_are_the_known_ones(a, d, r, mean, deviation, gumbel_mean, gumbel_deviation):
    law = switching_law(r, lambda i: a * np.exp(-4 * np.sqrt(2) / 3 / d * (1 - i) ** 1.5))
    assert (law.mean, law.deviation) == pytest.approx((mean, deviation), rel=1e-5)
    assert gumbel_switching(a, d, r) == pytest.approx((gumbel_mean, gumbel_deviation), rel=5e-5)


def test_very_weak_noise_has_its_narrow_law():
    """D = 1e-7, against SciPy: the integral of A e^{-B x^{3/2}} is an incomplete Γ(2/3). The mean had been 1 and the width 0."""
    a, b, r = 0.01, 4 * np.sqrt(2) / 3 / 1e-7, 1e-9
    law = switching_law(r, lambda i: a * np.exp(-b * (1 - i) ** 1.5))

    def switched(x):
        return -np.expm1(-a / r * 2 / 3 * b ** (-2 / 3) * gamma(2 / 3) * gammaincc(2 / 3, b * x**1.5))

    mean = quad(switched, 0, 1e-3, points=[2e-5, 4e-5], epsabs=1e-14)[0]
    square = quad(lambda x: 2 * x * switched(x), 0, 1e-3, points=[2e-5, 4e-5], epsabs=1e-18)[0]
    assert 1 - law.mean == pytest.approx(mean, rel=1e-5)
    assert law.deviation == pytest.approx(np.sqrt(square - mean**2), rel=1e-4)


def test_the_density_is_minus_the_slope_of_the_survival():
    law = thermal_switching(0.1, 0.02, 1e-5)
    # Some have not switched at the critical current, where Kramers' rate ends.
    assert np.trapezoid(law.density, law.bias) == pytest.approx(1 - law.survival[-1], abs=5e-6)
    slope = -np.gradient(law.survival, law.bias)
    np.testing.assert_allclose(slope[1:-1], law.density[1:-1], atol=2e-4 * law.density.max())


def test_the_width_grows_like_temperature_to_two_thirds():
    # The logarithm takes 6 % of it.
    narrow, wide = (gumbel_switching(1.0, d, 1e-6)[1] for d in (1e-4, 8e-4))
    assert wide / narrow == pytest.approx(4, rel=0.07)


def test_inversion_recovers_a_constant_rate_within_its_interval():
    """4000 exponential currents, 12 bins at 99.9 %: a false alarm once in 80 runs of other seeds."""
    currents = np.random.default_rng(5).exponential(0.5, 4000)
    found = invert_switching(currents, 0.2, np.linspace(0, 1.2, 13), confidence=0.999)
    assert np.all((found.low < 0.4) & (found.high > 0.4))
    assert found.at_risk[0] == 4000 and found.switched.sum() == (currents <= 1.2).sum()


def test_inversion_is_exact_on_the_law_itself():
    """Counts in proportion to the survival give the bin's mean rate to rounding of the counts."""
    edges = np.linspace(0.1, 0.6, 6)
    survival = np.round(1e8 * np.exp(-((edges / 0.4) ** 2))).astype(int)
    currents = np.repeat((edges[1:] + edges[:-1]) / 2, -np.diff(survival) // 1000)
    rest = np.full(survival[-1] // 1000, 0.9)
    found = invert_switching(np.concatenate([currents, rest]), 1.0, edges)
    np.testing.assert_allclose(found.rate, np.diff((edges / 0.4) ** 2) / np.diff(edges), rtol=2e-3)


def test_an_empty_bin_has_rate_zero_and_an_upper_end():
    found = invert_switching([0.1, 0.5, 0.6], 1.0, [0.0, 0.2, 0.4, 0.7])
    assert found.rate[1] == 0 and found.low[1] == 0 and 0 < found.high[1] < np.inf
    assert found.rate[2] == np.inf and found.high[2] == np.inf and found.low[2] > 0
    # 1 of 3, then 0 of 2: the ends of Clopper and Pearson by SciPy's exact binomial intervals.
    for place, (count, of) in enumerate([(1, 3), (0, 2)]):
        ends = binomtest(count, of).proportion_ci(0.95, "exact")
        assert (found.low[place], found.high[place]) == pytest.approx(tuple(-np.log1p(-np.array(ends)) / 0.2))


def test_faults_are_named():
    with pytest.raises(ArgumentError, match="rate"):
        thermal_switching(0.1, 0.01, -1.0)
    with pytest.raises(ArgumentError, match="currents"):
        invert_switching([0.3], 1.0)
    with pytest.raises(ArgumentError, match="currents"):
        invert_switching([0.3, 0.3], 1.0)
    with pytest.raises(ArgumentError, match="escape"):
        switching_law(1.0, lambda i: -i)
    with pytest.raises(ArgumentError, match="rate"):
        gumbel_switching(1.0, 0.01, 1e3)

"""E-values keep their promise: mean at most one under what they speak against."""

import numpy as np
import pytest
from scipy.integrate import quad

from evolaw.discovery.spine.e_values import average, combine, e_value, log_e_dependence, p_value, worded_e, worded_list


def test_dependence_has_mean_at_most_one_under_one_probability() -> None:
    """Over 4000 draws the mean e is at most 1 + 3 standard errors; false alarm of this test below 0.2 %."""
    rng = np.random.default_rng(3)
    for theta in (0.05, 0.5):
        visits = rng.integers(0, 30, (4000, 4))
        e = np.exp(log_e_dependence(visits, rng.binomial(visits, theta)))
        assert e.mean() < 1 + 3 * e.std() / np.sqrt(4000)


def test_dependence_is_seen() -> None:
    assert log_e_dependence(np.array([40, 40]), np.array([36, 4])) > 20


def test_means_and_mixtures_stay_e_values() -> None:
    """Exact over a coin: e is 0 or 2 with equal chance for each of three disjoint sets."""
    outcomes = np.array(np.meshgrid(*[[0.0, 2.0]] * 3)).reshape(3, -1).T
    with np.errstate(divide="ignore"):
        logs = np.log(outcomes)
    assert np.mean([np.exp(average(row)) for row in logs]) == pytest.approx(1)
    assert np.mean([np.exp(combine(row)) for row in logs]) == pytest.approx(1)


def test_calibrated_p_values_are_e_values() -> None:
    """The integral of the calibrator over p is 1: with p = exp(-x) down to x = 600, and 1/x^2 beyond."""
    below, _ = quad(lambda x: e_value(float(np.exp(-x))) * np.exp(-x), 0, 600, limit=500)
    assert below + 1 / 600 == pytest.approx(1, abs=1e-3)
    assert e_value(1.0) == 0.5
    assert p_value(np.log(20)) == pytest.approx(0.05)
    assert p_value(-3) == 1


def test_words() -> None:
    assert worded_e(2302.6) == "10^1000"
    assert worded_list(list("abcdefgh")) == "a, b, c, d, e, f and 2 more"


def test_of_no_evidence_nothing_follows() -> None:
    assert average(np.zeros(0)) == 0.0 and combine(np.zeros(0)) == 0.0

"""E-values: their mean under the null is at most one, and they grow where the null is false."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from evolaw.discovery.diffusions.evidence.e_values import NEGLIGIBLE, against_absent, against_present, universal
from evolaw.discovery.diffusions.evidence.gaussian_form import GaussianForm
from evolaw.discovery.diffusions.evidence.subsets import weigh_subsets


def form(estimate: list[float], sd: float = 1.0, size: float = 1.0) -> GaussianForm:
    count = len(estimate)
    names = tuple("abcdef"[:count])
    return GaussianForm(names, np.array(estimate), np.eye(count) / sd, sd * np.eye(count), np.eye(count), size, 1000)


def test_the_mean_under_absent_is_one() -> None:
    """∫ E(t) φ(t) dt = 1 by quadrature over |t| ≤ 30, where E φ is a mixture of normals of variance up to 1001 cut off there."""
    t = np.linspace(-30, 30, 2001)
    e = np.exp([float(against_absent(form([value]))[0]) for value in t])
    slabs = np.array([1.0, 10.0, 100.0, 1000.0])
    within = np.mean(1 - 2 * norm.sf(30 / np.sqrt(1 + slabs)))
    assert np.sum(e * norm.pdf(t)) * (t[1] - t[0]) == pytest.approx(within, abs=2e-3)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("true", [NEGLIGIBLE, 3 * NEGLIGIBLE])
def test_the_mean_under_present_is_at_most_one(true: float) -> None:
    sd = 0.04
    x = np.linspace(true - 10 * sd, true + 10 * sd, 20_001)
    e = np.exp([float(against_present(form([value], sd))[0]) for value in x])
    density = np.exp(-((x - true) ** 2) / (2 * sd**2)) / np.sqrt(2 * np.pi * sd**2)
    assert np.sum(e * density) * (x[1] - x[0]) <= 1 + 1e-9


def test_a_small_precise_coefficient_counts_as_absent() -> None:
    assert against_present(form([0.01], 0.015))[0] > np.log(20)
    assert against_absent(form([0.5], 0.05))[0] > np.log(20)


def test_the_universal_e_value_needs_more_than_the_flat_one() -> None:
    item = form([6.0, 0.2], 1.0, size=6.0)
    universally = universal(item, weigh_subsets(item))
    assert np.log(20) < universally[0] < against_absent(item)[0]
    assert universally[1] < 0


def test_evidence_is_weighed_in_shares_of_the_drift() -> None:
    """Of a drift of size 4, θ = 0.08 ± 0.08 is a share of 0.02 ± 0.02: log E = (0.08² − 0.02²)/(2·0.02²) = 7.5, and −0.02²/(2·0.02²) from δ = 0.02 down.

    In a unit as large, |t| = 5 is the same whatever the size: log E = log mean (1+g)^(-1/2) exp(12.5 g/(1+g)).
    """
    assert against_present(form([0.08], 0.08, 4.0))[0] == pytest.approx(7.5)
    assert against_present(form([-0.08], 0.08, 4.0), 0.02)[0] == pytest.approx(-0.5)
    g = np.array([1.0, 10.0, 100.0, 1000.0])
    expected = np.log(np.mean(np.exp(12.5 * g / (1 + g)) / np.sqrt(1 + g)))
    for size in (1.0, 4.0):
        assert against_absent(form([0.4], 0.08, size))[0] == pytest.approx(expected)

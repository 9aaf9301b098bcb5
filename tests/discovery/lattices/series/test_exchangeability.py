"""The tests of one law: exact under the null whatever a run is like, and strong where they should be."""

import itertools

import numpy as np
import pytest
from scipy import stats

from evolaw.discovery.lattices.series.exchangeability import NormalFit, choices, p_far, p_rival
from evolaw.discovery.spine.e_values import e_value


def odd_runs(chance: np.random.Generator, runs: int) -> np.ndarray:
    """Skewed, heavy-tailed, discrete: as unlike a normal law as statistics of boards get."""
    burst = chance.random((runs, 1)) < 0.1
    return np.round(np.where(burst, chance.pareto(1.5, (runs, 3)), chance.exponential(1, (runs, 3))), 1)


def test_choices_are_uniform_and_the_first_is_the_truth() -> None:
    members = choices(2, 3, 20_000, np.random.default_rng(0))
    assert members[0].tolist() == [1, 1, 0, 0, 0]
    assert (members.sum(1) == 2).all()
    pairs = [tuple(np.flatnonzero(row)) for row in members[1:]]
    counts = [pairs.count(pair) for pair in itertools.combinations(range(5), 2)]
    assert stats.chisquare(counts).pvalue > 1e-4  # false alarm 1e-4


def test_p_is_that_of_all_choices() -> None:
    chance = np.random.default_rng(3)
    recorded, simulated = chance.normal(0.7, 1, (3, 2)), chance.normal(0, 1, (6, 2))
    pooled = np.concatenate([recorded, simulated])
    centred = pooled - pooled.mean(0)
    inverse = np.linalg.inv(np.cov(pooled.T))
    sums = np.array([centred[list(rows)].sum(0) for rows in itertools.combinations(range(9), 3)])
    distance = np.einsum("ki,ij,kj->k", sums, inverse, sums)
    exact = (distance >= distance[0] * (1 - 1e-9)).mean()
    found = p_far(recorded, simulated, choices(3, 6, 40_000, chance))
    assert abs(found - exact) < 5 * np.sqrt(exact * (1 - exact) / 40_000)


@pytest.mark.parametrize("kind", ["far", "rival"])
def test_p_values_are_valid_for_any_distribution(kind: str) -> None:
    """1500 true nulls: the share of p <= a is at most a; the bars are five standard errors, so false alarms are < 1e-5."""
    members = choices(4, 30, 199, np.random.default_rng(1))
    found = []
    for seed in range(1500):
        chance = np.random.default_rng([seed, 7])
        recorded, simulated = odd_runs(chance, 4), odd_runs(chance, 30)
        if kind == "far":
            found.append(p_far(recorded, simulated, members))
        else:
            own, means = NormalFit.of(odd_runs(chance, 30)), odd_runs(chance, 3)
            found.append(p_rival(own.gains(np.concatenate([recorded, simulated]), means), members))
    for level in (0.01, 0.05, 0.2, 0.5):
        share = np.mean(np.array(found) <= level)
        assert share <= level + 5 * np.sqrt(level * (1 - level) / 1500), (level, share)


def test_the_rival_sees_what_many_directions_drown() -> None:
    """Shift of one standard deviation in one of 24 numbers, 8 runs: the rival knows where to look."""
    members = choices(8, 200, 1999, np.random.default_rng(1))
    shift = np.eye(24)[0]
    far, rival = [], []
    for seed in range(30):
        chance = np.random.default_rng(seed)
        recorded, simulated = chance.normal(size=(8, 24)) + shift, chance.normal(size=(200, 24))
        own, other = NormalFit.of(chance.normal(size=(400, 24))), NormalFit.of(chance.normal(size=(400, 24)) + shift)
        far.append(p_far(recorded, simulated, members))
        rival.append(p_rival(own.gains(np.concatenate([recorded, simulated]), other.mean[None]), members))
    assert np.median(rival) < 0.01 < 0.1 < np.median(far)


def test_gains_are_differences_of_log_likelihoods() -> None:
    chance = np.random.default_rng(0)
    fit, runs, means = NormalFit.of(chance.normal(size=(60, 3))), chance.normal(size=(5, 3)), chance.normal(size=(2, 3))
    moved = [NormalFit(mean, fit.root, fit.log_size) for mean in means]
    wanted = np.stack([other.log_likelihood(runs) - fit.log_likelihood(runs) for other in moved], axis=1)
    np.testing.assert_allclose(fit.gains(runs, means), wanted)


def test_runs_without_any_spread() -> None:
    members = choices(3, 10, 99, np.random.default_rng(0))
    still = np.full((10, 4), 0.25)
    assert p_far(still[:3], still, members) == 1
    assert p_far(still[:3] + 0.1, still, members) < 0.05
    assert np.isfinite(NormalFit.of(still).log_likelihood(still)).all()


def test_the_fit_is_the_normal_density() -> None:
    chance = np.random.default_rng(0)
    runs = chance.multivariate_normal([1, 2], [[2, 0.5], [0.5, 1]], 200_000)
    fit = NormalFit.of(runs)
    wanted = stats.multivariate_normal([1, 2], [[2, 0.5], [0.5, 1]]).logpdf(runs[:50])
    np.testing.assert_allclose(fit.log_likelihood(runs[:50]) - np.log(2 * np.pi), wanted, atol=0.1)


def test_e_values_have_expectation_1_under_the_null() -> None:
    """Integral of the calibrator over (0, 1) by substitution p = e^-s; it falls with p."""
    s = np.linspace(np.log(1 / (1 - 1e-6)), 400, 4_000_001)
    p = np.exp(-s)
    integrand = (1 - p - p * s) / s**2
    assert np.trapezoid(integrand, s) == pytest.approx(1 - 1 / 400, abs=2e-3)
    values = [e_value(p) for p in (1e-6, 1e-3, 0.05, 0.5, 0.999, 1.0)]
    assert values == sorted(values, reverse=True)


def test_the_fit_draws_its_covariance_towards_the_diagonal() -> None:
    """Seven runs of three statistics: C = .7 S + .3 diag S, S over six, and a thousandth of the mean spread, by hand."""
    runs = np.random.default_rng(5).normal(size=(7, 3)) @ np.array([[1, 0.8, 0], [0, 1, 0.5], [0, 0, 0.3]])
    spread = np.cov(runs.T, ddof=1)
    covariance = 0.7 * spread + 0.3 * np.diag(np.diag(spread))
    covariance += np.eye(3) * (1e-3 * np.trace(covariance) / 3 + 1e-12)
    wanted = stats.multivariate_normal(runs.mean(0), covariance).logpdf(runs) + 1.5 * np.log(2 * np.pi)
    np.testing.assert_allclose(NormalFit.of(runs).log_likelihood(runs), wanted, rtol=1e-9)

"""Likelihoods between the values of a grid: those of a binomial behind flips, against the same computed everywhere."""

import numpy as np
import pytest

from evolaw.discovery.lattices.evidence.profiles import THETA, dense, plausible

GRID = np.concatenate([[0.0, 0.01, 0.03], np.arange(0.05, 0.951, 0.05), [0.97, 0.99, 1.0]])
LEVEL = 5.9


def binomial(visits: int, share: float, flips: float, theta: np.ndarray) -> np.ndarray:
    """The log-likelihood of so many visits, of which those with a living outcome are as many as expected."""
    alive, chance = flips + (1 - 2 * flips) * share, flips + (1 - 2 * flips) * theta
    return visits * (alive * np.log(chance) + (1 - alive) * np.log(1 - chance))


@pytest.mark.parametrize("flips", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("visits", [3, 300, 30_000])
@pytest.mark.parametrize("share", [0.02, 0.075, 0.27, 0.583, 0.724, 0.96])
def test_peak_and_interval_are_those_of_the_likelihood(share: float, visits: int, flips: float) -> None:
    exact, found = (
        binomial(visits, share, flips, THETA),
        dense(GRID, binomial(visits, share, flips, GRID)),
    )
    low, high = plausible(exact, LEVEL)
    between = plausible(found, LEVEL)
    assert abs(THETA[found.argmax()] - share) < 0.05 * (high - low) + 0.002
    np.testing.assert_allclose(between, (low, high), atol=0.1 * (high - low) + 1e-3)


def test_values_of_the_grid_are_kept_and_columns_go_apart() -> None:
    profile = np.stack([binomial(40, share, 0.02, GRID) for share in (0.0, 0.4, 1.0)], -1)
    found = dense(GRID, profile)
    assert found.shape == (THETA.size, 3) and np.array_equal(found[[0, -1]], profile[[0, -1]])
    np.testing.assert_array_equal(found[:, 1], dense(GRID, profile[:, 1]))
    assert plausible(found[:, 0], LEVEL)[0] == 0 and plausible(found[:, 2], LEVEL)[1] == 1


def test_without_evidence_all_is_plausible() -> None:
    assert plausible(dense(GRID, np.zeros(GRID.size)), LEVEL) == (0.0, 1.0)

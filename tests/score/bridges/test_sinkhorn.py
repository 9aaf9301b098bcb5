"""Entropic plans: marginals, optimality, the Gaussian bridge on a grid, and small temperatures."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.stats import norm

from evolaw import score
from evolaw.errors import ArgumentError, NotConverged

DRAW = np.random.Generator(np.random.Philox(key=10))
X, Y = DRAW.standard_normal((6, 2)), DRAW.standard_normal((5, 2)) + 1


def test_the_plan_has_its_marginals_and_its_form():
    a, b = np.arange(1.0, 7.0), np.arange(5.0, 0.0, -1.0)
    found = score.sinkhorn(X, Y, 0.7, weights=a, other_weights=b, tolerance=1e-12)
    np.testing.assert_allclose(found.plan.sum(1), a / a.sum(), rtol=1e-10)
    np.testing.assert_allclose(found.plan.sum(0), b / b.sum(), atol=1e-10)
    # Optimal: log π - log ab + c/σ² is a sum of a function of i and one of j.
    cost = ((X[:, None] - Y) ** 2).sum(-1) / (2 * 0.7**2)
    rest = np.log(found.plan / (a / a.sum())[:, None] / (b / b.sum())) + cost
    np.testing.assert_allclose(rest - rest[:1] - rest[:, :1] + rest[0, 0], 0, atol=1e-8)


def test_on_a_grid_it_is_the_gaussian_bridge():
    grid = np.linspace(-9, 9, 301)
    a, b = norm(0, 1).pdf(grid), norm(0.5, 1.3).pdf(grid)
    found = score.sinkhorn(grid[:, None], grid[:, None], 1.0, weights=a, other_weights=b, tolerance=1e-10)
    exact = score.GaussianBridge(score.Gaussian([0.0], 1.0), score.Gaussian([0.5], 1.69), 1.0)
    joint = found.plan * np.outer(grid, grid - 0.5)
    assert joint.sum() == pytest.approx(float(exact.coupling[0, 0]), abs=1e-5)
    x = np.array([[-0.7], [0.4]])
    drift = [np.asarray(exact.process().drift_at(0.3, one))[0] for one in x]
    np.testing.assert_allclose(found.drift(0.3, x)[:, 0], drift, atol=2e-5)
    draws = found.bridge(20_000, 0.5, rng=0)[:, 0]
    law = exact.marginal(0.5)
    assert abs(draws.mean() - law.mean[0]) < 4.5 * np.sqrt(law.covariance[0, 0] / 20_000)
    assert abs(draws.var() / law.covariance[0, 0] - 1) < 4.5 * np.sqrt(2 / 20_000)


@pytest.mark.slow
def test_small_temperatures_give_the_assignment():
    """σ² is 1/700 of a typical cost; plain Sinkhorn would underflow."""
    found = score.sinkhorn(X[:5], Y, 0.03, tolerance=1e-3, most=200_000)
    cost = ((X[:5, None] - Y) ** 2).sum(-1)
    rows, columns = linear_sum_assignment(cost)
    np.testing.assert_array_equal(found.plan.argmax(1)[rows], columns)


def test_impatience_and_bad_weights_are_said():
    with pytest.raises(NotConverged, match="after 2 rounds") as caught:
        score.sinkhorn(X, Y, 0.1, most=2)
    assert caught.value.partial.iterations == 2
    with pytest.raises(ArgumentError, match="`weights`"):
        score.sinkhorn(X, Y, 1.0, weights=np.zeros(6))
    with pytest.raises(ArgumentError, match="`others`"):
        score.sinkhorn(X, np.zeros((3, 1)), 1.0)


def test_times_beyond_the_bridge_are_refused():
    """At 1 the drift was not a number, past it one of a variance below zero."""
    plan = score.sinkhorn(X, Y, 1.0)
    for t in (1.0, 1.5, -0.1, np.nan):
        with pytest.raises(ArgumentError, match="`t`"):
            plan.drift(t, X)
    for t in (1.5, -0.1):
        with pytest.raises(ArgumentError, match="`t`"):
            plan.bridge(3, t, rng=0)
    with pytest.raises(ArgumentError, match="`count`"):
        plan.pairs(0, rng=0)

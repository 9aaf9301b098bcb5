"""Bridges from samples: the Gaussian benchmark of DSBM, and two clusters against log-Sinkhorn."""

from functools import partial

import numpy as np
import pytest

from evolaw import score
from evolaw.errors import ArgumentError

GOLDEN = (np.sqrt(5) - 1) / 2


def benchmark(d, method, count, steps, rounds, seed=0):
    """N(-a, I) and N(a, I), a = 0.1, σ = 1; errors of mean, variance and covariance of what comes back from 1 to 0."""
    draw = np.random.Generator(np.random.Philox(key=seed))
    x0, x1, y1 = draw.standard_normal((3, count, d)) + np.array([-0.1, 0.1, 0.1])[:, None, None]
    bridge = score.fit_bridge(x0, x1, 1.0, rng=seed, method=method, rounds=rounds, steps=steps)
    y0 = bridge.push(y1, rng=1, backward=True)
    covariance = ((y0 - y0.mean(0)) * (y1 - y1.mean(0))).mean()
    return abs(y0.mean() + 0.1), abs(y0.var(0).mean() - 1), abs(covariance - GOLDEN)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["imf", *(pytest.param(name, marks=pytest.mark.slow) for name in ("ipf", "sf2m"))])
def test_gaussian_ends(method):
    """4000 samples in 2 dimensions, 30 steps: errors below 0.05, several times the sampling error of 0.015 and the step's 0.02."""
    assert max(benchmark(2, method, 4000, 30, 6)) < 0.05


@pytest.mark.slow
@pytest.mark.parametrize(("d", "method"), [(5, "imf"), (20, "imf"), (50, "imf"), (20, "ipf"), (20, "sf2m")])
def test_the_gaussian_benchmark(d, method):
    """5000 samples, 40 steps, 5 rounds; the plans of [SF]²M are of 512 points each, too few in 20 dimensions, and it shows."""
    mean, variance, covariance = benchmark(d, method, 5000, 40, 5)
    print(f"{method} d = {d}: mean {mean:.4f}, variance {variance:.4f}, covariance {covariance:.4f}")
    assert mean < 0.02
    assert variance < 0.03
    assert covariance < (0.1 if method == "sf2m" else 0.03)


def test_steps_leave_a_gaussian_its_variance():
    """One dimension, 10 steps: plain Euler-Maruyama steps leave 1 + 1/20; followed without chance, 0.02 is 1.5 sampling errors of 10,000."""
    draw = np.random.Generator(np.random.Philox(key=3))
    x0, x1 = draw.standard_normal((2, 10_000, 1))
    bridge = score.fit_bridge(x0 / x0.std(), x1 / x1.std(), 1.0, rng=0, rounds=3, steps=10)
    table, _, scale, sizes = bridge.backward.params
    spread = 1.0
    for weights, size in zip(table[::-1], sizes[::-1], strict=True):
        slope = weights[1, 0] / scale[0]
        spread = spread * (1 - slope / 10) ** 2 + size[0] ** 2 / 10
    assert abs(spread - 1) < 0.02


@pytest.mark.slow
def test_two_clusters_are_coupled_as_the_plan_says():
    """Waves for a drift that is not affine; the share of paths from the left cluster to the upper one, against log-Sinkhorn."""
    draw = np.random.Generator(np.random.Philox(key=1))
    x0 = 0.2 * draw.standard_normal((2000, 2)) + np.where(draw.random((2000, 1)) < 0.5, [[-1.0, 0.0]], [[1.0, 0.0]])
    x1 = 0.2 * draw.standard_normal((2000, 2)) + np.where(draw.random((2000, 1)) < 0.3, [[-0.6, 2.0]], [[0.8, 2.0]])
    plan = score.sinkhorn(x0, x1, 0.7, tolerance=1e-6)
    exact = plan.plan[np.ix_(x0[:, 0] < 0, x1[:, 0] < 0.1)].sum()
    bridge = score.fit_bridge(
        x0,
        x1,
        0.7,
        rng=0,
        method="sf2m",
        steps=40,
        features=partial(score.fourier_features, number=150, rng=0),
    )
    y1 = bridge.push(x0, rng=2)
    share = ((x0[:, 0] < 0) & (y1[:, 0] < 0.1)).mean()
    assert abs(share - exact) < 0.04
    assert np.abs(y1.mean(0) - x1.mean(0)).max() < 0.08


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"method": "dsb"}, "method"),
        ({"rounds": 0}, "rounds"),
        ({"steps": 1}, "steps"),
        ({"end": np.zeros((4, 3))}, "end"),
    ],
)
def test_impossible_fits_are_refused(change, name):
    asked = {"start": np.zeros((4, 2)), "end": np.ones((4, 2))} | change
    with pytest.raises(ArgumentError, match=f"`{name}`"):
        score.fit_bridge(asked.pop("start"), asked.pop("end"), 1.0, rng=0, **asked)

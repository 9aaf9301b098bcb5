"""The Gaussian bridge: known numbers, its process from end to end, both ways, and its plan against Sinkhorn's."""

import jax
import numpy as np
import pytest

from evolaw import score, sde
from evolaw.arrays import precise
from evolaw.errors import ArgumentError

DRAW = np.random.Generator(np.random.Philox(key=9))
_ROOT = DRAW.standard_normal((2, 2))
BRIDGE = score.GaussianBridge(
    score.Gaussian([0.0, 1.0], _ROOT @ _ROOT.T / 2 + 0.2 * np.eye(2)), score.Gaussian([1.0, -1.0], [0.5, 0.8]), 0.8
)


def test_the_golden_ratio():
    """score.md, section 7: unit variances and σ = 1 give (√5 - 1)/2."""
    one = score.GaussianBridge(score.Gaussian([0.0], 1.0), score.Gaussian([3.0], 1.0), 1.0)
    assert one.coupling[0, 0] == pytest.approx((np.sqrt(5) - 1) / 2)
    assert one.marginal(0.5).covariance[0, 0] == pytest.approx(0.5 + 0.25 * (np.sqrt(5) - 1 + 1))


def test_the_coupling_is_the_entropic_plans():
    """The plan's density is exp(potentials - ½‖x - y‖²/σ²): the off-diagonal block of its precision is -I/σ²."""
    C = BRIDGE.coupling
    joint = np.block([[BRIDGE.start.covariance, C], [C.T, BRIDGE.end.covariance]])
    np.testing.assert_allclose(np.linalg.inv(joint)[:2, 2:], -np.eye(2) / 0.8**2, atol=1e-10)
    assert (np.linalg.eigvalsh(joint) > 0).all()


@pytest.mark.parametrize("backward", [False, True])
def test_the_drift_moves_the_marginals(backward):
    """The drift is A x + c, so m' = A m + c and Σ' = A Σ + Σ Aᵀ ± σ², + forward: against central differences, error O(h²)."""
    process, h = BRIDGE.process(backward=backward), 1e-4
    drift = jax.jit(process.drift_at)
    slope = jax.jit(jax.jacobian(process.drift_at, 1))
    with precise("float64"):
        for t in (0.2, 0.5, 0.9):
            law, early, late = (BRIDGE.marginal(s) for s in (t, t - h, t + h))
            there, matrix = np.asarray(drift(t, law.mean)), np.asarray(slope(t, law.mean))
            np.testing.assert_allclose(there, (late.mean - early.mean) / (2 * h), atol=1e-6)
            moved = matrix @ law.covariance + law.covariance @ matrix.T + (-1 if backward else 1) * 0.8**2 * np.eye(2)
            np.testing.assert_allclose(moved, (late.covariance - early.covariance) / (2 * h), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("backward", [True, False])
def test_the_process_leads_from_end_to_end(backward):
    """20 000 paths of 100 steps: means and covariances of the middle and the end within 5 errors and the step's bias of 1.5 %."""
    count, times = 20_000, [1.0, 0.5, 0.0] if backward else [0.0, 0.5, 1.0]
    start = BRIDGE.end if backward else BRIDGE.start
    found = sde.solve(
        BRIDGE.process(backward=backward),
        sde.EulerMaruyama(),
        start.sample(count, rng=0),
        times,
        steps=100,
        paths=count,
        rng=1,
    )
    for k in (1, 2):
        law, x = BRIDGE.marginal(times[k]), found.values[:, k]
        assert (np.abs(x.mean(0) - law.mean) < 5 * np.sqrt(np.diag(law.covariance) / count) + 0.01).all()
        assert np.abs(np.cov(x.T) - law.covariance).max() < law.covariance.max() * (5 * np.sqrt(2 / count) + 0.015)


def test_what_has_no_bridge_is_refused():
    line = score.Gaussian([0.0], 1.0)
    for start, end, sigma, name in (
        (line, score.Gaussian([0.0, 0.0], 1.0), 1.0, "end"),
        (line, line, 0.0, "sigma"),
        (score.Gaussian([0.0], 0.0), line, 1.0, "start"),
    ):
        with pytest.raises(ArgumentError, match=f"`{name}`"):
            score.GaussianBridge(start, end, sigma)

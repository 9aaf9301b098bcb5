"""The Gaussian benchmark of DSBM: N(-0.1, I) and N(0.1, I) with σ = 1, d = 5, 20, 50; 10,000 samples of each end.

    python -m benchmarks.bench_score_bridges [--dims 5 20 50] [--steps 40] [--rounds 10]

Fitted drifts are affine in each step, so what the sampler makes of N(0.1, I) from 1 to 0 is Gaussian, and its mean and covariance are followed
without chance. Printed, in JSON: errors of mean, variance and covariance with the start, averaged over numbers as DSBM's script does; and
KL(P_t ‖ bridge_t) averaged over 21 even times, of the whole Gaussians and of their product marginals. A drift regressed on d numbers with
its whole matrix fits the covariance of the samples themselves: with n samples that alone is about d²/4n of the whole divergence.
"""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

import numpy as np

from evolaw import score
from evolaw.score.bridges.features import Features
from evolaw.score.league.affine import gaussian_kl

COUNT, A = 10_000, 0.1
GOLDEN = (np.sqrt(5) - 1) / 2


def moments(bridge: score.FittedBridge, d: int) -> tuple[list[np.ndarray], list[np.ndarray], np.ndarray]:
    """Means and covariances at the grid's times from 1 down to 0, and Cov(x_0, x_1), of the backward sampler."""
    table, *arrays, sizes = bridge.backward.params
    features, h = Features(*arrays[:2]), 1 / bridge.steps
    mean, spread, with_start = np.full(d, A), np.eye(d), np.eye(d)
    means, spreads = [mean], [spread]
    for k in reversed(range(bridge.steps)):
        constant = (np.asarray(features(np.zeros((1, d)))) @ table[k])[0]
        slope = (np.asarray(features(np.eye(d))) @ table[k] - constant).T
        step = np.eye(d) - h * slope
        mean, spread = step @ mean - h * constant, step @ spread @ step.T + h * np.diag(sizes[k] ** 2)
        with_start = step @ with_start
        means.append(mean)
        spreads.append(spread)
    return means, spreads, with_start


def measure(d: int, method: str, steps: int, rounds: int) -> dict[str, Any]:
    """One row."""
    draw = np.random.Generator(np.random.Philox(key=d))
    x0, x1 = draw.standard_normal((2, COUNT, d)) + np.array([-A, A])[:, None, None]
    began = time.process_time()
    bridge = score.fit_bridge(x0, x1, 1.0, rng=d, method=method, rounds=rounds, steps=steps)
    taken = time.process_time() - began
    means, spreads, with_start = moments(bridge, d)
    exact = score.GaussianBridge(score.Gaussian(np.full(d, -A), 1.0), score.Gaussian(np.full(d, A), 1.0), 1.0)
    whole, product = [], []
    for k in range(0, steps + 1, steps // 20):
        at = exact.marginal(1 - k / steps)
        m, C = np.asarray(at.mean).reshape(-1), at.covariance
        whole.append(gaussian_kl(means[k], spreads[k], m, C))
        product.append(gaussian_kl(means[k], np.diag(np.diag(spreads[k])), m, C))
    return {
        "method": method,
        "d": d,
        "mean": abs(float(means[-1].mean()) + A),
        "variance": abs(float(np.diag(spreads[-1]).mean()) - 1),
        "covariance": abs(float(np.diag(with_start).mean()) - GOLDEN),
        "kl": float(np.mean(whole)),
        "kl of product marginals": float(np.mean(product)),
        "processor seconds": taken,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dims", type=int, nargs="*", default=[5, 20, 50])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--methods", nargs="*", default=["imf", "ipf"])
    given = parser.parse_args()
    for method in given.methods:
        for d in given.dims:
            print(json.dumps(measure(d, method, given.steps, given.rounds)), flush=True)


if __name__ == "__main__":
    main()

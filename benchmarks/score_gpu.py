"""Sampling and likelihood on a GPU: ``python -m benchmarks.score_gpu [--device gpu] [--samples 1048576] [--quick]``.

Needs numpy, scipy and jax only, with the project's ``src`` on PYTHONPATH. An 8-mode mixture in two dimensions and a network of 3 x 512 on 64
numbers, both in float32. What is drawn of the mixture is compared with its moments before a time is believed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from benchmarks.bench_score import MIXTURE, VP, Network
from benchmarks.measuring import Row, show
from evolaw import score, sde

REPEATS = 3


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Median seconds of a work, and its result; the first run compiles and is not counted."""
    found = work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), found


def check(x: np.ndarray) -> None:
    """Refuse to time wrong samples: mean and covariance within six standard errors."""
    apart = x - MIXTURE.mean
    error = np.sqrt(np.diag(MIXTURE.covariance) / len(x))
    assert (np.abs(apart.mean(0)) < 6 * error + 2e-2).all(), apart.mean(0)
    products = apart[:, :, None] * apart[:, None]
    assert (np.abs(products.mean(0) - MIXTURE.covariance) < 6 * products.std(0) / np.sqrt(len(x)) + 0.1).all()


def mixture(samples: int, steps: int) -> list[Row]:
    """Exact score: Euler–Maruyama, DPM-Solver++ and the likelihood."""
    rows: list[Row] = []
    for name, scheme, number in (
        ("mixture, Euler–Maruyama", sde.EulerMaruyama(), steps),
        ("mixture, DPM-Solver++(2M)", score.DPMSolver(), 20),
    ):

        def work(scheme: Any = scheme, number: int = number) -> np.ndarray:
            return score.sample(MIXTURE, VP, scheme, count=samples, steps=number, rng=0, precision="float32").final

        seconds, found = timed(work)
        check(found)
        rows.append({"work": name, "steps": number, "seconds": seconds, "samples/s": samples / seconds})
    points = MIXTURE.sample(max(16, samples // 64), rng=1)
    seconds, found = timed(lambda: score.log_likelihood(MIXTURE, VP, points, precision="float32", rtol=1e-4, atol=1e-4))
    wrong = float(np.abs(found.values - MIXTURE.log_density(points)).mean())
    rows.append(
        {
            "work": "mixture, likelihood",
            "seconds": seconds,
            "samples/s": len(points) / seconds,
            "remark": f"{wrong:.1e} nats",
        }
    )
    return rows


def network(samples: int, width: int = 512, dim: int = 64) -> Row:
    """A network for a score, 50 steps: samples and products a second."""
    draw = np.random.Generator(np.random.Philox(key=0))
    sizes = [(dim + 1, width), (width, width), (width, width), (width, dim)]
    layers = tuple((draw.standard_normal(size) / np.sqrt(size[0])).astype(np.float32) for size in sizes)
    target, steps = Network(layers, (dim,)), 50

    def work() -> np.ndarray:
        return score.sample(
            target, VP, score.DDIM(), count=samples, steps=steps, rng=0, precision="float32", prior="plain"
        ).final

    seconds, _ = timed(work)
    flops = 2 * sum(layer.size for layer in layers) * samples * (steps + 1)
    return {
        "work": f"network {dim} -> 3 x {width}, DDIM",
        "steps": steps,
        "seconds": seconds,
        "samples/s": samples / seconds,
        "remark": f"{flops / seconds / 1e12:.3g} TFLOP/s",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default=None, help="a platform of JAX, such as gpu or cpu")
    parser.add_argument("--samples", type=int, default=2**20)
    parser.add_argument("--quick", action="store_true", help="few samples and steps: does it run at all?")
    given = parser.parse_args()
    samples, steps = (4096, 200) if given.quick else (given.samples, 1000)
    device = jax.devices(given.device)[0]
    print(f"{device.device_kind} ({device.platform}), jax {jax.__version__}, {samples} samples")
    with jax.default_device(device):
        show("score on one device", [*mixture(samples, steps), network(samples // 16)])


if __name__ == "__main__":
    main()

"""The SDE loop on a GPU: ``python -m benchmarks.sde_gpu [--device gpu] [--largest 8388608] [--quick]``.

Needs numpy and jax only, with the project's ``src`` on PYTHONPATH. P1: geometric Brownian motion of three components,
256 steps; P2: Ornstein–Uhlenbeck, 1000 steps; both float32, Euler–Maruyama, mean and variance at the end. The mean is compared
with the scheme's own, in closed form, before a time is believed. `march` is one compiled call on the device, transfers of a few
numbers included; `solve` is what a user calls.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import jax
import numpy as np

from benchmarks.measuring import Row, show
from evolaw import randomness
from evolaw.sde.loop.integrate import Plan, march
from evolaw.sde.loop.solver import solve
from evolaw.sde.loop.time_grid import grid_of
from evolaw.sde.noise.brownian import Drawing
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import EulerMaruyama
from evolaw.sde.statistics.moments import Moments

REPEATS = 5
GROWTH = SDE(lambda t, x, p: 1.5 * x, lambda t, x, p: 0.01 * x, dim=3, noise="diagonal", name="GBM")
RELAXING = SDE(lambda t, x, p: -x, 1.0, noise="additive", name="OU")


def timed(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def marched(process: SDE, start: float, steps: int, paths: int, group: int) -> Callable[[], np.ndarray]:
    """One compiled call on the device that gives the mean of the first component."""
    grid, _ = grid_of([0.0, 1.0], steps)
    key = jax.device_put(np.array(randomness.source(0).stream("noise").key, np.uint32))
    numbers = jax.device_put(np.arange(paths, dtype=np.uint32))
    x = jax.device_put(np.full((process.dim, paths), start, np.float32))
    plan = Plan(
        EulerMaruyama(), Drawing("dW", process.noises or 1, "float32"), (Moments(covariance=False),), (), False,
        min(1024, paths), group,
    )  # fmt: skip

    def work() -> np.ndarray:
        summaries = march(plan, process, key, numbers, np.uint32(paths), x, grid).summaries
        count, mean = (np.asarray(part[-1], float) for part in summaries[0][:2])
        return np.atleast_1d((mean * count).sum(axis=-1) / count.sum())

    return work


def rows(name: str, process: SDE, start: float, steps: int, truth: float, sizes: list[int]) -> list[Row]:
    found: list[Row] = []
    for paths in sizes:
        works = {f"march, {group} steps a kernel": marched(process, start, steps, paths, group) for group in (8, 64)}
        works["solve"] = lambda n=paths: solve(
            process, EulerMaruyama(), [start] * process.dim, [0, 1], steps=steps, paths=n, rng=0, precision="float32",
            statistics=Moments(covariance=False),
        ).mean[-1]  # fmt: skip
        for way, work in works.items():
            mean = float(np.mean(work()))
            if abs(mean - truth) > 6 / np.sqrt(paths) + 2e-5:
                raise RuntimeError(f"{name}, {way}: the mean is {mean}, and should be {truth}")
            seconds = timed(work)
            rate = paths * steps / seconds
            found.append(
                {"load": name, "paths": paths, "way": way, "ms": 1e3 * seconds, "10^9 path-steps/s": rate / 1e9,
                 "10^9 normals/s": rate * (process.noises or 1) / 1e9}
            )  # fmt: skip
            print(f"{name}, {paths} paths, {way}: {1e3 * seconds:.3g} ms", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="gpu")
    parser.add_argument("--largest", type=int, default=8_388_608)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    device = jax.devices(asked.device)[0]
    print(device.device_kind, "jax", jax.__version__)
    sizes = [
        n for n in ([8192, 131_072] if asked.quick else [8192, 131_072, 2_097_152, 8_388_608]) if n <= asked.largest
    ]
    with jax.default_device(device):
        show("P1", rows("GBM, 256 steps", GROWTH, 0.1, 256, 0.1 * (1 + 1.5 / 256) ** 256, sizes))
        show("P2", rows("OU, 1000 steps", RELAXING, 1.0, 1000, (1 - 1e-3) ** 1000, [min(2**20, asked.largest)]))


if __name__ == "__main__":
    main()

"""P3 on an accelerator: ``python -m benchmarks.josephson_gpu [--device gpu] [--quick]``.

RCSJ in float32, BAOAB: 64 biases x 16,384 paths x 10^5 steps, mean displacement and its variance only. The mean voltage at three biases is compared
with the Fokker–Planck equation before a time is believed. Then a Shapiro map of 512 x 512 and an array of 32 x 32 at 16 temperatures, as
`bench_josephson` has them. Needs numpy, scipy and jax, with the project's ``src`` on PYTHONPATH.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import jax
import numpy as np

from benchmarks.measuring import Row, show
from evolaw.josephson.arrays.grids import grid_array
from evolaw.josephson.curves.shapiro import shapiro_map
from evolaw.josephson.junction import Junction
from evolaw.josephson.stationary_state import fokker_planck
from evolaw.sde.loop.solver import solve
from evolaw.sde.schemes.scheme import EulerMaruyama
from evolaw.sde.schemes.splitting import BAOAB
from evolaw.sde.statistics.moments import Moments

DAMPING, NOISE, STEP = 1.0, 0.3, 0.1


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--device", default=None, help="cpu, gpu or tpu; what JAX finds unless told otherwise")
    asked.add_argument("--quick", action="store_true", help="a thousandth of the work, to check the script")
    options = asked.parse_args()
    if options.device:
        jax.config.update("jax_platforms", "cuda" if options.device == "gpu" else options.device)
    paths, steps = (1024, 2000) if options.quick else (16_384, 100_000)
    bias = np.linspace(0.1, 2.0, 64)
    process = Junction(damping=DAMPING, noise=NOISE).process(0.1)
    times = [0.0, STEP * steps / 10, STEP * steps]

    def work() -> object:
        return solve(
            process, BAOAB(), np.zeros(2), times, steps=steps, paths=paths, rng=0, sweep={"force": {"bias": bias}},
            statistics=Moments(covariance=False), precision="float32",
        )  # fmt: skip

    begun = time.perf_counter()
    found = work()
    first = time.perf_counter() - begun
    mean, error = found.moments.mean[..., 0], found.moments.mean_error[..., 0]  # type: ignore[attr-defined]
    span = times[2] - times[1]
    for place in (10, 30, 50):
        exact = fokker_planck(Junction(damping=DAMPING, noise=NOISE), float(bias[place])).mean_velocity
        speed, spread = (mean[place, 2] - mean[place, 1]) / span, np.hypot(error[place, 2], error[place, 1]) / span
        if abs(speed - exact) > 5 * spread + 2e-3:
            raise SystemExit(f"bias {bias[place]:.3f}: {speed:.6f} ± {spread:.2g}, but exactly {exact:.6f}")
    begun = time.perf_counter()
    work()
    again = time.perf_counter() - begun
    rate = 64 * paths * steps / again
    device = jax.devices()[0]
    row = {
        "device": str(device.device_kind),
        "paths": 64 * paths,
        "steps": steps,
        "first, s": first,
        "again, s": again,
        "path-steps/s": rate,
    }
    show("P3: RCSJ, float32", [row])
    if not options.quick:
        show("map and array, float64", [shapiro(), array()])


def shapiro() -> Row:
    """A Shapiro map of 512 x 512 without noise."""
    axis = np.linspace(0, 20, 512)
    first, again = (timed(lambda: shapiro_map(Junction(), axis, axis, 8.0, 0)) for _ in range(2))
    return {"load": "Shapiro map, 512 x 512", "first, s": first, "again, s": again}


def array(steps: int = 2000) -> Row:
    """A 32 x 32 array at 16 temperatures."""
    grid = grid_array(32, 32, 0.2, noise=0.1)

    def work() -> object:
        return solve(
            grid.law, EulerMaruyama(), np.zeros(grid.law.dim), [0, 0.05 * steps], steps=steps, paths=1, rng=0,
            sweep={"temperature": np.linspace(0.1, 1.6, 16)}, statistics=Moments(covariance=False),
        )  # fmt: skip

    first, again = (timed(work) for _ in range(2))
    return {"load": f"32 x 32 x 16, {steps} steps", "first, s": first, "again, s": again}


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()

"""Junctions: an I–V curve of 64 biases x 1024 paths against Numba and NumPy loops of the same scheme, a Shapiro map, an array.

10^6 path-steps a second are biases x paths x steps / seconds. The ceiling is the same loop with a normal and a sine and nothing else. The interpreter
that has Numba is named by EVOLAW_PEERS_PYTHON; `peer_josephson.py` runs in it, right after, on the same machine.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Row, alternate
from evolaw.josephson import Junction, shapiro_map
from evolaw.josephson.arrays.grids import grid_array
from evolaw.josephson.curves.stepping import scheme_for
from evolaw.sde import SDE, EulerMaruyama, Moments, solve
from evolaw.sde.loop.trigonometry import sine

BIASES, PATHS, STEPS = 64, 1024, 20_000
MOST_STEPS = int(os.environ.get("EVOLAW_JOSEPHSON_STEPS", STEPS))


def run() -> list[Row]:
    return [*curves(), *shapiro(), *arrays()]


def curves() -> list[Row]:
    """The I–V curve: every bias and path in one solution, running moments of the unwrapped phase at the end."""
    bias = np.linspace(0.1, 2, BIASES)

    def solved(junction: Junction, h: float, precision: str) -> Callable[[], object]:
        process, scheme = junction.process(0.1), scheme_for(junction)
        return lambda: solve(
            process, scheme, np.zeros(process.dim), [0, h * MOST_STEPS], steps=MOST_STEPS, paths=PATHS, rng=0,
            sweep={"force": {"bias": bias}}, statistics=Moments(covariance=False), precision=precision,
        )  # fmt: skip

    ceiling = SDE(
        lambda t, x, p: p["bias"] - sine(x, near=True),
        1.0,
        noise="additive",
        params={"bias": 0.1},
        name="normals and sine",
    )

    def top(precision: str) -> Callable[[], object]:
        return lambda: solve(
            ceiling, EulerMaruyama(), 0.0, [0, 1], steps=MOST_STEPS, paths=PATHS * BIASES, rng=0, statistics=Moments(covariance=False),
            precision=precision,
        )  # fmt: skip

    works: dict[str, Callable[[], object]] = {}
    for precision in ("float32", "float64"):
        works[f"normals and sine, nothing else, {precision}"] = top(precision)
        works[f"RSJ, {precision}"] = solved(Junction(noise=0.1), 0.05, precision)
        works[f"RCSJ, {precision}"] = solved(Junction(damping=0.5, noise=0.1), 0.1, precision)
    taken = alternate(works, 1)
    done = BIASES * PATHS * MOST_STEPS / 1e6
    rates = {name: [done / seconds.clock, done / seconds.processor] for name, seconds in taken.items()}
    rates |= peers()
    rows: list[Row] = []
    for name, rate in rates.items():
        model = name.split(",")[0]
        ours = [rates.get(f"{model}, {precision}", [0.0, 0.0]) for precision in ("float64", "float32")]
        known = f"normals and sine, nothing else, {name.rsplit(', ', 1)[1]}"
        rows.append(
            {
                "load": name,
                "10^6 path-steps/s": rate[0],
                "a core-second": rate[1],
                "share of ceiling, a core": rate[1] / rates[known][1] if known in rates else "",
                "ours on two cores is faster by: float64": ours[0][0] / rate[0] if "Num" in name else "",
                "float32": ours[1][0] / rate[0] if "Num" in name else "",
                "a core, float64": ours[0][1] / rate[1] if "Num" in name else "",
            }
        )
    return rows


def peers() -> dict[str, list[float]]:
    """Rates of the loops in Numba and NumPy; none where no interpreter is named."""
    python = os.environ.get("EVOLAW_PEERS_PYTHON")
    if not python:
        return {}
    script = Path(__file__).with_name("peer_josephson.py")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run([python, str(script)], capture_output=True, text=True, check=True, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    print(found.pop("versions"))
    return found


def shapiro() -> list[Row]:
    """A 512 x 512 map without noise, W = 8, 80 periods of 40 steps, float64, compiling included."""
    begun, spent = time.perf_counter(), time.process_time()
    shapiro_map(Junction(), np.linspace(0, 20, 512), np.linspace(0, 20, 512), 8.0, 0)
    taken = {"by the clock": time.perf_counter() - begun, "of both cores": time.process_time() - spent}
    return [{"load": f"Shapiro map 512 x 512, seconds {name}", "seconds": value} for name, value in taken.items()]


def arrays() -> list[Row]:
    """A 32 x 32 array at 16 temperatures: grid-steps a second (a grid is 1024 islands), and those of a sparse solve a step in SciPy."""
    grid = grid_array(32, 32, 0.2, noise=0.1)
    steps = 2000
    work = {
        "32 x 32 array, 16 temperatures, float64": lambda: solve(
            grid.law, EulerMaruyama(), np.zeros(grid.law.dim), [0, 0.05 * steps], steps=steps, paths=1, rng=0,
            sweep={"temperature": np.linspace(0.1, 1.6, 16)}, statistics=Moments(covariance=False),
        )
    }  # fmt: skip
    taken = alternate(work, 3)[next(iter(work))]
    ours, ours_at_once, other = 16 * steps / taken.processor, 16 * steps / taken.clock, sparse_solves(200)
    return [
        {"load": "32 x 32 array, grid-steps a core-second", "10^6 path-steps/s": ours},
        {"load": "the same by the clock, two cores", "10^6 path-steps/s": ours_at_once},
        {"load": "by a factored sparse solve a step (pyjjasim's method), SciPy, one core", "10^6 path-steps/s": other, "a core, float64": ours / other, "ours on two cores is faster by: float64": ours_at_once / other},
    ]  # fmt: skip


def sparse_solves(steps: int) -> float:
    """pyjjasim's own method: white bond currents, sines of all bonds, one solve with a factored sparse Laplacian a step, 16 columns at once."""
    from scipy.sparse import coo_array
    from scipy.sparse.linalg import splu

    n, columns = 32, 16
    islands = np.arange(n * n).reshape(n, n)
    pairs = np.concatenate(
        [
            np.column_stack([islands[:-1].ravel(), islands[1:].ravel()]),
            np.column_stack([islands.ravel(), np.roll(islands, -1, 1).ravel()]),
        ]
    )
    m = len(pairs)
    rows = np.repeat(np.arange(m), 2)
    incidence = coo_array((np.tile([1.0, -1.0], m), (rows, pairs.ravel())), shape=(m, n * n)).tocsr()
    inner = incidence[:, 1:]
    factor = splu((inner.T @ inner).tocsc())
    feed = np.zeros((n * n, columns))
    feed[:n], feed[-n:] = 0.2, -0.2
    draw, h, heat = np.random.default_rng(0), 0.05, np.sqrt(2 * np.linspace(0.1, 1.6, columns) / 0.05)
    phase = np.zeros((n * n - 1, columns))
    back = inner.T.tocsr()
    begun = time.process_time()
    for _ in range(steps):
        current = np.sin(inner @ phase) + heat * draw.standard_normal((m, columns))
        phase += h * factor.solve(feed[1:] - back @ current)
    return columns * steps / (time.process_time() - begun)

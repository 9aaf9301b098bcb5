"""The SDE loop: path-steps a second (P2), against drawing with `jax.random`, PyTorch, diffrax and sdeint; one long path (P4).

Path-steps a second is paths x steps / seconds, the statistics included, compiling not. The share is that of the ceiling: the
same loop with nothing in it but the drawing, x <- x + normal. The interpreter that has the other programs is named by the
environment variable EVOLAW_PEERS_PYTHON; `peer_sde.py` runs in it, right after, on the same machine.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.measuring import Row, alternate
from evolaw.sde import SDE, EulerMaruyama, LevyMilstein, Moments, WeakEuler, ornstein_uhlenbeck, solve

PATHS, STEPS = 2**18, 1000
LONG = 1_000_000


def run() -> list[Row]:
    return [*ensembles(), *one_path(), *with_areas()]


def ensembles() -> list[Row]:
    """P2: scalar Ornstein–Uhlenbeck, mean and variance at the end."""
    process = ornstein_uhlenbeck(rate=1.0, scale=1.0)
    motion = SDE(0.0, 1.0, noise="additive")
    drawn = scan_with_jax_random(PATHS, STEPS)

    def solved(process: SDE, scheme: Any, precision: str) -> Callable[[], object]:
        return lambda: solve(
            process, scheme, 1.0, [0, 1], steps=STEPS, paths=PATHS, rng=0, statistics=Moments(), precision=precision
        )

    works: dict[str, Callable[[], object]] = {
        "the drawing alone (ceiling), float32": solved(motion, EulerMaruyama(), "float32"),
        "Gaussian, float32": solved(process, EulerMaruyama(), "float32"),
        "Gaussian, float64": solved(process, EulerMaruyama(), "float64"),
        "three-point, float32": solved(process, WeakEuler(3), "float32"),
        "two-point, float32": solved(process, WeakEuler(2), "float32"),
        "lax.scan with jax.random.normal, float32": lambda: jax.block_until_ready(drawn(jax.random.key(0))),
    }
    taken = alternate(works, 5)
    rates = {name: PATHS * STEPS / seconds.clock / 1e6 for name, seconds in taken.items()}
    rates |= peers("ensembles")
    ceiling, ours = rates["the drawing alone (ceiling), float32"], rates["Gaussian, float32"]
    return [
        {
            "load": name,
            "10^6 path-steps/s": rate,
            "share of ceiling": rate / ceiling,
            "Gaussian is faster by": ours / rate,
        }
        for name, rate in rates.items()
    ]


def scan_with_jax_random(paths: int, steps: int) -> Callable[[Any], Any]:
    """The plain way: one scan over all paths, normals drawn from a key split at each step."""

    def step(carry: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], None]:
        x, key = carry
        key, now = jax.random.split(key)
        return (x - x / steps + jnp.sqrt(1 / steps) * jax.random.normal(now, x.shape), key), None

    @jax.jit
    def whole(key: Any) -> Any:
        (x, _), _ = jax.lax.scan(step, (jnp.ones(paths, jnp.float32), key), None, steps)
        return x.mean(), x.var()

    return whole


def one_path() -> list[Row]:
    """P4: one path of a million steps with its drawing, against a scan over noise that lies ready."""
    process = ornstein_uhlenbeck(rate=1.0, scale=1.0)
    noise = jnp.asarray(np.random.default_rng(0).normal(size=LONG) * LONG**-0.5, jnp.float32)
    scan = jax.jit(lambda x, noise: jax.lax.scan(lambda x, w: (x - x / LONG + w, None), x, noise)[0])
    works: dict[str, Callable[[], object]] = {
        "one path, drawing included": lambda: solve(
            process, EulerMaruyama(), 1.0, [0, 1], steps=LONG, rng=0, precision="float32"
        ),
        "lax.scan over precomputed noise": lambda: jax.block_until_ready(scan(jnp.float32(1), noise)),
    }
    taken = alternate(works, 5)
    return [{"load": name, "ns a step": seconds.clock / LONG * 1e9} for name, seconds in taken.items()]


def with_areas() -> list[Row]:
    """P7: general noise, ten components, Milstein with Lévy areas."""
    mixing = np.random.default_rng(0).normal(size=(10, 10, 10)) * 0.05
    process = SDE(
        lambda t, x, p: -x, lambda t, x, p: 0.1 * jnp.eye(10) + jnp.einsum("ijk,k->ij", p, x), dim=10, noises=10,
        params=mixing.astype(np.float32),
    )  # fmt: skip
    paths, steps = 8192, 20

    def work() -> object:
        return solve(
            process, LevyMilstein(), np.ones(10), [0, 0.1], steps=steps, paths=paths, rng=0, precision="float32",
            statistics=Moments(),
        )  # fmt: skip

    rates = {"Milstein with Lévy areas, 10 noises": paths * steps / alternate({"": work}, 3)[""].clock / 1e6}
    rates |= peers("areas")
    ours = rates["Milstein with Lévy areas, 10 noises"]
    return [{"load": name, "10^6 path-steps/s": rate, "ours is faster by": ours / rate} for name, rate in rates.items()]


def peers(which: str) -> dict[str, float]:
    """Path-steps a second, in millions, of the programs that the other interpreter has."""
    python = os.environ.get("EVOLAW_PEERS_PYTHON")
    if not python:
        return {}
    done = subprocess.run(
        [python, str(Path(__file__).with_name("peer_sde.py")), which], capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise RuntimeError(f"{python} could not run the peers: {done.stderr[-500:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))

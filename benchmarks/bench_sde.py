"""The SDE loop against other programs: ensembles (P2), coupled systems, one long path (P4), weak order two (P6), Lévy areas (P7), GBM (P1).

Path-steps a second is paths x steps / seconds, the statistics included, compiling not. The share is that of the ceiling: the
same loop with nothing in it but the drawing, x <- x + normal. The interpreter that has the other programs is named by the
environment variable EVOLAW_PEERS_PYTHON; `peer_sde.py` runs in it, right after, on the same machine.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.measuring import Row, alternate
from evolaw.arrays import precise
from evolaw.sde import (
    BAOAB,
    DRI1,
    SDE,
    EulerMaruyama,
    LevyMilstein,
    Moments,
    WeakEuler,
    expectation,
    ornstein_uhlenbeck,
    solve,
    underdamped,
)

PATHS, STEPS = 1_000_000, 1000
LONG = 1_000_000


def run() -> list[Row]:
    return [*ensembles(), *coupled(), *one_path(), *to_a_bias(), *with_areas(), *geometric(), *phases(), *gradient()]


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
    taken = alternate(works, 3)
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


def coupled() -> list[Row]:
    """Systems whose components meet: Lorenz with multiplicative noise and a driven pendulum, 10^5 paths x 1000 steps.

    The other side is plain JAX: one scan over all paths, the same equations written for arrays (dim, paths).
    """
    paths, steps, dt = 100_000, 1000, 1e-3

    def lorenz(x: Any) -> Any:
        return jnp.stack([10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]])

    def pendulum(x: Any) -> Any:
        return jnp.stack([x[1], 0.5 - jnp.sin(x[0]) - 0.1 * x[1]])

    kinds: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any], list[float]]] = [
        ("Lorenz, noise 0.1 x", lorenz, lambda x: 0.1 * x, [1.0, 1.0, 20.0]),
        ("pendulum, noise on the speed", pendulum, lambda x: jnp.stack([0 * x[0], 0.3 + 0 * x[1]]), [0.0, 0.0]),
    ]
    rows: list[Row] = []
    for name, drift, diffusion, start in kinds:
        process = SDE(
            lambda t, x, p, f=drift: f(x), lambda t, x, p, g=diffusion: g(x), dim=len(start), noise="diagonal"
        )

        @jax.jit
        def whole(key: Any, f: Any = drift, g: Any = diffusion, start: Any = tuple(start)) -> Any:
            def step(carry: tuple[Any, Any], _: None) -> tuple[tuple[Any, Any], None]:
                x, key = carry
                key, now = jax.random.split(key)
                return (x + f(x) * dt + g(x) * jnp.sqrt(dt) * jax.random.normal(now, x.shape), key), None

            x = jnp.broadcast_to(jnp.asarray(start, jnp.float32)[:, None], (len(start), paths))
            x = jax.lax.scan(step, (x, key), None, steps)[0][0]
            return x.mean(1), x.var(1)

        works: dict[str, Callable[[], object]] = {
            name: lambda process=process, start=start: solve(
                process, EulerMaruyama(), start, [0, 1], steps=steps, paths=paths, rng=0, precision="float32",
                statistics=Moments(),
            ),
            f"{name}: lax.scan with jax.random.normal": lambda whole=whole: jax.block_until_ready(whole(jax.random.key(0))),
        }  # fmt: skip
        taken = alternate(works, 3)
        ours = taken[name].clock
        rows += [
            {"load": load, "ns a path-step": spent.clock / paths / steps * 1e9, "ours is faster by": spent.clock / ours}
            for load, spent in taken.items()
        ]
    return rows


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
    taken = alternate(works, 25)
    return [{"load": name, "ns a step": seconds.clock / LONG * 1e9} for name, seconds in taken.items()]


def phases() -> list[Row]:
    """Junctions with a periodic phase and the same without, and a sweep of 256 parameter sets beside one set."""
    turn, paths, steps = 2 * np.pi, 65_536, 512
    junction = SDE(
        lambda t, x, p: p["i"] - jnp.sin(x), 0.45, noise="additive", params={"i": 0.9}, periods=(turn,), name="RSJ"
    )
    inert = underdamped(
        lambda t, x, p: p["i"] - jnp.sin(x), friction=0.5, temperature=0.1, params={"i": 0.9}, name="RCSJ"
    )
    settled = ornstein_uhlenbeck(rate=1.0, scale=0.5)
    rates = {"sweep": {"rate": np.linspace(0.5, 1, 256)}, "paths": paths // 256}
    cases: dict[str, tuple[SDE, Any, Any, dict[str, Any]]] = {
        "RSJ, periodic": (junction, EulerMaruyama(), 0.0, {}),
        "RSJ, not periodic": (replace(junction, periods=None), EulerMaruyama(), 0.0, {}),
        "RCSJ (BAOAB), periodic": (replace(inert, periods=(turn, None)), BAOAB(), [0.0, 0.0], {}),
        "RCSJ (BAOAB), not periodic": (inert, BAOAB(), [0.0, 0.0], {}),
        "Ornstein–Uhlenbeck": (settled, EulerMaruyama(), 0.0, {}),
        "Ornstein–Uhlenbeck, 256 sets": (settled, EulerMaruyama(), 0.0, rates),
    }
    rows: list[Row] = []
    for precision in ("float32", "float64"):

        def work(process: SDE, scheme: Any, start: Any, changed: dict[str, Any], precision: str = precision) -> object:
            asked: dict[str, Any] = {"paths": paths, "steps": steps, "rng": 0, "precision": precision} | changed
            return solve(process, scheme, start, [0, 5], statistics=Moments(covariance=False), **asked)

        works: dict[str, Callable[[], object]] = {name: partial(work, *case) for name, case in cases.items()}
        for name, seconds in alternate(works, 5).items():
            rows.append({"load": f"{name}, {precision}", "1e6 path-steps/s": paths * steps / seconds.clock / 1e6})
    return rows


def gradient() -> list[Row]:
    """The gradient of a mean of 10^4 paths x 200 steps beside the solution."""
    process, looks = ornstein_uhlenbeck(rate=1.0, scale=0.5), Moments(of=lambda t, x, p: x**2)
    with precise("float64"):
        params = {name: float(value) for name, value in dict(process.params).items()}

        @jax.jit
        @jax.grad
        def slope(p: Any) -> Any:
            return expectation(
                replace(process, params=p), EulerMaruyama(), 1.0, [0, 2], lambda t, x, p: x[0] ** 2,
                paths=10_000, rng=0, steps=200,
            )[-1]  # fmt: skip

        works: dict[str, Callable[[], object]] = {
            "gradient": lambda: jax.block_until_ready(slope(params)),
            "solution": lambda: solve(
                process, EulerMaruyama(), 1.0, [0, 2], steps=200, paths=10_000, rng=0, statistics=looks
            ),
        }
        return [{"load": name, "ms": seconds.clock * 1e3} for name, seconds in alternate(works, 15).items()]


def with_areas() -> list[Row]:
    """P7: general noise, ten components, Milstein with Lévy areas."""
    mixing = np.random.default_rng(0).normal(size=(10, 10, 10)) * 0.05
    process = SDE(
        lambda t, x, p: -x, lambda t, x, p: 0.1 * jnp.eye(10) + jnp.einsum("ijk,k->ij", p, x), dim=10, noises=10,
        params=mixing.astype(np.float32),
    )  # fmt: skip
    paths, steps = 100_000, 20

    def work() -> object:
        return solve(
            process, LevyMilstein(), np.ones(10), [0, 0.1], steps=steps, paths=paths, rng=0, precision="float32",
            statistics=Moments(),
        )  # fmt: skip

    rates = {"Milstein with Lévy areas, 10 noises": paths * steps / alternate({"": work}, 3)[""].clock / 1e6}
    rates |= peers("areas")
    ours = rates["Milstein with Lévy areas, 10 noises"]
    return [{"load": name, "10^6 path-steps/s": rate, "ours is faster by": ours / rate} for name, rate in rates.items()]


def to_a_bias() -> list[Row]:
    """P6: second moments of a linear system with two noises to a bias below 1e-4, which costs Euler 1500 steps and DRI1 16.

    dX = A X dt + B1 X dW1 + B2 X dW2 on [0, 1]. Euler's moments follow M' = (I + hA) M (I + hA)^T + h sum B M B^T exactly; those
    of DRI1 are 9.08e-5 off with 16 steps, by enumeration of its noise (tests/sde).
    """
    a = np.array([[-0.6, 0.3], [-0.2, -0.8]])
    b = np.array([[[0.5, 0.2], [-0.3, 0.1]], [[-0.1, 0.4], [0.3, 0.25]]])
    exact = np.array([[0.55123478, 0.08588747], [0.08588747, 0.13297583]])
    euler_steps, dri1_steps = 1500, 16
    moments, step = np.outer([1, 0.7], [1, 0.7]), np.eye(2) + a / euler_steps
    for _ in range(euler_steps):
        moments = step @ moments @ step.T + sum(c @ moments @ c.T for c in b) / euler_steps
    process = SDE(lambda t, x, p: a @ x, lambda t, x, p: (b @ x).T, dim=2, noises=2)

    def solved(scheme: Any, steps: int) -> Callable[[], object]:
        return lambda: solve(
            process,
            scheme,
            [1, 0.7],
            [0, 1],
            steps=steps,
            paths=200_000,
            rng=0,
            precision="float32",
            statistics=Moments(),
        )

    euler = f"Euler–Maruyama, {euler_steps} steps, bias {np.abs(moments - exact).max():.1e}"
    dri1 = f"DRI1, {dri1_steps} steps, bias 9.1e-05"
    taken = alternate({euler: solved(EulerMaruyama(), euler_steps), dri1: solved(DRI1(), dri1_steps)}, 3)
    return [
        {"load": name, "seconds": spent.clock, "ours is faster by": taken[euler].clock / spent.clock}
        for name, spent in taken.items()
    ]


def geometric() -> list[Row]:
    """P1: geometric Brownian motion with 3 components, 256 Euler–Maruyama steps, the final state only."""
    process = SDE(lambda t, x, p: 1.5 * x, lambda t, x, p: 0.01 * x, dim=3, noise="diagonal")
    rows: list[Row] = []
    for paths in (8192, 131_072, 2_097_152):
        work = lambda paths=paths: solve(  # noqa: E731
            process, EulerMaruyama(), [0.1] * 3, [0, 1], steps=256, paths=paths, rng=0, precision="float32",
            statistics=Moments(covariance=False),
        )  # fmt: skip
        seconds = alternate({"": work}, 3)[""].clock
        rows.append({"load": f"GBM, 3 components, {paths:,} paths x 256", "seconds": seconds,
                     "10^6 path-steps/s": paths * 256 / seconds / 1e6})  # fmt: skip
    return rows


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

"""The same equations in other programs: ``python peer_sde.py ensembles|areas`` prints path-steps a second, in millions, as JSON.

Runs in an interpreter of its own, with what it has of torch, diffrax and sdeint; a program that is missing is left out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np


def best(work: Callable[[], object], repeats: int = 3) -> float:
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def torch_loop(paths: int = 1_000_000, steps: int = 200) -> float:
    import torch

    def work() -> object:
        x = torch.ones(paths)
        for _ in range(steps):
            x += -x / 1000 + 1000**-0.5 * torch.randn(paths)
        return x.mean(), x.var()

    return paths * steps / best(work) / 1e6


def diffrax_loop(kind: str, paths: int, steps: int) -> float:
    import diffrax
    import jax
    import jax.numpy as jnp

    def one(key: jax.Array) -> jax.Array:
        if kind == "UnsafeBrownianPath":
            motion = diffrax.UnsafeBrownianPath((), key)
        else:
            motion = diffrax.VirtualBrownianTree(0.0, 1.0, 0.5 / steps, (), key)
        terms = diffrax.MultiTerm(
            diffrax.ODETerm(lambda t, x, a: -x), diffrax.ControlTerm(lambda t, x, a: jnp.ones(()), motion)
        )
        solved = diffrax.diffeqsolve(
            terms, diffrax.Euler(), 0.0, 1.0, 1 / steps, jnp.ones(()), max_steps=steps + 8,
            saveat=diffrax.SaveAt(t1=True), adjoint=diffrax.ForwardMode(),
        )  # fmt: skip
        return solved.ys[0]

    whole = jax.jit(lambda keys: (lambda x: (x.mean(), x.var()))(jax.vmap(one)(keys)))
    keys = jax.random.split(jax.random.key(0), paths)
    return paths * steps / best(lambda: jax.block_until_ready(whole(keys))) / 1e6


def sdeint_areas(steps: int = 20) -> float:
    import sdeint

    mixing = np.random.default_rng(0).normal(size=(10, 10, 10)) * 0.05
    times = np.linspace(0, 0.1, steps + 1)

    def work() -> object:
        return sdeint.itoSRI2(
            lambda x, t: -x, lambda x, t: 0.1 * np.eye(10) + np.einsum("ijk,k->ij", mixing, x), np.ones(10), times
        )

    return steps / best(work) / 1e6


def main(which: str) -> None:
    jobs: dict[str, Callable[[], float]] = {
        "PyTorch loop": torch_loop,
        "diffrax, UnsafeBrownianPath": lambda: diffrax_loop("UnsafeBrownianPath", 2**15, 200),
        "diffrax, VirtualBrownianTree": lambda: diffrax_loop("VirtualBrownianTree", 2**13, 200),
    }
    if which == "areas":
        jobs = {"sdeint, itoSRI2 with Iwik": sdeint_areas}
    rates = {}
    for name, job in jobs.items():
        try:
            rates[name] = job()
        except ImportError:
            continue
    print(json.dumps(rates))


if __name__ == "__main__":
    main(sys.argv[1])

"""Equations without noise, solved with steps of each path's own.

Between saved times every path is followed by `evolaw.sde.loop.adaptive`, many paths in blocks that one compiled program carries: as many
blocks at once as there are cores, each filled up to a power of two so that few sizes are compiled.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import jax
import numpy as np

from evolaw import checks, devices
from evolaw.arrays import WIDE, precise
from evolaw.errors import NotConverged
from evolaw.sde.loop.adaptive import TOGETHER, Adapted, adaptive
from evolaw.sde.processes.process import SDE
from evolaw.trajectory import Trajectory

__all__ = ["in_blocks", "solve_flow"]

_BLOCK = 8192
"""Paths that one compiled call carries at most."""


def solve_flow(
    process: SDE, start: Any, times: Any, *, rtol: float = 1e-6, atol: float = 1e-6, precision: str = "float64"
) -> Trajectory:
    """Solve an equation without noise with steps chosen for every path by itself.

    Args:
        process: an equation with ``noise="none"``.
        start: states at times[0], shape (paths, dim).
        times: saved times, rising or falling.
        rtol, atol: tolerances of one step.
        precision: "float32" or "float64".

    Returns:
        A `Trajectory` with axes ("paths", "times", "dim"); its ``about`` says the largest number of steps and the largest guess of the
        error.

    Raises:
        NotConverged: a path did not arrive; says which.

    Example:
        >>> decay = SDE(lambda t, x, p: -x, None, noise="none")
        >>> solve_flow(decay, [[1.0], [2.0]], [0.0, 1.0], rtol=1e-9, atol=1e-9).final.round(6).tolist()
        [[0.367879], [0.735759]]
    """
    checks.require(process.noise == "none", "process", "have no noise", process.noise, "Use solve.")
    times = checks.monotone(np.asarray(times, float), "times")
    start = checks.finite(checks.shape(start, "start", ("paths", process.dim)), "start")
    tolerances = checks.positive(rtol, "rtol"), checks.positive(atol, "atol")
    with precise(precision) as dtype:
        frames, most, worst = [start.astype(dtype)], 0, 0.0
        error: Any = 0.0
        for begin, end in itertools.pairwise(times):
            ended = in_blocks(partial(_carried, process, begin, end, *tolerances), precision, frames[-1])
            lost = np.flatnonzero(~ended[3])
            if lost.size:
                raise NotConverged(
                    f"{lost.size} of {len(start)} paths of {process} did not arrive at time {end:g}; the first is path "
                    f"{lost[0]}, after {ended[2][lost[0]]} steps. Try larger tolerances, or check the drift near the end.",
                    None,
                )
            frames.append(ended[0])
            error = error + ended[1]
            most, worst = max(most, int(ended[2].max())), float(np.max(error))
    return Trajectory(
        np.stack(frames, axis=1),
        times,
        ("paths", "times", "dim"),
        law=process,
        scheme=f"Dormand–Prince 5(4), rtol {rtol:g}, atol {atol:g}",
        about={"precision": precision, "most_steps": most, "largest_error": worst},
    )


def in_blocks(work: Callable[..., Any], precision: str, *arrays: np.ndarray, lanes: int = TOGETHER) -> list[np.ndarray]:
    """Return what a work gives of arrays with the paths first: in blocks, as many at once as there are cores.

    Args:
        work: from a number of paths and arrays with at least as many to arrays with the paths first; compiled for a few sizes.
        precision: in which it is done.
        arrays: of all paths.
        lanes: up to so many paths are a block as they are, more are filled up to a power of two.

    Example:
        >>> [x.tolist() for x in in_blocks(lambda count, x: [2 * x], "float64", np.arange(3.0))]
        [[0.0, 2.0, 4.0]]
    """
    count, cores = len(arrays[0]), devices.cores() if devices.on_cpu() else 1
    blocks = max(-(-count // _BLOCK), min(cores, count // lanes), 1)
    size = -(-count // blocks)
    size = size if count <= lanes else 1 << (size - 1).bit_length()

    def one(start: int) -> list[np.ndarray]:
        mine = [part[start : start + size] for part in arrays]
        real = len(mine[0])
        full = [np.pad(part, [(0, size - real)] + [(0, 0)] * (part.ndim - 1), mode="edge") for part in mine]
        with precise(precision):  # the precision of JAX belongs to a thread
            return [np.asarray(part)[:real] for part in work(real, *full)]

    starts = range(0, count, size)
    if len(starts) < 2 or cores < 2:
        parts = [one(start) for start in starts]
    else:
        with ThreadPoolExecutor(cores) as pool:
            parts = list(pool.map(one, starts))
    return [np.concatenate(part) for part in zip(*parts, strict=True)]


def _carried(process: SDE, begin: float, end: float, rtol: float, atol: float, count: int, x: np.ndarray) -> Adapted:
    return _all_carried(process, x, *(np.asarray(number, x.dtype) for number in (begin, end, rtol, atol)), count)


@partial(jax.jit, compiler_options=WIDE)
def _all_carried(process: SDE, x: Any, begin: Any, end: Any, rtol: Any, atol: Any, count: Any) -> Adapted:
    def flow(t: Any, x: Any, own: Any) -> Any:
        return process.drift_at(t, x)

    return adaptive(flow, x, begin, end, rtol=rtol, atol=atol, count=count)

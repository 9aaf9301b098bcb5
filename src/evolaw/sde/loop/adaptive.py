"""Deterministic flows with steps of their own for every path: the embedded pair of Dormand and Prince.

A step of length h gives two solutions, of orders 5 and 4, from seven calls of which the last serves the next step. Their difference
δ is measured by

    e = √( mean_i (δ_i / (atol + rtol max(|y_i|, |y_i'|)))² )

and the step is kept where e <= 1; the next one is 0.9 e^(-1/5) times as long, within [1/5, 10]. Each path decides for itself, so that its
result does not depend on which others it was computed with. Solvers that take one step for a whole batch couple its samples.

This is the second and last loop of the SDE folder: the first one takes the same steps on all paths.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.arrays import WIDE, precise
from evolaw.errors import NotConverged
from evolaw.sde.processes.process import SDE
from evolaw.trajectory import Trajectory

__all__ = ["Adapted", "adaptive", "solve_flow"]

_C = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_A = (
    (),
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_FOURTH = (5179 / 57600, 0.0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40)
_DELTA = tuple(b - c for b, c in zip((*_A[6], 0.0), _FOURTH, strict=True))
_ROWS = 1024


class Adapted(NamedTuple):
    """The end of a flow.

    Attributes:
        y: the state.
        error: the sum over the steps of |δ|, or of what was measured; of the fourth-order solution, and so a high guess for the fifth.
        steps: steps tried.
        arrived: whether the end was reached.
    """

    y: Any
    error: Any
    steps: Any
    arrived: Any


class _Walk(NamedTuple):
    t: Any
    y: Any
    slope: Any
    h: Any
    error: Any
    steps: Any


def adaptive(
    flow: Callable[[Any, Any], Any],
    y: Any,
    begin: Any,
    end: Any,
    *,
    rtol: float,
    atol: float,
    measure: Callable[[Any, Any, Any, Any], Any] | None = None,
    most: int = 10_000,
) -> Adapted:
    """Follow dy/dt = flow(t, y) from one time to another, rising or falling, within compiled code; for one path.

    Args:
        flow: from a time and a state, shape (dim,), to its derivative.
        y: the state at ``begin``, shape (dim,).
        begin, end: times.
        rtol, atol: tolerances of one step.
        measure: from (t, y, slope, δ) at the start of a step to the errors that matter, which are then added up in place of |δ|, and
            are each held to ``atol`` as well.
        most: steps tried at most.

    References:
        hairer1993, section II.4 (step size), table II.5.2 (coefficients).

    Example:
        >>> ended = adaptive(lambda t, y: -y, jnp.ones(1), 0.0, 1.0, rtol=1e-6, atol=1e-6)
        >>> round(float(ended.y[0]), 4), bool(ended.arrived)
        (0.3679, True)
    """
    begin, end = jnp.asarray(begin, y.dtype), jnp.asarray(end, y.dtype)
    span = end - begin
    slope = flow(begin, y)
    size = atol + rtol * jnp.abs(y)
    # Hairer's first guess, and no longer than a tenth of the way.
    rate = _norm(slope / size)
    h = jnp.minimum(0.01 * _norm(y / size) / jnp.maximum(rate, 1e-30), 0.1 * jnp.abs(span))
    h = jnp.sign(span) * jnp.maximum(h, 1e-6 * jnp.abs(span))

    def goes_on(walk: _Walk) -> Any:
        return (jnp.abs(end - walk.t) > 0) & (walk.steps < most) & jnp.isfinite(walk.h)

    def step(walk: _Walk) -> _Walk:
        left = end - walk.t
        is_last = jnp.abs(walk.h) >= jnp.abs(left) * (1 - 1e-6)
        h = jnp.where(is_last, left, walk.h)
        slopes = [walk.slope]
        for c, row in zip(_C[1:], _A[1:], strict=True):
            stage = walk.y + h * sum(a * k for a, k in zip(row, slopes, strict=True) if a)
            slopes.append(flow(walk.t + c * h, stage))
        there = stage
        delta = h * sum(d * k for d, k in zip(_DELTA, slopes, strict=True) if d)
        scaled = _norm(delta / (atol + rtol * jnp.maximum(jnp.abs(walk.y), jnp.abs(there))))
        wrong = jnp.abs(delta) if measure is None else jnp.abs(measure(walk.t, walk.y, slopes[0], delta))
        if measure is not None:
            scaled = jnp.maximum(scaled, jnp.max(wrong) / atol)
        scaled = jnp.where(jnp.isfinite(scaled), scaled, 1e10)
        is_good = scaled <= 1
        change = jnp.clip(0.9 * jnp.maximum(scaled, 1e-10) ** -0.2, 0.2, 10.0)
        return _Walk(
            jnp.where(is_good, jnp.where(is_last, end, walk.t + h), walk.t),
            jnp.where(is_good, there, walk.y),
            jnp.where(is_good, slopes[-1], walk.slope),
            h * change,
            walk.error + jnp.where(is_good, wrong, 0.0),
            walk.steps + 1,
        )

    none = jnp.zeros_like(y if measure is None else measure(begin, y, slope, y))
    walk = jax.lax.while_loop(goes_on, step, _Walk(begin, y, slope, h, none, jnp.asarray(0, jnp.int32)))
    return Adapted(walk.y, walk.error, walk.steps, (walk.t == end) & jnp.all(jnp.isfinite(walk.y)))


def _norm(value: Any) -> Any:
    return jnp.sqrt(jnp.mean(value**2))


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
            parts = [_rows(process, block, begin, end, *tolerances) for block in _blocks(frames[-1])]
            ended = [np.concatenate([np.asarray(part[k]) for part in parts])[: len(start)] for k in range(4)]
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


def _blocks(x: np.ndarray) -> list[np.ndarray]:
    """Rows in blocks of one size, the last one filled up."""
    rows = min(_ROWS, len(x))
    return [
        np.pad(part, ((0, rows - len(part)), (0, 0)), mode="edge") for part in np.split(x, range(rows, len(x), rows))
    ]


@partial(jax.jit, compiler_options=WIDE)
def _rows(process: SDE, x: Any, begin: Any, end: Any, rtol: Any, atol: Any) -> Adapted:
    def one(x: Any) -> Adapted:
        return adaptive(process.drift_at, x, begin, end, rtol=rtol, atol=atol)

    return jax.vmap(one)(x)

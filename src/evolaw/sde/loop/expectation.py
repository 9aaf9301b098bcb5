"""The expectation of a function of the solution, for derivatives with respect to the parameters.

    E_p[s(t_k, X(t_k), p)] ≈ (1/paths) Σ_paths s(t_k, x(t_k), p),        d/dp along each path, the noise held fixed

The same steps and the same noise as `solve`, but as a function that JAX can trace: `jax.grad` goes backwards through all steps.

**Memory.** Backwards, the states of all steps would be kept. Here about √n of the n pairs of steps between two saved times
are, and those between are made again: so many states of a chunk of at most 16,384 paths, with what √n pairs remember of
themselves, at the cost of one more solution. Chunks follow each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.errors import ShapeError
from evolaw.sde.loop.execution_plan import is_apart, like, structure_of
from evolaw.sde.loop.integrate import Plan, begun, covered
from evolaw.sde.loop.time_grid import Grid, grid_of
from evolaw.sde.loop.winding import unwrapped
from evolaw.sde.noise.brownian import Drawing, path_keys
from evolaw.sde.noise.levy_areas import area_terms
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.reversal import Reversal
from evolaw.sde.schemes.scheme import Scheme
from evolaw.told import told

__all__ = ["expectation"]

_CHUNK = 16_384
_TOGETHER = 2


@told
def expectation(
    process: SDE,
    scheme: Scheme,
    start: Any,
    times: Any,
    statistic: Callable[[Any, Any, Any], Any],
    *,
    paths: int,
    rng: Any,
    steps: int,
    first_path: int = 0,
) -> jax.Array:
    """Return the mean over paths of a function of the solution, at every saved time; traceable.

    Args:
        process: the equation; its ``params`` may be traced.
        scheme: one step of a method.
        start: state at times[0], shape (dim,) for all paths or (paths, dim); may be traced.
        times: saved times, rising or falling; the first is the time of ``start``.
        statistic: s(t, x, p) -> number or array, of one path; periodic components come unwrapped.
        paths: number of paths.
        rng: seed or source of chance; may be None without noise. The paths are those of `solve` with the same seed.
        steps: number of equal steps from the first to the last time.
        first_path: number of the first path.

    Returns:
        Means, shape (times, ...): float32, or float64 within ``evolaw.arrays.precise("float64")``.

    Raises:
        ArgumentError: the scheme is not for the process, or its noise cannot be differentiated along a path.
        ShapeError: ``start`` has another shape.

    Notes:
        The derivative is that of the mean over these paths: unbiased where ``statistic`` is smooth, and of no use where it jumps (an
        indicator has derivative zero). For the standard error of the mean see ``solve(statistics=Moments(of=statistic))``. A
        path that does not stay finite makes the mean not a number. Cost of a gradient: about three solutions.

    References:
        glasserman2003, section 7.2 (pathwise derivatives); griewank1992 (checkpoints).

    Example:
        >>> from evolaw.sde import SDE, EulerMaruyama
        >>> decay = SDE(lambda t, x, p: -p * x, 0.1, noise="additive", params=1.0)
        >>> def mean(rate):
        ...     process = SDE(decay.drift, decay.diffusion, noise="additive", params=rate)
        ...     return expectation(process, EulerMaruyama(), 1.0, [0, 1], lambda t, x, p: x[0], paths=64, rng=0, steps=64)[-1]
        >>> round(float(jax.grad(mean)(1.0)), 1)  # some seconds
        -0.4
    """
    mesh, saved = grid_of(times, steps)
    if saved[-1] < saved[0] and not getattr(scheme, "runs_backwards", False):
        scheme = Reversal(scheme)
    # What a scheme accepts is asked of the functions; parameters may have no value yet.
    sentence = scheme.refuses(like(*structure_of(process)))
    if sentence:
        raise checks.refuse("scheme", f"be one for the process {process}", str(scheme), sentence)
    paths = checks.integer(paths, "paths", least=1, most=2**32 - 2)
    first_path = checks.integer(first_path, "first_path", least=0, most=2**32 - 2 - paths)
    source = randomness.source(0 if rng is None and process.noise == "none" else rng)
    dtype = np.dtype(jnp.result_type(float))
    needs = NoiseRequest.of(scheme)
    noises = needs.noises(process)
    terms = area_terms(noises, float(np.abs(mesh.dt).max())) if needs is NoiseRequest.AREAS else 1
    drawing = Drawing(needs, noises, dtype.name, terms)
    group = int(np.gcd.reduce([_TOGETHER, *mesh.last.tolist()]))
    plan = Plan(
        scheme, drawing, store=False, group=group, aligned=True, apart=is_apart(process, scheme, drawing), smooth=True
    )
    asked = _Asked(plan, statistic, tuple(float(t) for t in saved), tuple(mesh.last.tolist()), paths, first_path)
    key = np.array(source.stream("noise").key, np.uint32)
    return _expected(asked, process, key, _columns(start, process.dim, paths, dtype))


class _Asked(NamedTuple):
    """What a traced expectation is built for."""

    plan: Plan
    statistic: Callable[[Any, Any, Any], Any]
    times: tuple[float, ...]
    last: tuple[int, ...]
    paths: int
    first_path: int


@partial(jax.jit, static_argnums=0)
def _expected(asked: _Asked, process: SDE, key: Any, starts: Any) -> jax.Array:
    """The mean over all paths, from starts of shape (dim, paths) or (dim, 1)."""
    chunk = min(asked.paths, _CHUNK)

    @jax.checkpoint
    def part(first: Any, x: Any) -> jax.Array:
        numbers = np.uint32(asked.first_path) + first.astype(jnp.uint32) + jnp.arange(x.shape[1], dtype=jnp.uint32)
        return _sums(asked, process, key, numbers, x)

    def columns(first: Any, size: int) -> jax.Array:
        if starts.shape[1] == 1:
            return jnp.broadcast_to(starts, (starts.shape[0], size))
        return jax.lax.dynamic_slice_in_dim(starts, first, size, axis=1)

    whole, rest = divmod(asked.paths, chunk)
    firsts = jnp.arange(whole) * chunk
    total = part(firsts[0], columns(0, chunk))
    if whole > 1:
        total, _ = jax.lax.scan(
            lambda sum_, first: (sum_ + part(first, columns(first, chunk)), None), total, firsts[1:]
        )
    if rest:
        total = total + part(jnp.asarray(whole * chunk), columns(whole * chunk, rest))
    return total / asked.paths


def _sums(asked: _Asked, process: SDE, key: Any, numbers: Any, x: Any) -> jax.Array:
    """Sums over a chunk of paths, shape (times, ...)."""
    plan, dtype = asked.plan, x.dtype
    keys = path_keys(key, numbers, plan.drawing.noises)
    begin, dt = dtype.type(asked.times[0]), dtype.type((asked.times[-1] - asked.times[0]) / asked.last[-1])

    def seen(t: Any, state: Any) -> jax.Array:
        whole = unwrapped(process.periods, state.x, state.turns)
        value = jax.vmap(lambda one: jnp.asarray(asked.statistic(t, one, process.params), dtype), -1, -1)(whole)
        return value.sum(axis=-1)

    state = begun(plan, process, jnp.asarray(begin), x)
    found = [seen(jnp.asarray(begin), state)]
    for t, first, last in zip(asked.times[1:], (0, *asked.last[:-1]), asked.last, strict=True):
        entry = Grid(jnp.asarray(begin), jnp.asarray(dt), jnp.int32(0), jnp.int32(first), jnp.int32(last))
        state = covered(plan, process, keys, state, entry, first, last)
        found.append(seen(jnp.asarray(t, dtype), state))
    return jnp.stack(found)


def _columns(start: Any, dim: int, paths: int, dtype: np.dtype) -> jax.Array:
    given = jnp.asarray(start, dtype)
    if given.shape == (dim,) or (given.shape == () and dim == 1):
        return given.reshape(dim, 1)
    if given.shape == (paths, dim):
        return given.T
    raise ShapeError(
        f"Argument `start` must have shape ({dim},) for all paths or ({paths}, {dim}) for each, but is of shape {given.shape}."
    )

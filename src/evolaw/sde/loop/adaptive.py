"""Deterministic flows with steps of their own for every path: the embedded pair of Dormand and Prince.

A step of length h gives two solutions, of orders 5 and 4, from seven calls of which the last serves the next step. Their difference
δ is measured by

    e = √( mean_i (δ_i / (atol + rtol max(|y_i|, |y_i'|)))² )

and the step is kept where e <= 1; the next one is 0.9 e^(-1/5) times as long, within [1/5, 10]. Each path decides for itself, so that its
result does not depend on which others it was computed with. Solvers that take one step for a whole batch couple its samples.

Some paths need twice the steps of others. Those that have not arrived take turns of a few steps, as many paths at a time as fill the vectors
of a processor, so that none waits for the slowest; and a flow of few numbers is taken apart into them (`evolaw.sde.loop.scalarization`).

This is the second and last loop of the SDE folder: the first one takes the same steps on all paths. `evolaw.sde.loop.flows` solves
equations by it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.arrays import object_array
from evolaw.sde.loop.scalarization import Apart, taken_apart

__all__ = ["TOGETHER", "Adapted", "adaptive"]

_C = (0.0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_A = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
_FOURTH = (5179 / 57600, 0.0, 7571 / 16695, 393 / 640, -92097 / 339200, 187 / 2100, 1 / 40)
_DELTA = tuple(b - c for b, c in zip((*_A[5], 0.0), _FOURTH, strict=True))
_LANES, _TURN = 256, 4
"""Paths that step together where their flow is taken apart, and steps a turn."""
TOGETHER = 1024
"""Paths that step together where it is not."""


class Adapted(NamedTuple):
    """The ends of flows.

    Attributes:
        y: the states, shape (paths, dim).
        error: the sums over the steps of |δ|, or of what was measured; of the fourth-order solution, and so a high guess for the fifth.
        steps: steps tried, shape (paths,).
        arrived: whether the end was reached, shape (paths,).
    """

    y: Any
    error: Any
    steps: Any
    arrived: Any


class _Walk(NamedTuple):
    """Where paths stand; states, slopes and errors are tuples of arrays with the paths last: one a number, or one of all numbers."""

    t: Any
    y: Any
    slope: Any
    h: Any
    error: Any
    steps: Any
    kept: Any


class _Control(NamedTuple):
    """What the length of a step is chosen by.

    Attributes:
        measure: the errors that are added up, on numbers in the form; None for |δ|.
        led: how many numbers of a state, from the first on, count for the length of a step.
        held: which of the measured errors are held to atol.
        renew: what is a path's own in its next step, or None.
    """

    measure: Any
    led: int
    held: slice
    renew: Any


def adaptive(
    flow: Callable[..., Any],
    y: Any,
    begin: Any,
    end: Any,
    *,
    rtol: Any,
    atol: Any,
    own: Any = (),
    measure: Callable[..., Any] | None = None,
    led: int | None = None,
    held: slice = slice(None),
    renew: Callable[[Any, Any], Any] | None = None,
    most: int = 10_000,
    lanes: int = TOGETHER,
    count: Any = None,
) -> Adapted:
    """Follow dy/dt = flow(t, y, own) from one time to another, rising or falling, within compiled code.

    Args:
        flow: of one path: from a time, a state of shape (dim,), and what is its own, to the derivative.
        y: the states at ``begin``, shape (paths, dim).
        begin, end: times.
        rtol, atol: tolerances of one step.
        own: arrays with the paths first, which the flow of each path is given.
        measure: of one path: from (t, y, slope, δ) at the start of a step to the errors that matter, which are then added up in place
            of |δ|, and are each held to ``atol`` as well.
        led: numbers of a state, from the first on, that steps are chosen by; None for all. The others are carried along.
        held: which of the measured errors are held to ``atol``.
        renew: from what is the paths' own, with the paths last, and the number of steps each has kept, to what is theirs in the next step.
            Such a flow jumps from step to step, and costs a seventh call in each. Steps that are not chosen by what is renewed do not know it.
        most: steps tried at most.
        lanes: paths that step together at most.
        count: number of paths, where those past it only fill the arrays.

    Notes:
        Working memory is that of ``lanes`` paths, beside a few states for every path.

    References:
        hairer1993, section II.4 (step size), table II.5.2 (coefficients).

    Example:
        >>> ended = adaptive(lambda t, y, own: -y, jnp.ones((1, 1)), 0.0, 1.0, rtol=1e-6, atol=1e-6)  # some seconds
        >>> round(float(ended.y[0, 0]), 4), ended.arrived.tolist()
        (0.3679, [True])
    """
    kind, (paths, dim) = y.dtype, y.shape
    begin, end = jnp.asarray(begin, kind), jnp.asarray(end, kind)
    form, judged = _form_of(flow, measure, begin, *jax.tree.map(lambda part: part[0], (y, own)))
    lanes = min(lanes, paths, _LANES if isinstance(form, _Apart) else paths)
    control = _Control(judged, dim if led is None else led, held, renew)
    step = partial(_step, form.flow, control, end, rtol, atol)
    own = jax.tree.map(lambda part: jnp.moveaxis(part, 0, -1), own)

    def is_on(walk: _Walk) -> Any:
        return (jnp.abs(end - walk.t) > 0) & (walk.steps < most) & jnp.isfinite(walk.h)

    def turn(walks: _Walk) -> _Walk:
        """A few steps of the first paths that have not arrived; one that arrives stands still for the rest of the turn."""
        (places,) = jnp.nonzero(is_on(walks), size=lanes, fill_value=paths)
        walk, mine = jax.tree.map(lambda part: jnp.take(part, places, axis=-1, mode="clip"), (walks, own))

        def move(_: Any, walk: _Walk) -> _Walk:
            on = is_on(walk)
            return jax.tree.map(lambda new, old: jnp.where(on, new, old), step(walk, mine), walk)

        walk = jax.lax.fori_loop(0, _TURN, move, walk)
        return jax.tree.map(lambda all, part: all.at[..., places].set(part, mode="drop"), walks, walk)

    walks = _begun(form.flow, control, form.split(y), own, begin, end, rtol, atol)
    if count is not None:
        walks = walks._replace(t=jnp.where(jnp.arange(paths) < count, walks.t, end))
    walks = jax.lax.while_loop(lambda walks: jnp.any(is_on(walks)), turn, walks)
    ended, error = (jnp.concatenate([jnp.atleast_2d(part) for part in parts]).T for parts in (walks.y, walks.error))
    return Adapted(ended, error, walks.steps, (walks.t == end) & jnp.all(jnp.isfinite(ended), axis=1))


def _begun(flow: Any, control: _Control, y: _Numbers, own: Any, begin: Any, end: Any, rtol: Any, atol: Any) -> _Walk:
    """All paths before their first step, of Hairer's first guess but no longer than a tenth of the way."""
    paths, span = y[0].shape[-1], end - begin
    t = jnp.full(paths, begin)
    slope = flow(t, y, own)
    sizes = [atol + rtol * jnp.abs(part) for part in y]
    state, rate = (
        _norm([part / size for part, size in zip(parts, sizes, strict=True)], control) for parts in (y, slope)
    )
    h = jnp.minimum(0.01 * state / jnp.maximum(rate, 1e-30), 0.1 * jnp.abs(span))
    h = jnp.sign(span) * jnp.maximum(h, 1e-6 * jnp.abs(span))
    judge, begun = control.measure, jnp.zeros(paths, jnp.int32)
    none = tuple(jnp.zeros_like(part) for part in (y if judge is None else judge(t, y, slope, y)))
    return _Walk(t, y, slope, h, none, begun, begun)


def _step(flow: Any, control: _Control, end: Any, rtol: Any, atol: Any, walk: _Walk, own: Any) -> _Walk:
    """One step of every path, kept where it is good."""
    kind, left, judge = walk.h.dtype, end - walk.t, control.measure
    begun = walk.slope
    if control.renew is not None:
        own = control.renew(own, walk.kept)
        begun = flow(walk.t, walk.y, own)
    is_last = jnp.abs(walk.h) >= jnp.abs(left) * (1 - 1e-6)
    h = jnp.where(is_last, left, walk.h)
    whole = np.zeros((6, 6))
    for number, row in enumerate(_A):
        whole[number, : len(row)] = row
    shares, nodes = jnp.asarray(whole, kind), jnp.asarray(_C[1:], kind)

    # One stage a turn of a loop: six flows written out would take six times as long to compile.
    def stage(number: Any, found: tuple[_Numbers, _Numbers]) -> tuple[_Numbers, _Numbers]:
        slopes, _ = found
        there = tuple(
            part + h * sum(shares[number, k] * known[k] for k in range(6))
            for part, known in zip(walk.y, slopes, strict=True)
        )
        rates = flow(walk.t + nodes[number] * h, there, own)
        return tuple(known.at[number + 1].set(rate) for known, rate in zip(slopes, rates, strict=True)), there

    slopes = tuple(jnp.zeros((7, *rate.shape), kind).at[0].set(rate) for rate in begun)
    slopes, there = jax.lax.fori_loop(0, 6, stage, (slopes, walk.y))
    delta = tuple(h * sum(d * k for d, k in zip(_DELTA, known, strict=True) if d) for known in slopes)
    largest = [jnp.maximum(jnp.abs(a), jnp.abs(b)) for a, b in zip(walk.y, there, strict=True)]
    scaled = _norm([part / (atol + rtol * size) for part, size in zip(delta, largest, strict=True)], control)
    wrong = [jnp.abs(part) for part in (delta if judge is None else judge(walk.t, walk.y, begun, delta))]
    if judge is not None:
        most = reduce(jnp.maximum, [jnp.max(part, axis=range(part.ndim - 1)) for part in _leading(wrong, control.held)])
        scaled = jnp.maximum(scaled, most / atol)
    scaled = jnp.where(jnp.isfinite(scaled), scaled, 1e10)
    is_good = scaled <= 1
    # Not a power, for which the compiler would call a library number by number.
    change = jnp.clip(0.9 * jnp.exp(-0.2 * jnp.log(jnp.maximum(scaled, 1e-10))), 0.2, 10.0)

    def kept(new: _Numbers, old: _Numbers) -> _Numbers:
        return tuple(jnp.where(is_good, *pair) for pair in zip(new, old, strict=True))

    return _Walk(
        jnp.where(is_good, jnp.where(is_last, end, walk.t + h), walk.t),
        kept(there, walk.y),
        kept(tuple(known[6] for known in slopes), walk.slope),
        h * change,
        tuple(sum_ + jnp.where(is_good, part, 0.0) for sum_, part in zip(walk.error, wrong, strict=True)),
        walk.steps + 1,
        walk.kept + is_good,
    )


def _norm(parts: Sequence[Any], control: _Control) -> Any:
    squares = sum(jnp.sum(part**2, axis=range(part.ndim - 1)) for part in _leading(parts, slice(control.led)))
    return jnp.sqrt(squares / control.led)


def _leading(parts: Sequence[Any], which: slice) -> Sequence[Any]:
    """Some of the numbers of all paths, in either form: of one array of all numbers, or of an array each."""
    return parts[which] if parts[0].ndim == 1 else [part[which] for part in parts]


# -- functions of one path, on many --------------------------------------------------------------------------------------

_Numbers = tuple[Any, ...]


class _Form(Protocol):
    """How the numbers of all paths are held, and the flow of one path carried out on them."""

    def split(self, y: Any) -> _Numbers:
        """Take states, shape (paths, dim), into the form."""

    def flow(self, t: Any, y: _Numbers, own: Any) -> _Numbers:
        """Return the slopes."""


def _form_of(flow: Any, measure: Any, t: Any, y: Any, own: Any) -> tuple[_Form, Any]:
    """The form for a flow, and the measure on numbers in that form; from a time, a state, and what is the path's own."""
    apart = taken_apart(flow, t, y, own)
    errors = measure and taken_apart(measure, t, y, y, y, most=math.inf)
    if apart is None or (measure and errors is None):
        return _Whole(flow), measure and partial(_whole, measure)
    return _Apart(apart), errors and partial(_apart, errors)


@dataclass(frozen=True)
class _Apart:
    """Every number an array: put together, the compiler would choose between them entry by entry, and compute without vectors."""

    slopes: Apart

    def split(self, y: Any) -> _Numbers:
        return tuple(y.T)

    def flow(self, t: Any, y: _Numbers, own: Any) -> _Numbers:
        return _rows(self.slopes(_entries(t), object_array(y), jax.tree.map(_entries, own)), t)


@dataclass(frozen=True)
class _Whole:
    """One array of all numbers."""

    slope: Callable[..., Any]

    def split(self, y: Any) -> _Numbers:
        return (y.T,)

    def flow(self, t: Any, y: _Numbers, own: Any) -> _Numbers:
        return (jax.vmap(self.slope, in_axes=-1, out_axes=-1)(t, y[0], own),)


def _apart(function: Apart, t: Any, *states: _Numbers) -> _Numbers:
    return _rows(function(_entries(t), *map(object_array, states)), t)


def _whole(function: Callable[..., Any], t: Any, *states: _Numbers) -> _Numbers:
    return (jax.vmap(function, in_axes=-1, out_axes=-1)(t, *(state for (state,) in states)),)


def _rows(results: tuple[Any, ...], like: Any) -> _Numbers:
    return tuple(jnp.broadcast_to(number, like.shape) for number in results[0].ravel())


def _entries(array: Any) -> np.ndarray:
    shape = array.shape[:-1]
    return object_array(list(array.reshape(math.prod(shape), array.shape[-1]))).reshape(shape)

"""The loop over steps: one chunk of paths from the first saved time to the last, compiled as a whole.

Arrays of a chunk carry the paths on their last axis, so that one component of all paths lies together and a step of
elementwise mathematics compiles into one pass that keeps the state in registers. ``group`` steps in a row are written out
in the loop body; what is left before and after, up to a saved time, is stepped one by one. Both see the same noise, because
noise is addressed by the step number.

When there are few paths the noise of ``ahead`` steps is drawn in one go and read step by step.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.arrays import WIDE
from evolaw.randomness import threefry2x32
from evolaw.sde.loop.state_layout import Form, Step, form_of
from evolaw.sde.loop.time_grid import Grid
from evolaw.sde.loop.winding import STRETCH, Circles, unwrapped
from evolaw.sde.noise.brownian import SLOT_EVENT, Drawing, Keys, path_keys
from evolaw.sde.noise.variates import uniform
from evolaw.sde.processes.parameter_sweep import Swept, over_paths
from evolaw.sde.processes.process import SDE
from evolaw.sde.schemes.scheme import Noise, Scheme

__all__ = ["Marched", "Plan", "State", "begun", "covered", "march"]


@dataclass(frozen=True)
class Plan:
    """What the compiled loop is built for.

    Attributes:
        scheme: the method.
        drawing: what is drawn for a step.
        observers: statistics taken at the saved times; see `evolaw.sde.statistics.moments`.
        watchers: what looks at every step; see `evolaw.sde.statistics.first_passage`.
        store: whether the states at the saved times are given back.
        block: paths that one summary of an observer speaks of.
        group: steps written out in the loop body, a power of two.
        aligned: every saved time is a multiple of ``group`` steps from the first.
        ahead: steps whose noise is drawn before they are made, a multiple of ``group``; 0 draws inside the body.
        words: keep the words of those steps rather than their noise.
        apart, paired: whether steps are taken apart, and two numbers held in pairs; see `evolaw.sde.loop.state_layout`.
        smooth: derivatives are taken through the steps.
    """

    scheme: Scheme
    drawing: Drawing
    observers: tuple[Any, ...] = ()
    watchers: tuple[Any, ...] = ()
    store: bool = True
    block: int = 1
    group: int = 1
    aligned: bool = False
    ahead: int = 0
    words: bool = False
    apart: bool = False
    paired: bool = False
    smooth: bool = False


Draw = Callable[[Any, int], list[Noise]]
"""(first step, how many) -> the noise of each."""


class State(NamedTuple):
    """Where a chunk stands; while steps are made, ``x`` and ``memory`` are held in the form of `evolaw.sde.loop.state_layout`.

    Attributes:
        x: states, shape (dim, paths); periodic components in or near [0, period).
        turns: winding numbers, int32, of the same shape; None when nothing is periodic. See `evolaw.sde.loop.winding`.
        memory: the scheme's memory, paths last.
        watched: the watchers' memories, paths last.
    """

    x: Any
    turns: Any
    memory: Any
    watched: tuple[Any, ...]


class Marched(NamedTuple):
    """What came out of a chunk.

    Attributes:
        x: states at the saved times, shape (times, dim, paths); None when not stored.
        turns: their winding numbers, or None.
        summaries: one summary an observer, the saved times on the first axis.
        watched: the watchers' final memories.
        finite: whether a path was finite at every saved time, shape (paths,).
    """

    x: Any
    turns: Any
    summaries: tuple[Any, ...]
    watched: tuple[Any, ...]
    finite: Any


@partial(jax.jit, static_argnums=0, compiler_options=WIDE)
def march(plan: Plan, process: SDE | Swept, key: Any, paths: Any, count: Any, x: Any, grid: Grid) -> Marched:
    """Run a chunk of paths over the whole grid.

    Args:
        plan: what to do.
        process: the equation; a `Swept` one where the paths have parameters of their own.
        key: key words of the noise stream.
        paths: path numbers, uint32, shape (paths,).
        count: paths below this number are real, the others fill the chunk and are not observed.
        x: start, shape (dim, paths).
        grid: the time grid.
    """
    keys = path_keys(key, paths, plan.drawing.noises)
    real, t = paths < count, grid.begin[0]
    state = begun(plan, process, t, x)
    finite, seen = _look(plan, process, t, state, real)

    def interval(carry: tuple[State, Any], entry: Grid) -> tuple[tuple[State, Any], Any]:
        state, finite = carry
        entry = entry._replace(edges=grid.edges, lengths=grid.lengths)
        state = _cover(plan, process, keys, state, entry)
        now, seen = _look(plan, process, entry.time(entry.last, x.dtype), state, real)
        return (state, finite & now), seen

    (state, finite), later = jax.lax.scan(interval, (state, finite), grid._replace(edges=None, lengths=None))
    xs, all_turns, summaries = jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), seen, later)
    return Marched(xs, all_turns, summaries, state.watched, finite | ~real)


def begun(plan: Plan, process: SDE | Swept, t: Any, x: Any) -> State:
    """Return where a chunk stands before its first step, from starts of shape (dim, paths)."""
    turns = None
    if process.periods is not None:
        x, taken = Circles(process.periods, x.dtype).wrapped(x)
        turns = taken.astype(jnp.int32)
    memory = over_paths(process, lambda one, state: plan.scheme.start(one, t, state), x)
    whole = unwrapped(process.periods, x, turns)
    watched = tuple(
        over_paths(process, lambda one, state, watcher=watcher: watcher.start(one, t, state), whole)
        for watcher in plan.watchers
    )
    return State(x, turns, memory, watched)


def _look(plan: Plan, process: SDE | Swept, t: Any, state: State, real: Any) -> tuple[Any, Any]:
    """What is kept at a saved time: which paths are finite, and (states, turns, summaries)."""
    x = unwrapped(process.periods, state.x, state.turns)
    finite = jnp.all(jnp.isfinite(x), axis=0)
    summaries = tuple(observer.observe(process, t, x, finite & real, plan.block) for observer in plan.observers)
    return finite, ((state.x if plan.store else None), (state.turns if plan.store else None), summaries)


def _cover(plan: Plan, process: SDE | Swept, keys: Keys, state: State, entry: Grid) -> State:
    """Step from the beginning of an interval to its end."""
    form = _form(plan, process, keys, state, entry)
    single = _stepper(plan, process, keys, entry, form, 1)
    grouped = _stepper(plan, process, keys, entry, form, plan.group)

    def steps(state: State, first: Any, last: Any, draw: Draw) -> State:
        if plan.aligned:
            return jax.lax.fori_loop(first // plan.group, last // plan.group, partial(grouped, draw), state)
        low, high = -(-first // plan.group), last // plan.group
        head = jnp.minimum(low * plan.group, last)
        tail = jnp.maximum(high * plan.group, head)
        state = jax.lax.fori_loop(first, head, partial(single, draw), state)
        state = jax.lax.fori_loop(low, high, partial(grouped, draw), state)
        return jax.lax.fori_loop(tail, last, partial(single, draw), state)

    run = steps if process.periods is None else _counting(plan, form, Circles(process.periods, state.x.dtype), steps)

    def block(number: Any, state: State) -> State:
        for start, end, read in _stretches(plan, keys, number * plan.ahead, entry.spans(0, 1)):
            state = run(state, jnp.maximum(entry.first, start), jnp.minimum(entry.last, end), read)
        return state

    state = State(*form.split(state.x, state.turns, state.memory), state.watched)
    drawn = plan.drawing.run_apart if plan.paired else plan.drawing.run
    if plan.ahead:
        state = jax.lax.fori_loop(entry.first // plan.ahead, -(-entry.last // plan.ahead), block, state)
    else:
        state = run(
            state,
            entry.first,
            entry.last,
            lambda first, count: drawn(keys, first, entry.spans(first, count), count),
        )
    return _joined(form, state)


Steps = Callable[[State, Any, Any, Draw], State]
"""(state, first, last, what draws) -> the state after these steps."""


def _counting(plan: Plan, form: Form, circles: Circles, steps: Steps) -> Steps:
    """Take whole turns off after every step whose number is a multiple of `STRETCH`."""

    def stretch(state: State, first: Any, last: Any, draw: Draw) -> State:
        return _counted(form, circles, steps(state, first, last, draw), (last % STRETCH == 0) & (last > first))

    def all_steps(state: State, first: Any, last: Any, draw: Draw) -> State:
        def one(number: Any, state: State) -> State:
            low, high = jnp.maximum(first, number * STRETCH), jnp.minimum(last, (number + 1) * STRETCH)
            return stretch(state, low, high, draw)

        return jax.lax.fori_loop(first // STRETCH, -(-last // STRETCH), one, state)

    # Steps drawn together that fit into a stretch are part of one, as both are powers of two.
    together = plan.drawing.per_word if plan.words and not plan.apart else plan.ahead
    return stretch if 0 < together <= STRETCH else all_steps


def _counted(form: Form, circles: Circles, state: State, now: Any) -> State:
    x, memory = form.opened(state.x, state.memory)
    x, turns = circles.counted(x, state.turns, now)
    x, memory = form.closed(x, memory)
    return State(x, turns, memory, state.watched)


def covered(plan: Plan, process: SDE | Swept, keys: Keys, state: State, entry: Grid, first: int, last: int) -> State:
    """Step from the beginning of an interval to its end, so that derivatives can go backwards.

    Args:
        first, last: the steps of the interval, known while tracing, multiples of ``plan.group``.

    Notes:
        Of the states about √n are kept, from which those between are made again.
    """
    form, drawing = _form(plan, process, keys, state, entry), plan.drawing
    grouped = _stepper(plan, process, keys, entry, form, plan.group)
    start, end = first // plan.group, last // plan.group
    length = max(1, math.isqrt(end - start))

    def stretch(state: State, number: Any, length: int) -> State:
        base, count = number * plan.group, length * plan.group

        def draw(first: Any, count: int) -> list[Noise]:
            return drawing.run(keys, first, entry.spans(first, count), count)

        if drawing.needs.is_of_normals and count % 2 == 0 and plan.group % 2 == 0:
            # Drawn inside the steps, normals would be made again for everything that the way back remembers.
            drawn = drawing.ahead(keys, base, entry.spans(0, 1), count)
            draw = partial(drawing.take_apart if plan.apart else drawing.take, drawn, base)

        def move(i: Any, state: State) -> State:
            state = grouped(draw, number + i, state)
            now = (number + i + 1) * plan.group % STRETCH == 0
            return state if circles is None else _counted(form, circles, state, now)

        return jax.lax.fori_loop(0, length, move, state)

    circles = None if process.periods is None else Circles(process.periods, state.x.dtype)
    blocks, rest = divmod(end - start, length)
    block = jax.checkpoint(partial(stretch, length=length))
    state = State(*form.split(state.x, state.turns, state.memory), state.watched)
    numbers = start + length * np.arange(blocks, dtype=np.int32)
    state, _ = jax.lax.scan(lambda state, number: (block(state, number), None), state, numbers)
    if rest:
        state = jax.checkpoint(partial(stretch, length=rest))(state, np.int32(end - rest))
    return _joined(form, state)


def _form(plan: Plan, process: SDE | Swept, keys: Keys, state: State, entry: Grid) -> Form:
    noise = jax.eval_shape(plan.drawing.step, keys, entry.first, entry.dt)
    begin = entry.begin.astype(state.x.dtype)
    lanes: tuple[Any, ...] = ()
    if isinstance(process, Swept):
        step: Step = partial(_one_of_many, plan.scheme, process)
        start: Callable[..., Any] = partial(_begun_of_many, plan.scheme, process)
        lanes = process.lanes
    else:
        step, start = partial(_one, plan.scheme, process), partial(plan.scheme.start, process)
    return form_of(
        step, plan.apart, begin, entry.dt, state.x, noise, state.memory, entry.lengths is None, lanes,
        process.periods, plan.smooth, start if plan.paired else None,
    )  # fmt: skip


def _joined(form: Form, state: State) -> State:
    return State(*form.join(state.x, state.turns, state.memory), state.watched)


def _stretches(plan: Plan, keys: Keys, base: Any, dt: Any) -> Iterator[tuple[Any, Any, Draw]]:
    """Draw for the ``ahead`` steps from ``base`` on; gives stretches of them, from and to, and what reads their noise."""
    drawing, end = plan.drawing, base + plan.ahead
    if plan.words:
        words = drawing.words(keys, base, plan.ahead)
        if plan.apart:
            yield base, end, partial(drawing.read_apart, drawing.variables(keys, words, base, dt), base)
        else:
            # Without the barrier the loop over steps would make each word again for every few steps it serves.
            for number, word in enumerate(jax.lax.optimization_barrier(words)):
                start = base + number * drawing.per_word
                yield start, start + drawing.per_word, partial(drawing.read, keys, word, dt)
    else:
        drawn = drawing.ahead(keys, base, dt, plan.ahead)
        yield base, end, partial(drawing.take_apart if plan.apart else drawing.take, drawn, base)


def _stepper(plan: Plan, process: SDE | Swept, keys: Keys, entry: Grid, form: Form, count: int) -> Callable[..., State]:
    """The loop body that makes ``count`` steps; its loop variable counts in units of ``count``."""

    def body(draw: Callable[[Any, int], list[Noise]], number: Any, state: State) -> State:
        first = number * count
        x, memory = form.opened(state.x, state.memory)
        state = State(x, state.turns, memory, state.watched)
        for i, noise in enumerate(draw(first, count)):
            state = _step(plan, process, keys, entry, form, first + i, noise, state)
        x, memory = form.closed(state.x, state.memory)
        return State(x, state.turns, memory, state.watched)

    return body


def _step(
    plan: Plan, process: SDE | Swept, keys: Keys, entry: Grid, form: Form, number: Any, noise: Noise, state: State
) -> State:
    # The time is computed from the step number: a sum of many small steps would stop advancing.
    t = entry.time(number, entry.begin.dtype)
    x, memory = form.advance(t, entry.length(number), state.x, noise, state.memory)
    moved = State(x, state.turns, memory, state.watched)
    if plan.watchers:
        old, new = _joined(form, state), _joined(form, moved)
        return _watched_step(plan, process, keys, entry, form, number, t, new, old)
    return moved


def _one(scheme: Scheme, process: SDE, t: Any, dt: Any, x: Any, noise: Noise, memory: Any) -> tuple[Any, Any]:
    return scheme.step(process, t, x, dt, noise, memory)


def _one_of_many(
    scheme: Scheme, process: Swept, lanes: Any, t: Any, dt: Any, x: Any, noise: Noise, memory: Any
) -> tuple[Any, Any]:
    return scheme.step(process.at(lanes), t, x, dt, noise, memory)


def _begun_of_many(scheme: Scheme, process: Swept, lanes: Any, t: Any, x: Any) -> Any:
    return scheme.start(process.at(lanes), t, x)


def _update(watcher: Any, number: Any, t: Any, dt: Any, process: SDE | Swept, *seen: Any) -> Any:
    return watcher.update(process, number, t, dt, *seen)


def _watched_step(
    plan: Plan, process: SDE | Swept, keys: Keys, entry: Grid, form: Form, number: Any, t: Any, new: State, old: State
) -> State:
    chance = uniform(threefry2x32(*keys.path, number.astype(jnp.uint32), SLOT_EVENT)[0], new.x.dtype)
    pairs = list(zip(plan.watchers, old.watched, strict=True))
    halted = [watcher.done(memory) for watcher, memory in pairs if watcher.stops]

    def unless_halted(kept: Any, moved: Any) -> Any:
        return jnp.where(reduce(jnp.logical_or, halted), kept, moved) if halted else moved

    x = unless_halted(old.x, new.x)
    turns = None if old.turns is None else unless_halted(old.turns, new.turns)
    before, after = unwrapped(process.periods, old.x, old.turns), unwrapped(process.periods, x, turns)
    watched = []
    for watcher, memory in pairs:
        update = partial(_update, watcher, number, t, entry.length(number))
        seen = over_paths(process, update, before, after, chance, memory)
        # A path that one watcher has stopped shows nothing more to any of them.
        watched.append(jax.tree.map(unless_halted, memory, seen))
    return State(*form.split(x, turns, new.memory), tuple(watched))

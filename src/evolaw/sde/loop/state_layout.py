"""One step of all paths at once, in one of three forms.

A step is written for one path. *Apart*, every number of the state is an array of its own, with one entry a path, and the step
is carried out number by number (`scalarization`); *whole*, the state is one array with the paths last, and the step is mapped
over it. Apart is many times faster where components meet one another; whole serves what cannot be taken apart.

*Paired* is apart for two numbers: between turns of the loop they are one complex array. Two arrays would be two results of a turn,
and the compiler computes all steps of it anew for each result; as one result many steps make a turn, noise drawn among them. What
a scheme remembers is computed anew at the beginning of a turn.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.arrays import object_array
from evolaw.sde.loop.loop_invariants import hoisted, parted
from evolaw.sde.loop.scalarization import Apart, taken_apart
from evolaw.sde.loop.trigonometry import with_quick_sines
from evolaw.sde.loop.turn_symmetry import commutes_with_turns
from evolaw.sde.loop.winding import Circles

__all__ = ["Form", "Step", "form_of"]

Step = Callable[..., tuple[Any, Any]]
"""(t, dt, x, noise, memory) of one path -> (x, memory); where parameters are swept, those of the path come first."""


class Form(Protocol):
    """How the state of all paths is held while steps are made."""

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        """Take states, shape (dim, paths), their winding numbers or None, and the scheme's memory into the form."""

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        """Undo `split`."""

    def opened(self, x: Any, memory: Any) -> tuple[Any, Any]:
        """Take state and memory, at the beginning of a turn of the loop, into the form in which steps are made."""

    def closed(self, x: Any, memory: Any) -> tuple[Any, Any]:
        """Undo `opened` at the end of a turn."""

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        """Make one step; the noise comes in arrays with the paths last, or, apart, in object arrays of numbers."""


def form_of(
    step: Step,
    is_apart: bool,
    t: Any,
    dt: Any,
    x: Any,
    noise: Any,
    memory: Any,
    is_even: bool = True,
    lanes: Any = (),
    periods: Any = None,
    is_smooth: bool = False,
    start: Callable[..., Any] | None = None,
) -> Form:
    """Return the form for a step.

    Args:
        step: one step of one path.
        is_apart: take it apart if it can be.
        t, dt: time and step.
        x, noise, memory: arrays or their shapes, the paths last.
        is_even: all steps have the length ``dt``.
        lanes: swept parameters, the paths last; () when there are none.
        periods: of the components, None when none has one. Where it matters the step sees values within the periods.
        is_smooth: leave sines of states as they are, whose derivatives JAX knows, instead of those of
            `evolaw.sde.loop.trigonometry`.
        start: the memory of one path from (t, x), the parameters of the path first where there are any. If it is given, a state of two
            numbers that can be taken apart is held in pairs; what it computes must not depend on t.
    """
    examples, asked = _examples(t, dt, x, noise, memory, lanes)
    is_free = periods is None or commutes_with_turns(step, periods, *examples, asked=asked)
    if not is_smooth:
        # Phases have come from within their periods in a few steps; a path for which that is far is lost.
        near = periods is not None and is_free
        step = with_quick_sines(step, *examples, asked=asked, near=near)
        if start is not None:
            start = with_quick_sines(start, *examples[: asked - 1], examples[asked], asked=asked - 1, near=near)
    form = _form_of(step, is_apart, t, dt, x, noise, memory, is_even, lanes, start)
    return form if is_free else _Within(form, Circles(periods or (), x.dtype))


def _form_of(
    step: Step, is_apart: bool, t: Any, dt: Any, x: Any, noise: Any, memory: Any, is_even: bool, lanes: Any, start: Any
) -> Form:
    one = jax.tree.map(_one_path, (x, noise, memory))
    now, length = (jax.ShapeDtypeStruct(jnp.shape(leaf), leaf.dtype) for leaf in (t, dt))
    values: Any = ()
    if jax.tree.leaves(lanes):
        # What the parameters of a path decide is computed once a path, and read in every step.
        sets = jax.tree.map(_one_path, lanes)
        if is_even:
            even = hoisted(lambda lane, t, *one: step(lane, t, dt, *one), sets, now, *one)
            early, late = parted(even, sets, now, *one)
            step = _without_length(late)
        else:
            early, step = parted(step, sets, now, length, *one)
        values = jax.vmap(early, in_axes=-1, out_axes=-1)(lanes)
        step = _values_last(step)
        one = (*one, jax.tree.map(_one_path, values))
        is_even = False
    if is_apart:
        # Whether a step is short enough was decided by the plan, before its sines were written out.
        apart = taken_apart(step, now, length, *one, most=math.inf)
        if apart is not None and start is not None and x.shape[0] == 2:
            known = (*([sets] if jax.tree.leaves(lanes) else []), now, one[0])
            begun = taken_apart(_in_leaves(start), *known, most=math.inf)
            if begun is not None:
                return _Pairs(apart, begun, x.shape[-1], memory, values, lanes, t)
        if apart is not None:
            # A single number stays a row: as a line its noise, which comes in rows, would change its shape in every step.
            return _Numbers(apart, (1, x.shape[-1]) if x.shape[0] == 1 and values else x.shape[-1:], memory, values)
    if not is_even:
        return _Arrays(hoisted(step, now, length, *one), values)
    even = hoisted(lambda t, *one: step(t, dt, *one), now, *one)
    return _Arrays(lambda t, _, *one: even(t, *one), values)


def _examples(t: Any, dt: Any, x: Any, noise: Any, memory: Any, lanes: Any) -> tuple[list[Any], int]:
    """Shapes of what a step of one path is given, and which of them is the state."""
    clock = [jax.ShapeDtypeStruct(jnp.shape(leaf), leaf.dtype) for leaf in (t, dt)]
    one = [jax.tree.map(_one_path, part) for part in (x, noise, memory)]
    swept = [jax.tree.map(_one_path, lanes)] if jax.tree.leaves(lanes) else []
    return [*swept, *clock, *one], len(swept) + 2


class _Within:
    """Another form, whose steps are made from values within the periods."""

    def __init__(self, form: Form, circles: Circles) -> None:
        self._form, self._circles = form, circles
        self.split, self.join, self.opened, self.closed = form.split, form.join, form.opened, form.closed

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        return self._circles.moved(lambda within: self._form.advance(t, dt, within, noise, memory), x)


class _SameInLoop:
    """A form in which steps are made of what the loop carries from turn to turn."""

    def opened(self, x: Any, memory: Any) -> tuple[Any, Any]:
        return x, memory

    def closed(self, x: Any, memory: Any) -> tuple[Any, Any]:
        return x, memory


class _Arrays(_SameInLoop):
    """Whole: arrays as they are; where steps are equal, their length is in ``step`` already, with all that depends on it alone."""

    def __init__(self, step: Callable[..., tuple[Any, Any]], values: Any) -> None:
        self._step, self._values = step, values

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        return x, turns, memory

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        return x, turns, memory

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        mapped = jax.vmap(partial(self._step, t, dt), in_axes=-1, out_axes=-1)
        result: tuple[Any, Any] = mapped(x, noise, memory, *([self._values] if self._values else []))
        return result


class _Numbers(_SameInLoop):
    """Apart: the state is a tuple of numbers, the memory a tuple of such tuples, one a leaf; a number has the shape ``each``."""

    def __init__(self, apart: Apart, each: tuple[int, ...], memory: Any, values: Any) -> None:
        self._apart, self._each = apart, each
        self._values = jax.tree.map(self._numbers, values)
        leaves, self._tree = jax.tree.flatten(memory)
        self._shapes = [leaf.shape[:-1] for leaf in leaves]

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        leaves = tuple(tuple(self._numbers(leaf).ravel()) for leaf in jax.tree.leaves(memory))
        return tuple(self._numbers(x)), None if turns is None else tuple(self._numbers(turns)), leaves

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        leaves = zip(memory, self._shapes, strict=True)
        whole = [jnp.stack(leaf).reshape(*shape, -1) for leaf, shape in leaves]
        return _stacked(x), None if turns is None else _stacked(turns), jax.tree.unflatten(self._tree, whole)

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        leaves = zip(memory, self._shapes, strict=True)
        held = jax.tree.unflatten(self._tree, [object_array(leaf).reshape(shape) for leaf, shape in leaves])
        clock = (object_array((now,)).reshape(()) for now in (t, dt))
        lanes = [self._values] if self._values else []
        x, *memory = self._apart(*clock, object_array(x), jax.tree.map(self._numbers, noise), held, *lanes)
        return self._all_paths(x), tuple(map(self._all_paths, memory))

    def _all_paths(self, numbers: np.ndarray) -> tuple[Any, ...]:
        return tuple(jnp.broadcast_to(number, self._each) for number in numbers.ravel())

    def _numbers(self, array: Any) -> np.ndarray:
        """All but the last axis of an array taken apart, unless it is already."""
        if isinstance(array, np.ndarray) and array.dtype == object:
            return array
        flat = array.reshape(-1, *self._each)
        return object_array(tuple(flat) if len(flat) > 1 else (flat.reshape(self._each),)).reshape(array.shape[:-1])


class _Pairs(_Numbers):
    """Apart, for two numbers: between turns they are one complex array, and nothing is remembered."""

    def __init__(self, apart: Apart, begun: Apart, paths: int, memory: Any, values: Any, lanes: Any, t: Any) -> None:
        super().__init__(apart, (1, paths), memory, values)
        self._begun, self._t = begun, t
        self._lanes = [jax.tree.map(self._numbers, lanes)] if jax.tree.leaves(lanes) else []

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        numbers, turns, _ = super().split(x, turns, memory)
        return jax.lax.complex(*numbers), turns, None

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        numbers, leaves = self.opened(x, memory)
        return super().join(numbers, turns, leaves)

    def opened(self, x: Any, memory: Any) -> tuple[Any, Any]:
        numbers = x.real, x.imag
        leaves = self._begun(*self._lanes, object_array((self._t,)).reshape(()), object_array(numbers))
        return numbers, tuple(map(self._all_paths, leaves))

    def closed(self, x: Any, memory: Any) -> tuple[Any, Any]:
        return jax.lax.complex(*x), None


def _in_leaves(start: Callable[..., Any]) -> Callable[..., list[Any]]:
    return lambda *arguments: [jnp.asarray(leaf) for leaf in jax.tree.leaves(start(*arguments))]


def _stacked(numbers: tuple[Any, ...]) -> jax.Array:
    return jnp.stack(numbers).reshape(len(numbers), -1)


def _one_path(leaf: Any) -> jax.ShapeDtypeStruct:
    return jax.ShapeDtypeStruct(leaf.shape[:-1], leaf.dtype)


def _without_length(step: Step) -> Step:
    """A step that knows its length, as one that is told it."""
    return lambda values, t, dt, *one: step(values, t, *one)


def _values_last(step: Step) -> Step:
    return lambda t, dt, x, noise, memory, values: step(values, t, dt, x, noise, memory)

"""One step of all paths at once, in one of two forms.

A step is written for one path. *Apart*, every number of the state is an array of its own, with one entry a path, and the step
is carried out number by number (`componentwise`); *whole*, the state is one array with the paths last, and the step is mapped
over it. Apart is many times faster where components meet one another; whole serves what cannot be taken apart.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from evolaw.arrays import object_array
from evolaw.sde.loop.loop_invariants import hoisted
from evolaw.sde.loop.scalarization import Apart, taken_apart

__all__ = ["Form", "form_of"]

Step = Callable[..., tuple[Any, Any]]
"""(t, dt, x, noise, memory) of one path -> (x, memory)."""


class Form(Protocol):
    """How the state of all paths is held while steps are made."""

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        """Take states, shape (dim, paths), their winding numbers or None, and the scheme's memory into the form."""

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        """Undo `split`."""

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        """Make one step; the noise comes in arrays with the paths last, or, apart, in object arrays of numbers."""


def form_of(step: Step, is_apart: bool, t: Any, dt: Any, x: Any, noise: Any, memory: Any, is_even: bool = True) -> Form:
    """Return the form for a step.

    Args:
        step: one step of one path.
        is_apart: take it apart if it can be.
        t, dt: time and step.
        x, noise, memory: arrays or their shapes, the paths last.
        is_even: all steps have the length ``dt``.
    """
    lanes = (x, noise, memory)
    one = jax.tree.map(lambda leaf: jax.ShapeDtypeStruct(leaf.shape[:-1], leaf.dtype), lanes)
    now, length = (jax.ShapeDtypeStruct(jnp.shape(leaf), leaf.dtype) for leaf in (t, dt))
    if is_apart:
        apart = taken_apart(step, now, length, *one)
        if apart is not None:
            return _Numbers(apart, x.shape[-1], memory)
    if not is_even:
        return _Arrays(hoisted(step, now, length, *one))
    even = hoisted(lambda t, *one: step(t, dt, *one), now, *one)
    return _Arrays(lambda t, _, *one: even(t, *one))


class _Arrays:
    """Whole: arrays as they are; where steps are equal, their length is in ``step`` already, with all that depends on it alone."""

    def __init__(self, step: Callable[..., tuple[Any, Any]]) -> None:
        self._step = step

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        return x, turns, memory

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        return x, turns, memory

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        mapped = jax.vmap(partial(self._step, t, dt), in_axes=-1, out_axes=-1)
        result: tuple[Any, Any] = mapped(x, noise, memory)
        return result


class _Numbers:
    """Apart: the state is a tuple of numbers, the memory a tuple of such tuples, one a leaf."""

    def __init__(self, apart: Apart, paths: int, memory: Any) -> None:
        self._apart, self._paths = apart, paths
        leaves, self._tree = jax.tree.flatten(memory)
        self._shapes = [leaf.shape[:-1] for leaf in leaves]

    def split(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        leaves = tuple(tuple(_numbers(leaf).ravel()) for leaf in jax.tree.leaves(memory))
        return tuple(x), None if turns is None else tuple(turns), leaves

    def join(self, x: Any, turns: Any, memory: Any) -> tuple[Any, Any, Any]:
        leaves = zip(memory, self._shapes, strict=True)
        whole = [jnp.stack(leaf).reshape(*shape, -1) for leaf, shape in leaves]
        return jnp.stack(x), None if turns is None else jnp.stack(turns), jax.tree.unflatten(self._tree, whole)

    def advance(self, t: Any, dt: Any, x: Any, noise: Any, memory: Any) -> tuple[Any, Any]:
        leaves = zip(memory, self._shapes, strict=True)
        held = jax.tree.unflatten(self._tree, [object_array(leaf).reshape(shape) for leaf, shape in leaves])
        clock = (object_array((now,)).reshape(()) for now in (t, dt))
        x, *memory = self._apart(*clock, object_array(x), jax.tree.map(_numbers, noise), held)
        return self._all_paths(x), tuple(map(self._all_paths, memory))

    def _all_paths(self, numbers: np.ndarray) -> tuple[Any, ...]:
        return tuple(jnp.broadcast_to(number, (self._paths,)) for number in numbers.ravel())


def _numbers(array: Any) -> np.ndarray:
    """All but the last axis of an array taken apart, unless it is already."""
    if isinstance(array, np.ndarray) and array.dtype == object:
        return array
    flat = array.reshape(-1, array.shape[-1])
    return object_array(tuple(flat)).reshape(array.shape[:-1])

"""One equation at many parameters: the values of each set on the host, those of each path inside the loop.

    sweep = {"bias": (v_1, …, v_S)}          set s solves the equation with bias = v_s and everything else as it is

The parameters of a process are a tree of numbers and arrays. Some of its leaves are swept: there are as many values of each as
there are sets, first axis first. Inside the loop a chunk holds paths of many sets, and a swept leaf has one value a path, on
its *last* axis, like the states. Whatever runs on one path is then mapped over both (`over_paths`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from evolaw import checks
from evolaw.sde.processes.process import SDE

__all__ = ["Sweep", "Swept", "over_paths", "sweep_of"]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The parameter sets of a solution.

    Attributes:
        entries: the swept values by name, nested as the parameters are.
        sets: how many sets there are.
        marks: for every leaf of the process, whether it is swept.
        values: of each swept leaf, shape (sets, ...).

    Example:
        >>> decay = SDE(lambda t, x, p: -p["rate"] * x, 0.1, noise="additive", params={"rate": 1.0, "s": 2.0})
        >>> sweep_of(decay, {"rate": [1.0, 2.0, 3.0]}, np.dtype("float64")).one(decay, 1).params
        {'rate': np.float64(2.0), 's': 2.0}
    """

    entries: Mapping[str, Any]
    sets: int
    marks: tuple[bool, ...]
    values: tuple[np.ndarray, ...]

    def one(self, process: SDE, number: int) -> SDE:
        """Return the process of one set."""
        return self._with(process, [value[number] for value in self.values])

    def many(self, process: SDE, numbers: np.ndarray) -> Swept:
        """Return the process of paths whose sets have the given numbers."""
        values = [np.ascontiguousarray(np.moveaxis(value[numbers], 0, -1)) for value in self.values]
        return Swept(self._with(process, values), self.marks)

    def worded(self, number: int) -> str:
        """Return the values of one set in words, such as ``bias = 0.5``."""
        return ", ".join(f"{name} = {_short(value[number])}" for name, value in _flat(self.entries))

    def _with(self, process: SDE, values: list[Any]) -> SDE:
        leaves, tree = jax.tree.flatten(process)
        rest = iter(values)
        filled: SDE = jax.tree.unflatten(
            tree, [next(rest) if mark else leaf for leaf, mark in zip(leaves, self.marks, strict=True)]
        )
        return filled


@dataclass(frozen=True, eq=False)
class Swept:
    """A process some of whose parameters have one value a path, on their last axis.

    Attributes:
        process: the process; its marked leaves have one axis more than for one path.
        marks: which leaves do.
    """

    process: SDE
    marks: tuple[bool, ...]

    @property
    def lanes(self) -> tuple[Any, ...]:
        """The swept leaves."""
        return tuple(leaf for leaf, mark in zip(jax.tree.leaves(self.process), self.marks, strict=True) if mark)

    def at(self, lanes: Any) -> SDE:
        """Return the process of one path, whose swept leaves are given."""
        leaves, tree = jax.tree.flatten(self.process)
        rest = iter(lanes)
        one: SDE = jax.tree.unflatten(
            tree, [next(rest) if mark else leaf for leaf, mark in zip(leaves, self.marks, strict=True)]
        )
        return one

    @property
    def periods(self) -> tuple[float | None, ...] | None:
        """The periods of the process."""
        return self.process.periods


jax.tree_util.register_pytree_node(
    Swept, lambda swept: ((swept.process,), swept.marks), lambda marks, children: Swept(children[0], marks)
)


def over_paths(process: SDE | Swept, function: Callable[..., Any], *arrays: Any) -> Any:
    """Return ``function(process of a path, *entries of a path)`` of all paths, which are on the last axis of everything.

    Example:
        >>> growth = SDE(lambda t, x, p: p * x, 0.1, noise="additive", params=np.array([1.0, 2.0]))
        >>> swept = Swept(growth, (True,))
        >>> over_paths(swept, lambda one, x: one.params * x, np.array([[3.0, 3.0]])).tolist()
        [[3.0, 6.0]]
    """
    if isinstance(process, Swept):
        swept = process
        return jax.vmap(lambda lanes, *one: function(swept.at(lanes), *one), in_axes=-1, out_axes=-1)(
            swept.lanes, *arrays
        )
    return jax.vmap(lambda *one: function(process, *one), in_axes=-1, out_axes=-1)(*arrays)


def sweep_of(process: SDE, entries: Any, dtype: np.dtype) -> Sweep:
    """Check a sweep and return it.

    Args:
        process: the process whose parameters are swept.
        entries: a mapping, nested as the parameters are, from names to values, one for each set on the first axis.
        dtype: of the states.

    Raises:
        ArgumentError: a name is no parameter, values have another shape, or the numbers of sets differ.
    """
    checks.require(
        isinstance(entries, Mapping) and len(entries) > 0,
        "sweep",
        'be a mapping from names of parameters to their values, such as {"bias": [0.1, 0.2]}',
        entries,
    )
    sets: int | None = None
    first = ""

    def read(name: str, known: Any, values: Any) -> np.ndarray:
        nonlocal sets, first
        given = checks.finite(np.asarray(values), "sweep")
        shape = np.shape(known)
        checks.require(
            np.issubdtype(given.dtype, np.floating) or np.issubdtype(given.dtype, np.integer),
            "sweep",
            f"hold real numbers for {name}",
            str(given.dtype),
        )
        checks.require(
            given.ndim == len(shape) + 1 and given.shape[1:] == shape and given.shape[0] > 0,
            "sweep",
            f"hold values of {name} of shape {('sets', *shape)}, one for each set on the first axis".replace("'", ""),
            f"of shape {given.shape}",
        )
        sets, first = (given.shape[0], name) if sets is None else (sets, first)
        checks.require(
            given.shape[0] == sets,
            "sweep",
            f"hold as many values of {name} as of {first}, {sets}",
            f"{given.shape[0]} of them",
        )
        return given.astype(dtype)

    found = _read(process.params, entries, "", read)
    flags = jax.tree.leaves(_marked(process.params, found))
    leaves = jax.tree.leaves(_values(process.params, found))
    values = tuple(leaf for leaf, flag in zip(leaves, flags, strict=True) if flag)
    return Sweep(found, int(sets or 0), tuple(flags), values)


def _read(known: Any, entries: Mapping[str, Any], trail: str, read: Callable[..., np.ndarray]) -> dict[str, Any]:
    if not isinstance(known, Mapping):  # not `require`: to write thousands of values takes longer than a short solution
        given = f"{dict(entries)} for {trail or 'parameters'} {known!r}"
        raise checks.refuse("sweep", "belong to a process whose parameters are a mapping", given)
    found: dict[str, Any] = {}
    for name, values in entries.items():
        checks.one_of(name, "sweep", known)
        deeper = f"{trail}{name}"
        is_nested = isinstance(values, Mapping)
        found[name] = _read(known[name], values, f"{deeper}.", read) if is_nested else read(deeper, known[name], values)
    return found


def _marked(known: Any, found: Mapping[str, Any]) -> Any:
    """For every leaf of the parameters, whether it is among those found."""
    off = jax.tree.map(lambda leaf: False, known)
    return dict(off) | {
        name: _marked(known[name], value) if isinstance(value, Mapping) else True for name, value in found.items()
    }


def _values(known: Any, found: Mapping[str, Any]) -> Any:
    """The parameters, with the values found in the place of one."""
    return dict(known) | {
        name: _values(known[name], value) if isinstance(value, Mapping) else value for name, value in found.items()
    }


def _flat(entries: Mapping[str, Any], trail: str = "") -> list[tuple[str, np.ndarray]]:
    flat: list[tuple[str, np.ndarray]] = []
    for name, value in entries.items():
        flat += _flat(value, f"{trail}{name}.") if isinstance(value, Mapping) else [(f"{trail}{name}", value)]
    return flat


def _short(value: Any) -> str:
    return f"{value:g}" if np.ndim(value) == 0 else str(value.tolist())

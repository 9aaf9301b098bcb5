"""Functions that carry NumPy arrays can be used in single and in double precision.

JAX remembers, for as long as any trace of it lives, the form it gave to a NumPy array the first time it met it. A coefficient
that reads an array from around it, as in ``lambda t, x, p: A @ x``, would so be tied to the precision it was first used in, and
the other precision would end in an internal error. A trace here meets copies of the arrays, which nobody remembers.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

__all__ = ["with_own_arrays"]


def with_own_arrays(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with copies of the NumPy arrays it reads from around it; the function itself if there are none.

    Looked through are variables of enclosing functions, global variables, default values, attributes of callable objects,
    and, in the same way, functions of the same module that it calls.

    Example:
        >>> matrix = np.eye(2)
        >>> own = with_own_arrays(lambda x: matrix @ x)
        >>> own(np.ones(2)).tolist(), own is not with_own_arrays(own)
        ([1.0, 1.0], True)
    """
    copied: Callable[..., Any] = _copied(function, {})
    return copied


def _copied(value: Any, done: dict[int, Any]) -> Any:
    if id(value) in done:
        return done[id(value)]
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, FunctionType):
        return _function(value, done)
    if isinstance(value, MethodType):
        return MethodType(value.__func__, _copied(value.__self__, done))
    if isinstance(value, functools.partial):
        return functools.partial(
            _copied(value.func, done),
            *(_copied(item, done) for item in value.args),
            **{name: _copied(item, done) for name, item in value.keywords.items()},
        )
    arrays = {name: item for name, item in getattr(value, "__dict__", {}).items() if isinstance(item, np.ndarray)}
    if not arrays or isinstance(value, type):
        return value
    owner = copy.copy(value)
    owner.__dict__.update({name: item.copy() for name, item in arrays.items()})
    return owner


def _function(function: FunctionType, done: dict[int, Any]) -> FunctionType:
    # A function may reach itself: the copy stands in `done` before its variables are looked at.
    cells = tuple(CellType() for _ in function.__closure__ or ())
    scope = dict(function.__globals__)
    own = FunctionType(function.__code__, scope, function.__name__, function.__defaults__, cells)
    own.__kwdefaults__ = function.__kwdefaults__
    done[id(function)] = own
    changed = False
    for cell, old in zip(cells, function.__closure__ or (), strict=True):
        try:
            content = old.cell_contents
        except ValueError:  # not assigned yet
            continue
        cell.cell_contents = _copied(content, done)
        changed |= cell.cell_contents is not content
    for name in _names(function.__code__):
        content = function.__globals__.get(name)
        # Functions of other modules are theirs to keep in order; libraries would be walked without end.
        if isinstance(content, np.ndarray) or getattr(content, "__globals__", None) is function.__globals__:
            scope[name] = _copied(content, done)
            changed |= scope[name] is not content
    defaults = tuple(_copied(item, done) for item in function.__defaults__ or ())
    if any(new is not item for new, item in zip(defaults, function.__defaults__ or (), strict=True)):
        own.__defaults__, changed = defaults, True
    if not changed:
        done[id(function)] = function
    result: FunctionType = done[id(function)]
    return result


def _names(code: CodeType) -> Iterator[str]:
    """Names of the global variables a function and the functions written within it may read."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)

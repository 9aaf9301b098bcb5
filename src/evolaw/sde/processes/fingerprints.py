"""What a process or a statistic is, as a number: the same in another run of the same script, another as soon as anything differs.

A function is its compiled code with the constants, and what it reads from around it: variables of enclosing functions, defaults,
and the global values and functions of its own module that it names. Where it stands in its file, and its address in memory, are no
part of it. Arrays count byte by byte.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

__all__ = ["fingerprint"]


def fingerprint(value: Any) -> str:
    """Return the first 32 digits of a SHA-256 of a value: numbers, text, arrays, containers, dataclasses, functions, objects.

    Example:
        >>> def scaled(k):
        ...     return lambda x: k * x
        >>> fingerprint(scaled(2.0)) == fingerprint(scaled(2.0)), fingerprint(scaled(2.0)) == fingerprint(scaled(3.0))
        (True, False)
    """
    digest = hashlib.sha256()
    _feed(value, digest, set())
    return digest.hexdigest()[:32]


def _feed(value: Any, digest: Any, seen: set[int]) -> None:
    """Add a value to the digest; what is being added already, further up, is added by its name alone."""
    digest.update(f"{type(value).__module__}.{type(value).__qualname__}(".encode())
    if id(value) in seen:
        digest.update(b"again)")
        return
    inner = seen | {id(value)}
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        digest.update(repr(value).encode())
    elif isinstance(value, type | ModuleType):
        digest.update(getattr(value, "__qualname__", value.__name__).encode())
    elif isinstance(value, np.ndarray | np.generic) or hasattr(value, "__jax_array__") or _is_jax(value):
        array = np.ascontiguousarray(value)
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    elif isinstance(value, CodeType):
        digest.update(value.co_code)
        for part in (value.co_consts, value.co_names, value.co_varnames, value.co_freevars):
            _feed(part, digest, inner)
    elif isinstance(value, FunctionType):
        _feed_function(value, digest, inner)
    elif isinstance(value, MethodType):
        _feed((value.__func__, value.__self__), digest, inner)
    elif isinstance(value, functools.partial):
        _feed((value.func, value.args, value.keywords), digest, inner)
    elif isinstance(value, Mapping):
        for name in sorted(value, key=repr):
            _feed((name, value[name]), digest, inner)
    elif isinstance(value, frozenset | set):
        for text in sorted(fingerprint(item) for item in value):
            digest.update(text.encode())
    elif isinstance(value, tuple | list):
        for item in value:
            _feed(item, digest, inner)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _feed((field.name, getattr(value, field.name)), digest, inner)
    else:
        _feed(getattr(value, "__dict__", getattr(value, "__qualname__", "")), digest, inner)
    digest.update(b")")


def _feed_function(function: FunctionType, digest: Any, seen: set[int]) -> None:
    _feed((function.__code__, function.__defaults__, function.__kwdefaults__), digest, seen)
    for cell in function.__closure__ or ():
        try:
            _feed(cell.cell_contents, digest, seen)
        except ValueError:  # not assigned yet
            digest.update(b"empty")
    for name in sorted(_names(function.__code__)):
        content = function.__globals__.get(name)
        is_own = getattr(content, "__globals__", None) is function.__globals__
        if is_own or isinstance(content, np.ndarray | bool | int | float | complex | str | tuple):
            digest.update(name.encode())
            _feed(content, digest, seen)


def _names(code: CodeType) -> set[str]:
    """Names of the global variables a function, and the functions written within it, may read."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _is_jax(value: Any) -> bool:
    return type(value).__module__.startswith("jax") and hasattr(value, "dtype") and hasattr(value, "shape")

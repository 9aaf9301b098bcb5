"""What a public function says when it was given a number where it needs an object.

A function cannot foresee everything that it may be given. Where the plain value of an argument, a number, a text, None, a list, made
it fail somewhere inside, `told` looks at the arguments once more, finds the one that is not what its annotation asks for, and
names it; the failure itself stays attached as the cause. Nothing is looked at while all goes well, and failures of the
caller's own functions, such as a drift, are passed on as they are.
"""

from __future__ import annotations

import functools
import inspect
import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

from evolaw.checks import refuse
from evolaw.errors import ArgumentError, EvolawError

__all__ = ["told"]

Thing = TypeVar("Thing", bound=Callable[..., Any])

_WITHOUT_RNG = re.compile(r"missing .*argument.*'rng'")
_FAILURES = (TypeError, AttributeError, ValueError, LookupError, ArithmeticError)
_FITTING: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "complex": (int, float, complex),
    "str": (str,),
    "bytes": (bytes, bytearray),
    "bool": (bool,),
    "None": (type(None),),
    "Path": (str,),
    "list": (list,),
    "tuple": (tuple, list),
    "dict": (dict,),
    "set": (set, frozenset),
    "Sequence": (list, tuple, str, range),
    "Iterable": (list, tuple, str, range, dict, set, frozenset),
    "Iterator": (),
    "Mapping": (dict,),
}
"""Which plain values fit a name in an annotation; no plain value fits any other name."""

_OURS = tuple(
    str(Path(str(place)).resolve())
    for place in (Path(__file__).parent, *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")))
)


def told(thing: Thing) -> Thing:
    """Let a public function, or the making of a public class, name the argument that made it fail.

    Example:
        >>> @told
        ... def length(path: Path) -> int:
        ...     return len(path.name)
        >>> try:
        ...     length(3)
        ... except ArgumentError as error:
        ...     print(error)
        Argument `path` must be of type Path, but is 3.
    """
    if isinstance(thing, type):
        thing.__init__ = told(thing.__init__)  # type: ignore[misc]
        return cast(Thing, thing)

    @functools.wraps(thing)
    def call(*given: Any, **named: Any) -> Any:
        try:
            return thing(*given, **named)
        except EvolawError:
            raise
        except _FAILURES as error:
            fault = (
                None if _is_foreign(error.__traceback__) else _chanceless(error) or _misfit(thing, given, named, error)
            )
            if fault is None:
                raise
            raise fault from error

    return cast(Thing, call)


def _chanceless(error: Exception) -> ArgumentError | None:
    """The error that asks for the one argument that newcomers leave out: ``rng``, which has no default on purpose."""
    if not isinstance(error, TypeError) or not _WITHOUT_RNG.search(str(error)):
        return None
    return refuse("rng", "be given: results of chance are only useful when they can be repeated", None, "Pass rng=0.")


def _misfit(function: Any, given: Any, named: Any, error: Exception) -> ArgumentError | None:
    """The error that names the first argument of a form that the function does not take; None where all look right."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*given, **named).arguments
    except TypeError:
        return None  # called with other arguments than it has: Python's own sentence says it
    suspects = []
    for name, value in bound.items():
        parameter = signature.parameters[name]
        if not _is_plain(value) or name == "self" or value is parameter.default:
            continue
        wanted = str(parameter.annotation)
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) and not _fits(value, wanted):
            return refuse(name, f"be of type {wanted}", value)
        if wanted == "Any" and not isinstance(value, int | float | complex):
            suspects.append((name, value))
    if not suspects:
        return None
    name, value = suspects[0]
    return refuse(name, f"be what help() says of {function.__qualname__} ({str(error)[:120]})", value)


def _is_plain(value: Any) -> bool:
    return type(value).__module__ == "builtins" and not callable(value)


def _fits(value: Any, wanted: str) -> bool:
    """Whether a plain value is one of the alternatives of an annotation, as far as its outermost names say."""
    heads = {re.split(r"[\[.]", part.strip())[0] for part in _alternatives(wanted)}
    if heads & {"Any", "Array", "object", "Literal"}:
        return True
    return any(isinstance(value, _FITTING.get(head, ())) for head in heads)


def _alternatives(wanted: str) -> list[str]:
    """The parts of an annotation between the bars that stand in no bracket."""
    parts, depth = [""], 0
    for letter in wanted:
        depth += (letter in "[(") - (letter in "])")
        if letter == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _is_foreign(trace: TracebackType | None) -> bool:
    """Whether a failure rose in the caller's own code, below ours."""
    itself = trace.tb_next if trace is not None else None
    inner = itself.tb_next if itself is not None else None
    while inner is not None:
        file = inner.tb_frame.f_code.co_filename
        if not file.startswith(("<", *_OURS)):
            return True
        inner = inner.tb_next
    return False

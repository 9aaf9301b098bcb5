"""What a public function says when it was given a number where it needs an object.

A function cannot foresee everything that it may be given. Where an argument made it fail somewhere inside, `told` looks at the
arguments once more, finds the one that is not what its annotation asks for, and names it; where each is, it says what was given and
what failed, and that this is to be reported (`Unforeseen`). The failure itself stays attached as the cause. Nothing is looked at while all goes well, and failures of the caller's own
functions, such as a drift, are passed on as they are.
"""

from __future__ import annotations

import functools
import inspect
import re
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from numbers import Complex, Integral, Real
from pathlib import Path, PurePath
from types import TracebackType
from typing import Any, TypeVar, cast

import numpy as np

from evolaw.checks import refuse, shown
from evolaw.errors import ArgumentError, EvolawError, StorageError, Unforeseen

__all__ = ["told"]

Thing = TypeVar("Thing", bound=Callable[..., Any])

_WITHOUT_RNG = re.compile(r"missing .*argument.*'rng'")
_FITTING: dict[str, tuple[type, ...]] = {
    "int": (Integral,),
    "float": (Real,),
    "complex": (Complex,),
    "str": (str,),
    "bytes": (bytes, bytearray),
    "bool": (bool, np.bool_),
    "None": (type(None),),
    "Path": (PurePath,),
    "np": (np.ndarray, np.generic),
    "Callable": (Callable,),  # type: ignore[dict-item]
    "list": (list,),
    "tuple": (tuple, list),
    "dict": (dict,),
    "set": (set, frozenset),
    "Sequence": (list, tuple, str, range, np.ndarray),
    "Collection": (list, tuple, str, range, dict, set, frozenset),
    "Iterable": (list, tuple, str, range, dict, set, frozenset, np.ndarray),
    "Iterator": (Iterator,),
    "Mapping": (Mapping,),
}
"""Which values fit a name in an annotation. Any other name is that of a class, or stands for several of these."""

_MOST_NAMED = 4
_OF_TEXT = re.compile(
    r"could not convert string|string or a real number|ArrayLike|JAX type|JAX array|multiply sequence|unsupported operand|can only concatenate"
)
_OF_NOTHING = re.compile(r"zero-size|with size 0|empty|at least one")
_OF_NUMBERS = re.compile(r"array of dimension 0|unsized object|0-d|iterate over a 0|too many indices")
_OF_SHAPES = re.compile(r"broadcast|[Ss]hape mismatch|incompatible shapes|must have the same")
_OF_ABILITIES = re.compile(r"'(\w+)' object is not (iterable|subscriptable|callable)")
_ABILITIES = {"iterable": "be a list", "subscriptable": "be an array, or a list", "callable": "be a function"}
"""How NumPy, SciPy, JAX and Python complain of text, of nothing, of a number in place of an array, of shapes that differ."""

_PLACES = [Path(__file__).parent, *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib"))]
_OURS = tuple({str(spelt) for place in _PLACES for spelt in (place, place.resolve())})
"""Where our code and the libraries' lies, as Python was told and with links followed: a frame's file may be spelt either way."""


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
        except Exception as error:
            _name(error, thing, given, named)
            raise

    @functools.wraps(thing)
    def each(*given: Any, **named: Any) -> Any:
        try:
            yield from thing(*given, **named)
        except Exception as error:
            _name(error, thing, given, named)
            raise

    return cast(Thing, each if inspect.isgeneratorfunction(thing) else call)


def _name(error: Exception, function: Any, given: Any, named: Any) -> None:
    """Raise the sentence for a failure; return where it is one already, or the caller's own."""
    if isinstance(error, EvolawError | Warning | StopIteration) or _is_foreign(error.__traceback__):
        return
    if "initialize backend" in str(error):
        return  # what surrounds the process is to blame, and no argument
    fault = _chanceless(error) or _unreadable(error) or _too_large(error) or _misfit(function, given, named, error)
    if fault is not None:
        raise fault from error


def _chanceless(error: Exception) -> ArgumentError | None:
    """The error that asks for the one argument that newcomers leave out: ``rng``, which has no default on purpose."""
    if not isinstance(error, TypeError) or not _WITHOUT_RNG.search(str(error)):
        return None
    return refuse("rng", "be given: results of chance are only useful when they can be repeated", None, "Pass rng=0.")


def _unreadable(error: Exception) -> StorageError | None:
    """The error of a file that cannot be read or written."""
    if not isinstance(error, OSError):
        return None
    place = f"{error.filename!r}" if error.filename else "A file"
    return StorageError(f"{place} cannot be read or written: {error.strerror or error}.")


def _too_large(error: Exception) -> ArgumentError | None:
    """The error of what does not fit into the memory, as NumPy or the compiler tells it."""
    said = " ".join(str(error).split())
    if not isinstance(error, MemoryError) and not said.startswith("RESOURCE_EXHAUSTED"):
        return None
    return ArgumentError(
        f"What is asked needs more memory than there is ({said[:120]}). Ask for less at once: fewer paths, times, components or frames."
    )


def _misfit(function: Any, given: Any, named: Any, error: Exception) -> ArgumentError | None:
    """The error that names the argument of a form that the function does not take, or else all that was given."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*given, **named).arguments
    except TypeError:
        return None  # called with other arguments than it has: Python's own sentence says it
    values: dict[str, Any] = {}
    for name, value in bound.items():
        parameter = signature.parameters[name]
        if name == "self" or value is parameter.default:
            continue
        if parameter.kind is parameter.VAR_KEYWORD:
            values.update(value)
            continue
        values[name] = value
        if parameter.kind is parameter.VAR_POSITIONAL:
            continue
        wanted = str(parameter.annotation)
        if not _fits(value, wanted, getattr(inspect.unwrap(function), "__globals__", {})):
            return refuse(name, f"be of type {wanted}", value)
    if not values:
        return None
    pinned = _pinned(error, values, signature)
    if pinned is not None:
        return pinned
    what = ", ".join(f"`{name}` is {_shown(value)}" for name, value in list(values.items())[:_MOST_NAMED])
    said = "".join(letter if letter.isprintable() else "?" for letter in " ".join(str(error).split()))
    said = said[:157] + "..." if len(said) > 160 else said
    return Unforeseen(
        f"What {function.__qualname__.removesuffix('.__init__')} was given does not go together: {what} ({type(error).__name__}: {said}). "
        "See help(); if all is as it asks, this is a fault of evolaw: please report it with the traceback."
    )


def _pinned(error: Exception, values: Mapping[str, Any], signature: inspect.Signature) -> ArgumentError | None:
    """The error of the argument of which it is true what a library said of some array or object of its own."""
    if isinstance(error, AttributeError):
        lacking = (name for name, value in values.items() if _is_or_holds(value, error.obj))
        return next((refuse(name, f"have the attribute `{error.name}`", values[name]) for name in lacking), None)
    said = str(error)
    annotations = {name: str(parameter.annotation) for name, parameter in signature.parameters.items()}
    shapes = {name: _shape(value) for name, value in values.items()}
    for name, value in values.items():
        wanted = annotations.get(name, "")
        if _holds_no_numbers(value) or ("str" not in wanted and _holds_text(value) and _OF_TEXT.search(said)):
            return refuse(name, "be a number, or an array of numbers", value)
        if _OF_TEXT.search(said) and f"not '{type(value).__name__}'" in said and shapes[name] is None:
            return refuse(name, "be a number, or an array of numbers", value)
        if 0 in (shapes[name] or ()) and (_OF_SHAPES.search(said) or _OF_NOTHING.search(said)):
            return refuse(name, "hold at least one value", value)
        if shapes[name] == () and wanted not in ("int", "float", "bool") and _OF_NUMBERS.search(said):
            return refuse(name, "be an array", value)
    if _OF_SHAPES.search(said):
        for (one, first), (other, second) in combinations(shapes.items(), 2):
            if first and second and not _go_together(first, second):
                return refuse(other, f"go together with `{one}` of shape {first}", f"of shape {second}")
    unable = _OF_ABILITIES.search(said)
    meant = [name for name, value in values.items() if unable and type(value).__name__ == unable[1]]
    if unable and len(meant) == 1:
        return refuse(meant[0], _ABILITIES[unable[2]], values[meant[0]])
    return None


def _is_or_holds(value: Any, part: Any) -> bool:
    """Whether an object was given, itself or in a list; a text is a list of letters to whoever asks it for its parts."""
    if isinstance(value, str):
        return isinstance(part, str) and part in value
    return value is part or (isinstance(value, list | tuple) and any(each is part for each in value))


def _holds_no_numbers(value: Any) -> bool:
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind not in "buifc"


def _holds_text(value: Any) -> bool:
    parts = value if isinstance(value, list | tuple) else (value,)
    return any(isinstance(part, str | bytes) for part in parts)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of a number or of an array, or of a list that can be one; None of anything else."""
    if not isinstance(value, Complex | list | tuple) and not hasattr(value, "__array__"):
        return None
    try:
        return np.shape(value)
    except ValueError:
        return None


def _go_together(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    """A value in a few words; of an object its kind."""
    kind = type(value)
    plain = kind.__module__.partition(".")[0] in ("builtins", "numpy", "pathlib") and not callable(value)
    return (
        shown(value, 80)
        if plain
        else f"of type {getattr(value, '__name__', kind.__name__) if callable(value) else kind.__name__}"
    )


def _fits(value: Any, wanted: str, scope: Mapping[str, Any]) -> bool:
    """Whether a value is one of the alternatives of an annotation, as far as its outermost names say.

    A plain value fits no class of ours; a function, or an object of ours, may be what an unknown name stands for. What a protocol
    asks for is not looked up in ``scope``, the names that the annotation was written among: any object may offer it.
    """
    heads = {re.split(r"[\[.]", part.strip(" '\""))[0] for part in _alternatives(wanted)}
    if heads & {"Any", "Array", "object", "Literal", "jax", "sympy"} or "empty" in wanted:
        return True
    if any(isinstance(value, _FITTING.get(head, ())) for head in heads):
        return not (isinstance(value, bool) and "bool" not in heads and heads & {"int", "float"} == heads)
    unknown = heads - set(_FITTING)
    if not unknown:
        return False
    if type(value).__module__.partition(".")[0] in ("builtins", "numpy") and not callable(value):
        return False
    names = {base.__name__ for base in type(value).__mro__}
    offered = any(getattr(scope.get(name), "_is_protocol", False) for name in unknown)
    return bool(names & unknown) or callable(value) or offered


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

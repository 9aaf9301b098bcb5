"""The one place that words argument errors.

Every function takes the value and the argument's name, returns the value in its canonical form, and raises an
ArgumentError whose sentence says which argument, what was required, what was given and, with ``fix``, what to do.
"""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from evolaw.errors import ArgumentError, ShapeError

__all__ = [
    "finite",
    "halfwidth",
    "increasing",
    "integer",
    "monotone",
    "nearest",
    "number",
    "numbers",
    "one_of",
    "positive",
    "probability",
    "refuse",
    "require",
    "shape",
    "shown",
]


def refuse(name: str, requirement: str, given: Any, fix: str = "") -> ArgumentError:
    """Build the error for argument ``name``: it must ``requirement`` but is ``given``.

    Example:
        >>> str(refuse("dt", "be positive", -0.1))
        'Argument `dt` must be positive, but is -0.1.'
    """
    return ArgumentError(_sentence(name, requirement, given, fix))


def require(condition: bool, name: str, requirement: str, given: Any, fix: str = "") -> None:
    """Raise the error of `refuse` unless ``condition`` holds."""
    if not condition:
        raise refuse(name, requirement, given, fix)


def integer(value: Any, name: str, *, least: int | None = None, most: int | None = None) -> int:
    """Return ``value`` as an int within [least, most]; booleans and fractions are refused."""
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        result = operator.index(value)
    except TypeError:
        raise refuse(name, "be a whole number", value) from None
    if (least is not None and result < least) or (most is not None and result > most):
        raise refuse(name, f"be a whole number {_range(least, most)}", result)
    return result


def number(value: Any, name: str, *, least: float | None = None, most: float | None = None) -> float:
    """Return ``value`` as a finite float within [least, most]."""
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        raise refuse(name, "be a number", value) from None
    if not math.isfinite(result):
        raise refuse(name, "be finite", value)
    if (least is not None and result < least) or (most is not None and result > most):
        raise refuse(name, f"be a number {_range(least, most)}", result)
    return result


def positive(value: Any, name: str) -> float:
    """Return ``value`` as a finite float above zero."""
    result = number(value, name)
    require(result > 0, name, "be positive", result)
    return result


def probability(value: Any, name: str, *, most: float = 1.0) -> float:
    """Return ``value`` as a float in [0, most]."""
    return number(value, name, least=0.0, most=most)


def one_of(value: Any, name: str, allowed: Iterable[str]) -> str:
    """Return ``value`` if it is one of the allowed names; the error suggests the nearest one."""
    names = list(allowed)
    if isinstance(value, str) and value in names:
        return str(value)
    if not names:
        raise refuse(name, "be left out, because there is none to choose here", value)
    suggestion = nearest(str(value), names)
    raise refuse(name, f"be one of {', '.join(names)}", value, f"Did you mean {suggestion}?" if suggestion else "")


def nearest(word: str, names: Iterable[str]) -> str | None:
    """Return the name most like ``word``, or None when none is close.

    Example:
        >>> nearest("isotropc", ["outer-totalistic", "isotropic"])
        'isotropic'
    """
    names = list(names)
    lowered = {known.lower(): known for known in names}
    found = difflib.get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def shape(array: Any, name: str, wanted: Sequence[int | str]) -> np.ndarray:
    """Return ``array`` as a NumPy array of the wanted shape; words stand for free sizes.

    Example:
        >>> shape([[1, 2]], "states", ("rows", 2)).shape
        (1, 2)
    """
    try:
        result = np.asarray(array)
    except ValueError:
        raise ShapeError(_sentence(name, "be a rectangular array", "ragged", "")) from None
    fits = result.ndim == len(wanted) and all(
        isinstance(want, str) or want == size for want, size in zip(wanted, result.shape, strict=True)
    )
    if not fits:
        words = ", ".join(str(want) for want in wanted)
        raise ShapeError(_sentence(name, f"have shape ({words})", f"of shape {result.shape}", ""))
    return result


def finite(array: Any, name: str) -> np.ndarray:
    """Return ``array`` if no element is NaN or infinite; the error says where the first one is."""
    result = np.asarray(array)
    good = np.isfinite(result)
    if not good.all():
        if result.ndim == 0:
            raise refuse(name, "be finite", float(result))
        place = tuple(int(index) for index in np.argwhere(~good)[0])
        raise refuse(name, "be finite everywhere", f"{result[place]} at index {place}")
    return result


def numbers(values: Any, name: str) -> np.ndarray:
    """Return ``values`` as an array of finite floats of any shape; text, objects, ragged lists and complex numbers are refused.

    Example:
        >>> numbers([1, 2.5], "weights").tolist()
        [1.0, 2.5]
    """
    try:
        if np.iscomplexobj(values):
            raise TypeError
        result = np.asarray(values, float)
    except (TypeError, ValueError):
        raise refuse(name, "be a number or a rectangular array of numbers", values) from None
    return finite(result, name)


def increasing(values: Any, name: str) -> np.ndarray:
    """Return ``values`` as a one-dimensional array that rises strictly; the error names the first fault."""
    result = finite(shape(values, name, ("times",)), name)
    require(result.size > 0, name, "hold at least one value", "empty")
    falls = np.flatnonzero(result[1:] <= result[:-1])
    if falls.size:
        i = int(falls[0])
        raise refuse(name, "rise strictly", f"{result[i]} followed by {result[i + 1]} at index {i + 1}")
    return result


def monotone(values: Any, name: str) -> np.ndarray:
    """Return ``values`` as a one-dimensional array that rises strictly or falls strictly; the error names the first fault."""
    result = finite(shape(values, name, ("times",)), name)
    if result.size < 2 or result[1] >= result[0]:
        return increasing(result, name)
    rises = np.flatnonzero(result[1:] >= result[:-1])
    if rises.size:
        i = int(rises[0])
        raise refuse(name, "fall strictly, as it begins", f"{result[i]} followed by {result[i + 1]} at index {i + 1}")
    return result


def shown(given: Any, most: int = 200) -> str:
    """Return a value as a sentence names it: in one line, without control characters, at most so long.

    Example:
        >>> shown(np.zeros((4, 3))), shown("wide open"), shown("a\\x1b[31m")
        ('an array of shape (4, 3)', 'wide open', "'a\\\\x1b[31m'")
    """
    if isinstance(given, np.ndarray) and given.size > 8:
        return f"an array of shape {given.shape}"
    try:
        words = given if isinstance(given, str) and " " in given and given.isprintable() else repr(given)
    except Exception:  # an object whose own repr fails is named by its type
        words = f"of type {type(given).__name__}"
    words = " ".join(words.split())
    return words[: most - 3] + "..." if len(words) > most else words


def _range(least: float | None, most: float | None) -> str:
    if most is None:
        return f"of at least {least}"
    return f"of at most {most}" if least is None else f"from {least} to {most}"


def _sentence(name: str, requirement: str, given: Any, fix: str) -> str:
    return f"Argument `{name}` must {requirement}, but is {shown(given)}." + (f" {fix}" if fix else "")


_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("、"): ",", ord("\u3000"): " "}


def halfwidth(text: str) -> str:
    """Return a text with the letters, digits and signs of a Chinese keyboard as plain ones.

    Example:
        >>> halfwidth("Ｂ３／Ｓ２３，x（1）")
        'B3/S23,x(1)'
    """
    return text.translate(_HALF)

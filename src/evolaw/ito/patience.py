"""A deadline for symbolic work, whose running time nobody can foretell.

within(seconds, work)      the result, or `OutOfTime`
@bounded                   a public function gets 20 s; one that is called by another shares its time
tidy(expression)           simplified where that is cheap, else as it is
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import sympy

from evolaw import checks

__all__ = ["OutOfTime", "bounded", "tidy", "within"]

P = ParamSpec("P")
R = TypeVar("R")
_SECONDS = 20.0
_SIMPLIFIED = 400
_here = threading.local()


class OutOfTime(Exception):
    """The deadline passed; the caller says "not decided" instead of waiting."""


def bounded(function: Callable[P, R]) -> Callable[P, R]:
    """Give a function of symbols 20 s, after which an ArgumentError says so; within another's time it has what is left."""

    @wraps(function)
    def limited(*args: P.args, **kwargs: P.kwargs) -> R:
        if getattr(_here, "counted", False):
            return function(*args, **kwargs)

        def work() -> R:
            _here.counted = True
            return function(*args, **kwargs)

        try:
            return within(_SECONDS, work)
        except OutOfTime:
            name = function.__name__.replace("_", " ").strip()
            raise checks.refuse(
                "system",
                f"be simple enough for symbolic work of {_SECONDS:g} s",
                f"one for which {name} takes longer",
                "Write it with fewer or simpler terms.",
            ) from None
        except RecursionError:
            raise checks.refuse("system", "be simple enough for symbolic work", "nested too deeply") from None

    return limited


def tidy(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression simplified, or as it is when it is long: simplification takes forever before it takes long.

    Example:
        >>> tidy(sympy.sin(1) ** 2 + sympy.cos(1) ** 2)
        1
    """
    if expression.is_Atom:
        return expression
    return sympy.simplify(expression) if expression.count_ops() <= _SIMPLIFIED else expression


def within(seconds: float, work: Callable[[], Any]) -> Any:
    """Return ``work()`` if it ends in time.

    Args:
        seconds: the deadline.
        work: symbolic, hence interpreted, work; it runs in a thread that is interrupted between two of its steps.

    Raises:
        OutOfTime: it did not end in time.

    Example:
        >>> within(10, lambda: 6 * 7)
        42
    """
    checks.positive(seconds, "seconds")
    outcome: list[tuple[bool, Any]] = []
    counted = getattr(_here, "counted", False)

    def run() -> None:
        _here.counted = counted
        try:
            outcome.append((True, work()))
        except BaseException as error:
            outcome.append((False, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    with _lost_quietly():
        while thread.is_alive():
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(OutOfTime))
            thread.join(0.2)
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value


@contextmanager
def _lost_quietly() -> Iterator[None]:
    """Keep Python from reporting an interruption that met a finaliser and ended there: it is sent again."""
    report = sys.unraisablehook

    def report_others(lost: Any) -> None:
        if not issubclass(lost.exc_type, OutOfTime):
            report(lost)

    sys.unraisablehook = report_others
    try:
        yield
    finally:
        sys.unraisablehook = report

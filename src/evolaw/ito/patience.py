"""A deadline for symbolic work, whose running time nobody can foretell."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from evolaw import checks

__all__ = ["OutOfTime", "within"]


class OutOfTime(Exception):
    """The deadline passed; the caller says "not decided" instead of waiting."""


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

    def run() -> None:
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

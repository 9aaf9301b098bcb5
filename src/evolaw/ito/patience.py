"""A deadline for symbolic work, whose running time nobody can foretell."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
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
    while thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(OutOfTime))
        thread.join(0.2)
    succeeded, value = outcome[0]
    if succeeded:
        return value
    raise value

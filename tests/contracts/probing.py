"""How a fuzzer draws, watches and tells: what `nonsense` (values) and `nonsense_commands` (command lines) share.

A draw that is answered by a result or a sentence of ours is forgotten. Any other is written to the standard output as JSON, one line a
kind of failure, and so is one that lasts longer than its limit.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

__all__ = ["Hang", "begin", "done", "limited", "probe"]


class Hang(BaseException):
    """An answer that took longer than its limit; no `except Exception` catches it."""


def ring(*_: object) -> None:
    """What the alarm of `limited` does."""
    raise Hang


def begin(memory: int) -> None:
    """Prepare a process for draws: an empty folder to work in, an alarm, and bounded memory."""
    os.chdir(tempfile.mkdtemp())
    signal.signal(signal.SIGALRM, ring)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `Hang` in what is done within, when it takes longer."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def probe(draw: Callable[[st.DataObject], tuple[str | None, dict[str, Any]]], examples: int, number: int) -> None:
    """Draw so often; a draw returns what is wrong, or None, and what was drawn. Each kind of failure is printed once."""
    told: set[str] = set()

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def once(data: st.DataObject) -> None:
        wrong, what = draw(data)
        if wrong is None or wrong[:40] in told:
            return
        told.add(wrong[:40])
        print(json.dumps(what | {"wrong": wrong}), flush=True)

    once()


def done(what: object) -> None:
    """Say that all draws came to their end."""
    print(json.dumps({"done": what}), flush=True)

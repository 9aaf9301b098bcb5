"""What goes where: results to stdout, progress and remarks to stderr.

stdout carries the result only, as text or as one JSON document. stderr shows a live bar on a terminal and, elsewhere, one
plain line every half minute. Colours follow the terminal and NO_COLOR.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from evolaw.display import Progress
from evolaw.report import language

__all__ = ["Progress", "bar", "be_quiet", "document", "note", "result"]

_SECONDS_A_LINE = 30.0
_quiet = [False]


def be_quiet(wanted: bool) -> None:
    """Show neither progress nor remarks from now on; errors are shown nevertheless."""
    _quiet[0] = wanted


def result(text: str, *, is_said: bool = False) -> None:
    """Print the result for a person, in the language that is spoken; ``is_said`` where it is in that language already."""
    if not is_said:
        text = language.block(text, language.spoken())
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def document(value: Mapping[str, Any]) -> None:
    """Print the result as one JSON document; a number that JSON cannot hold is our bug and not printed."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def note(text: str) -> None:
    """Print a remark to stderr; where that is full or closed the work goes on, and its result and exit code tell."""
    if _quiet[0]:
        return
    with suppress(OSError):
        sys.stderr.write(language.block(text, language.spoken()) + "\n")
        sys.stderr.flush()


@contextmanager
def bar(title: str) -> Iterator[Callable[..., None]]:
    """Show the progress of long work while the block runs; yields the function to call with (done, total, words)."""
    title = language.sentence(title, language.spoken())
    if _quiet[0]:
        yield _silent
        return
    if not sys.stderr.isatty():
        yield _sparse(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as LiveBar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with LiveBar(*columns, console=Console(stderr=True), transient=True) as live:
        task = live.add_task(title, total=None)

        def report(done: int, total: int, words: str = "") -> None:
            live.update(task, completed=done, total=total, description=f"{title}: {words}" if words else title)

        yield report


def _silent(done: int, total: int, words: str = "") -> None:
    """Report nothing."""


def _sparse(title: str) -> Progress:
    """Report at most one line every half minute, with an estimate of the time left."""
    begun = last = time.monotonic()

    def report(done: int, total: int, words: str = "") -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _SECONDS_A_LINE or not done:
            return
        last = now
        left = (now - begun) * (total - done) / done
        note(f"{title}: {done} of {total}{f' ({words})' if words else ''}, about {left:.0f} s left")

    return report

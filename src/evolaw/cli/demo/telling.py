"""What a demonstration hands over: the words to print, the document of ``--json``, and how to write its page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Telling"]


@dataclass(frozen=True)
class Telling:
    """A story that was played.

    Attributes:
        text: what a person reads in the terminal.
        document: plain JSON values; secret and answer are among them.
        write: called with (path, language), writes the page and returns its path.
        save: writes a run directory into a place that is free and returns it; None where nothing is kept.
        stem: name of the run.
    """

    text: str
    document: dict[str, Any]
    write: Callable[[Path, str], Path]
    save: Callable[[Path], Path] | None = None
    stem: str = ""

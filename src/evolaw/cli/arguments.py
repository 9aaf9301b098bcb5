"""What is typed after an option, read before anything is computed."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["announce", "is_run", "numbers", "require_page", "require_place", "settings"]

_MOVING = ("gif", "mp4")
_LARGE = 2**28
"""Bytes from which on a run says its size beforehand."""
_ONE_NUMBER = "A decimal is written with a point; several values are several commands, or solve(sweep=...) in Python."


def settings(words: Sequence[str]) -> dict[str, float]:
    """Read ``--set name=number`` options.

    Raises:
        ArgumentError: a word is not of this form, or a name is set twice.

    Example:
        >>> settings(["theta=2", "sigma = 0.5"])
        {'theta': 2.0, 'sigma': 0.5}
    """
    from evolaw import checks

    values: dict[str, float] = {}
    for word in map(checks.halfwidth, words):
        name, equals, number = (part.strip() for part in word.partition("="))
        checks.require(bool(name and equals), "set", "be name=number, as in --set theta=2", word)
        checks.require(name not in values, "set", "give each parameter once", f"{name} twice")
        checks.require("," not in number, f"set[{name}]", "be one number", number, _ONE_NUMBER)
        values[name] = checks.number(number, f"set[{name}]")
    return values


def numbers(text: str, name: str) -> list[float]:
    """Read numbers separated by commas.

    Example:
        >>> numbers("1, 0.5", "start")
        [1.0, 0.5]
    """
    from evolaw import checks

    return [checks.number(part.strip() or None, name) for part in checks.halfwidth(text).split(",")]


def announce(place: Path, shape: Sequence[int], dtype: Any) -> None:
    """Say the size of a large run before its first byte, and begin none that could not be read back."""
    from evolaw.arrays import byte_size
    from evolaw.cli import terminal
    from evolaw.storage.zarr_arrays import require_readable

    size = require_readable(f"{place}: values", shape, dtype)
    if size >= _LARGE:
        terminal.note(f"{place} will hold up to {byte_size(size)} before compression.")


def require_place(figure: Path, *, moves: bool = False) -> None:
    """Refuse a figure that cannot be written before the work begins, not after it.

    Args:
        figure: the file.
        moves: whether the result is a trajectory, which can also be a film.
    """
    from evolaw import checks
    from evolaw.errors import MissingProgram

    kind = figure.suffix.lstrip(".").lower()
    if kind in _MOVING and not moves:
        raise checks.refuse(
            "figure", "stand still, as .svg, .pdf or .png", str(figure), "Only a trajectory can be a film."
        )
    checks.one_of(kind, "figure", ("svg", "pdf", "png", *(_MOVING if moves else ())))
    checks.require(figure.parent.is_dir(), "figure", "lie in a directory that exists", str(figure))
    if kind == "mp4" and shutil.which("ffmpeg") is None:
        raise MissingProgram("An MP4 needs the program ffmpeg, which is not on the PATH. Install it, or write a .gif.")


def require_page(report: Path) -> None:
    """Refuse a page that cannot be written before the work begins, not after it."""
    from evolaw import checks

    checks.require(report.parent.is_dir(), "report", "lie in a directory that exists", str(report))
    checks.require(not report.is_dir(), "report", "be a file", str(report), "Add report.html.")


def is_run(text: str) -> bool:
    """Whether what was typed names a run directory; a rule of a thousand letters names no file at all."""
    try:
        return (Path(text) / "manifest.json").is_file()
    except (OSError, ValueError):
        return False

"""What is typed after an option, read before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from evolaw import checks

__all__ = ["numbers", "require_place", "settings"]


def settings(words: Sequence[str]) -> dict[str, float]:
    """Read ``--set name=number`` options.

    Raises:
        ArgumentError: a word is not of this form, or a name is set twice.

    Example:
        >>> settings(["theta=2", "sigma = 0.5"])
        {'theta': 2.0, 'sigma': 0.5}
    """
    values: dict[str, float] = {}
    for word in words:
        name, equals, number = (part.strip() for part in word.partition("="))
        checks.require(bool(name and equals), "set", "be name=number, as in --set theta=2", word)
        checks.require(name not in values, "set", "give each parameter once", f"{name} twice")
        values[name] = checks.number(number, f"set {name}")
    return values


def numbers(text: str, name: str) -> list[float]:
    """Read numbers separated by commas.

    Example:
        >>> numbers("1, 0.5", "start")
        [1.0, 0.5]
    """
    return [checks.number(part.strip() or None, name) for part in text.split(",")]


def require_place(figure: Path) -> None:
    """Refuse a figure that cannot be written before the work begins, not after it."""
    checks.one_of(figure.suffix.lstrip(".").lower(), "figure", ("svg", "pdf", "png"))
    checks.require(figure.parent.is_dir(), "figure", "lie in a directory that exists", str(figure))

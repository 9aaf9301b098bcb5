"""How results show themselves: a few lines of text, a card in a notebook, a figure on demand.

The figure is the one thing a result asks of a higher floor: `plot` finds ``evolaw.report.figures`` by name when it is
called, so that no result knows how it is drawn and Matplotlib is loaded by those who look.
"""

from __future__ import annotations

import html
import importlib
from collections.abc import Iterable
from typing import Any

__all__ = ["card", "lines", "plot"]


def lines(title: str, facts: Iterable[tuple[str, Any]]) -> str:
    """Return a title and one aligned line a fact; facts that are None are left out.

    Example:
        >>> print(lines("Trajectory", [("law", "B3/S23"), ("seed", None)]))
        Trajectory
          law  B3/S23
    """
    rows = [(name, str(value)) for name, value in facts if value is not None]
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join([title, *(f"  {name:<{width}}  {value}" for name, value in rows)])


def card(title: str, facts: Iterable[tuple[str, Any]], picture: str = "") -> str:
    """Return the same facts as an HTML card; ``picture`` is a data URI or empty. Everything is escaped."""
    rows = "".join(
        f"<tr><th style='text-align:left;padding-right:1em'>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in facts
        if value is not None
    )
    image = f"<img src='{html.escape(picture)}' style='image-rendering:pixelated;float:right;max-width:12em' alt=''>"
    return f"<div><strong>{html.escape(title)}</strong>{image if picture else ''}<table>{rows}</table></div>"


def plot(result: Any, **options: Any) -> Any:
    """Return a Matplotlib figure of ``result``, drawn by ``evolaw.report.figures.draw``."""
    return importlib.import_module("evolaw.report.figures").draw(result, **options)

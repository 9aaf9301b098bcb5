"""A sheet of mathematics as a figure: headings, and below each its formulas and sentences, one a line.

The formulas are LaTeX that Matplotlib sets itself, so no TeX is needed; one that it cannot set stands there as it would be typed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser

from evolaw.report.styles import new_figure, style

__all__ = ["Section", "draw_formulas"]

_MARGIN, _INDENT, _GAP = 0.12, 0.18, 0.07
"""In inches: around the sheet, before a formula, between two lines."""


@dataclass(frozen=True)
class Section:
    """One heading and what stands below it.

    Attributes:
        title: the heading.
        lines: each with whether it is a formula: ("X^2", True), ("holds", False).
    """

    title: str
    lines: tuple[tuple[str, bool], ...]


def draw_formulas(sections: Sequence[Section]) -> Figure:
    """Return the sheet, as wide and as high as its formulas need.

    Example:
        >>> figure = draw_formulas([Section("Itô form", ((r"dX = \\mu X dt", True),))])
        >>> [text.get_text() for text in figure.texts]
        ['Itô form', '$dX = \\\\mu X \\\\,dt$']
    """
    with style():
        figure = new_figure(6.0, 4.0)
        figure.set_layout_engine("none")
        renderer = FigureCanvasAgg(figure).get_renderer()
        placed, top, right = [], _MARGIN, 0.0
        for section in sections:
            for words, left, points in _rows(section):
                text = figure.text(0, 0, words, va="top", size=points, parse_math=words.startswith("$"))
                size = text.get_window_extent(renderer)
                placed.append((text, left, top))
                top += size.height / figure.dpi + _GAP
                right = max(right, left + size.width / figure.dpi)
            top += _GAP
        width, height = right + _MARGIN, top + _MARGIN
        figure.set_size_inches(width, height)
        for text, left, down in placed:
            text.set_position((left / width, 1 - down / height))
    return figure


def _rows(section: Section) -> list[tuple[str, float, int]]:
    """What is written, how far from the left in inches, and how large in points."""
    rows = [(section.title, _MARGIN, 9)]
    for line, is_formula in section.lines:
        for part in line.split(r" \\ ") if is_formula else line.splitlines():
            rows.append((_set(part) if is_formula else part.strip(), _MARGIN + _INDENT, 11 if is_formula else 9))
    return rows


def _set(formula: str) -> str:
    """The formula between dollars, or as it is typed where Matplotlib knows not all of its commands."""
    spaced = re.sub(r" (d(?:t|[A-Z]\w*))\b", r" \\,\1", formula)  # differentials stand off from their coefficients
    try:
        MathTextParser("path").parse(f"${spaced}$")
    except ValueError:
        return formula
    return f"${spaced}$"

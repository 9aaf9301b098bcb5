"""What people look at: figures for papers, and one offline page a finding.

``draw`` turns a result into a Matplotlib figure, ``save`` writes it byte for byte the same every time, ``write`` writes the
HTML report of a finding or a trajectory, ``write_figure`` and ``animate`` pictures and films, ``write_weekly`` a Typst report of several runs with its PDF.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same names for type checkers and editors, which load nothing
    from evolaw.report.figures import draw as draw
    from evolaw.report.figures import save as save
    from evolaw.report.moving.animation import animate as animate
    from evolaw.report.moving.animation import write_figure as write_figure
    from evolaw.report.pages import render as render
    from evolaw.report.pages import write as write
    from evolaw.report.paper.markup import to_latex as to_latex
    from evolaw.report.paper.markup import to_typst as to_typst
    from evolaw.report.paper.weekly import write_weekly as write_weekly

_NAMES = {"draw": "figures", "save": "figures", "render": "pages", "write": "pages"}
_NAMES |= dict.fromkeys(("animate", "write_figure"), "moving.animation")
_NAMES |= dict.fromkeys(("to_latex", "to_typst"), "paper.markup") | {"write_weekly": "paper.weekly"}

__all__ = ["animate", "draw", "render", "save", "to_latex", "to_typst", "write", "write_figure", "write_weekly"]


if not TYPE_CHECKING:  # a name that is not above is an error

    def __getattr__(name: str) -> Any:
        if name in _NAMES:
            return getattr(importlib.import_module(f"evolaw.report.{_NAMES[name]}"), name)
        raise AttributeError(f"module 'evolaw.report' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

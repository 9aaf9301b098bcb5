"""What people look at: figures for papers, and one offline page a finding.

``draw`` turns a result into a Matplotlib figure, ``save`` writes it byte for byte the same every time, ``write`` writes the
HTML report of a finding or a trajectory, ``write_figure`` and ``animate`` pictures and films, ``write_weekly`` a Typst report of several runs with its PDF.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evolaw.facade import facade

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

_NAMES: dict[str, tuple[str, ...]] = {
    "figures": ("draw", "save"),
    "moving.animation": ("animate", "write_figure"),
    "pages": ("render", "write"),
    "paper.markup": ("to_latex", "to_typst"),
    "paper.weekly": ("write_weekly",),
}

__all__, _load, __dir__ = facade("evolaw.report", _NAMES)

if not TYPE_CHECKING:  # a name that is not above is an error
    __getattr__ = _load

"""Formulas on a sheet: set where that can be done, inside the sheet, below each other."""

from __future__ import annotations

from itertools import pairwise

from matplotlib.backends.backend_agg import FigureCanvasAgg

from evolaw.report.paper.formulas import Section, draw_formulas

SECTIONS = [
    Section(
        "Itô form", ((r"dX = \mu X dt \\ dY = \sqrt{\frac{X}{\sigma^{2}}} dW", True), ("holds: 100 % of $ it", False))
    ),
    Section("Unknown", ((r"\nosuchcommand{X} + " + "X" * 300, True),)),
]


def test_every_line_is_there_and_what_cannot_be_set_is_shown_as_typed() -> None:
    said = [text.get_text() for text in draw_formulas(SECTIONS).texts]
    assert said[:4] == [
        "Itô form",
        r"$dX = \mu X \,dt$",
        r"$dY = \sqrt{\frac{X}{\sigma^{2}}} \,dW$",
        "holds: 100 % of $ it",
    ]
    assert said[4] == "Unknown" and said[5].startswith(r"\nosuchcommand{X}")


def test_lines_lie_inside_the_sheet_and_never_over_each_other() -> None:
    figure = draw_formulas(SECTIONS)
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.texts]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y0 >= figure.bbox.y0 for box in boxes)
    assert all(above.y0 > below.y1 for above, below in pairwise(boxes))

"""A learned law as one HTML page that needs nothing but itself: the law, the windows, the weights, the training, the league.

Pictures are inside the page; nothing is loaded and no script runs. Every text is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import io
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup
from matplotlib.figure import Figure

from evolaw import documents, storage
from evolaw.report.learned.charts import draw_beside, draw_filters, draw_law, draw_league, draw_readout
from evolaw.report.styles import style
from evolaw.report.wording import Words

if TYPE_CHECKING:
    from evolaw.learning.windows.architecture_study import League
    from evolaw.learning.windows.interpretation import Filter, Readout
    from evolaw.learning.windows.learned_law import LearnedLaw
    from evolaw.learning.windows.rollouts import Beside

__all__ = ["render_learned", "write_learned"]


def write_learned(path: str | Path, **parts: object) -> Path:
    """Write the page of `render_learned` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_learned(**parts))  # type: ignore[arg-type]


def render_learned(
    *,
    source: str,
    law: LearnedLaw | None = None,
    readout: Readout | None = None,
    filters: list[Filter] | None = None,
    beside: Beside | None = None,
    league: League | None = None,
    remark: str = "",
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> str:
    """Return the HTML page of a training or of a league.

    Args:
        source: the recording or rule that was learned.
        law, readout, filters: the learned law, what its networks say together, and the filters of the first.
        beside: law and truth rolled out, where the truth is known.
        league: the standings, in the place of a law or beside it.
        remark: what the reader must know before trusting it.
        lang: "en" or "zh"; words inside pictures are English.
        command, seed: how to make the page again.
    """
    words = Words(lang)
    folder = files("evolaw.report").joinpath("templates")
    sheet = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("finding.css", "learned.css"))
    pictures = {}
    with style():
        if readout is not None:
            pictures["readout"] = _embed(draw_readout(readout))
        if law is not None and any(law.history):
            pictures["training"] = _embed(draw_law(law))
        if filters:
            pictures["filters"] = _embed(draw_filters(filters))
        if beside is not None:
            pictures["beside"] = _embed(draw_beside(beside))
        if league is not None:
            pictures["league"] = _embed(draw_league(league))
    return (
        _environment()
        .get_template("learned.html.j2")
        .render(
            words=words,
            source=source,
            law=law,
            readout=readout,
            filters=filters or [],
            beside=beside,
            tests=_tests(beside),
            solutions=_solutions(filters or []),
            league=league,
            remark=remark,
            command=command,
            seed=seed,
            pictures=pictures,
            style=Markup(sheet),
            style_hash=Markup("'sha256-" + base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() + "'"),
            versions=storage.versions(),
        )
    )


def _tests(beside: Beside | None) -> str:
    """The adjusted p-value of each statistic, in words."""
    found = {} if beside is None else beside.comparison.differences
    return ", ".join(f"{name} p = {difference.adjusted:.3g}" for name, difference in found.items())


def _solutions(filters: list[Filter]) -> str:
    """How like the canonical solutions the filters are, in words."""
    from evolaw.learning.windows.interpretation import match_solutions

    return ", ".join(f"{name} {share:.3f}" for name, share in match_solutions(filters).items())


def _embed(figure: Figure) -> str:
    """The figure as an SVG inside a data address, the same bytes every time."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("evolaw.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

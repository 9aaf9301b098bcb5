"""An equation found as one HTML page that needs nothing but itself: the equation, how sure, what is open, what next, pictures, terms.

Nothing is loaded and no script runs. Every text is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup
from matplotlib.figure import Figure

from evolaw import storage
from evolaw.discovery.diffusions.law import EquationLaw
from evolaw.report.equations.charts import draw_evidence, draw_field, draw_runs
from evolaw.report.story import Chapter
from evolaw.report.styles import style
from evolaw.report.wording import Words

__all__ = ["render_equation"]


def render_equation(
    finding: Any,
    *,
    lang: str = "en",
    command: str | None = None,
    seed: int | None = None,
    chapters: Sequence[Chapter] = (),
) -> str:
    """Return the HTML page of an equation.

    Args:
        finding: a Finding of the space "equation", or the JSON document of one; pictures need the finding with its recording.
        lang: "en" or "zh"; words inside pictures are English.
        command, seed: how to make the page again.
        chapters: what happened after the finding, told below its answer.
    """
    words = Words(lang)
    document = finding if isinstance(finding, Mapping) else finding.to_json()
    law = EquationLaw.from_json(document["law"])
    folder = files("evolaw.report").joinpath("templates")
    sheet = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("finding.css", "learned.css"))
    asked = [entry for entry in document["entries"] if entry["basis"] != "known"]
    decided = [entry for entry in asked if entry["decision"] in ("present", "absent")]
    return (
        _environment()
        .get_template("equation.html.j2")
        .render(
            words=words,
            document=document,
            equations=law.decided(),
            decided=len(decided),
            total=len(asked),
            assumed=sum(entry["basis"] == "assumed" for entry in decided),
            open=[entry["name"] for entry in asked if entry["decision"] == "undetermined"],
            pictures={"field": None, "runs": None, "evidence": None} if finding is document else _pictures(finding),
            command=command,
            seed=seed,
            chapters=list(chapters),
            style=Markup(sheet),
            style_hash=Markup("'sha256-" + base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() + "'"),
            versions=storage.versions(),
        )
    )


def _pictures(finding: Any) -> dict[str, str | None]:
    with style():
        drawn = {"field": draw_field(finding), "runs": draw_runs(finding), "evidence": draw_evidence(finding)}
        return {name: None if figure is None else _embed(figure) for name, figure in drawn.items()}


def _embed(figure: Figure) -> str:
    """The figure as a PNG inside a data address: clouds of points would make an SVG large."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=130, metadata={"Software": None})
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("evolaw.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

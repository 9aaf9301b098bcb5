"""A learned score as one HTML page that needs nothing but itself: samples beside the data, the film, the flow, the training, the numbers.

Pictures are inside the page; nothing is loaded and no script runs. Every text is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

from evolaw import documents, storage
from evolaw.report.score.charts import draw_film, draw_flow, draw_samples, draw_training
from evolaw.report.styles import style
from evolaw.report.wording import Words

if TYPE_CHECKING:
    from evolaw.score.learned.model import ScoreModel

__all__ = ["render_score", "write_score"]


def write_score(path: str | Path, **parts: Any) -> Path:
    """Write the page of `render_score` to a file, whole or not at all, and return its path."""
    return documents.write_document(path, render_score(**parts))


def render_score(
    *,
    source: str,
    model: ScoreModel,
    samples: np.ndarray,
    data: np.ndarray,
    film: tuple[np.ndarray, np.ndarray] | None = None,
    flow: np.ndarray | None = None,
    facts: Sequence[tuple[str, str]] = (),
    numbers: Mapping[str, str] | None = None,
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> str:
    """Return the HTML page of a learned score.

    Args:
        source: what it was trained on.
        model: the score.
        samples, data: states, shown beside each other first.
        film: states from noise to data, shape (count, times, *shape), and their times.
        flow: paths of the probability flow in the plane, shape (count, times, 2).
        facts: (name, words) of the model.
        numbers: what was measured, name -> words.
        lang: "en" or "zh"; words inside pictures are English.
        command, seed: how to make the page again.
    """
    words = Words(lang)
    folder = files("evolaw.report").joinpath("templates")
    sheet = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("finding.css", "learned.css"))
    with style():
        pictures = {"samples": _embed(draw_samples(samples, data)), "training": _embed(draw_training(model))}
        if film is not None:
            pictures["film"] = _embed(draw_film(*film))
        if flow is not None:
            pictures["flow"] = _embed(draw_flow(flow, data))
    return (
        _environment()
        .get_template("score.html.j2")
        .render(
            words=words,
            source=source,
            facts=list(facts),
            numbers=dict(numbers or {}),
            command=command,
            seed=seed,
            pictures=pictures,
            style=Markup(sheet),
            style_hash=Markup("'sha256-" + base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() + "'"),
            versions=storage.versions(),
        )
    )


def _embed(figure: Figure) -> str:
    """The figure as a PNG inside a data address: thousands of points would make an SVG of megabytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150, metadata={"Software": None})
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

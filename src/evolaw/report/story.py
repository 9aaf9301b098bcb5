"""Chapters of a page that tells a whole story: what was seen, the question, the answer, one experiment later, the secret.

`write_story` writes a page of chapters alone; the page of a finding takes chapters after its answer.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup
from matplotlib.figure import Figure

from evolaw import documents, storage
from evolaw.report.styles import style
from evolaw.report.wording import Words

__all__ = ["Chapter", "write_story"]


@dataclass(frozen=True, eq=False)
class Chapter:
    """One section of a story.

    Attributes:
        title: its heading.
        law: an equation or a rule in large type, or "".
        says: paragraphs.
        rows: (name, words) under each other.
        figure: a picture, drawn with the style of the report; words in it are English.
    """

    title: str
    law: str = ""
    says: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    figure: Figure | None = None

    @property
    def picture(self) -> str:
        """The figure as an SVG inside a data address, the same bytes every time; "" where there is none."""
        if self.figure is None:
            return ""
        buffer = io.BytesIO()
        with style():
            self.figure.savefig(buffer, format="svg", metadata={"Date": None})
        return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()


def write_story(
    path: str | Path,
    title: str,
    chapters: Sequence[Chapter],
    *,
    lang: str = "en",
    command: str = "",
    seed: int | None = None,
) -> Path:
    """Write a page of chapters to a file, whole or not at all, and return its path.

    Args:
        path: the file.
        title: what the page is about.
        chapters: the first one is the head of the page.
        lang: "en" or "zh".
        command, seed: how to make the page again.

    Raises:
        ArgumentError: ``lang`` is not a language of the report.

    Example:
        >>> import tempfile
        >>> place = Path(tempfile.mkdtemp()) / "story.html"
        >>> "<h2>Answer</h2>" in write_story(place, "A coin", [Chapter("Question"), Chapter("Answer")]).read_text("utf-8")
        True
    """
    words = Words(lang)
    folder = files("evolaw.report").joinpath("templates")
    sheet = "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("finding.css", "learned.css"))
    page = (
        _environment()
        .get_template("story.html.j2")
        .render(
            words=words,
            title=title,
            chapters=list(chapters),
            command=command,
            seed=seed,
            style=Markup(sheet),
            style_hash=Markup("'sha256-" + base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode() + "'"),
            versions=storage.versions(),
        )
    )
    return documents.write_document(path, page)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("evolaw.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

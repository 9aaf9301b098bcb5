"""Chapters of a page that tells a whole story: what was seen, the question, the answer, one experiment later, the secret.

`write_story` writes a page of chapters alone; the page of a finding takes chapters after its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from evolaw import documents
from evolaw.report import shell
from evolaw.report.paper.mathematics import mathml
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
        figure: a picture, drawn with the style of the report.
    """

    title: str
    law: str = ""
    says: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    figure: Figure | None = None

    @property
    def lines(self) -> list[str]:
        """The law line by line; an equation is set as mathematics."""
        return [line if "=" not in line else mathml(line) or line for line in self.law.splitlines()]

    @property
    def picture(self) -> shell.Picture | None:
        """The figure as a page shows it, the same bytes every time; None where there is none."""
        if self.figure is None:
            return None
        return shell.embed(self.figure)


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
    page = shell.render_page(
        "story.html.j2",
        words=words,
        title=words("page.title", source=title),
        command=command,
        seed=seed,
        subject=title,
        chapters=list(chapters),
    )
    return documents.write_document(path, page)

"""The shell of every page: one head, one style, one script, one policy; what a page has of its own are its blocks.

A page loads nothing: style, script and pictures are inside it, and its content security policy allows the one style and the one
script by their SHA-256 and images as data, nothing else. Every text is escaped by the template engine.
"""

from __future__ import annotations

import base64
import hashlib
import io
import warnings
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

import jinja2
from markupsafe import Markup

from evolaw import storage
from evolaw.report import language
from evolaw.report.styles import in_language, style
from evolaw.report.wording import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Picture", "embed", "render_film", "render_page", "source"]

_PIXELS_AN_INCH = 108
"""At this size the 9 points of a drawing's letters are 13.5 pixels."""
_PHONE = 4.0
"""Inches of a drawing that a phone shows: its letters are then 10 pixels high, and nothing is moved sideways."""
_LARGEST_TWICE = 160_000
"""Bytes of a drawing up to which a page holds it a second time, for phones."""
_LARGEST_SVG = 300_000
"""Bytes of a drawing beyond which its pixels are smaller: clouds of points, long paths."""


def render_page(
    template: str,
    *,
    words: Words,
    title: str,
    about: str = "",
    command: str | None = None,
    seed: int | None = None,
    facts: Sequence[tuple[str, str]] = (),
    sheets: Sequence[str] = (),
    scripts: Sequence[str] = (),
    **parts: Any,
) -> str:
    """Return a page: the shell around what a template puts into its blocks.

    Args:
        template: file of ``templates/`` that extends ``shell.html.j2``.
        words: the language.
        title: of the window.
        about: what kind of page it is, beside the name of the program.
        command, seed, facts: how to make the page again; facts are (name, words).
        sheets, scripts: files of ``templates/`` that the page needs beside those of every page.
        **parts: what the template speaks of.
    """
    sheet = "".join(source(name) for name in ("tones.css", "player.css", "page.css", *sheets))
    script = "".join(source(name) for name in ("find.js", "page.js", *scripts))
    with language.speaking(words.lang):  # chapters draw their figures as they are set
        return (
            _environment()
            .get_template(template)
            .render(
                words=words,
                title=title,
                about=about or words("page.brand_about"),
                command=command or None,
                seed=seed,
                facts=list(facts),
                policy=_policy(sheet, script),
                style=Markup(sheet),
                script=Markup(script),
                version=storage.versions().get("evolaw", ""),
                versions=storage.versions(),
                **parts,
            )
        )


def render_film(film: Any, words: Words) -> str:
    """Return a page that is nothing but the player of a film, to be set into a notebook."""
    sheet = "".join(source(name) for name in ("tones.css", "player.css"))
    script = "".join(source(name) for name in ("find.js", "player.js"))
    parts = {"policy": _policy(sheet, script), "style": Markup(sheet), "script": Markup(script)}
    return _environment().get_template("film.html.j2").render(words=words, film=film, **parts)


class Picture(NamedTuple):
    """A drawing inside a page: a data address, and how wide it is shown where there is room, in pixels."""

    uri: str
    width: int
    narrow: str = ""
    """The same for a phone: one column wide, panels below each other; "" where there is no such drawing."""


def embed(figure: Figure) -> Picture:
    """Return a figure for a page, the same bytes every time: as lines, or as pixels where those are smaller.

    Its words are in the language that is spoken. Its ground is left out, so that it stands on the page's own in light and dark; letters
    come out as large as the text around them.
    """
    buffer, width = io.BytesIO(), round(float(figure.get_size_inches()[0]) * _PIXELS_AN_INCH)
    in_language(figure, language.spoken())
    with style():
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
        if buffer.tell() <= _LARGEST_SVG:
            narrow = _narrow(figure) if buffer.tell() <= _LARGEST_TWICE else ""
            return Picture(f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}", width, narrow)
        pixels = io.BytesIO()
        figure.savefig(pixels, format="png", dpi=160, metadata={"Software": None}, transparent=True)
    return Picture(f"data:image/png;base64,{base64.b64encode(pixels.getvalue()).decode()}", width)


def _narrow(figure: Figure) -> str:
    """The address of a figure laid out anew for a phone; "" where its panels are a grid, or it is no wider than that."""
    placed = [(axes, spec) for axes in figure.axes if (spec := axes.get_subplotspec()) is not None]
    grids = {id(spec.get_gridspec()): spec.get_gridspec() for _, spec in placed}
    width, height = figure.get_size_inches()
    if width <= 1.2 * _PHONE or figure.subfigs or len(grids) != 1 or len(placed) != len(figure.axes):
        return ""
    rows, cols = next(iter(grids.values())).get_geometry()
    if rows > 1 and cols > 1:
        return ""
    if cols > 1:
        below = figure.add_gridspec(cols, 1)
        for place, (axes, _) in enumerate(placed):
            axes.set_subplotspec(below[place])
            axes.tick_params(labelleft=True)
    figure.set_size_inches(_PHONE, height * (cols * 0.85 if cols > 1 else 1.0))
    buffer = io.BytesIO()
    with warnings.catch_warnings(record=True) as squeezed:
        warnings.simplefilter("always")
        figure.savefig(buffer, format="svg", metadata={"Date": None}, transparent=True)
    figure.set_size_inches(width, height)
    for axes, spec in placed:
        axes.set_subplotspec(spec)
    if any("collapsed" in str(warning.message) for warning in squeezed):  # its words need more room than a phone has
        return ""
    return f"data:image/svg+xml;base64,{base64.b64encode(buffer.getvalue()).decode()}"


@cache
def source(name: str) -> str:
    """Return a file of ``templates/``."""
    return files("evolaw.report").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(sheet: str, script: str) -> str:
    """Allow this very style and script, and images given as data; forbid the rest."""

    def sha256(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    rest = "base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; img-src data:; style-src {sha256(sheet)}; script-src {sha256(script)}; {rest}"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("evolaw.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

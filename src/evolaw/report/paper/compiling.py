"""The PDF of a report: the fonts are looked for first, so that Chinese text is never printed as empty boxes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from evolaw import checks
from evolaw.errors import MissingExtra
from evolaw.report.styles import chinese_fonts, font_folders, is_chinese

__all__ = ["compile_pdf", "fonts_for"]

_LATIN = ("Libertinus Serif", "New Computer Modern")
"""Fonts that Typst brings along."""


def fonts_for(text: str) -> tuple[str, ...]:
    """Return the font families a document with this text needs, the first that knows a letter being used for it.

    Raises:
        MissingExtra: Chinese letters, and neither the machine nor a package has a font for them.
    """
    if not is_chinese(text):
        return _LATIN[:1]
    fonts = chinese_fonts()
    if not fonts:
        raise MissingExtra("cvttf-notosanscjk-regular, a font for Chinese text", "report")
    return (*_LATIN[:1], *fonts)


def compile_pdf(document: Path) -> Path:
    """Compile a Typst document to a PDF beside it, by the compiler that the ``typst`` package brings.

    Raises:
        MissingExtra: the package is not installed.
        ArgumentError: Typst refused the document; its own message says where.
    """
    if importlib.util.find_spec("typst") is None:
        raise MissingExtra("typst", "report")
    import typst

    pdf = document.with_suffix(".pdf")
    try:
        typst.compile(str(document), output=str(pdf), font_paths=[str(folder) for folder in font_folders()])
    except (typst.TypstError, RuntimeError) as error:
        raise checks.refuse("document", "be one that Typst compiles", document.name, f"Typst says: {error}") from error
    return pdf

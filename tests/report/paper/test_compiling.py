"""The PDF has its fonts, or a sentence says which package brings them."""

from __future__ import annotations

from pathlib import Path

import pytest

from evolaw.errors import ArgumentError, MissingExtra
from evolaw.report.paper import compiling


def test_chinese_needs_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(compiling.fonts_for("law")) == 1
    assert len(compiling.fonts_for("规律")) > 1
    monkeypatch.setattr(compiling, "chinese_fonts", lambda: ())
    with pytest.raises(MissingExtra, match=r"evolaw\[report\]"):
        compiling.fonts_for("规律")


def test_a_document_that_is_wrong_is_a_sentence(tmp_path: Path) -> None:
    page = tmp_path / "page.typ"
    page.write_text("#nothing-of-this-name")
    with pytest.raises(ArgumentError, match="Typst says"):
        compiling.compile_pdf(page)


def test_a_missing_compiler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="typst"):
        compiling.compile_pdf(tmp_path / "page.typ")

"""A report of several runs: it compiles in both languages, and what the author wrote outlives every rewriting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evolaw import automata, discover
from evolaw.errors import ArgumentError, StorageError
from evolaw.report.paper.weekly import write_weekly
from evolaw.report.styles import font_folders
from evolaw.trajectory import Trajectory

GOLDEN = Path(__file__).parent / "golden.typ"


@pytest.fixture(scope="module")
def runs() -> list[tuple[str, Any]]:
    start = np.random.default_rng(1).integers(0, 2, (12, 12))
    board = automata.evolve("B3/S23", start, 3)
    path = Trajectory(np.linspace(0, 1, 12).reshape(1, 12, 1), np.arange(12), ("paths", "times", "dim"), law="dX = dt")
    return [("life", discover(board, rng=0)), ("一条轨道", path)]


def test_the_document_is_the_golden_one(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    """To renew after a wanted change: copy the report.typ written here over golden.typ, and read the difference."""
    written = write_weekly(runs[1:], tmp_path, lang="zh", caption_position="top", title="周报 #1")
    assert written.document.read_text(encoding="utf-8") == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_report_compiles_and_keeps_the_author(runs: list[tuple[str, Any]], tmp_path: Path, lang: str) -> None:
    first = write_weekly(runs, tmp_path, lang=lang)
    assert first.pdf is not None and first.pdf.read_bytes().startswith(b"%PDF") and first.set_aside is None
    mine = "I saw @fig-life.\n\n  $ x^2 $ 规律\n"
    text = first.document.read_text(encoding="utf-8")
    place = text.index("\n", text.index("// -- text life-after --")) + 1
    first.document.write_text(text[:place] + mine + text[text.index("// -- end life-after") :], encoding="utf-8")
    again = write_weekly(runs, tmp_path, lang=lang, caption_position="top")
    assert mine in again.document.read_text(encoding="utf-8") and again.set_aside is None
    fewer = write_weekly(runs[1:], tmp_path, lang=lang)  # the figure it refers to has gone; the text has not
    assert fewer.pdf is not None and mine in fewer.document.read_text(encoding="utf-8")
    back = write_weekly(runs, tmp_path, lang=lang).document.read_text(encoding="utf-8")
    assert mine in back and "#if false" not in back


def test_text_whose_run_has_gone_moves_to_the_end(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    document = write_weekly(runs, tmp_path).document
    text = document.read_text(encoding="utf-8")
    document.write_text(
        text.replace("// Write here.\n// -- end life-after", "Kept words.\n// -- end life-after"), "utf-8"
    )
    shown = write_weekly(runs[1:], tmp_path).document.read_text(encoding="utf-8")
    assert "Kept words.\n" in shown and shown.index("Kept words.") > shown.index("-- text plans --")


def test_changes_outside_the_blocks_are_set_aside(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    document = write_weekly(runs[1:], tmp_path).document
    changed = document.read_text(encoding="utf-8").replace("10.5pt", "12pt")
    document.write_text(changed, encoding="utf-8")
    again = write_weekly(runs[1:], tmp_path)
    assert again.set_aside is not None and again.set_aside.read_text(encoding="utf-8") == changed


def test_a_template_decides_the_head(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    template = tmp_path / "house.typ"
    template.write_text('#let report(title: "", body) = [#text(red, title) #body]')
    written = write_weekly(runs[1:], tmp_path / "out", template=template)
    assert written.pdf is not None and '#import "template.typ"' in written.document.read_text(encoding="utf-8")


def test_wrong_reports_are_refused(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="at least one run"):
        write_weekly([], tmp_path)
    with pytest.raises(ArgumentError, match="names of their own"):
        write_weekly([runs[0], runs[0]], tmp_path)
    with pytest.raises(ArgumentError, match="template"):
        write_weekly(runs, tmp_path, template=tmp_path / "none.typ")
    (tmp_path / "report.typ").write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError, match="UTF-8"):
        write_weekly(runs, tmp_path)


def test_the_page_is_what_was_asked_for(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    """Rendered to pixels: there is ink on every page, and a caption stands above or below its figure as asked."""
    import io

    import typst
    from PIL import Image

    seen = {}
    for position in ("top", "bottom"):
        written = write_weekly(runs[1:], tmp_path / position, lang="zh", caption_position=position)
        pages = typst.compile(
            written.document, root=tmp_path / position, format="png", ppi=60.0, font_paths=font_folders()
        )
        pages = pages if isinstance(pages, list) else [pages]
        pictures = [np.asarray(Image.open(io.BytesIO(page)).convert("L")) for page in pages]
        assert all((picture < 128).mean() > 0.002 for picture in pictures)
        seen[position] = pictures[0]
    assert seen["top"].shape == seen["bottom"].shape
    assert (seen["top"] != seen["bottom"]).mean() > 0.001  # the same words in another place
    assert abs(int((seen["top"] < 128).sum()) - int((seen["bottom"] < 128).sum())) < 0.05 * (seen["top"] < 128).sum()


@pytest.mark.slow
def test_facts_are_in_the_language_of_the_report(runs: list[tuple[str, Any]], tmp_path: Path) -> None:
    text = write_weekly(runs, tmp_path, lang="zh").document.read_text(encoding="utf-8")
    assert '"规律", "dX = dt"' in text and '"law"' not in text

"""Pages of chapters: everything told is on them, and nothing is executed or loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evolaw.report.figures import draw
from evolaw.report.story import Chapter, write_story
from evolaw.trajectory import Trajectory


def test_every_chapter_is_told_and_escaped(tmp_path: Path) -> None:
    figure = draw(Trajectory(np.zeros((3, 1)), np.arange(3.0), ("times", "dim")))
    chapters = [
        Chapter("A <box>", says=("<script>alert(1)</script>",)),
        Chapter("Answer", law="B3/S23\ndy = y^2", rows=(("still open", "nothing & all"),), figure=figure),
    ]
    page = write_story(tmp_path / "page.html", "A & B", chapters, command="evolaw demo", seed=5).read_text("utf-8")
    assert "<script>alert" not in page
    assert page.count("<script") == 1
    assert "A &lt;box&gt;" in page
    assert "B3/S23<br><math>" in page and "<msup><mi>y</mi><mn>2</mn></msup>" in page
    assert "<dt>still open</dt><dd>nothing &amp; all</dd>" in page
    assert page.count("<img") == 1 and page.count("<source") == 1, "the figure, and the same for a phone"
    assert "http" not in page.replace("http-equiv", "")


def test_the_same_story_is_the_same_bytes(tmp_path: Path) -> None:
    pages = [
        write_story(
            tmp_path / name,
            "one",
            [Chapter("Q", figure=draw(Trajectory(np.zeros((3, 1)), np.arange(3.0), ("times", "dim"))))],
            lang="zh",
        ).read_bytes()
        for name in ("a.html", "b.html")
    ]
    assert pages[0] == pages[1]

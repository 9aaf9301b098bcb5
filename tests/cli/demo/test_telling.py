"""What a story hands over."""

from __future__ import annotations

from pathlib import Path

from evolaw.cli.demo.telling import Telling


def test_a_story_need_not_leave_a_run() -> None:
    told = Telling("words", {"secret": 1}, lambda path, lang: path)
    assert told.save is None
    assert told.write(Path("page.html"), "en") == Path("page.html")

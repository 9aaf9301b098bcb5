"""What is typed after `evolaw demo`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evolaw.cli.demo.command import STORIES


def test_every_story_is_a_file_that_plays() -> None:
    for story in STORIES:
        assert importlib.util.find_spec(f"evolaw.cli.demo.{story}") is not None, story


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["lattise"], "lattice"),
        (["--lang", "fr"], "lang"),
        (["--seed", "-1"], "seed"),
        (["--report", "no/such/folder/page.html"], "--report"),
    ],
)
def test_a_wrong_word_is_refused_before_anything_is_played(
    evolaw: Callable[..., Any], tmp_path: Path, words: list[str], named: str
) -> None:
    said = evolaw("demo", *words)
    assert said.returncode == 3
    assert named in said.stderr
    assert not list(tmp_path.iterdir())

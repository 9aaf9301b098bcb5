"""The pages about learning show what happens, in both languages."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest
import typer

from evolaw.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/learning.md", "docs/learning.zh-CN.md")


@pytest.mark.parametrize("name", PAGES)
def test_the_lines_print_what_they_say(name: str) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    test = doctest.DocTestParser().get_doctest(block, {}, name, name, 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("name", PAGES)
def test_links_and_commands_are_there(name: str) -> None:
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (page.parent / target).exists(), f"{name} links to {target}, which is not there"
    group = typer.main.get_command(app)
    lines = re.findall(r"^evolaw (.+)$", text, re.MULTILINE)
    assert len(lines) == 9
    for line in lines:
        words = shlex.split(line.split(" #")[0])
        known = {option for parameter in group.commands[words[0]].params for option in parameter.opts}  # type: ignore[attr-defined]
        assert not [word for word in words if word.startswith("--") and word not in known], line


def test_both_pages_show_the_same_commands_and_lines() -> None:
    shown = [
        [
            line.split(" #")[0].rstrip()
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if line.startswith(("evolaw", ">>>"))
        ]
        for name in PAGES
    ]
    assert shown[0] == shown[1]

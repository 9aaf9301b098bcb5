"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from evolaw.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "README.zh-CN.md", "docs/quickstart.md", "docs/quickstart.zh-CN.md", "docs/decisions.md"]
PAGES += [
    "CONTRIBUTING.md",
    "ARCHITECTURE.md",
    "docs/equations.md",
    "docs/equations.zh-CN.md",
    "docs/schemes.md",
    "docs/processes.md",
]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_ten_lines_print_what_they_say(name: str) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        test = doctest.DocTestParser().get_doctest(block, {}, name, name, 0)
        assert test.examples
        assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert "://" not in target, f"{name} links to {target}"
        assert (page.parent / target).exists(), f"{name} links to {target}, which is not there"


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_shown_exists(name: str) -> None:
    """A command line in a page must parse: its verb and each of its options are known."""
    import typer

    group = typer.main.get_command(app)
    for line in re.findall(r"^    evolaw (.+)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE):
        words = re.sub(r'"[^"]*"', "TEXT", line.split(" #")[0]).split()
        assert words[0] in group.commands, line  # type: ignore[attr-defined]
        command = group.commands[words[0]]  # type: ignore[attr-defined]
        known = {option for parameter in command.params for option in parameter.opts}
        for word in words[1:]:
            assert not word.startswith("--") or word in known, f"{name}: {line}: {word}"


def test_both_readmes_show_the_same_commands() -> None:
    commands = [re.findall(r"^    (evolaw \w+|make \w+)", (ROOT / f).read_text(), re.MULTILINE) for f in PAGES[:2]]
    assert commands[0] == commands[1]


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs" / "report.png").stat().st_size < 200_000


def test_both_languages_show_the_same_equations() -> None:
    pages = [(ROOT / "docs" / f"equations{end}.md").read_text(encoding="utf-8") for end in ("", ".zh-CN")]
    shown = [re.findall(r"^    .+$", page, re.MULTILINE) for page in pages]
    assert shown[0] == shown[1]

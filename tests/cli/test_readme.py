"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evolaw.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
READMES = ["README.md", "README.zh-CN.md"]
DOCS = [f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))]
PAGES = [*READMES, *DOCS, "CONTRIBUTING.md", "ARCHITECTURE.md"]


def _blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)


def _shown(name: str, word: str) -> list[str]:
    """What follows a command's first word in every block for the shell."""
    lines = [line for tag in ("sh", "bash") for block in _blocks(name, tag) for line in block.splitlines()]
    return [line.removeprefix(word) for line in lines if line.startswith(word)]


def _typed(name: str) -> list[list[str]]:
    """The commands of a page that are to run as pasted, in an empty folder, as words."""
    lines = [line for block in _blocks(name, "sh") for line in block.splitlines() if line.startswith("evolaw ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_the_ten_lines_print_what_they_say() -> None:
    """In English; `test_blocks` holds the Chinese page to the same lines, and runs all other pages."""
    assert _run_python("README.md") >= 3


def _run_python(name: str) -> int:
    """Run a page's blocks one after the other, each knowing what those above it made; return how many there were."""
    known: dict[str, Any] = {}
    blocks = [block for block in _blocks(name, "python") if ">>>" in block]
    for block in blocks:
        test = doctest.DocTestParser().get_doctest(block, known, name, name, 0)
        assert doctest.DocTestRunner().run(test, clear_globs=False).failed == 0
        known = test.globs
    return len(blocks)


def test_the_first_commands_run_in_an_empty_folder_as_they_stand(evolaw: Callable[..., Any], tmp_path: Path) -> None:
    for words in _typed("README.md")[:5]:
        done = evolaw(*words)
        assert done.returncode == 0, (words, done.stderr)
        assert done.stdout, words
    assert (tmp_path / "next.rle").is_file()
    assert (tmp_path / "runs" / "law" / "report.html").is_file()


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert "://" not in target, f"{name} links to {target}"
        assert (page.parent / target).exists(), f"{name} links to {target}, which is not there"


@cache
def _command() -> Any:
    """All verbs with their options; to make them takes a second."""
    import typer

    return typer.main.get_command(app)


@pytest.mark.parametrize("name", PAGES)
def test_every_command_and_option_shown_exists(name: str) -> None:
    """A command line in a page must parse: its verb and each of its options are known."""
    for line in _shown(name, "evolaw "):
        words = re.sub(r'"[^"]*"', "TEXT", line.split(" #")[0]).split()
        command = _command()
        while words and hasattr(command, "commands"):
            word = words.pop(0)
            assert word in command.commands, f"{name}: {line}: {word}"
            command = command.commands[word]
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for word in words:
            assert not word.startswith("--") or word.partition("=")[0] in known, f"{name}: {line}: {word}"


def test_both_readmes_show_the_same_commands() -> None:
    commands = [[line.split()[0] for line in _shown(name, "evolaw ") + _shown(name, "make ")] for name in READMES]
    assert commands[0] == commands[1]
    typed = [[[w for w in words if w not in ("--lang", "zh", "en")] for words in _typed(name)] for name in READMES]
    assert typed[0] == typed[1]


def test_the_picture_is_small() -> None:
    assert all(path.stat().st_size < 200_000 for path in (ROOT / "docs").glob("report*.png"))


def test_both_languages_show_the_same_equations() -> None:
    pages = [(ROOT / "docs" / f"equations{end}.md").read_text(encoding="utf-8") for end in ("", ".zh-CN")]
    shown = [re.findall(r"^    .+$", page, re.MULTILINE) for page in pages]
    assert shown[0] == shown[1]

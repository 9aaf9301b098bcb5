"""A word in single backticks is the name of something that there is: docstrings and comments do not outlive what they speak of."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "evolaw"

ELSEWHERE = {"savetxt": "NumPy's", "seal": "an entry of a record"}
"""Names in backticks that are not the program's, each with whose it is."""

_NAMED = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)")


def names_of(path: Path) -> set[str]:
    """Return every name that a file bears, defines, takes as an argument or uses."""
    found = {path.stem}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Name(id=name) | ast.Attribute(attr=name):
                found.add(name)
            case ast.arg(arg=name) | ast.alias(name=name):
                found.add(name)
    return found


def nameless(text: str, names: set[str]) -> list[str]:
    """Return the words in single backticks of a text that hold a part that is no name."""
    return [word for word in _NAMED.findall(text) if not set(word.split(".")) <= names]


@pytest.mark.slow  # every file is parsed: three seconds
def test_what_stands_in_backticks_is_a_name_that_there_is() -> None:
    files = sorted(SOURCE.rglob("*.py"))
    folders = {part for path in files for part in path.relative_to(SOURCE.parent).parts[:-1]}
    names = set().union(folders, ELSEWHERE, *map(names_of, files))
    lost = {
        str(path.relative_to(SOURCE)): words
        for path in files
        if (words := nameless(path.read_text(encoding="utf-8"), names))
    }
    assert not lost, f"no longer there, or spelled otherwise: {lost}"


def test_a_name_that_was_given_up_is_seen() -> None:
    assert nameless("as `stepping.step` and `steping` do, ``text`` apart", {"stepping", "step"}) == ["steping"]

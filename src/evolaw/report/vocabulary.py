"""The words that `evolaw explain` knows, from one table that is also the glossary of the documentation."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib.resources import files

__all__ = ["GROUPS", "glossary", "look_up", "words"]

GROUPS = {
    "term": "Terms",
    "equation": "Words of equations",
    "junction": "Words of junctions",
    "score": "Words of score models",
    "learning": "Words of learned laws",
    "decision": "Decisions",
    "basis": "Grounds of a decision",
    "check": "Checks",
    "field": "Fields of the JSON document",
    "error": "Errors and exit codes",
}
"""The groups of the table and their headings."""


@functools.cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """Return the table: group -> word -> language -> text."""
    text = files("evolaw.report").joinpath("vocabulary.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def look_up(word: str, lang: str) -> list[tuple[str, str]]:
    """Return what is known of a word as (group, text); one word may stand in several groups.

    The name of a check with the component it is of, as "library of x" or "angle x", is that of the check.

    Example:
        >>> [group for group, _ in look_up("conflict", "en")], [group for group, _ in look_up("noise of x", "en")]
        (['decision'], ['check'])
    """
    found = _entries(_plain(word.strip()), lang)
    return found or [
        pair for pair in _entries(_plain(re.split(r" of |(?<=^angle) ", word.strip())[0]), lang) if pair[0] == "check"
    ]


def _entries(wanted: str, lang: str) -> list[tuple[str, str]]:
    return [
        (group, entry[lang])
        for group, entries in words().items()
        for name, entry in entries.items()
        if _plain(name) == wanted
    ]


def glossary() -> str:
    """Return the whole table as a Markdown page in both languages."""
    lines = [
        "# Glossary · 术语表",
        "",
        "Made by `evolaw explain --all`; every word is also explained by `evolaw explain WORD`.",
    ]
    for group, heading in GROUPS.items():
        lines += ["", f"## {heading}", ""]
        for name, entry in words().get(group, {}).items():
            lines += [f"- **{name}** — {entry['en']}", f"  {entry['zh']}"]
    return "\n".join(lines) + "\n"


def _plain(word: str) -> str:
    """A word however it is written: in capitals, with spaces or underscores."""
    return word.lower().replace("_", "-").replace(" ", "-")

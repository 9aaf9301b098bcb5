"""The words that `evolaw explain` knows, from one table that is also the glossary of the documentation."""

from __future__ import annotations

import functools
import tomllib
from importlib.resources import files

__all__ = ["GROUPS", "glossary", "look_up", "words"]

GROUPS = {
    "term": "Terms",
    "junction": "Words of junctions",
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

    Example:
        >>> [group for group, _ in look_up("conflict", "en")]
        ['decision']
    """
    wanted = _plain(word.strip())
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

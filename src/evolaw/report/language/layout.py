"""Several lines in another language: label and text are said each by itself, and stand below each other again.

A Chinese letter is two columns wide on a terminal.
"""

from __future__ import annotations

import itertools
import re
import unicodedata

from evolaw.report.language.catalogue import label, sentence

__all__ = ["block", "columns", "width"]

_ROW = re.compile(r"( *)(\S(?:.*?\S)?)( {2,})(\S.*)")


def block(text: str, lang: str) -> str:
    """Return lines in the language ``lang``; rows of a label and a text keep their columns.

    Example:
        >>> print(block("Trajectory\\n  rule        B3/S23\\n  generation  4", "zh"))
        轨迹
          规则  B3/S23
          世代  4
    """
    if lang != "zh":
        return text
    whole = sentence(text, lang)
    if "\n" in text and whole != text and not any(map(_row, text.split("\n"))):
        return whole
    said: list[str] = []
    for is_table, group in itertools.groupby(text.split("\n"), key=lambda line: _row(line) is not None):
        lines = list(group)
        said += _table(lines, lang) if is_table else [_line(line, lang) for line in lines]
    return "\n".join(said)


def _row(line: str) -> re.Match[str] | None:
    """A line of a label and what stands right of it; a picture made of blocks is none."""
    row = _ROW.fullmatch(line)
    return row if row and re.search(r"[^\W\d_]", row[2]) else None


def _line(line: str, lang: str) -> str:
    bare = line.strip()
    return line.replace(bare, label(bare, lang), 1) if re.search("[A-Za-z]{2}", bare) else line


def _table(lines: list[str], lang: str) -> list[str]:
    if len(lines) == 1 and len(re.findall(r"\S {2,}", lines[0])) > 1:
        return [_header(lines[0], lang)]
    rows = [row for row in map(_row, lines) if row]
    names = [label(row[2], lang) for row in rows]
    wide = max(map(width, names))
    return [
        f"{row[1]}{name}{' ' * (wide - width(name) + 2)}{columns(row[4], lang)}"
        for row, name in zip(rows, names, strict=True)
    ]


def _header(line: str, lang: str) -> str:
    """The head of a table: each word ends where it ended, above its column of numbers."""
    said = ""
    for cell in re.finditer(r" *(\S+(?: \S+)*)", line):
        word = label(cell[1], lang)
        said += " " * max(2 if said else 0, len(cell[0]) - width(word)) + word
    return said


def width(text: str) -> int:
    """Return how many columns a terminal gives a text.

    Example:
        >>> width("规则 B3")
        7
    """
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def columns(text: str, lang: str) -> str:
    """Return what stands right of a label in the language ``lang``: one text, or further columns, each said by itself.

    Example:
        >>> columns("B3/S23  (2 of 18 entries are guesses)", "zh")
        'B3/S23  （18 项中有 2 项是猜测）'
    """
    parts = re.split(r"( {2,})", text)
    return "".join(part if part.isspace() else label(part, lang) for part in parts)

"""From a pattern file of any known format, packed or not, to a Pattern."""

from __future__ import annotations

import re
from pathlib import Path

from evolaw.automata.files.boards import Pattern
from evolaw.automata.files.compressed import COMPRESSED_SUFFIXES, inflated
from evolaw.automata.files.macrocell import parse_macrocell
from evolaw.automata.files.mcell import parse_mcell
from evolaw.automata.files.plaintext import parse_life105, parse_life106, parse_picture
from evolaw.automata.files.rle import parse_rle
from evolaw.errors import ParseError
from evolaw.textfiles import decoded, require_file
from evolaw.told import told

__all__ = ["MOST_BYTES", "PATTERN_SUFFIXES", "parse_pattern", "read_bytes", "read_pattern"]

MOST_BYTES = 64 * 2**20
"""Size of the largest pattern file that is read."""

_SUFFIXES = {".rle": parse_rle, ".cells": parse_picture, ".mc": parse_macrocell, ".mcl": parse_mcell}
PATTERN_SUFFIXES = (*_SUFFIXES, ".lif", ".life")
"""Endings of files that hold one board."""


@told
def read_pattern(path: str | Path) -> Pattern:
    """Read a pattern file: RLE, ``.cells``, Life 1.05 and 1.06, macrocell, MCell, or rows of 0 and 1; packed by gzip or zip too.

    The suffixes .rle, .cells, .mc and .mcl decide; any other file is recognised by how it begins.

    Raises:
        ParseError: the file is missing, larger than `MOST_BYTES`, or cannot be read as a pattern; with line and column.
    """
    path = require_file(path)
    is_packed = path.suffix.lower() in COMPRESSED_SUFFIXES
    data, name = inflated(path, MOST_BYTES) if is_packed else (read_bytes(path, MOST_BYTES), path.name)
    text = decoded(data, str(path), tolerant=True)
    if "\0" in text[:4096]:
        raise ParseError(
            "The file holds no text, so it is no pattern. Recordings are read by `evolaw discover`.", source=str(path)
        )
    parse = _SUFFIXES.get(Path(name).suffix.lower(), parse_pattern)
    return parse(text, source=str(path))


def parse_pattern(text: str, *, source: str = "") -> Pattern:
    """Read a pattern text, recognising its format by how it begins.

    Example:
        >>> parse_pattern(".O\\n..O\\nOOO").population
        5
    """
    if text.startswith("#Life 1.06"):
        return parse_life106(text, source=source)
    if text.startswith("#Life 1.05"):
        return parse_life105(text, source=source)
    if text.startswith("#MCell"):
        return parse_mcell(text, source=source)
    if text.startswith("[M2]"):
        return parse_macrocell(text, source=source)
    first = re.search(r"(?m)^(?!#)[^\S\n]*(\S.*)$", text[:65536])
    if (
        first
        and re.fullmatch(r"[!.O*01,\s].*", first[1])
        and not re.search(r"[b$]|\d[o.A]", first[1].partition("!")[0])
    ):
        return parse_picture(text, source=source)
    return parse_rle(text, source=source)


def read_bytes(path: Path, most: int) -> bytes:
    """Return the contents of a file of at most ``most`` bytes."""
    require_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(min(most, path.stat().st_size) + 1)
    except OSError as error:
        raise ParseError(f"The file cannot be read: {error.strerror}.", source=str(path)) from error
    if len(data) > most:
        raise ParseError(f"The file is larger than the {most} bytes that are read.", source=str(path))
    return data

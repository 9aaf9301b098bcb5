"""The author's places in a document that is written again: what stands in them is kept to the byte.

    // -- text NAME -- (yours: kept when this report is written again)
    anything
    // -- end NAME --

A block is found by its two lines, so the author may move it, and everything around it may change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from evolaw.errors import StorageError

__all__ = ["block", "kept_elsewhere", "made_digest", "read_blocks"]

_HEAD = "// -- text {name} -- (yours: kept when this report is written again)"
_END = "// -- end {name} --"
_BLOCK = re.compile(r"^// -- text (?P<name>\S+) --[^\n]*\n(?P<text>.*?)^// -- end (?P=name) --[^\n]*$", re.M | re.S)
_LOOSE = re.compile(r"^// -- (?:text|end) (\S+) --", re.M)


def block(name: str, text: str) -> str:
    """Return the lines of a block; ``text`` ends with a line's end.

    Example:
        >>> read_blocks(block("reading", "What I read.\\n"))
        {'reading': 'What I read.\\n'}
    """
    return f"{_HEAD.format(name=name)}\n{text}{_END.format(name=name)}"


def read_blocks(document: str) -> dict[str, str]:
    """Return what the author wrote, by the name of the block.

    Raises:
        StorageError: a block has lost its first or last line, so that what belongs to the author cannot be told.
    """
    found = {match["name"]: match["text"] for match in _BLOCK.finditer(document)}
    loose = sorted(set(_LOOSE.findall(_BLOCK.sub("", document))))
    if loose:
        raise StorageError(
            f"The report's text block {loose[0]} has lost its line `{_HEAD.format(name=loose[0])}` or "
            f"`{_END.format(name=loose[0])}`. Put it back, so that your text can be kept."
        )
    return found


def made_digest(document: str, digest_line: re.Pattern[str]) -> str:
    """Return a digest of all that is not the author's, so that edits outside the blocks are noticed before they are lost."""
    made = _BLOCK.sub(lambda match: match["name"], digest_line.sub("", document))
    return hashlib.sha256(made.encode()).hexdigest()[:16]


def kept_elsewhere(old: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """The blocks with text in them whose place has gone."""
    return {name: text for name, text in old.items() if name not in names and text.strip()}

"""Paths that people give, and text as their programs write it.

""                      refused: the word of a shell variable that is not set, which Python takes for the current folder
"~/mine.csv", "*.npz"   what a shell would have replaced; said where nothing is there
/dev/zero, a FIFO       refused: they have no end
UTF-8, UTF-16 with BOM  read; Excel writes both. Any other encoding cannot be told from a damaged file, and is refused
LF, CRLF, CR            ends of lines, all alike
"""

from __future__ import annotations

import codecs
import os
from itertools import islice
from pathlib import Path

from evolaw import checks
from evolaw.arrays import byte_size
from evolaw.errors import ParseError

__all__ = ["decoded", "first_lines", "missing", "read_text", "require_file", "require_path", "require_plain"]

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST_NEIGHBOURS = 1000
"""Files of a folder among which a name like the one given is looked for."""


def require_path(path: str | Path) -> Path:
    """Return a path that names something.

    Raises:
        ParseError: it is empty, all blanks, or holds a zero byte.

    Example:
        >>> require_path(" ")
        Traceback (most recent call last):
        evolaw.errors.ParseError: The path is empty. Name a file; the current folder is written as a point.
    """
    text = os.fspath(path)
    if not text.strip():
        raise ParseError("The path is empty. Name a file; the current folder is written as a point.")
    if "\0" in text:
        raise ParseError("A path must not hold a zero byte.", source=repr(text))
    return Path(path)


def require_plain(path: str | Path) -> Path:
    """Return the path unless it is a device or a pipe, which may have no end; a folder, or nothing, is left to the reader.

    Raises:
        ParseError: something is there that is no plain file, or the path names nothing.
    """
    path = require_path(path)
    try:
        is_special = path.exists() and not path.is_file() and not path.is_dir()
    except OSError as error:  # a name that is too long, a folder that may not be entered
        raise ParseError(f"The file cannot be read: {error.strerror}.", source=checks.shown(str(path))) from error
    if is_special:
        raise ParseError("This is no plain file. Name one, or a folder where one is read.", source=str(path))
    return path


def require_file(path: str | Path) -> Path:
    """Return the path of a plain file that is there.

    Raises:
        ParseError: nothing is there, or a folder, a device or a pipe.
    """
    path = require_plain(path)
    if path.is_dir():
        raise ParseError("This is a folder. Name one file in it.", source=str(path))
    if not path.exists():
        raise missing(path)
    return path


def missing(path: Path) -> ParseError:
    """The error of a path at which nothing is, with what may have been meant."""
    text = str(path)
    if text == "-":
        says = "A recording is read from a file, not from a pipe. Save what comes out of it, and name the file."
    elif text != text.strip() and Path(text.strip()).exists():
        says = "There is no such file; without the blank at its end there is. Take the blank away."
    elif text.startswith("~"):
        says = "There is no such file: within quotation marks no shell replaces ~. Write the path in full."
    elif any(mark in text for mark in "*?["):
        says = "There is no such file, and none here that the pattern fits. Name the files themselves."
    else:
        near = checks.nearest(path.name, _neighbours(path.parent))
        says = "There is no such file or directory. " + ("Check the path." if near is None else f"Did you mean {near}?")
    return ParseError(says, source=text)


def _neighbours(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in islice(entries, _MOST_NEIGHBOURS)]
    except OSError:
        return []


def read_text(path: str | Path, most: int) -> str:
    """Read a file of text of at most ``most`` bytes whole, ends of lines as ``\\n``.

    Raises:
        ParseError: it is no file, larger, packed, or no text in UTF-8 or UTF-16.
    """
    path = require_file(path)
    try:
        with path.open("rb") as file:
            data = file.read(min(most, path.stat().st_size) + 1)
    except OSError as error:
        raise ParseError(f"The file cannot be read: {error.strerror or error}.", source=str(path)) from error
    if len(data) > most:
        raise ParseError(f"The file is larger than the {byte_size(most)} that are read.", source=str(path))
    return decoded(data, str(path))


def first_lines(path: Path, most: int = 2**16) -> list[str]:
    """The lines that a file begins with, as far as they can be made out; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(most)
    except OSError:
        return []
    return data.decode("utf-16" if data[:2] in _UTF_16 else "utf-8-sig", "replace").splitlines()


def decoded(data: bytes, source: str, *, tolerant: bool = False) -> str:
    """Return bytes as text without its mark of the order of bytes, ends of lines as ``\\n``.

    Args:
        data: the bytes.
        source: file name for error messages.
        tolerant: whether bytes that mean nothing stand for a sign of their own, as in a remark of another encoding.

    Raises:
        ParseError: the bytes are packed, or no text in UTF-8 or UTF-16.

    Example:
        >>> decoded("a\\r\\nb".encode("utf-16"), "mine.csv")
        'a\\nb'
    """
    if data[:2] == b"\x1f\x8b" or data[:4] == b"PK\x03\x04":
        raise ParseError("The file is packed. Unpack it, and name what comes out.", source=source)
    encoding = "utf-16" if data[:2] in _UTF_16 else "utf-8-sig"
    try:
        text = data.decode(encoding, "replace" if tolerant else "strict")
    except UnicodeDecodeError as error:
        raise ParseError(
            f"The file is no UTF-8 text from byte {error.start} on. Save it as text in UTF-8; Excel calls it CSV UTF-8.",
            source=source,
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")

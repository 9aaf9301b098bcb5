"""Files that are whole or absent, JSON that is bounded and sealed, lines that survive being torn.

Every file that evolaw writes for others to read goes through here: to a temporary name, flushed to the disk, renamed.

**Seals.** A sealed document ends with the CRC-32 of every byte before it, a sealed line likewise, as one more entry of the object:

    {"state": "done", …, "seal": "cdf23b2b"}

so that any changed bit is seen on reading, in the numbers as in the blanks between them. JSON readers see one more entry.

**Bounds.** What is read is a plain file (no pipe, no device), of at most 64 MiB, an object of JSON; the rest is a StorageError.
"""

from __future__ import annotations

import json
import os
import re
import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from evolaw.errors import EvolawError, StorageError
from evolaw.textfiles import require_path
from evolaw.told import told

__all__ = [
    "append_lines",
    "complete_lines",
    "flush",
    "interpreting",
    "read_bytes",
    "read_json",
    "read_lines",
    "require_fields",
    "sealed",
    "to_json",
    "write_document",
]

_MAX_JSON = 64 * 2**20
_MAX_LINES = 2**30
_DOCUMENT_SEAL = re.compile(rb'(.*),\n "seal": "([0-9a-f]{8})"\n\}\n', re.DOTALL)
_LINE_SEAL = re.compile(rb'(.*)(?:, |(?<=\{))"seal": "([0-9a-f]{8})"\}\n', re.DOTALL)


@told
def write_document(path: str | Path, content: str | bytes) -> Path:
    """Write a file whole or not at all: to a temporary name, flushed, then renamed. Returns the path given.

    A link stays one, and what it leads to is written. A device or a pipe, such as /dev/stdout, is written into: renamed over, it would
    be gone.

    Raises:
        StorageError: the file cannot be written; nothing of it is left, and a former one stands as it was.
        ParseError: the path names nothing.
    """
    given = require_path(path)
    path = Path(os.path.realpath(given))
    if _is_special(given):
        _write_into(given, content.encode() if isinstance(content, str) else content)
        return given
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        flush(path.parent)
    except OSError as error:
        _discard(temporary)
        raise _unwritable(path, error) from error
    except BaseException:
        _discard(temporary)
        raise
    return given


def _is_special(path: Path) -> bool:
    """Whether something is there that is neither a file nor a folder."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _write_into(path: Path, content: bytes) -> None:
    """Write to a device or a pipe; a pipe that nobody reads is refused, where writing would wait for ever."""
    try:
        with open(os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0)), "wb") as sink:
            os.set_blocking(sink.fileno(), True)
            sink.write(content)
    except OSError as error:
        raise _unwritable(path, error) from error


def append_lines(path: Path, entries: Sequence[Mapping[str, Any]]) -> None:
    """Append one sealed JSON line an entry and flush; a line torn by an earlier kill is closed off first.

    Raises:
        StorageError: the lines cannot be written.
    """
    lines = b"".join(_sealed_line(entry) for entry in entries)
    try:
        with path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    file.write(b"\n")
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritable(path, error) from error


def complete_lines(path: Path) -> None:
    """Cut off a last line that a kill has torn, so that what follows begins on a line of its own."""
    if not path.exists():
        return
    data = read_bytes(path, _MAX_LINES)
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        os.truncate(path, whole)


def read_bytes(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file of at most ``most`` bytes; a pipe or a device is refused, not waited for.

    Raises:
        StorageError: no plain file, too large, or not readable.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise StorageError(f"{path} is not a plain file; evolaw writes nothing else here.")
            if facts.st_size > most:
                raise StorageError(f"{path} is larger than {most} bytes; it is not one of ours.")
            return file.read(facts.st_size + 1)  # not the limit: that much memory would be asked for
    except FileNotFoundError:
        raise StorageError(f"{path} is missing.") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}.") from error


def read_json(path: Path, *, must_be_sealed: bool = False) -> dict[str, Any]:
    """Read a JSON object of at most 64 MiB, its seal checked and left out; anything else is a StorageError."""
    if not path.exists() and not path.is_symlink():
        raise StorageError(f"{path.parent} is not a run directory: {path.name} is missing.")
    data = read_bytes(path, _MAX_JSON)
    found = _DOCUMENT_SEAL.fullmatch(data)
    if must_be_sealed and found is None:
        raise StorageError(f"{path} is damaged: it does not end with its seal.")
    if found is not None and f"{zlib.crc32(found[1]):08x}" != found[2].decode():
        raise StorageError(f"{path} is damaged: it fails its seal.")
    value = _object(data, str(path))
    value.pop("seal", None)
    return value


def read_lines(path: Path, *, must_be_sealed: bool = False, committed: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines, seals left out.

    Args:
        path: the file; one that does not exist has no lines.
        must_be_sealed: whether a line without a seal is damaged; else it is read, as lines of old files are.
        committed: bytes that are known to have been written: a fault among them is a StorageError. Behind them, lines that
            a kill has torn are left out.
    """
    if not path.exists():
        if committed:
            raise StorageError(f"{path} is missing.")
        return
    data = read_bytes(path, _MAX_LINES)
    if len(data) < committed:
        raise StorageError(f"{path} is damaged: it ends after {len(data)} of {committed} bytes.")
    begin = 0
    while begin < len(data):
        end = data.find(b"\n", begin) + 1
        line = _line(data[begin : end or len(data)], must_be_sealed)
        if line is None and begin < committed:
            raise StorageError(f"{path} is damaged: its line at byte {begin} fails its seal.")
        if line is not None:
            yield line
        if not end:
            return
        begin = end


def sealed(value: Mapping[str, Any]) -> str:
    """Return indented JSON text that ends with its seal.

    Example:
        >>> print(sealed({"state": "done"}), end="")
        {
         "state": "done",
         "seal": "cdf23b2b"
        }
    """
    text = to_json(value).removesuffix("\n}\n")
    return f'{text},\n "seal": "{zlib.crc32(text.encode()):08x}"\n}}\n'


@contextmanager
def interpreting(path: Path) -> Iterator[None]:
    """Turn whatever a document of the wrong form makes fail inside the block into a StorageError that names ``path``."""
    try:
        yield
    except EvolawError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise StorageError(
            f"{path} does not hold what its manifest says ({type(error).__name__}: {str(error)[:200]}). It is damaged, or was not "
            f"written by this program."
        ) from error


def to_json(value: Any) -> str:
    """Return indented JSON text; NumPy numbers and arrays are written as plain ones."""
    return json.dumps(value, indent=1, default=_plain, ensure_ascii=False) + "\n"


def require_fields(path: Path, document: Mapping[str, Any], fields: Mapping[str, type]) -> None:
    """Refuse a document in which one of the named fields is missing or of another type."""
    for name, kind in fields.items():
        given = document.get(name)
        if not isinstance(given, kind) or isinstance(given, bool):
            shown = "missing" if name not in document else f"{given!r:.60}"
            raise StorageError(f"{path} is damaged: {name} must be {_KINDS[kind]}, but is {shown}.")


_KINDS = {str: "text", int: "a whole number", dict: "an object", list: "a list"}


def flush(path: Path) -> None:
    """Wait until a file or directory is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sealed_line(entry: Mapping[str, Any]) -> bytes:
    text = json.dumps(entry, default=_plain).encode().removesuffix(b"}")
    return text + f'{", " if entry else ""}"seal": "{zlib.crc32(text):08x}"}}\n'.encode()


def _line(data: bytes, must_be_sealed: bool) -> dict[str, Any] | None:
    """The object of one line; None where it is torn or damaged."""
    found = _LINE_SEAL.fullmatch(data)
    if (must_be_sealed and found is None) or not data.endswith(b"\n"):
        return None
    if found is not None and f"{zlib.crc32(found[1]):08x}" != found[2].decode():
        return None
    try:
        value = _object(data, "a line")
    except StorageError:
        return None
    value.pop("seal", None)
    return value


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{name} cannot be read: {error}.") from error
    if not isinstance(value, dict):
        raise StorageError(f"{name} does not hold a JSON object.")
    return value


def _unwritable(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path} cannot be written: {error.strerror or error}.")


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the disk that did not take it does not let go of it either; resuming sweeps it up


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value.tolist() if isinstance(value, np.ndarray) else str(value)

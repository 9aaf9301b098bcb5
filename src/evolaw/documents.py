"""Files that are whole or absent, JSON that is bounded, lines that survive being torn.

Every file that evolaw writes for others to read goes through here: to a temporary name, flushed to the disk, renamed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from evolaw.errors import StorageError

__all__ = ["append_lines", "flush", "read_json", "read_lines", "to_json", "write_document"]

_MAX_JSON = 64 * 2**20


def write_document(path: str | Path, content: str | bytes) -> Path:
    """Write a file whole or not at all: to a temporary name, flushed, then renamed."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        flush(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(f"{path} cannot be written: {error.strerror}.") from error
    return path


def append_lines(path: Path, entries: list[dict[str, Any]]) -> None:
    """Append one JSON line an entry and flush; a line torn by an earlier kill is closed off first."""
    with path.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write("".join(json.dumps(entry, default=_plain) + "\n" for entry in entries).encode())
        file.flush()
        os.fsync(file.fileno())


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object of at most 64 MiB; anything else is a StorageError."""
    try:
        if path.stat().st_size > _MAX_JSON:
            raise StorageError(f"{path} is larger than {_MAX_JSON} bytes; it is not one of ours.")
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StorageError(f"{path.parent} is not a run directory: {path.name} is missing.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{path} cannot be read: {error}") from error
    if not isinstance(value, dict):
        raise StorageError(f"{path} does not hold a JSON object.")
    return value


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines; a torn last line and spoiled lines are left out."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as file:
        for line in file:
            if not line.endswith("\n"):
                return
            try:
                yield json.loads(line)
            except ValueError:
                continue


def to_json(value: Any) -> str:
    """Return indented JSON text; NumPy numbers and arrays are written as plain ones."""
    return json.dumps(value, indent=1, default=_plain, ensure_ascii=False) + "\n"


def flush(path: Path) -> None:
    """Wait until a file or directory is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value.tolist() if isinstance(value, np.ndarray) else str(value)

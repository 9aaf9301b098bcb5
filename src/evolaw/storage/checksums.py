"""What vouches for the bytes of a run: sealed lines that name the checksum of every chunk, array header and document.

    checksums.jsonl    {"chunk": "values/c/3/0/0", "bytes", "crc32"} or {"document": "report.html", "bytes", "crc32"}; the later counts
    records.jsonl      the user's own lines, sealed alike

How many bytes of the two files are committed stands in ``progress.json``: below that every line must be whole. The line of a document is
written before the document itself; after a kill between the two, the document is the one of the line before.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evolaw.documents import append_lines, complete_lines, flush, read_bytes, read_lines, write_document
from evolaw.errors import StorageError
from evolaw.storage import zarr_arrays

__all__ = ["Checksums"]

_LINES = ("checksums", "records")
_MAX_FILE = 8 * 2**30


class Checksums:
    """The checksums of one run directory.

    Args:
        path: the directory.
        sealed: whether its lines must be sealed, as all are but those of schema 1.
        progress: returns the contents of progress.json.
    """

    def __init__(self, path: Path, sealed: bool, progress: Callable[[], dict[str, Any]]) -> None:
        self._path, self._sealed, self._progress = path, sealed, progress

    # -- lines --------------------------------------------------------------------------------------------------------

    def lines(self, name: str = "checksums") -> Iterator[dict[str, Any]]:
        """Yield the lines of checksums or of records; of what was committed all must be whole."""
        committed = (self._progress().get("lines") or {}).get(name, 0) if self._sealed else 0
        yield from read_lines(self._path / f"{name}.jsonl", must_be_sealed=self._sealed, committed=committed)

    def sizes(self) -> dict[str, int]:
        """Return the bytes of the files of lines, to be committed."""
        files = {name: self._path / f"{name}.jsonl" for name in _LINES}
        return {name: file.stat().st_size for name, file in files.items() if file.exists()}

    def mend(self) -> None:
        """Cut off lines that a kill has torn; done by the writer that goes on. Damage to committed ones is a StorageError."""
        for name in _LINES:
            for _ in self.lines(name):  # what was committed must be whole: going on would vouch for less
                pass
            complete_lines(self._path / f"{name}.jsonl")

    # -- writing ------------------------------------------------------------------------------------------------------

    def write_document(self, name: str, data: bytes) -> Path:
        """Write a document, whole or not at all, under its checksum."""
        file = self._inside(name)
        append_lines(self._path / "checksums.jsonl", [_entry("document", name, data)])
        return write_document(file, data)

    def add_array(self, name: str, *, chunks: bool) -> None:
        """Vouch for the header of an array and, with ``chunks``, for all that it holds."""
        found = [(header, self._path / header) for header in zarr_arrays.headers(name)]
        entries = [_entry("document", header, read_bytes(file, _MAX_FILE)) for header, file in found if file.exists()]
        self._append(name, zarr_arrays.chunk_files(self._path, name) if chunks else [], entries)

    def add_chunks(self, name: str, first: int, last: int) -> None:
        """Flush the chunks from the first to the last to the disk, and vouch for them."""
        self._append(name, zarr_arrays.chunk_files(self._path, name, first, last), [])

    def _append(self, name: str, chunks: list[Path], entries: list[dict[str, Any]]) -> None:
        try:
            for chunk in chunks:
                flush(chunk)
                key = chunk.relative_to(self._path / zarr_arrays.STORE).as_posix()
                entries.append(_entry("chunk", key, chunk.read_bytes()))
        except OSError as error:
            raise StorageError(f"{self._path}: {name} cannot be written: {error.strerror or error}.") from error
        append_lines(self._path / "checksums.jsonl", entries)

    # -- reading ------------------------------------------------------------------------------------------------------

    def arrays(self) -> list[str]:
        """Return the names of the arrays; one whose making a kill has cut short is not among them."""
        names = zarr_arrays.names(self._path)
        if not self._sealed:
            return names
        vouched = {entry.get("document") for entry in self.lines()}
        return [name for name in names if zarr_arrays.headers(name)[1] in vouched]

    def open_array(self, name: str, *, writing: bool) -> Any:
        """Open an array whose header is the one that was written."""
        if self._sealed:
            self.read_document(zarr_arrays.headers(name)[1])
        return zarr_arrays.open_array(self._path, name, writing=writing)

    def read_document(self, name: str) -> bytes:
        """Return a document, or raise a StorageError that says what became of it."""
        entries = [entry for entry in self.lines() if entry.get("document") == name]
        if fault := self._fault(name, entries):
            raise StorageError(fault)
        return read_bytes(self._inside(name), _MAX_FILE)

    def require_chunks(self, name: str, array: Any, start: int, stop: int) -> None:
        """Raise a StorageError unless the chunks of these frames are there and agree."""
        known = {entry["chunk"]: entry for entry in self.lines() if isinstance(entry.get("chunk"), str)}
        size = array.chunks[0] if array.ndim else 1
        wanted = range(start // size, -(-stop // size)) if array.ndim else range(1)
        for index in wanted:
            key = zarr_arrays.chunk_key(name, array, index)
            file, entry = self._path / zarr_arrays.STORE / key, known.get(key)
            frames = f"frames {index * size} to {min((index + 1) * size, stop)} of {name}"
            if entry is None or not file.exists():
                raise StorageError(f"{self._path}: {frames} are lost (chunk {key} is missing). Simulate the run again.")
            if not _agrees(read_bytes(file, _MAX_FILE), entry):
                raise StorageError(
                    f"{self._path}: {frames} are damaged (chunk {key} fails its checksum). Simulate the run again."
                )

    def faults(self) -> Iterator[str]:
        """Yield one sentence for each document or line that is lost or damaged."""
        written: dict[str, list[dict[str, Any]]] = {}
        for entry in self.lines():
            if isinstance(entry.get("document"), str):
                written.setdefault(entry["document"], []).append(entry)
        for _ in self.lines("records"):
            pass
        for name, entries in written.items():
            if fault := self._fault(name, entries):
                yield fault

    def _fault(self, name: str, entries: list[dict[str, Any]]) -> str | None:
        """What is wrong with a document; None for one that its last line vouches for, or, where a kill may be the reason, the
        line before."""
        done = self._progress()["state"] == "done"
        try:
            file = self._inside(name)
            if not file.exists():
                cut_short = len(entries) == 1 and not done
                return None if cut_short else f"{self._path}: the document {name} is lost."
            data = read_bytes(file, _MAX_FILE)
        except StorageError as error:
            return str(error)
        newest = entries[-1:] if done else entries[-2:]
        if not entries and not self._sealed:  # schema 1 did not vouch for all
            return None
        if any(_agrees(data, entry) for entry in newest):
            return None
        return f"{self._path}: the document {name} is damaged: it fails its checksum."

    def _inside(self, name: str) -> Path:
        parts = Path(name).parts
        if not parts or Path(name).is_absolute() or ".." in parts:
            raise StorageError(f"{self._path}: a document is named inside the run, but {name!r} is not.")
        return self._path.joinpath(*parts)


def _entry(kind: str, name: str, data: bytes) -> dict[str, Any]:
    return {kind: name, "bytes": len(data), "crc32": zlib.crc32(data)}


def _agrees(data: bytes, entry: dict[str, Any]) -> bool:
    return len(data) == entry.get("bytes") and zlib.crc32(data) == entry.get("crc32")

"""Run directories: what was run, what came out, and how far it got, safe against a kill at any moment.

    run/ manifest.json     what, with which versions and seed; written once
         progress.json     state and cursor; replaced atomically, the only truth about how far the run got
         checksums.jsonl   one line a chunk file or document: name, bytes, CRC-32
         data.zarr/        Zarr v3 arrays with named axes; xarray opens it
         records.jsonl     one JSON line a record (metrics, log); a torn last line is ignored
         lock              who is writing
         anything else     documents, such as report.html, written whole or not at all

**Commit.** The manifest is the last file of a creation: a directory without it was never a run. A series is appended in whole chunks: chunk files first, then their checksums, each flushed to disk, then
``progress.json`` is replaced. A reader trusts only frames below the cursor and only chunks whose checksum agrees: a lost
chunk is an error, never a board of dead cells. After a kill, `Run.resume` continues at the cursor.
"""

from __future__ import annotations

import json
import math
import os
import platform
import socket
import time
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from evolaw.documents import append_lines, flush, read_json, read_lines, to_json, write_document
from evolaw.errors import StorageError

__all__ = ["Run", "Series", "list_runs", "versions", "write_document"]

SCHEMA = 1
_STALE_AFTER = 120.0
_MAX_ARRAY = 64 * 2**30


class Run:
    """One run directory, open for reading or, inside ``with``, for writing.

    Attributes:
        path: the directory.
        about: the JSON header given at creation.
        manifest: the whole manifest: schema, versions, platform, creation time and ``about``.
    """

    def __init__(self, path: str | Path, manifest: dict[str, Any], *, writing: bool) -> None:
        self.path, self.manifest, self._writing = Path(path), manifest, writing
        self.about: dict[str, Any] = manifest.get("about", {})

    # -- opening ------------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path, *, about: dict[str, Any]) -> Self:
        """Start a new run; a directory that already holds anything, but for a creation cut short, is refused."""
        path = Path(path)
        if path.exists() and (not path.is_dir() or not all(map(_is_leftover, path.iterdir()))):
            raise StorageError(f"{path} already exists. Choose another directory or remove this one.")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path} cannot be created: {error.strerror}.") from error
        manifest = {"schema": SCHEMA, "created": _now(), "about": about, "made_with": versions()}
        run = cls(path, manifest, writing=True)
        run._lock()
        run._write_progress("running", 0)
        write_document(path / "manifest.json", to_json(manifest))
        return run

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a run for reading."""
        path = Path(path)
        if not path.is_dir():
            raise StorageError(f"{path} is not a directory. `evolaw runs list` shows the runs there are.")
        manifest = read_json(path / "manifest.json")
        if manifest.get("schema") != SCHEMA:
            raise StorageError(f"{path} has schema {manifest.get('schema')!r}; this version reads schema {SCHEMA}.")
        return cls(path, manifest, writing=False)

    @classmethod
    def resume(cls, path: str | Path) -> Self:
        """Open an unfinished run for writing; its series continue at their cursor. A run still being written is refused."""
        run = cls.open(path)
        if run.state == "done":
            raise StorageError(f"{run.path} is finished; there is nothing to resume.")
        run._writing = True
        run._lock()
        for torn in run.path.rglob(".*.tmp"):
            torn.unlink(missing_ok=True)
        run._write_progress("running", run.cursor)
        return run

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writing:
            interrupted = kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit)
            state = "done" if kind is None else "interrupted" if interrupted else "failed"
            self._write_progress(state, self.cursor)
            (self.path / "lock").unlink(missing_ok=True)
            self._writing = False

    # -- how far ------------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> dict[str, Any]:
        """The contents of progress.json."""
        return read_json(self.path / "progress.json")

    @property
    def state(self) -> str:
        """ "running", "interrupted", "failed" or "done". A dead writer's "running" reads as "interrupted"."""
        state = str(self.progress.get("state"))
        return "interrupted" if state == "running" and not self._writing and not self._held() else state

    @property
    def cursor(self) -> int:
        """Number of committed frames of the series."""
        return int(self.progress.get("cursor", 0)) if (self.path / "progress.json").exists() else 0

    # -- arrays -------------------------------------------------------------------------------------------------------

    def series(
        self, name: str, shape: Sequence[int], dtype: Any, axes: Sequence[str], *, chunk_frames: int | None = None
    ) -> Series:
        """Create, or after `resume` continue, the array that grows along its first axis.

        Args:
            name: array name.
            shape: final shape; the first axis is the one that is appended to.
            dtype: element type.
            axes: axis names.
            chunk_frames: frames a chunk, hence frames a commit; None chooses about 4 MiB.
        """
        self._require_writing()
        shape = tuple(int(size) for size in shape)
        frame_bytes = max(1, int(np.prod(shape[1:])) * np.dtype(dtype).itemsize)
        chunk = chunk_frames or max(1, min(shape[0], 4 * 2**20 // frame_bytes))
        if self.cursor:
            return Series(self, name, self._open_array(name), self.cursor)
        self._write_progress("running", 0, {name: 0})
        return Series(self, name, self._new_array(name, shape, dtype, axes, (chunk, *shape[1:])), 0)

    def write(self, name: str, values: np.ndarray, axes: Sequence[str]) -> None:
        """Write a whole array in one piece."""
        self._require_writing()
        values = np.asarray(values)
        array = self._new_array(name, values.shape, values.dtype, axes, values.shape)
        array[...] = values
        self._record_chunks(name, None)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Return the committed part of an array, every chunk checked against its checksum.

        Args:
            name: array name.
            start, stop: range along the first axis; ``stop`` None means as far as committed.

        Raises:
            StorageError: a chunk is missing or damaged, or the range reaches beyond what is committed.
        """
        array = self._open_array(name)
        committed = int(self.progress.get("series", {}).get(name, array.shape[0] if array.ndim else 0))
        stop = committed if stop is None else stop
        if not 0 <= start <= stop <= committed:
            raise StorageError(
                f"{self.path}: frames {start} to {stop} of {name} were asked for; {committed} are committed."
            )
        self._check_chunks(name, array, start, stop)
        try:
            return np.asarray(array[start:stop] if array.ndim else array[...])
        except Exception as error:
            raise StorageError(f"{self.path}: {name}, frames {start} to {stop}, cannot be decoded: {error}") from error

    def arrays(self) -> list[str]:
        """Return the names of the stored arrays."""
        store = self.path / "data.zarr"
        return sorted(p.name for p in store.iterdir() if (p / "zarr.json").exists()) if store.is_dir() else []

    # -- records and documents ----------------------------------------------------------------------------------------

    def record(self, record: dict[str, Any]) -> None:
        """Append one record."""
        self._require_writing()
        append_lines(self.path / "records.jsonl", [record])

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records; a torn last line is left out."""
        yield from read_lines(self.path / "records.jsonl")

    def document(self, name: str, content: str | bytes | dict[str, Any]) -> Path:
        """Write a document into the run, whole or not at all; a dict is written as JSON. Returns its path."""
        self._require_writing()
        text = to_json(content) if isinstance(content, dict) else content
        data = text.encode() if isinstance(text, str) else text
        path = write_document(self.path / name, data)
        entry = {"document": name, "bytes": len(data), "crc32": zlib.crc32(data)}
        append_lines(self.path / "checksums.jsonl", [entry])
        return path

    def reach(self, cursor: int) -> None:
        """Say how far work without a series has got; it also tells other machines that the writer lives."""
        self._require_writing()
        self._write_progress("running", cursor)

    def verify(self) -> list[str]:
        """Return one sentence for each fault of the stored data; an empty list means every committed byte is there."""
        faults = []
        written = {entry["document"]: entry for entry in self._checksums() if "document" in entry}
        for name, entry in written.items():
            file = self.path / name
            data = file.read_bytes() if file.is_file() else None
            if data is None:
                faults.append(f"{self.path}: the document {name} is lost.")
            elif len(data) != entry["bytes"] or zlib.crc32(data) != entry["crc32"]:
                faults.append(f"{self.path}: the document {name} is damaged: it fails its checksum.")
        for name in self.arrays():
            try:
                self.read(name)
            except StorageError as error:
                faults.append(str(error))
        return faults

    # -- inside -------------------------------------------------------------------------------------------------------

    def _require_writing(self) -> None:
        if not self._writing:
            raise StorageError(f"{self.path} is open for reading only.")

    def _write_progress(self, state: str, cursor: int, series: dict[str, int] | None = None) -> None:
        known = self.progress.get("series", {}) if (self.path / "progress.json").exists() else {}
        progress = {"state": state, "cursor": cursor, "series": known | (series or {}), "updated": _now()}
        write_document(self.path / "progress.json", to_json(progress))

    def _new_array(
        self, name: str, shape: Sequence[int], dtype: Any, axes: Sequence[str], chunks: Sequence[int]
    ) -> Any:
        import zarr
        from zarr.codecs import ZstdCodec

        return zarr.create_array(
            store=str(self.path / "data.zarr"),
            name=name,
            shape=tuple(shape),
            dtype=np.dtype(dtype),
            chunks=tuple(max(1, size) for size in chunks) if len(shape) else (),
            compressors=ZstdCodec(level=3, checksum=True),
            dimension_names=list(axes),
            overwrite=True,
            # An all-zero chunk that is not written would look like a lost one.
            config={"write_empty_chunks": True},
        )

    def _open_array(self, name: str) -> Any:
        import zarr

        if name not in self.arrays():
            raise StorageError(f"{self.path} holds no array {name}; it holds {', '.join(self.arrays()) or 'none'}.")
        try:
            array = zarr.open_array(store=str(self.path / "data.zarr"), path=name, mode="r+" if self._writing else "r")
        except Exception as error:
            raise StorageError(f"{self.path}: the header of {name} cannot be read: {error}") from error
        claimed = math.prod(array.shape) * array.dtype.itemsize
        if claimed > _MAX_ARRAY:
            raise StorageError(f"{self.path}: {name} claims {claimed} bytes, more than the {_MAX_ARRAY} that are read.")
        return array.with_config({"write_empty_chunks": True})

    def _chunk_files(self, name: str, first: int | None = None, last: int | None = None) -> list[Path]:
        """The chunk files of an array whose first chunk index lies in [first, last]; all of them for None."""
        folder = self.path / "data.zarr" / name / "c"
        if not folder.is_dir():
            return [folder] if folder.is_file() else []
        tops = sorted((p for p in folder.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
        wanted = [p for p in tops if first is None or first <= int(p.name) <= (last if last is not None else first)]
        return [
            file
            for top in wanted
            for file in ([top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file()))
        ]

    def _record_chunks(self, name: str, first: int | None, last: int | None = None) -> None:
        """Flush the named chunks to disk and append their checksums."""
        entries = []
        for chunk in self._chunk_files(name, first, last):
            data = chunk.read_bytes()
            flush(chunk)
            key = str(chunk.relative_to(self.path / "data.zarr"))
            entries.append({"chunk": key, "bytes": len(data), "crc32": zlib.crc32(data)})
        append_lines(self.path / "checksums.jsonl", entries)

    def _check_chunks(self, name: str, array: Any, start: int, stop: int) -> None:
        known = {entry["chunk"]: entry for entry in self._checksums() if "chunk" in entry}
        size = array.chunks[0] if array.ndim else 1
        wanted = range(start // size, -(-stop // size)) if array.ndim else range(1)
        for index in wanted:
            key = "/".join([name, "c", *([str(index), *["0"] * (array.ndim - 1)] if array.ndim else [])])
            file, entry = self.path / "data.zarr" / key, known.get(key)
            frames = f"frames {index * size} to {min((index + 1) * size, stop)} of {name}"
            if entry is None or not file.is_file():
                raise StorageError(f"{self.path}: {frames} are lost (chunk {key} is missing). Simulate the run again.")
            data = file.read_bytes()
            if len(data) != entry["bytes"] or zlib.crc32(data) != entry["crc32"]:
                raise StorageError(
                    f"{self.path}: {frames} are damaged (chunk {key} fails its checksum). Simulate the run again."
                )

    def _checksums(self) -> Iterator[dict[str, Any]]:
        return read_lines(self.path / "checksums.jsonl")

    def _lock(self) -> None:
        lock = self.path / "lock"
        if self._held():
            raise StorageError(f"{self.path} is being written by another process (see {lock}). Wait for it or stop it.")
        write_document(lock, json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": time.time()}))

    def _held(self) -> bool:
        """Whether a living writer holds the run: on this host its process exists; on another host its lock is young."""
        lock = self.path / "lock"
        if not lock.exists():
            return False
        try:
            owner = json.loads(lock.read_text())
            if owner["host"] != socket.gethostname():
                return time.time() - (self.path / "progress.json").stat().st_mtime < _STALE_AFTER
            if owner["pid"] == os.getpid():
                return not self._writing
            os.kill(owner["pid"], 0)
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return True


class Series:
    """An array that grows along its first axis in whole chunks; made by `Run.series`."""

    def __init__(self, run: Run, name: str, array: Any, cursor: int) -> None:
        self._run, self._name, self._array = run, name, array
        self._pending: list[np.ndarray] = []
        self.cursor = cursor
        """Frames committed so far."""

    @property
    def chunk_frames(self) -> int:
        """Frames a chunk: the natural size of a block to append."""
        return int(self._array.chunks[0])

    def append(self, frames: np.ndarray) -> None:
        """Add frames; whole chunks are committed at once, the rest waits for more or for the last frame."""
        self._pending.append(np.asarray(frames))
        waiting = sum(len(block) for block in self._pending)
        total = int(self._array.shape[0])
        if self.cursor + waiting > total:
            raise StorageError(
                f"{self._run.path}: {self._name} holds {total} frames; {self.cursor + waiting} were appended."
            )
        ready = waiting if self.cursor + waiting == total else waiting // self.chunk_frames * self.chunk_frames
        if not ready:
            return
        block = np.concatenate(self._pending)
        self._pending = [block[ready:]] if ready < waiting else []
        stop = self.cursor + ready
        self._array[self.cursor : stop] = block[:ready]
        size = self.chunk_frames
        self._run._record_chunks(self._name, self.cursor // size, (stop - 1) // size)
        self._run._write_progress("running", stop, {self._name: stop})
        self.cursor = stop


def list_runs(folder: str | Path) -> list[Run]:
    """Return the runs directly below ``folder``, newest first; what cannot be read as a run is left out."""
    runs = []
    for path in Path(folder).iterdir() if Path(folder).is_dir() else []:
        try:
            runs.append(Run.open(path))
        except StorageError:
            continue
    return sorted(runs, key=lambda run: str(run.manifest.get("created")), reverse=True)


def versions() -> dict[str, str]:
    """Return the versions of Python, the platform and the packages a result depends on."""
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "platform": f"{platform.system()} {platform.machine()}"}
    for package in ("evolaw", "jax", "llvmlite", "numpy", "scipy", "zarr"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _is_leftover(path: Path) -> bool:
    """Whether a file is what a kill in the middle of `Run.create` leaves behind."""
    return path.name in ("lock", "progress.json") or (path.name.startswith(".") and path.suffix == ".tmp")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

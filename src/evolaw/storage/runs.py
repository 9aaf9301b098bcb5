"""A run directory, open for reading or for writing: the commit of its series, its records and its documents."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from evolaw import checks
from evolaw.devices import versions
from evolaw.documents import append_lines, read_json, require_fields, sealed, to_json, write_document
from evolaw.errors import StorageError
from evolaw.storage import leftovers, zarr_arrays
from evolaw.storage.checksums import Checksums
from evolaw.storage.locks import Lock, holder
from evolaw.textfiles import require_path
from evolaw.told import told

__all__ = ["AlreadyFinished", "Run", "Series", "list_runs"]

SCHEMA = 2
"""Version of the layout that is written. Schema 1 had no seals; it is still read and continued."""

_STATES = ("running", "interrupted", "failed", "done")


class AlreadyFinished(StorageError):
    """A run holds all that was asked for: there is nothing to resume."""


@told
class Run:
    """One run directory, open for reading or, inside ``with``, for writing.

    Attributes:
        path: the directory.
        about: the JSON header given at creation.
        manifest: the whole manifest: schema, versions, platform, creation time and ``about``.
    """

    def __init__(self, path: str | Path, manifest: dict[str, Any], *, writing: bool) -> None:
        self.path, self.manifest, self._writing = Path(path), manifest, writing
        self._lock: Lock | None = None
        self._whole, self._existed = False, True
        self._checksums = Checksums(self.path, self._sealed, lambda: self.progress)
        self.about: dict[str, Any] = manifest.get("about", {})

    # -- opening ------------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: str | Path, *, about: dict[str, Any], whole: bool = False) -> Self:
        """Start a new run.

        Args:
            path: the directory.
            about: the JSON header.
            whole: for a result that is written at once and never continued: where its writing fails, nothing of it stays, and
                nothing is in the way of the next try.

        Raises:
            StorageError: the directory holds anything but a run that ended before its first commit, is being written, or
                cannot be written.
        """
        path = require_path(path)
        existed = path.exists()
        if existed and not path.is_dir():
            raise StorageError(f"{path} already exists and is no directory. Choose another name.")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path} cannot be created: {error.strerror}.") from error
        manifest = {"schema": SCHEMA, "created": _now(), "about": about, "made_with": versions()}
        run = cls(path, manifest, writing=False)
        run._whole, run._existed = whole, existed
        try:
            run._begin_writing()
            leftovers.clear(path)
            run._describe()
        except BaseException:  # leave nothing that blocks the next try
            run._end_writing()
            if not existed:
                leftovers.remove_empty(path)
            raise
        return run

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open a run for reading."""
        path = require_path(path)
        if not path.is_dir():
            raise StorageError(f"{path} is not a directory. `evolaw runs list` shows the runs there are.")
        manifest = read_json(path / "manifest.json")
        schema = manifest.get("schema")
        if type(schema) is not int or schema not in (1, SCHEMA):
            raise StorageError(f"{path} has schema {schema!r}; this version reads schemas 1 and {SCHEMA}.")
        if schema == SCHEMA:
            manifest = read_json(path / "manifest.json", must_be_sealed=True)
        require_fields(path / "manifest.json", manifest, {"created": str, "about": dict, "made_with": dict})
        return cls(path, manifest, writing=False)

    @classmethod
    def resume(cls, path: str | Path) -> Self:
        """Open an unfinished run for writing; its series continue at their cursor. A run still being written is refused."""
        run = cls.open(path)
        run._begin_writing()
        try:
            if run.state == "done":
                raise AlreadyFinished(f"{run.path} is finished; there is nothing to resume.")
            leftovers.sweep(run.path)
            run._checksums.mend()
            run._write_progress("running", run.cursor)
        except BaseException:
            run._end_writing()
            raise
        return run

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._writing:
            return
        if kind is not None and self._whole:
            self._withdraw()
            return
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit)
        state = "done" if kind is None else "interrupted" if interrupted else "failed"
        try:
            self._write_progress(state, self.cursor)
        except StorageError:
            if self._whole:
                self._withdraw()
            if (
                kind is None
            ):  # else the first fault is the one to tell; a dead writer's "running" reads as "interrupted"
                raise
        finally:
            self._end_writing()

    # -- how far ------------------------------------------------------------------------------------------------------

    @property
    def progress(self) -> dict[str, Any]:
        """The contents of progress.json."""
        path = self.path / "progress.json"
        found = read_json(path, must_be_sealed=self._sealed)
        require_fields(path, found, {"state": str, "cursor": int, "series": dict, "updated": str})
        counts = [found["cursor"], *found["series"].values(), *(found.get("lines") or {}).values()]
        if found["state"] not in _STATES or not all(type(count) is int and 0 <= count < 2**63 for count in counts):
            raise StorageError(f"{path} is damaged: it names a state or a count that there is not.")
        return found

    @property
    def state(self) -> str:
        """ "running", "interrupted", "failed" or "done". A dead writer's "running" reads as "interrupted"."""
        state = str(self.progress["state"])
        dead = state == "running" and not self._writing and holder(self.path, "progress.json") is None
        return "interrupted" if dead else state

    @property
    def cursor(self) -> int:
        """Number of committed frames of the series."""
        return int(self.progress["cursor"]) if (self.path / "progress.json").exists() else 0

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

        Raises:
            StorageError: the array would be larger than what `read` reads back, or differs from the one that is continued.
        """
        self._require_writing()
        shape = tuple(int(size) for size in shape)
        frame_bytes = max(1, int(np.prod(shape[1:])) * np.dtype(dtype).itemsize)
        chunk = chunk_frames or max(1, min(shape[0], 4 * 2**20 // frame_bytes))
        if self.cursor:
            array = self._open_array(name)
            if (tuple(array.shape), array.dtype) != (shape, np.dtype(dtype)):
                raise StorageError(
                    f"{self.path}: {name} is {array.dtype} of shape {array.shape} there and {np.dtype(dtype)} of shape {shape} "
                    f"here. Choose another directory."
                )
            return Series(self, name, array, self.cursor)
        self._write_progress("running", 0, {name: 0})
        array = zarr_arrays.create(self.path, name, shape, dtype, axes, (chunk, *shape[1:]))
        self._checksums.add_array(name, chunks=False)
        return Series(self, name, array, 0)

    def write(self, name: str, values: np.ndarray, axes: Sequence[str]) -> None:
        """Write a whole array in one piece."""
        self._require_writing()
        values = np.asarray(values)
        array = zarr_arrays.create(self.path, name, values.shape, values.dtype, axes, values.shape)
        zarr_arrays.fill(self.path, name, array, ..., values)
        self._checksums.add_array(name, chunks=True)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> np.ndarray:
        """Return the committed part of an array, every chunk checked against its checksum.

        Args:
            name: array name.
            start, stop: range along the first axis; ``stop`` None means as far as committed.

        Raises:
            StorageError: a chunk is missing or damaged, or the range reaches beyond what is committed.
        """
        array = self._open_array(name)
        committed = int(self.progress["series"].get(name, array.shape[0] if array.ndim else 0))
        if committed > (array.shape[0] if array.ndim else 0):
            raise StorageError(
                f"{self.path}: {committed} frames of {name} are committed, but it holds {array.shape[0]}."
            )
        stop = committed if stop is None else stop
        if not 0 <= start <= stop <= committed:
            raise StorageError(
                f"{self.path}: frames {start} to {stop} of {name} were asked for; {committed} are committed."
            )
        self._checksums.require_chunks(name, array, start, stop)
        try:
            return np.asarray(array[start:stop] if array.ndim else array[...])
        except Exception as error:
            raise StorageError(f"{self.path}: {name}, frames {start} to {stop}, cannot be decoded: {error}") from error

    def arrays(self) -> list[str]:
        """Return the names of the stored arrays; one whose writing a kill has cut short is not among them."""
        return self._checksums.arrays()

    # -- records and documents ----------------------------------------------------------------------------------------

    def record(self, record: dict[str, Any]) -> None:
        """Append one record; the name ``seal`` is kept for its checksum."""
        self._require_writing()
        checks.require("seal" not in record, "record", "have no entry `seal`", sorted(record))
        append_lines(self.path / "records.jsonl", [record])

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records; a torn last line is left out."""
        yield from self._checksums.lines("records")

    def document(self, name: str, content: str | bytes | dict[str, Any]) -> Path:
        """Write a document into the run, whole or not at all; a dict is written as JSON. Returns its path."""
        self._require_writing()
        text = to_json(content) if isinstance(content, dict) else content
        return self._checksums.write_document(name, text.encode() if isinstance(text, str) else text)

    def read_document(self, name: str) -> bytes:
        """Return a document, checked against its checksum.

        Raises:
            StorageError: it is missing or damaged.
        """
        return self._checksums.read_document(name)

    def reach(self, cursor: int) -> None:
        """Say how far work without a series has got; it also tells other machines that the writer lives."""
        self._require_writing()
        self._write_progress("running", cursor)

    def verify(self) -> list[str]:
        """Return one sentence for each fault of the stored data; an empty list means every committed byte is there."""
        try:
            faults = list(self._checksums.faults())
            names = self.arrays()
        except StorageError as error:
            return [str(error)]
        for name in names:
            try:
                self.read(name)
            except StorageError as error:
                faults.append(str(error))
        return list(dict.fromkeys(faults))

    # -- inside -------------------------------------------------------------------------------------------------------

    @property
    def _sealed(self) -> bool:
        return self.manifest.get("schema") == SCHEMA

    def _begin_writing(self) -> None:
        self._lock = Lock(self.path, "progress.json")
        self._writing = True

    def _end_writing(self) -> None:
        if self._lock is not None:
            self._lock.release()
        self._writing = False

    def _describe(self) -> None:
        try:
            self._write_progress("running", 0)
            write_document(self.path / "manifest.json", sealed(self.manifest))
        except BaseException:  # the manifest may stand already, its folder not yet flushed
            with contextlib.suppress(OSError):
                leftovers.withdraw(self.path)
            raise

    def _withdraw(self) -> None:
        """Take back what was written of a result that failed; the fault that is on its way up is the one to tell."""
        with contextlib.suppress(OSError):
            if self._lock is not None and self._lock.held():
                leftovers.withdraw(self.path)
        self._end_writing()
        if not self._existed:
            leftovers.remove_empty(self.path)

    def _require_writing(self) -> None:
        if not self._writing:
            raise StorageError(f"{self.path} is open for reading only.")

    def _write_progress(self, state: str, cursor: int, series: dict[str, int] | None = None) -> None:
        if self._lock is None or not self._lock.held():
            raise StorageError(
                f"{self.path} was removed or taken over by another process while it was written. Nothing more is written to it."
            )
        known = self.progress["series"] if (self.path / "progress.json").exists() else {}
        progress = {"state": state, "cursor": cursor, "series": known | (series or {}), "updated": _now()}
        progress["lines"] = self._checksums.sizes()
        write_document(self.path / "progress.json", sealed(progress))

    def _open_array(self, name: str) -> Any:
        if name not in (known := self.arrays()):
            raise StorageError(f"{self.path} holds no array {name}; it holds {', '.join(known) or 'none'}.")
        return self._checksums.open_array(name, writing=self._writing)


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
        frames = np.asarray(frames)
        if frames.shape[1:] != tuple(self._array.shape[1:]):
            raise StorageError(
                f"{self._run.path}: frames of {self._name} have shape {tuple(self._array.shape[1:])}; one of {frames.shape[1:]} "
                f"was appended."
            )
        self._pending.append(frames)
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
        zarr_arrays.fill(self._run.path, self._name, self._array, slice(self.cursor, stop), block[:ready])
        size = self.chunk_frames
        self._run._checksums.add_chunks(self._name, self.cursor // size, (stop - 1) // size)
        self._run._write_progress("running", stop, {self._name: stop})
        self.cursor = stop


@told
def list_runs(folder: str | Path) -> list[Run]:
    """Return the runs directly below ``folder``, newest first; what cannot be read as a run is left out."""
    runs = []
    for path in Path(folder).iterdir() if Path(folder).is_dir() else []:
        try:
            runs.append(Run.open(path))
        except StorageError:
            continue
    return sorted(runs, key=lambda run: str(run.manifest.get("created")), reverse=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

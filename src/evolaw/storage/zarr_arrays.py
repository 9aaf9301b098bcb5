"""Arrays in a Zarr store: made, opened, filled, with every way in which that fails told in one sentence.

    data.zarr/ zarr.json               the group
               NAME/ zarr.json         shape, type, chunks, names of the axes
                     c/0/0/0 …         one file a chunk, compressed with Zstandard

A store may have been written by anybody, and damaged: what a header claims is judged before memory is taken on its word.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evolaw.arrays import byte_size
from evolaw.documents import read_bytes
from evolaw.errors import StorageError

__all__ = ["STORE", "chunk_files", "chunk_key", "create", "fill", "headers", "names", "open_array", "require_readable"]

STORE = "data.zarr"
_SETTINGS = {"write_empty_chunks": True}
"""An all-zero chunk that is not written would look like a lost one."""
_MAX_ARRAY = 64 * 2**30
_MAX_HEADER = 2**20
_PLAIN = "biufcUS"
"""Kinds of elements that are written: numbers, truth values and text."""


def names(run: Path) -> list[str]:
    """Return the names of the arrays that lie in the store of a run directory."""
    store = run / STORE
    return sorted(p.name for p in store.iterdir() if (p / "zarr.json").is_file()) if store.is_dir() else []


def headers(name: str) -> tuple[str, str]:
    """Return the files that describe an array, by their place in the run directory."""
    return f"{STORE}/zarr.json", f"{STORE}/{name}/zarr.json"


def require_readable(whose: str, shape: Sequence[int], dtype: Any) -> int:
    """Return the bytes of an array, if one so large is read back; ask before anything of it is written.

    Raises:
        StorageError: it is too large.

    Example:
        >>> require_readable("values", (1000, 64, 64), np.uint8)
        4096000
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > _MAX_ARRAY:
        raise StorageError(
            f"{whose} would have {byte_size(size)}, more than the {byte_size(_MAX_ARRAY)} that are read back. Save fewer "
            "frames or paths, or ask for statistics."
        )
    return size


def create(run: Path, name: str, shape: Sequence[int], dtype: Any, axes: Sequence[str], chunks: Sequence[int]) -> Any:
    """Make an array; one that is there is replaced.

    Raises:
        StorageError: the array would be larger than what is read back, or the disk does not take it.
    """
    import zarr
    from zarr.codecs import ZstdCodec

    require_readable(f"{run}: {name}", shape, dtype)
    if np.dtype(dtype).kind not in _PLAIN:
        raise StorageError(f"{run}: {name} is of {np.dtype(dtype)}; only numbers, truth values and text are stored.")
    try:
        return zarr.create_array(
            store=str(run / STORE),
            name=name,
            shape=tuple(shape),
            dtype=np.dtype(dtype),
            chunks=tuple(max(1, size) for size in chunks) if len(shape) else (),
            compressors=ZstdCodec(level=3, checksum=True),
            dimension_names=list(axes),
            overwrite=True,
            config=_SETTINGS,
        )
    except OSError as error:
        raise StorageError(f"{run}: {name} cannot be written: {error.strerror or error}.") from error


def open_array(run: Path, name: str, *, writing: bool) -> Any:
    """Open an array, its header judged first.

    Raises:
        StorageError: the header is damaged, or claims what is not read.
    """
    import zarr

    read_bytes(run / headers(name)[1], _MAX_HEADER)
    try:
        array = zarr.open_array(store=str(run / STORE), path=name, mode="r+" if writing else "r")
        claimed = math.prod(array.shape) * array.dtype.itemsize
        plain = array.dtype.kind in _PLAIN and all(size > 0 for size in array.chunks)
    except Exception as error:  # a spoiled header fails in as many ways as Zarr has codecs
        raise StorageError(f"{run}: the header of {name} cannot be read: {error}") from error
    if claimed > _MAX_ARRAY:
        raise StorageError(f"{run}: {name} claims {claimed} bytes, more than the {_MAX_ARRAY} that are read.")
    if not plain:
        raise StorageError(f"{run}: {name} is an array of {array.dtype}, which evolaw does not write.")
    # Array.with_config says the same in fewer words, from Zarr 3.1.6 on; zarr.config would say it for every thread.
    return zarr.Array(zarr.AsyncArray(array.metadata, array.store_path, _SETTINGS))


def fill(run: Path, name: str, array: Any, where: Any, values: np.ndarray) -> None:
    """Write values into an array; a disk that does not take them is a StorageError."""
    try:
        array[where] = values
    except OSError as error:
        raise StorageError(f"{run}: {name} cannot be written: {error.strerror or error}.") from error


def chunk_key(name: str, array: Any, index: int) -> str:
    """Return the name of the chunk that begins the ``index``-th block of frames; its other indices are zero."""
    return "/".join([name, "c", *([str(index), *["0"] * (array.ndim - 1)] if array.ndim else [])])


def chunk_files(run: Path, name: str, first: int | None = None, last: int | None = None) -> list[Path]:
    """Return the chunk files of an array whose first chunk index lies in [first, last]; all of them for None."""
    folder = run / STORE / name / "c"
    if not folder.is_dir():
        return [folder] if folder.is_file() else []
    tops = sorted((p for p in folder.iterdir() if p.name.isdigit()), key=lambda p: int(p.name))
    wanted = [p for p in tops if first is None or first <= int(p.name) <= (last if last is not None else first)]
    return [
        file
        for top in wanted
        for file in ([top] if top.is_file() else sorted(p for p in top.rglob("*") if p.is_file()))
    ]

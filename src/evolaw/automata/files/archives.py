"""NumPy archives from strangers: every claim is checked before memory is taken for it.

The directory of the zip file and the header of each array say how large the array is; both are compared with each other and
with a limit before a byte is inflated. Pickled objects are never read.
"""

from __future__ import annotations

import lzma
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from evolaw.arrays import byte_size
from evolaw.errors import ParseError
from evolaw.textfiles import missing, require_file

__all__ = ["MOST_ARRAY_BYTES", "TORN", "header_of", "names_in", "read_array", "read_arrays", "shapes_in"]

MOST_ARRAY_BYTES = 2**30
"""Size of the largest array that is read from an archive."""

_MOST_HEADER, _MOST_MEMBERS = 10_000, 1000
TORN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    tokenize.TokenError,
    SyntaxError,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    TypeError,
    OverflowError,
    RecursionError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
)
"""What the zip and NumPy readers raise on damaged or hostile bytes."""


def read_arrays(
    path: str | Path, required: Sequence[str], optional: Sequence[str] = (), *, most: int = MOST_ARRAY_BYTES
) -> dict[str, np.ndarray]:
    """Read named arrays from an ``.npz`` file; other members are not touched.

    Args:
        path: the archive.
        required: names that must be there.
        optional: names that may be there.
        most: largest size of one array in bytes.

    Raises:
        ParseError: the file is missing or torn, an array is missing, holds objects, or claims more than ``most`` bytes.
    """
    path = require_file(path)
    with _readable(path, ".npz"), zipfile.ZipFile(path) as archive:
        names = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        absent = [name for name in required if name not in names]
        if absent:
            held = ", ".join(sorted(names)[:10]) or "nothing"
            raise ParseError(
                f"The archive holds no array {absent[0]!r}; it holds {held}. "
                f"Save it with np.savez(path, {absent[0]}=...).",
                source=str(path),
            )
        wanted = [name for name in (*required, *optional) if name in names]
        return {name: _read(archive, names[name], f"{path}[{name}]", most) for name in wanted}


def names_in(path: str | Path) -> set[str]:
    """Return the names of the arrays in an ``.npz`` file.

    Raises:
        ParseError: the file is missing or no archive.
    """
    path = require_file(path)
    with _readable(path, ".npz"), zipfile.ZipFile(path) as archive:
        return {name.removesuffix(".npy") for name in archive.namelist()}


def shapes_in(path: str | Path) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays in an ``.npz`` file by their names, from their headers alone.

    Raises:
        ParseError: the file is missing, torn, or no archive.
    """
    path = require_file(path)
    with _readable(path, ".npz"), zipfile.ZipFile(path) as archive:
        shapes = {}
        for info in archive.infolist()[:_MOST_MEMBERS]:
            if info.filename.endswith(".npy"):
                with archive.open(info) as member:
                    shapes[info.filename.removesuffix(".npy")] = _header(member)[0]
        return shapes


def read_array(path: str | Path, *, most: int = MOST_ARRAY_BYTES) -> np.ndarray:
    """Read the array of an ``.npy`` file.

    Raises:
        ParseError: the file is missing or torn, holds objects, or claims more than ``most`` bytes.
    """
    path = require_file(path)
    with _readable(path, ".npy"), path.open("rb") as file:
        return _array(file, path.stat().st_size, str(path), most)


def header_of(path: str | Path) -> tuple[tuple[int, ...], bool]:
    """Return what the header of an ``.npy`` file says: the shape, and whether the numbers are whole.

    Raises:
        ParseError: the file is missing or has no such header.
    """
    path = require_file(path)
    with _readable(path, ".npy"), path.open("rb") as file:
        shape, _, dtype, _ = _header(file)
    return shape, dtype.kind in "bui"


@contextmanager
def _readable(path: Path, ending: str) -> Iterator[None]:
    """Tell whatever a reader raises on bytes that are no such file as a ParseError."""
    try:
        yield
    except ParseError:
        raise
    except FileNotFoundError:
        raise missing(path) from None
    except TORN as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ParseError(
            f"It is damaged or is no {ending} file: {reason}. Copy or record it again.", source=str(path)
        ) from error


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: str, most: int) -> np.ndarray:
    if info.file_size > most + _MOST_HEADER:
        raise ParseError(
            f"The array claims {byte_size(info.file_size)}, more than the {byte_size(most)} that are read.",
            source=source,
        )
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ParseError("The array is compressed in an unusual way; save it with np.savez_compressed.", source=source)
    with archive.open(info) as member:
        return _array(member, info.file_size, source, most)


def _array(member: IO[bytes], file_size: int, source: str, most: int) -> np.ndarray:
    """Read an ``.npy`` stream whose header agrees with its length."""
    shape, fortran, dtype, header_bytes = _header(member)
    if dtype.hasobject:
        raise ParseError("The array holds Python objects, which are never read. Save plain numbers.", source=source)
    count = 1
    for side in shape:
        count *= int(side)
    size = count * dtype.itemsize
    if min(shape, default=0) < 0 or size > most or header_bytes + size != file_size:
        raise ParseError(
            f"The header claims shape {shape} of {dtype}, {byte_size(size)}, but the archive holds "
            f"{byte_size(file_size - header_bytes)}. The file is damaged; record it again.",
            source=source,
        )
    data = member.read(size)
    if len(data) != size or member.read(1):
        raise ParseError("The array ends early. The file is damaged; record it again.", source=source)
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, Fortran order, dtype and length of the header of an ``.npy`` stream."""
    version = np.lib.format.read_magic(member)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"its .npy format {version[0]}.{version[1]} is unknown")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # headers written by Python 2 are read like any other
        shape, fortran, dtype = readers[version](member, max_header_size=_MOST_HEADER)
    return shape, fortran, dtype, member.tell()

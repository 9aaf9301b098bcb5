"""Arrays from MATLAB files of version 5 (``save -v7`` and earlier), their sizes known before they are read.

MATLAB keeps the last axis for time, (rows, cols, time); that order is turned, and said. Fields of a struct are variables called
``run.x``. Files of version 7.3 are HDF5 and are named; so are tables and timetables, which only MATLAB itself can read.
"""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np

from evolaw.arrays import byte_size
from evolaw.automata.files.archives import MOST_ARRAY_BYTES
from evolaw.errors import ParseError
from evolaw.textfiles import missing

__all__ = ["inflated", "read_matlab", "read_variables", "shape_of"]

_NUMBERS = ("double", "single", "logical", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")
_COMPRESSED = 15
"""What the tag of a packed variable says."""
_PIECE = 2**20


def read_matlab(path: Path, wanted: str = "states") -> tuple[np.ndarray, str]:
    """Return one numeric array of a ``.mat`` file and its name: ``wanted``, or the only one with three axes; in a struct too.

    Raises:
        ParseError: no such array, several to choose from, too large, damaged, or a file of version 7.3.
    """
    with _readable(path):
        held = _held(path)
        if _structs(held) and not any(
            name == wanted or len(shape) > 2 for name, shape, kind in held if kind in _NUMBERS
        ):
            arrays = read_variables(path)
            name = _chosen([(name, array.shape, "double") for name, array in arrays.items()], wanted, path)
            return arrays[name], name
        name = _chosen(held, wanted, path)
        return np.asarray(_loaded(path, [name])[name]), name


def read_variables(path: Path, most: int = MOST_ARRAY_BYTES) -> dict[str, np.ndarray]:
    """Return the numeric arrays of a ``.mat`` file by their names; fields of structs as ``run.x``, or as ``x`` where one struct is all.

    Args:
        path: the file.
        most: largest size of all that is read, in bytes.

    Raises:
        ParseError: it holds nothing that can be read, more than ``most``, is damaged, or of version 7.3.
    """
    with _readable(path):
        held = _held(path)
        numeric = [name for name, _, kind in held if kind in _NUMBERS]
        structs = _structs(held)
        if not numeric and not structs:
            kinds = ", ".join(f"{name} ({kind})" for name, _, kind in held[:10]) or "nothing"
            raise ParseError(
                f"It holds no array of numbers, but {kinds}. Of a table save its columns: x = T.x; save('mine.mat', 'x', '-v7').",
                source=str(path),
            )
        if inflated(path, most) > most:
            raise ParseError(f"It holds more than the {byte_size(most)} that are read.", source=str(path))
        loaded = _loaded(path, [*numeric, *structs])
        found = {name: np.asarray(loaded[name]) for name in numeric}
        for name in structs:
            found |= _fields(loaded[name], "" if len(structs) == 1 and not numeric else f"{name}.")
        return found


def inflated(path: Path, most: int) -> int:
    """Return how many bytes the variables of a ``.mat`` file take when they are unpacked; no more than just above ``most`` are looked at."""
    total = 0
    with path.open("rb") as file:
        order: Literal["little", "big"] = "big" if file.read(128)[126:128] == b"MI" else "little"
        while len(tag := file.read(8)) == 8 and total <= most:
            kind, size = int.from_bytes(tag[:4], order), int.from_bytes(tag[4:], order)
            if kind != _COMPRESSED:
                total += size
                file.seek(size, 1)
                continue
            unpacking, left = zlib.decompressobj(), size
            while left > 0 and total <= most and (piece := file.read(min(left, _PIECE))):
                left -= len(piece)
                while piece and total <= most:
                    total += len(unpacking.decompress(piece, _PIECE))
                    piece = unpacking.unconsumed_tail
    return total


def _structs(held: list[tuple[str, tuple[int, ...], str]]) -> list[str]:
    """The structs that are one, not an array of many."""
    return [name for name, shape, kind in held if kind == "struct" and math.prod(shape) == 1]


def _fields(struct: np.ndarray, before: str) -> dict[str, np.ndarray]:
    """The numeric fields of a struct, and of structs in it."""
    found: dict[str, np.ndarray] = {}
    one = struct.ravel()[0]
    for name in struct.dtype.names or ():
        value = np.asarray(one[name])
        if value.dtype.names and value.size == 1:
            found |= _fields(value, f"{before}{name}.")
        elif value.dtype.kind in "buif":
            found[f"{before}{name}"] = value
    return found


def _held(path: Path) -> list[tuple[str, tuple[int, ...], str]]:
    """Names, shapes and kinds of the variables; a file that is too large, or of version 7.3, is refused."""
    from scipy.io import whosmat

    if path.stat().st_size > MOST_ARRAY_BYTES:
        raise ParseError(f"The file is larger than the {byte_size(MOST_ARRAY_BYTES)} that are read.", source=str(path))
    with path.open("rb") as file:
        if file.read(19) == b"MATLAB 7.3 MAT-file":
            raise ParseError(
                "This is a MATLAB file of version 7.3 (HDF5), which is not read. Load it in MATLAB and save it with "
                "save('mine.mat', '-v7').",
                source=str(path),
            )
    return [(name, tuple(shape), kind) for name, shape, kind in whosmat(str(path))]


def _loaded(path: Path, names: list[str]) -> dict[str, Any]:
    from scipy.io import loadmat

    found: dict[str, Any] = loadmat(str(path), variable_names=names)
    return found


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Tell whatever a reader raises on bytes that are no such file as a ParseError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except ParseError:
        raise
    except FileNotFoundError:
        raise missing(path) from None
    except Exception as error:  # zlib and the compiled reader raise their own kinds on damaged bytes
        raise ParseError(f"It cannot be read as a MATLAB file: {error}.", source=str(path)) from error


def shape_of(path: Path, wanted: str = "states") -> tuple[tuple[int, ...], bool]:
    """Return the shape of the array of boards that a file names, and whether it is one of whole numbers; (0,) without one.

    Raises:
        ParseError: the file cannot be read.
    """
    from scipy.io import whosmat

    try:
        held = whosmat(str(path))
    except Exception as error:
        raise ParseError(f"It cannot be read as a MATLAB file: {error}.", source=str(path)) from error
    deep = [(shape, kind) for name, shape, kind in held if len(shape) > 2 and (kind in _NUMBERS or name == wanted)]
    shape, kind = deep[0] if deep else ((0,), "")
    return tuple(shape), kind not in ("double", "single", "")


def _chosen(held: list[tuple[str, tuple[int, ...], str]], wanted: str, path: Path) -> str:
    fitting = [(name, shape) for name, shape, kind in held if kind in _NUMBERS and len(shape) in (2, 3, 4)]
    named = [item for item in fitting if item[0] == wanted]
    deep = [item for item in fitting if len(item[1]) > 2]
    chosen = named or deep
    if len(chosen) != 1:
        names = ", ".join(name for name, _ in fitting[:10]) or "no numeric array"
        raise ParseError(
            f"It must hold one array {wanted!r} of boards, but holds {names}. Save it with save('mine.mat', '{wanted}', '-v7').",
            source=str(path),
        )
    name, shape = chosen[0]
    if math.prod(shape) * 8 > MOST_ARRAY_BYTES:
        raise ParseError(f"The array {name} of shape {shape} is larger than is read.", source=str(path))
    return name

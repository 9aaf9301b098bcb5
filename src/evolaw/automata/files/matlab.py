"""Arrays from MATLAB files of version 5 (``save -v7`` and earlier), their sizes known before they are read.

MATLAB keeps the last axis for time, (rows, cols, time); that order is turned, and said. Files of version 7.3 are HDF5 and are named.
"""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import numpy as np

from evolaw.arrays import byte_size
from evolaw.automata.files.archives import MOST_ARRAY_BYTES
from evolaw.errors import ParseError
from evolaw.textfiles import missing

__all__ = ["read_matlab", "shape_of"]

_NUMBERS = ("double", "single", "logical", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64")


def read_matlab(path: Path, wanted: str = "states") -> tuple[np.ndarray, str]:
    """Return one numeric array of a ``.mat`` file and its name: ``wanted``, or the only one with three axes.

    Raises:
        ParseError: no such array, several to choose from, too large, damaged, or a file of version 7.3.
    """
    from scipy.io import loadmat, whosmat
    from scipy.io.matlab import MatReadError

    try:
        if path.stat().st_size > MOST_ARRAY_BYTES:
            raise ParseError(
                f"The file is larger than the {byte_size(MOST_ARRAY_BYTES)} that are read.", source=str(path)
            )
        with path.open("rb") as file:
            if file.read(19) == b"MATLAB 7.3 MAT-file":
                raise ParseError(
                    "This is a MATLAB file of version 7.3 (HDF5), which is not read. Save it with "
                    "save('mine.mat', 'states', '-v7').",
                    source=str(path),
                )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = whosmat(str(path))
            name = _chosen(held, wanted, path)
            values = loadmat(str(path), variable_names=[name])[name]
    except ParseError:
        raise
    except FileNotFoundError:
        raise missing(path) from None
    except (
        MatReadError,
        OSError,
        ValueError,
        TypeError,
        KeyError,
        EOFError,
        MemoryError,
        NotImplementedError,
    ) as error:
        raise ParseError(f"It cannot be read as a MATLAB file: {error}.", source=str(path)) from error
    except Exception as error:  # zlib and the compiled reader raise their own kinds on damaged bytes
        raise ParseError(f"It cannot be read as a MATLAB file: {error}.", source=str(path)) from error
    return np.asarray(values), name


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

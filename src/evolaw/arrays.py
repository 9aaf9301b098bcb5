"""Array types, sizes and precision: what every folder says about arrays in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from evolaw import checks, devices

if TYPE_CHECKING:
    import jax

    Array = np.ndarray | jax.Array
else:
    Array = Any

__all__ = [
    "MISSING",
    "WIDE",
    "Array",
    "byte_size",
    "memory_limit",
    "namespace",
    "object_array",
    "precise",
    "read_only",
    "require_memory",
]

MISSING = 255
"""Value of an unobserved cell in a recording of a binary automaton."""

WIDE: Final[dict[str, bool | str]] = {"xla_cpu_prefer_vector_width": "512"}
"""Compiler options of heavy loops: the widest vectors the processor has, where XLA on its own stops at 256 bits. Without such
vectors, and on accelerators, they change nothing."""


def read_only(values: Any) -> np.ndarray:
    """Return ``values`` as a NumPy array nobody can write to; a writable input is copied, a read-only one is shared."""
    array = np.asarray(values)
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def namespace(*values: Any) -> Any:
    """Return the module to compute with: jax.numpy where one of the values is JAX's, traced or not, and NumPy otherwise.

    Formulas written once so serve both: NumPy arrays stay in their own precision, and traced ones are compiled.

    Example:
        >>> namespace(np.ones(3), 2.0).__name__
        'numpy'
    """
    import jax

    return jax.numpy if any(isinstance(value, jax.Array) for value in values) else np


def object_array(numbers: Sequence[Any]) -> np.ndarray:
    """Return an array that holds the given objects, whatever they are, as its entries.

    Example:
        >>> object_array([np.ones(3), 2.0]).shape
        (2,)
    """
    array = np.empty(len(numbers), object)
    for place, number in enumerate(numbers):
        array[place] = number
    return array


@contextmanager
def precise(precision: str) -> Iterator[np.dtype]:
    """Compute with JAX in the named precision inside the block; yields the dtype.

    Args:
        precision: "float32" or "float64". The global switch of JAX is not touched. Matrix products and convolutions keep all its
            digits; of those in float32 accelerators would keep three on their own.

    Raises:
        ForkedProcess: this process was forked from one in which JAX has worked; there it would wait for ever.
    """
    import jax

    devices.require_unforked()
    name = checks.one_of(precision, "precision", ("float32", "float64"))
    with jax.enable_x64(name == "float64"), jax.default_matmul_precision("highest"):
        yield np.dtype(name)


def byte_size(count: float) -> str:
    """Word a number of bytes.

    Example:
        >>> byte_size(3_500_000)
        '3.3 MiB'
    """
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TiB"


@lru_cache(maxsize=1)
def memory_limit() -> int:
    """Return how many bytes one result may take: half of the machine's memory, asked for once; 4 GiB where that is not told."""
    found = devices.memory()
    return found // 2 if found else 4 * 2**30


def require_memory(name: str, needed: float, limit: float, fix: str) -> None:
    """Refuse, before memory is taken, an argument that would need more bytes than ``limit``."""
    if needed > limit:
        raise checks.refuse(
            name, f"need at most {byte_size(limit)} of memory", f"one that needs {byte_size(needed)}", fix
        )

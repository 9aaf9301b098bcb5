"""Which path stands where: paths, sets of parameters, and chunks of slots.

A chunk has ``size`` slots, and a slot holds one path or none. The paths of a set lie side by side, in ``per_set`` slots of which
the last may be empty, so that no block of the statistics holds paths of two sets: either a chunk holds whole sets, or a set
is cut into whole chunks. Path p of set s has the number  first_path + s · paths + p,  and its noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

__all__ = ["NOBODY", "Slots", "alike", "slots_of"]

NOBODY = np.uint32(0xFFFFFFFF)
"""The number of an empty slot, above that of every path."""


@dataclass(frozen=True)
class Slots:
    """The slots of a solution.

    Attributes:
        sets, paths: number of parameter sets, and of paths of each.
        first_path: number of the first path.
        block: paths that one summary speaks of.
        size: slots a chunk.
        per_set: slots a set, a multiple or a divisor of ``size``.

    Example:
        >>> slots = slots_of(sets=3, paths=5, first_path=100, block=5, wanted=12)
        >>> slots.size, slots.chunks, slots.numbers(1)[:5].tolist()
        (10, 2, [110, 111, 112, 113, 114])
    """

    sets: int
    paths: int
    first_path: int
    block: int
    size: int
    per_set: int

    @property
    def total(self) -> int:
        """Number of paths of all sets."""
        return self.sets * self.paths

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return -(-self.sets * self.per_set // self.size)

    @property
    def sets_together(self) -> int:
        """How many sets a chunk holds, at least 1."""
        return max(1, self.size // self.per_set)

    def places(self, chunk: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return of each slot of a chunk the set, the path within the set, and whether it holds one; empty slots repeat one."""
        slots = np.arange(chunk * self.size, (chunk + 1) * self.size, dtype=np.int64)
        number, path = slots // self.per_set, slots % self.per_set
        held = (number < self.sets) & (path < self.paths)
        return np.minimum(number, self.sets - 1), np.minimum(path, self.paths - 1), held

    def numbers(self, chunk: int) -> np.ndarray:
        """Return the path numbers of a chunk, `NOBODY` for empty slots."""
        if self.sets == 1:
            # One set lies as it is: three passes over the slots less, which short solutions notice.
            first, full = self.first_path + chunk * self.size, min(self.size, self.paths - chunk * self.size)
            numbers = np.full(self.size, NOBODY, np.uint32)
            numbers[:full] = np.arange(first, first + full, dtype=np.uint32)
            return numbers
        number, path, held = self.places(chunk)
        return np.where(held, self.first_path + number * self.paths + path, int(NOBODY)).astype(np.uint32)

    def first_row(self, chunk: int) -> int:
        """Return how many paths stand before a chunk."""
        number, path = divmod(chunk * self.size, self.per_set)
        return min(number * self.paths + min(path, self.paths), self.total)


def slots_of(*, sets: int, paths: int, first_path: int, block: int, wanted: int) -> Slots:
    """Lay out paths in chunks of about ``wanted`` slots."""
    per_set = -(-paths // block) * block
    if wanted >= per_set:
        together = min(sets, max(1, wanted // per_set))
        # Chunks of one size, as even as can be.
        together = -(-sets // -(-sets // together))
        return Slots(sets, paths, first_path, block, together * per_set, per_set)
    most = -(-wanted // block) * block
    # As many chunks as there must be, as even as can be: the empty slots of a last one cost as much as full ones.
    blocks, chunks = per_set // block, -(-per_set // most)
    size = -(-blocks // chunks) * block
    return Slots(sets, paths, first_path, block, size, -(-per_set // size) * size)


@partial(jax.jit, static_argnums=3)
def alike(first: Any, past: Any, column: Any, size: int) -> tuple[jax.Array, jax.Array]:
    """Return numbers and starts of a chunk of paths that begin alike, made where JAX computes.

    Carrying those of a million paths to an accelerator takes longer than the steps.

    Args:
        first: number of the first path.
        past: number after the last one of the solution.
        column: the start, shape (dim, 1).
        size: slots of the chunk.
    """
    place = jnp.arange(size, dtype=jnp.uint32)
    numbers = jnp.where(place < past - first, first + place, NOBODY)
    return numbers, jnp.broadcast_to(column, (column.shape[0], size))

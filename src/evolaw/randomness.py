"""Where all chance comes from: one seed, named streams, numbers addressed by counters.

    word pair = Threefry-2x32-20(key, counter)           key = (seed, name of the stream), counter = (step, index)

Threefry-2x32 with 20 rounds [salmon2011, section 3.2] is a keyed bijection of 64-bit blocks made of additions,
rotations and exclusive-ors of 32-bit words. A number is therefore addressed, not drawn: it depends on the seed, the name of
the stream and the counter alone, and never on how the work was cut into chunks, batches or devices. Only uint32 operations
occur, so the bits are the same everywhere.

The stream is version "v1"; its golden vectors are tested, and a change of any bit needs a new version name.
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from evolaw import checks
from evolaw.errors import ArgumentError

__all__ = ["STREAM_VERSION", "Source", "Stream", "source", "threefry2x32"]

STREAM_VERSION = "v1"
_PARITY = 0x1BD11BDA
_BLOCK = 2**14


def threefry2x32(key0: Any, key1: Any, count0: Any, count1: Any) -> tuple[Any, Any]:
    """Encrypt counter blocks with Threefry-2x32, 20 rounds.

    Args:
        key0, key1: the key words, uint32 scalars or arrays of NumPy or JAX.
        count0, count1: the counter words, uint32, broadcast against the keys.

    Returns:
        Two uint32 words of the broadcast shape.

    Notes:
        Cost: 20 rounds of one addition, one rotation and one exclusive-or. Written without loops or lists so that JAX
        traces it as it stands; NumPy callers pass arrays, because NumPy scalars warn when they wrap.

    References:
        salmon2011, section 3.2 and figure 5.

    Example:
        >>> zero = np.zeros(1, np.uint32)
        >>> [hex(word[0]) for word in threefry2x32(zero, zero, zero, zero)]
        ['0x6b200159', '0x99ba4efe']
    """
    key2 = key0 ^ key1 ^ np.uint32(_PARITY)
    x0, x1 = count0 + key0, count1 + key1
    x0, x1 = _four_rounds(x0, x1, 13, 15, 26, 6)
    x0, x1 = x0 + key1, x1 + key2 + np.uint32(1)
    x0, x1 = _four_rounds(x0, x1, 17, 29, 16, 24)
    x0, x1 = x0 + key2, x1 + key0 + np.uint32(2)
    x0, x1 = _four_rounds(x0, x1, 13, 15, 26, 6)
    x0, x1 = x0 + key0, x1 + key1 + np.uint32(3)
    x0, x1 = _four_rounds(x0, x1, 17, 29, 16, 24)
    x0, x1 = x0 + key1, x1 + key2 + np.uint32(4)
    x0, x1 = _four_rounds(x0, x1, 13, 15, 26, 6)
    return x0 + key2, x1 + key0 + np.uint32(5)


def _four_rounds(x0: Any, x1: Any, r0: int, r1: int, r2: int, r3: int) -> tuple[Any, Any]:
    x0, x1 = _round(x0, x1, r0)
    x0, x1 = _round(x0, x1, r1)
    x0, x1 = _round(x0, x1, r2)
    return _round(x0, x1, r3)


def _round(x0: Any, x1: Any, turn: int) -> tuple[Any, Any]:
    x0 = x0 + x1
    return x0, ((x1 << np.uint32(turn)) | (x1 >> np.uint32(32 - turn))) ^ x0


@dataclass(frozen=True)
class Stream:
    """One named, recorded stream of random words.

    Attributes:
        seed: the seed it comes from.
        name: what it is for, as in "start" or "noise".
        key: its two Threefry key words.
    """

    seed: int
    name: str
    key: tuple[int, int]

    def words(self, step: Any, index: Any) -> tuple[np.ndarray, np.ndarray]:
        """Return the two uint32 words at counter (step, index); the arguments broadcast.

        Example:
            >>> source(7).stream("noise").words(0, np.arange(3))[0].shape
            (3,)
        """
        counters = np.broadcast_arrays(*(np.atleast_1d(np.asarray(part)).astype(np.uint32) for part in (step, index)))
        first, second = (np.full(1, word, np.uint32) for word in self.key)
        return threefry2x32(first, second, *counters)

    def chance(self, step: int, shape: tuple[int, ...], probability: float) -> np.ndarray:
        """Return booleans of ``shape``, each True with ``probability``: word(step, cell) < round(2**32 probability).

        The cell is the flat index in ``shape``, so that the outcome does not depend on how cells are batched. The
        comparison is one of integers, hence the same on every machine; the probability is met to within 2**-33.
        """
        threshold = np.uint64(round(checks.probability(probability, "probability") * 2**32))
        result = np.empty(int(np.prod(shape)), bool)
        # Blocks that stay in the cache: the words of a whole board at once are about eight times slower.
        for start in range(0, result.size, _BLOCK):
            stop = min(start + _BLOCK, result.size)
            result[start:stop] = self.words(step, np.arange(start, stop))[0] < threshold
        return result.reshape(shape)

    def generator(self) -> np.random.Generator:
        """Return a NumPy generator keyed by this stream, for draws that need no address (bootstraps, permutations)."""
        return np.random.Generator(np.random.Philox(key=self.key[0] | self.key[1] << 32))


@dataclass(frozen=True)
class Source:
    """A seed from which named streams are split."""

    seed: int

    def stream(self, name: str) -> Stream:
        """Return the stream called ``name``: its key is the start of SHA-256("evolaw v1", seed, name)."""
        digest = hashlib.sha256(f"evolaw {STREAM_VERSION}\0{self.seed}\0{name}".encode()).digest()
        return Stream(self.seed, name, (int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")))


def source(rng: Any, name: str = "rng") -> Source:
    """Turn whatever a user passes as ``rng`` into a recorded source.

    Args:
        rng: a whole number from 0 to 2**128 - 1, a NumPy SeedSequence, BitGenerator or Generator (one 64-bit number is
            drawn from it), a JAX key, or a Source.
        name: name of the argument, for the error.

    Raises:
        ArgumentError: ``rng`` is None (chance is never hidden) or of another kind.

    Example:
        >>> source(7)
        Source(seed=7)
    """
    if isinstance(rng, Source):
        return rng
    if rng is None:
        raise checks.refuse(
            name, "be given: results of chance are only useful when they can be repeated", rng, "Pass rng=0."
        )
    if isinstance(rng, np.random.SeedSequence):
        return Source(int.from_bytes(rng.generate_state(2, np.uint64).tobytes(), "little"))
    if isinstance(rng, np.random.BitGenerator):
        return Source(int(rng.random_raw()))
    if isinstance(rng, np.random.Generator):
        return Source(int(rng.integers(0, 2**64, dtype=np.uint64)))
    words = _jax_key_words(rng)
    if words is not None:
        return Source(int.from_bytes(words.astype("<u4").tobytes(), "little"))
    try:
        return Source(checks.integer(rng, name, least=0, most=2**128 - 1))
    except ArgumentError as error:
        raise checks.refuse(
            name, "be a whole number from 0 to 2**128 - 1, a NumPy generator or a JAX key", rng, "Pass rng=0."
        ) from error


def _jax_key_words(rng: Any) -> np.ndarray | None:
    """Return the words of a JAX key, new style or raw; None for anything else. JAX is not imported for the question."""
    jax = sys.modules.get("jax")
    if jax is None or not isinstance(rng, jax.Array):
        return None
    if jax.dtypes.issubdtype(rng.dtype, jax.dtypes.prng_key):
        rng = jax.random.key_data(rng)
    words = np.asarray(rng)
    return words if words.dtype == np.uint32 and words.ndim == 1 and words.size in (2, 4) else None

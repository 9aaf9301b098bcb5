"""Brownian motion addressed, not drawn: the noise of step n of path p is a function of (seed, p, n, component).

    key(p, c)  = Threefry(key of the stream, (p, c))                     one a path and component, made once
    words(p, c, n) = Threefry(key(p, c), (block of n, slot))             made inside the loop, never stored

So results do not depend on how paths are cut into chunks or batches, a single path can be looked at again alone, and two
solutions see the same path when they use the same seed. A block of two words serves 64 steps of two-point and 16 of
three-point variables. Normals come in pairs, for steps 2 p and 2 p + 1: a word for the radius, half a word of the next slot for
the direction, so that three blocks serve 8 steps. Slots keep the kinds of noise of one step apart.

**Soundness.** The words went through dieharder 3.31.1 in two orders: step after step across 4096 paths, and path after
path. Tests, with 20 or 30 p-values each: diehard birthdays, operm5, ranks 32x32 and 6x8, bitstream, both count_1s,
parking_lot, 2dsphere, 3dsphere, squeeze, runs, craps; sts monobit and runs; rgb permutations, lagged_sum, kstest, and
minimum_distance in 2 and 3 dimensions; sts_serial along paths and dab_dct across them. None of 75 results failed. Two were
weak, both the same count of single bits along paths (sts_monobit and sts_serial 1, p = 0.0005). Over 201 other seeds that test
gave nothing below 0.008 (its p-values gather near 1, those of NumPy's Philox too), and counted directly 1600 streams of 1.3e8
bits have as many ones as they should (Kolmogorov–Smirnov p 0.17 and 0.86 for radii and directions).

**Refinement.** A step that is composed of r finer ones gets exactly their sum, iterated integrals included:

    dW = dW_a + dW_b        I10 = I10_a + I10_b + h_b dW_a        A_ij = A_a + A_b + ½ (dW_a,i dW_b,j - dW_a,j dW_b,i)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks, randomness
from evolaw.arrays import object_array, precise
from evolaw.randomness import threefry2x32
from evolaw.sde.noise.levy_areas import levy_area
from evolaw.sde.noise.variates import THREE_POINTS, TWO_POINTS, normal_pair, three_point, two_point
from evolaw.sde.schemes.noise_requests import NoiseRequest
from evolaw.sde.schemes.scheme import Noise
from evolaw.told import told

__all__ = ["Drawing", "Keys", "compose", "increments", "path_keys"]

_PATH = np.uint32(0xFFFFFFFF)
_SLOT_W, _SLOT_Z, _SLOT_AREA, _SLOT_PAIR = (np.uint32(slot) for slot in (0, 3, 0x10000, 0x20000))
"""Normals take two slots, for radii and directions."""
SLOT_EVENT = np.uint32(2)
"""Second counter word of the draws that belong to events."""


class Keys(NamedTuple):
    """Threefry keys of a chunk of paths.

    Attributes:
        component: two uint32 arrays of shape (noises, paths), for what is drawn a component.
        path: two uint32 arrays of shape (paths,), for what is drawn a path.
    """

    component: tuple[Any, Any]
    path: tuple[Any, Any]


def path_keys(key: Any, paths: Any, noises: int) -> Keys:
    """Return the keys of the paths with the given numbers.

    Args:
        key: the two key words of a stream.
        paths: path numbers, uint32, shape (paths,).
        noises: components of the noise.
    """
    first, second = jnp.asarray(key[0], jnp.uint32), jnp.asarray(key[1], jnp.uint32)
    paths = jnp.asarray(paths, jnp.uint32)
    components = jnp.arange(noises, dtype=jnp.uint32)[:, None]
    return Keys(threefry2x32(first, second, paths[None, :], components), threefry2x32(first, second, paths, _PATH))


@dataclass(frozen=True)
class Drawing:
    """What is drawn for one step, and how.

    Attributes:
        needs: what a step asks for. For `NoiseRequest.NORMALS`, ``dW`` holds standard normals, one a component of the noise.
        noises: components of the noise.
        dtype: name of the dtype of the variates.
        terms: terms of the Lévy areas, where they are asked for.
        fine: finer steps that each step's noise is composed of.
    """

    needs: NoiseRequest
    noises: int
    dtype: str
    terms: int = 1
    fine: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "needs", NoiseRequest(self.needs))

    def step(self, keys: Keys, step: Any, dt: Any) -> Noise:
        """Return the noise of one step of length dt > 0, arrays of shape (noises, paths) and (noises, noises, paths)."""
        if self.needs is NoiseRequest.NONE:
            return Noise()
        if self.fine == 1:
            return self._single(keys, jnp.asarray(step, jnp.uint32), dt)
        dt = dt / self.fine
        first = jnp.asarray(step, jnp.uint32) * np.uint32(self.fine)
        width = 1 if self.fine % 2 else 2

        def draw(number: Any) -> Noise:
            """One finer step, or two that share their words."""
            start = first + jnp.asarray(number, jnp.uint32) * np.uint32(width)
            if width == 1:
                return self._single(keys, start, dt)
            early, late = self._run(keys, start, [dt, dt], 2)
            return compose(early, late, dt)

        def add(number: Any, sofar: Noise) -> Noise:
            return compose(sofar, draw(number), dt * width)

        return jax.lax.fori_loop(1, self.fine // width, add, draw(0))

    def run(self, keys: Keys, first: Any, dt: Any, count: int) -> list[Noise]:
        """Return the noise of ``count`` steps in a row; ``first`` is a multiple of ``count``, a power of two.

        Args:
            dt: their length, or an array of their lengths.
        """
        first = jnp.asarray(first, jnp.uint32)
        if jnp.ndim(dt):
            return self._uneven(keys, first, dt, count)
        if self.per_word and count % (2 * self.per_word) == 0:
            words = enumerate(self.words(keys, first, count))
            runs = [self.read(keys, word, dt, first + np.uint32(i * self.per_word), self.per_word) for i, word in words]
            return [noise for run in runs for noise in run]
        if self.fine > 1 or count == 1 or self.per_word or self.needs is NoiseRequest.NONE:
            return [self.step(keys, first + np.uint32(i), dt) for i in range(count)]
        return self._run(keys, first, [dt] * count, count)

    def run_apart(self, keys: Keys, first: Any, dt: Any, count: int) -> list[Noise]:
        """Return what `run` returns, normals alone, every component drawn by itself: object arrays of rows of shape (1, paths)."""
        rows = [Keys(tuple(part[k : k + 1] for part in keys.component), keys.path) for k in range(self.noises)]
        runs = [self.run(row, first, dt, count) for row in rows]
        if not runs:
            return self.run(keys, first, dt, count)
        return [jax.tree.map(lambda *numbers: object_array(numbers), *step) for step in zip(*runs, strict=True)]

    def _uneven(self, keys: Keys, first: Any, lengths: Any, count: int) -> list[Noise]:
        dts = [lengths[i] for i in range(count)]
        if self.fine > 1 or count == 1 or self.per_word or self.needs is NoiseRequest.NONE:
            return [self.step(keys, first + np.uint32(i), dt) for i, dt in enumerate(dts)]
        return self._run(keys, first, dts, count)

    # -- normals of many steps at once ----------------------------------------------------------------------------------

    def ahead(self, keys: Keys, first: Any, dt: Any, count: int) -> Noise:
        """Return the noise of ``count`` steps from ``first`` on, both even, for `take`; for noise without areas.

        Returns:
            Arrays of shape (count / 2, noises, paths): the noise of two steps as one complex number, which is how two
            results of one computation come out of one pass.
        """
        pairs = jnp.asarray(first, jnp.uint32) // 2 + jnp.arange(count // 2, dtype=jnp.uint32)[:, None, None]
        slots = (_SLOT_W, _SLOT_Z) if self.needs is NoiseRequest.INTEGRALS else (_SLOT_W,)
        normals = [self._normals(keys, pairs, slot) for slot in slots]
        early, late = (self._finish(keys, first, dt, *variates) for variates in zip(*normals, strict=True))
        # Without the barrier the loop over steps would draw each normal again where it is used.
        drawn: Noise = jax.lax.optimization_barrier(jax.tree.map(jax.lax.complex, early, late))
        return drawn

    def take(self, drawn: Noise, base: Any, first: Any, count: int) -> list[Noise]:
        """Read ``count`` steps from what was drawn `ahead` from step ``base`` on; ``first`` is a multiple of ``count``."""
        first = jnp.asarray(first, jnp.uint32)
        place = (first - jnp.asarray(base, jnp.uint32)) // np.uint32(2)
        if count == 1:
            return [
                jax.tree.map(lambda z: _either(jax.lax.dynamic_index_in_dim(z, place, keepdims=False), first), drawn)
            ]
        part = jax.tree.map(lambda z: jax.lax.dynamic_slice_in_dim(z, place, count // 2), drawn)
        return [jax.tree.map(lambda z, i=i: _either(z[i // 2], i), part) for i in range(count)]

    # -- weak variables, many to a word ---------------------------------------------------------------------------------

    @property
    def per_word(self) -> int:
        """Steps whose weak variables come from one word; 0 for noise of paths."""
        return {NoiseRequest.TWO_POINTS: TWO_POINTS, NoiseRequest.THREE_POINTS: THREE_POINTS}.get(self.needs, 0)

    def words(self, keys: Keys, first: Any, count: int) -> list[jax.Array]:
        """Return the words that serve ``count`` steps from ``first`` on, both multiples of 2 `per_word`.

        Returns:
            One word for every `per_word` steps, shape (noises, paths).
        """
        block = jnp.asarray(first, jnp.uint32) // np.uint32(2 * self.per_word)
        return self._words(keys, block, count // (2 * self.per_word), _SLOT_W)

    def read(self, keys: Keys, word: jax.Array, dt: Any, first: Any, count: int) -> list[Noise]:
        """Read ``count`` steps from the word that serves them; ``first`` is a multiple of ``count``."""
        return self._weak(keys, word, jnp.asarray(first, jnp.uint32), dt, count)

    def variables(self, keys: Keys, words: list[jax.Array], base: Any, dt: Any) -> tuple[jax.Array, jax.Array]:
        """Return the weak variables of the `words` that begin at step ``base``, all at once.

        Returns:
            Those of the noises, shape (steps, noises, paths), and those of pairs of noises, shape (steps, pairs, paths).
        """
        root, places = jnp.sqrt(dt), jnp.arange(self.per_word, dtype=jnp.uint32)[:, None, None]
        own = jax.lax.map(lambda word: self._variable(word[None], places, root), jnp.stack(words))
        own = own.reshape(-1, *words[0].shape)
        steps = jnp.asarray(base, jnp.uint32) + jnp.arange(own.shape[0], dtype=jnp.uint32)
        if not self._pairs_of_noises:
            return own, jnp.zeros((own.shape[0], 0, own.shape[-1]), own.dtype)
        return own, jax.lax.map(lambda step: jnp.stack(self._pair_signs(keys, step, root)), steps)

    # -- steps read number by number, as `scalarization` takes them apart -----------------------------------------------
    # Each number is cut out by itself: a vector cut out whole and then indexed keeps the compiler from using vector units.

    def take_apart(self, drawn: Noise, base: Any, first: Any, count: int) -> list[Noise]:
        """Read ``count`` steps from what was drawn `ahead` from step ``base`` on."""

        def step(number: Any) -> Noise:
            place = (number - jnp.asarray(base, jnp.uint32)) // np.uint32(2)
            components = range(self.noises)
            return jax.tree.map(lambda z: object_array([_either(_cut(z, place, k), number) for k in components]), drawn)

        return [step(jnp.asarray(first, jnp.uint32) + np.uint32(i)) for i in range(count)]

    def read_apart(self, variables: tuple[jax.Array, jax.Array], base: Any, first: Any, count: int) -> list[Noise]:
        """Read ``count`` steps from the weak `variables` that begin at step ``base``."""
        own, paired = variables

        def step(place: Any) -> Noise:
            numbers = object_array([_cut(own, place, k) for k in range(self.noises)])
            if not self._pairs_of_noises:
                return Noise(numbers)
            signs = [_cut(paired, place, number) for number in range(self._pairs_of_noises)]
            return Noise(numbers, pair=_antisymmetric(signs, self.noises))

        return [step(first + i - base) for i in range(count)]

    @property
    def _pairs_of_noises(self) -> int:
        return self.noises * (self.noises - 1) // 2 if self.needs is NoiseRequest.THREE_POINTS else 0

    def _weak(self, keys: Keys, word: Any, first: jax.Array, dt: Any, count: int) -> list[Noise]:
        root = jnp.sqrt(dt)
        offset = 0 if count == self.per_word else first % np.uint32(self.per_word)
        noises = []
        for i in range(count):
            pair = None
            if self._pairs_of_noises:
                rows = _antisymmetric(self._pair_signs(keys, first + np.uint32(i), root), self.noises)
                pair = jnp.stack([jnp.stack(list(row)) for row in rows])
            noises.append(Noise(self._variable(word, offset + i, root), pair=pair))
        return noises

    # -- one finest step, and a run of them that shares its words ------------------------------------------------------

    def _single(self, keys: Keys, step: jax.Array, dt: Any) -> Noise:
        if self.per_word:
            words = threefry2x32(*keys.component, step // np.uint32(2 * self.per_word), _SLOT_W)
            return self._weak(keys, _choose(words, step // np.uint32(self.per_word)), step, dt, 1)[0]
        normal = _choose(self._normals(keys, step // 2, _SLOT_W), step)
        second = (
            _choose(self._normals(keys, step // 2, _SLOT_Z), step) if self.needs is NoiseRequest.INTEGRALS else None
        )
        return self._finish(keys, step, dt, normal, second)

    def _run(self, keys: Keys, first: jax.Array, dts: list[Any], count: int) -> list[Noise]:
        normals = self._pairs(keys, first, count, _SLOT_W)
        seconds = self._pairs(keys, first, count, _SLOT_Z) if self.needs is NoiseRequest.INTEGRALS else [None] * count
        return [
            self._finish(keys, first + np.uint32(i), dt, *both)
            for i, (dt, *both) in enumerate(zip(dts, normals, seconds, strict=True))
        ]

    def _pairs(self, keys: Keys, first: jax.Array, count: int, slot: np.uint32) -> list[Any]:
        if count == 2:
            return list(self._normals(keys, first // np.uint32(2), slot))
        radii = self._words(keys, first // np.uint32(4), count // 4, slot)
        if count == 4:
            halves = [_choose(self._words(keys, first // np.uint32(8), 1, slot + np.uint32(1)), first // np.uint32(4))]
        else:
            halves = self._words(keys, first // np.uint32(8), count // 8, slot + np.uint32(1))
        directions = [word << np.uint32(shift) for word in halves for shift in (0, 16)]
        return [z for pair in zip(radii, directions, strict=True) for z in normal_pair(*pair, self.dtype)]

    def _normals(self, keys: Keys, pair: Any, slot: np.uint32) -> tuple[Any, Any]:
        """The normals of steps 2 ``pair`` and 2 ``pair`` + 1."""
        radius = _choose(self._words(keys, pair // np.uint32(2), 1, slot), pair)
        word = _choose(self._words(keys, pair // np.uint32(4), 1, slot + np.uint32(1)), pair // np.uint32(2))
        return normal_pair(radius, word << np.uint32(16) * (pair % np.uint32(2)), self.dtype)

    def _words(self, keys: Keys, block: Any, count: int, slot: np.uint32) -> list[Any]:
        """The words of ``count`` blocks, two a block."""
        return [w for i in range(count) for w in threefry2x32(*keys.component, block + np.uint32(i), slot)]

    def _finish(self, keys: Keys, step: Any, dt: Any, variate: Any, second: Any = None) -> Noise:
        """Give the variates their size, and add what else the step needs."""
        if self.needs is NoiseRequest.NORMALS:
            return Noise(variate)
        root = jnp.sqrt(dt)
        dw = variate * root
        if self.needs is NoiseRequest.INTEGRALS:
            return Noise(dw, (dt / 2) * (dw + second * (root / math.sqrt(3))))
        if self.needs is NoiseRequest.AREAS:
            return Noise(dw, area=levy_area(dw, dt, self.terms, partial(self._area_pairs, keys, step)))
        return Noise(dw)

    def _area_pairs(self, keys: Keys, step: Any, first: Any, count: int) -> jax.Array:
        """Normals of a path, two as one complex number, which is how both come out of one pass."""
        rows = jnp.asarray(first, jnp.uint32) + jnp.arange(count, dtype=jnp.uint32)[:, None]
        return jax.lax.complex(*normal_pair(*threefry2x32(*keys.path, step, _SLOT_AREA + rows), self.dtype))

    def _variable(self, word: Any, index: Any, size: Any) -> jax.Array:
        return (two_point if self.needs is NoiseRequest.TWO_POINTS else three_point)(word, index, size)

    def _pair_signs(self, keys: Keys, step: Any, size: Any) -> list[jax.Array]:
        """±size for each pair of noises (i, j), i < j, row by row, each of shape (paths,)."""
        count = self._pairs_of_noises
        slots = [_SLOT_PAIR + np.uint32(i) for i in range(-(-count // (2 * TWO_POINTS)))]
        words = [word for slot in slots for word in threefry2x32(*keys.path, step, slot)]
        return [two_point(words[i // TWO_POINTS], i % TWO_POINTS, size) for i in range(count)]


def _antisymmetric(upper: list[jax.Array], size: int) -> np.ndarray:
    """An object array V with V_ij from ``upper``, row by row, V_ji = -V_ij and V_ii = 0."""
    matrix = np.empty((size, size), object)
    for number, (i, j) in enumerate(zip(*(places.tolist() for places in np.triu_indices(size, 1)), strict=True)):
        matrix[i, j], matrix[j, i] = upper[number], -upper[number]
    for i in range(size):
        matrix[i, i] = jnp.zeros_like(upper[0])
    return matrix


def _cut(array: jax.Array, place: Any, row: int) -> jax.Array:
    """One row of one step, shape (paths,)."""
    start = (jnp.asarray(place, jnp.int32), np.int32(row), np.int32(0))
    return jax.lax.dynamic_slice(array, start, (1, 1, array.shape[-1])).reshape(-1)


def compose(first: Noise, second: Noise, dt: Any) -> Noise:
    """Return the noise of a step made of two, exactly; ``dt`` is the length of the second.

    Raises:
        ArgumentError: the noise holds pair variables, which belong to one step of a weak scheme and have no sum.

    References:
        kloeden1992, section 5.2.
    """
    checks.require(first.pair is None, "first", "be noise of a path; weak variables have no sum", "weak noise")
    dw = first.dW + second.dW
    dz = None if first.dZ is None else first.dZ + second.dZ + dt * first.dW
    area = None
    if first.area is not None:
        cross = first.dW[:, None] * second.dW[None, :]
        area = first.area + second.area + (cross - jnp.swapaxes(cross, 0, 1)) / 2
    return Noise(dw, dz, area)


@told
def increments(
    rng: Any, *, paths: int, steps: int, dt: float, noises: int = 1, first_path: int = 0, precision: str = "float64"
) -> np.ndarray:
    """Return the very increments that `solve` uses with the same ``rng``, shape (paths, steps, noises).

    Example:
        >>> increments(0, paths=2, steps=4, dt=0.25).shape
        (2, 4, 1)
    """
    stream = randomness.source(rng).stream("noise")
    with precise(precision) as dtype:
        numbers = np.arange(first_path, first_path + paths, dtype=np.uint32)
        drawn = _all_increments(
            Drawing(NoiseRequest.INCREMENTS, noises, dtype.name), np.array(stream.key, np.uint32), numbers, steps, dt
        )
        return np.asarray(jnp.transpose(drawn, (2, 0, 1)))


@partial(jax.jit, static_argnums=(0, 3))
def _all_increments(drawing: Drawing, key: Any, paths: Any, steps: int, dt: Any) -> jax.Array:
    """Increments of shape (steps, noises, paths)."""
    keys, size = path_keys(key, paths, drawing.noises), jnp.asarray(dt, drawing.dtype)
    return jax.vmap(lambda step: drawing.step(keys, step, size).dW)(jnp.arange(steps, dtype=jnp.uint32))


def _choose(pair: Sequence[Any], number: Any) -> Any:
    """The first of two for an even number, the second for an odd one."""
    if isinstance(number, int):
        return pair[number % 2]
    return jnp.where(number % np.uint32(2) == 0, pair[0], pair[1])


def _either(complex_pair: jax.Array, number: Any) -> jax.Array:
    """The real part for an even number, the imaginary part for an odd one."""
    return _choose((complex_pair.real, complex_pair.imag), number)

"""The bit engine as array code: the same striped boards and logic, compiled by JAX for a GPU (or any device it knows).

A word of 64 stripes is held as two halves of 32 bits, since JAX computes in 32 bits; only where stripes meet, at the ends of
a row, does a bit pass from one half to the other. Rows are dealt to up to eight arrays in turn, row r to array r mod 8:
one thread then computes one row of each, and what rows have in common is loaded and computed once; on boards too large for the
cache, two are quicker. Two generations make one round of the loop, so that boards change places between two buffers without
being copied.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from evolaw import checks
from evolaw.automata.engine.gates import Operations, three_inputs
from evolaw.automata.engine.native_kernel import TABLE_SIZES, Margins
from evolaw.automata.engine.netlists import SELECT, Gate, Logic
from evolaw.automata.engine.packing import Stripes
from evolaw.automata.engine.totalistic import counting_rows, counting_sum
from evolaw.devices import require_unforked

__all__ = ["DEVICES", "device_named", "gather", "half_words", "mover", "phases_for", "run_arrays", "spread"]

DEVICES = ("cpu", "gpu")
_HALF = 32
_LONG_LOOP = 256  # generations, even
_MOST_GATES = 256  # in one kernel: more do not fit a thread's registers, and compile slowly
_SMALL = 2**24
"""Cells. Life on an H100, 8 arrays against 2: 2.2e12 and 1.4e12 cells/s at 4096 x 4096, 1.2e12 and 2.0e12 at 16384 x 16384."""

Phases = tuple[jax.Array, ...]


def device_named(name: str) -> Any:
    """Return JAX's first device of a kind.

    Args:
        name: "cpu" or "gpu".

    Raises:
        ArgumentError: there is no such device here; nothing else is used in its place.
    """
    kind = checks.one_of(name, "device", DEVICES)
    require_unforked()
    try:
        return jax.devices(kind)[0]
    except RuntimeError:
        raise checks.refuse(
            "device", "be a device that JAX finds here", kind, "Leave it out, or install JAX with GPU support."
        ) from None


def run_arrays(
    law: Logic | str, stack: np.ndarray, steps: int, kind: str, tables: np.ndarray | None, device: str
) -> np.ndarray:
    """Return boards after some generations, computed by JAX.

    Args:
        law: a network; or "counting" or "windows" for one law a board.
        stack: cells 0 or 1, uint8, shape (boards, rows, cols).
        steps: number of generations.
        kind: "torus", "plane" or "reflecting".
        tables: with one law a board, its values, shape (boards, 18) or (boards, 512).
        device: "cpu" or "gpu".

    Returns:
        uint8, shape (boards, rows, cols).
    """
    stripes = Stripes.fitting(*stack.shape)
    masks = np.zeros((stripes.groups, 0), np.uint64) if tables is None else stripes.board_masks(tables)
    with jax.default_device(device_named(device)):
        words = spread(stripes, phases_for(law, stripes), jnp.asarray(stack))
        return np.asarray(gather(stripes, mover(law, stripes, kind)(words, half_words(masks), steps)))


def half_words(words: np.ndarray) -> jax.Array:
    """Split words: uint64, shape (groups, entries), into uint32, shape (entries, groups, 2, 1, 1), low half first."""
    halves = np.stack([words & np.uint64(2**_HALF - 1), words >> np.uint64(_HALF)], axis=-1)
    return jnp.asarray(np.moveaxis(halves.astype(np.uint32), 1, 0)[..., None, None])


def phases_for(law: Logic | str, stripes: Stripes) -> int:
    """Return over how many arrays rows are best dealt: up to eight, fewer for laws of many gates and on large boards, a divisor of the rows."""
    size = law.size if isinstance(law, Logic) else TABLE_SIZES[law]
    most = 8 if stripes.boards * stripes.rows * stripes.cols <= _SMALL else 2
    return next(
        phases
        for phases in (8, 4, 2, 1)
        if phases <= most and stripes.rows % phases == 0 and (phases * size <= _MOST_GATES or phases == 1)
    )


@lru_cache(maxsize=64)
def _spreader(stripes: Stripes, phases: int) -> tuple[Callable[[jax.Array], Phases], Callable[[Phases], jax.Array]]:
    shape = (stripes.groups, stripes.boards_per_word, stripes.rows, stripes.stripes, stripes.words)
    whole = (shape[0] * shape[1], shape[2], shape[3] * shape[4])
    bit = np.arange(64, dtype=np.uint32).reshape(1, shape[1], 1, shape[3], 1)
    shift = jnp.asarray(bit % _HALF)

    def to_words(cells: jax.Array) -> Phases:
        missing = [(0, want - have) for want, have in zip(whole, cells.shape, strict=True)]
        parts = jnp.pad(cells, missing).reshape(shape).astype(jnp.uint32) << shift
        halves = [jnp.sum(parts * (bit // _HALF == half), axis=(1, 3), dtype=jnp.uint32) for half in (0, 1)]
        words = jnp.stack(halves, axis=1)
        return tuple(words[:, :, phase::phases] for phase in range(phases))

    def to_cells(rows: Phases) -> jax.Array:
        words = jnp.stack(rows, axis=3).reshape(shape[0], 2, shape[2], shape[4])
        low, high = words[:, 0][:, None, :, None], words[:, 1][:, None, :, None]
        cells = (jnp.where(bit < _HALF, low, high) >> shift) & 1
        return cells.astype(jnp.uint8).reshape(whole)[: stripes.boards, :, : stripes.cols]

    return jax.jit(to_words), jax.jit(to_cells)


def spread(stripes: Stripes, phases: int, cells: jax.Array) -> Phases:
    """Pack cells, uint8, shape (boards, rows, cols), into ``phases`` arrays of words, shape (groups, 2, rows / phases, words)."""
    return _spreader(stripes, phases)[0](cells)


def gather(stripes: Stripes, words: Phases) -> jax.Array:
    """Unpack arrays of words into cells, uint8, shape (boards, rows, cols)."""
    return _spreader(stripes, len(words))[1](words)


@lru_cache(maxsize=64)
def mover(law: Logic | str, stripes: Stripes, kind: str) -> Callable[[Phases, jax.Array, int], Phases]:
    """Make the run of one law, or of laws given by tables; it is compiled when first used.

    Args:
        law: a network; or "counting" or "windows".
        stripes: how the boards lie in words.
        kind: "torus", "plane" or "reflecting".

    Returns:
        ``move(words, masks, steps)`` with words as `spread` returns them and masks as `half_words` returns them.
    """
    of_row, of_cell = _network(law) if isinstance(law, Logic) else _tables(law)
    margins = Margins.of(stripes, kind)
    is_ragged = stripes.cols < stripes.stripes * stripes.words

    def generation(rows: Phases, masks: jax.Array) -> Phases:
        sides = [_sides(row, margins, stripes.words) for row in rows]
        above = [_shifted(last, first, kind, down=True) for last, first in zip(sides[-1], sides[0], strict=True)]
        below = [_shifted(first, last, kind, down=False) for first, last in zip(sides[0], sides[-1], strict=True)]
        # Cells are moved and then added up: sums that moved would be written to memory first.
        around = [of_row(cells) for cells in (above, *sides, below)]
        moved = [of_cell([*around[i], *around[i + 1], *around[i + 2]], masks) for i in range(len(rows))]
        return tuple(_patched(row, margins) if is_ragged else row for row in moved)

    def rounds(words: Phases, masks: jax.Array, count: Any) -> Phases:
        return jax.lax.fori_loop(0, count, lambda _, now: generation(generation(now, masks), masks), words)

    def start(words: Phases) -> Phases:
        return tuple(_patched(row, margins) if is_ragged else row for row in words)

    # a loop of known length runs on a GPU without asking the host after every round
    long = jax.jit(lambda words, masks: rounds(start(words), masks, _LONG_LOOP // 2))
    short = jax.jit(lambda words, masks, count: rounds(start(words), masks, count))
    single = jax.jit(lambda words, masks: generation(start(words), masks))

    def move(words: Phases, masks: jax.Array, steps: int) -> Phases:
        for _ in range(steps // _LONG_LOOP):
            words = long(words, masks)
        rest = steps % _LONG_LOOP
        if rest >= 2:
            words = short(words, masks, rest // 2)
        return single(words, masks) if rest % 2 else words

    return move


def _shift(pair: jax.Array, places: int) -> jax.Array:
    """64-bit words as halves along axis 1: bits move towards higher places, or lower for a negative number."""
    low, high = pair[:, :1], pair[:, 1:]
    count = abs(places)
    zero = jnp.zeros_like(low)

    def up(value: jax.Array, by: int) -> jax.Array:
        return value << by if by < _HALF else zero

    def down(value: jax.Array, by: int) -> jax.Array:
        return value >> by if by < _HALF else zero

    if count == 0:
        return pair
    if places > 0:
        carry = low >> (_HALF - count) if count < _HALF else up(low, count - _HALF)
        return jnp.concatenate([up(low, count), up(high, count) | carry], axis=1)
    carry = high << (_HALF - count) if count < _HALF else down(high, count - _HALF)
    return jnp.concatenate([down(low, count) | carry, down(high, count)], axis=1)


def _mask(word: int) -> jax.Array:
    """A 64-bit mask as halves along axis 1."""
    return jnp.array([word & (2**_HALF - 1), word >> _HALF], dtype=jnp.uint32)[None, :, None, None]


def _column(row: jax.Array, word: int) -> jax.Array:
    return row[..., word : word + 1]


def _sides(row: jax.Array, margins: Margins, words: int) -> list[jax.Array]:
    """West, centre and east of every word."""
    before = _shift(_column(row, margins.west_word), -margins.west_shift) & _mask(margins.west_on)
    beyond = _shift(_column(row, margins.east_word), margins.east_shift) & _mask(margins.east_on)
    first = (_shift(_column(row, words - 1), 1) & _mask(margins.inner_west)) | before
    last = (_shift(_column(row, 0), -1) & _mask(margins.inner_east)) | beyond
    west = jnp.concatenate([first, row[..., :-1]], axis=-1)
    east = jnp.concatenate([row[..., 1:], last], axis=-1)
    return [west, row, east]


def _patched(row: jax.Array, margins: Margins) -> jax.Array:
    """Set the first column too many to what lies beyond the edge."""
    beyond = _shift(_column(row, margins.east_word), margins.east_shift) & _mask(margins.patch_on)
    patched = (_column(row, margins.patch_word) & _mask(margins.patch_keep)) | beyond
    here = jnp.arange(row.shape[-1]) == margins.patch_word
    return jnp.where(here, patched, row)


def _shifted(rows: jax.Array, opposite: jax.Array, kind: str, *, down: bool) -> jax.Array:
    """The rows above the first phase (``down``: the last phase, one row later) or below the last phase."""
    kept = rows[:, :, :-1] if down else rows[:, :, 1:]
    if kind == "torus":
        outside = rows[:, :, -1:] if down else rows[:, :, :1]
    elif kind == "reflecting":
        outside = opposite[:, :, :1] if down else opposite[:, :, -1:]
    else:
        outside = jnp.zeros_like(rows[:, :, :1])
    return jnp.concatenate([outside, kept] if down else [kept, outside], axis=2)


def _gate(table: int, a: jax.Array, b: jax.Array, c: jax.Array) -> jax.Array:
    do = Operations(both=jnp.bitwise_and, unlike=jnp.bitwise_xor, opposite=jnp.bitwise_not, none=jnp.zeros_like(a))
    return three_inputs(do, table, a, b, c)


def _gates(gates: tuple[Gate, ...], inputs: list[jax.Array]) -> list[jax.Array]:
    signals = list(inputs)
    for table, a, b, c in gates:
        signals.append(_gate(table, signals[a], signals[b], signals[c]))
    return signals


OfRow = Callable[[list[jax.Array]], list[jax.Array]]
OfCell = Callable[[list[jax.Array], jax.Array], jax.Array]


def _network(logic: Logic) -> tuple[OfRow, OfCell]:
    def of_row(cells: list[jax.Array]) -> list[jax.Array]:
        signals = _gates(logic.row, cells)
        return [signals[signal] for signal in logic.carried]

    return of_row, lambda carried, _: _gates(logic.cell, carried)[logic.output]


def _tables(kind: str) -> tuple[OfRow, OfCell]:
    def by_window(cells: list[jax.Array], masks: jax.Array) -> jax.Array:
        values = [masks[window] for window in range(len(masks))]
        for cell in reversed(cells):
            values = [_gate(SELECT, cell, values[i + 1], values[i]) for i in range(0, len(values), 2)]
        return values[0]

    if kind == "windows":
        return list, by_window

    row_gates, carried = counting_rows()
    sum_gates, bits = counting_sum()

    def of_row(cells: list[jax.Array]) -> list[jax.Array]:
        signals = _gates(row_gates, cells)
        return [signals[signal] for signal in carried]

    def by_count(rows: list[jax.Array], masks: jax.Array) -> jax.Array:
        signals = _gates(sum_gates, rows)
        values = [masks[0]] + [_gate(SELECT, rows[5], masks[8 + n], masks[n]) for n in range(1, 9)] + [masks[17]]
        for bit in bits:
            pairs = [values[i : i + 2] for i in range(0, len(values), 2)]
            values = [_gate(SELECT, signals[bit], pair[1], pair[0]) if len(pair) == 2 else pair[0] for pair in pairs]
        return values[0]

    return of_row, by_count

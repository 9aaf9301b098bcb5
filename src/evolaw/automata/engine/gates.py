"""One logic gate of three inputs out of and, exclusive or, and not: for processors that have no instruction for all 256."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Operations", "three_inputs"]

V = TypeVar("V")


@dataclass(frozen=True)
class Operations(Generic[V]):
    """What can be done with vectors of bits.

    Attributes:
        both: and.
        unlike: exclusive or.
        opposite: not.
        none: the vector of zeros.
    """

    both: Callable[[V, V], V]
    unlike: Callable[[V, V], V]
    opposite: Callable[[V], V]
    none: V


def three_inputs(do: Operations[V], table: int, a: V, b: V, c: V) -> V:
    """Apply a gate, bit by bit.

    Args:
        do: the operations at hand.
        table: 8 bits; bit 4 a + 2 b + c is the gate's value.
        a: first input.
        b: second input.
        c: third input.

    Returns:
        The gate's value.

    Notes:
        At most seven operations, besides not.

    Example:
        >>> words = Operations(both=int.__and__, unlike=int.__xor__, opposite=int.__invert__, none=0)
        >>> three_inputs(words, 0xE8, 0b1100, 0b1010, 0b0110)
        14
    """
    low, high = table & 15, table >> 4
    if low == high:
        return _two(do, low, b, c)
    if low == high ^ 15:
        return do.unlike(a, _two(do, low, b, c))
    if high in (0, 15):
        return _two(do, 0b0010 if high == 0 else 0b1110, a, _two(do, low, b, c))
    if low in (0, 15):
        return _two(do, 0b1000 if low == 0 else 0b1011, a, _two(do, high, b, c))
    clear = _two(do, low, b, c)
    return do.unlike(clear, do.both(a, do.unlike(clear, _two(do, high, b, c))))


def _two(do: Operations[V], table: int, a: V, b: V) -> V:
    """A gate of two inputs: bit 2 a + b of ``table``."""
    if table in (10, 12):
        return b if table == 10 else a
    if table == 0:
        return do.none
    if table == 6:
        return do.unlike(a, b)
    if table.bit_count() == 1:
        place = table.bit_length() - 1
        return do.both(a if place & 2 else do.opposite(a), b if place & 1 else do.opposite(b))
    return do.opposite(_two(do, table ^ 15, a, b))

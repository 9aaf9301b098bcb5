"""Whether a step commutes with whole turns of its periodic components: proved on its trace, number by number.

Every number of the step is followed with the multiples of the periods by which it grows when a periodic component grows by one
period: component i itself with 1 for i and 0 for the others, parameters, times and noise with 0. Sums add multiples, constants
multiply them, the sine and cosine of a number that grows by whole multiples of 2π do not change, and what is made of numbers that do not
change does not change. The step commutes with turns if its periodic components come out with their own multiple 1 and
everything else with 0. Any other operation on a number that changes ends the proof; the answer is then no.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax

from evolaw.sde.loop.scalarization import followed

__all__ = ["commutes_with_turns"]

_CLOSE = 1e-9
_KEEPING = ("convert_element_type", "copy", "copy_p", "stop_gradient")


def commutes_with_turns(
    step: Callable[..., Any], periods: Sequence[float | None], *examples: Any, asked: int = 0
) -> bool:
    """Return whether step(…, x + n·period, …) is step(…, x, …) + n·period in its first result and the same in all others.

    Args:
        step: takes and gives pytrees of small arrays; its first result is the state after it.
        periods: one period or None for each component.
        examples: arguments to trace with, or their shapes.
        asked: number of the argument that is the state, shape (dim,).

    Example:
        >>> import jax.numpy as jnp
        >>> x, turn = jnp.zeros(1), 2 * jnp.pi
        >>> commutes_with_turns(lambda x: x + 0.1 * jnp.sin(2 * x), [turn], x)
        True
        >>> commutes_with_turns(lambda x: x + 0.1 * jnp.sin(x / 2), [turn], x)
        False
        >>> commutes_with_turns(lambda x: x - 0.1 * x, [turn], x)
        False
    """
    still = _Growth((0.0,) * len(periods))
    place = sum(len(jax.tree.leaves(example)) for example in examples[:asked])

    def mark(leaf: int, index: int) -> _Growth:
        if leaf != place or periods[index] is None:
            return still
        return _Growth(tuple(float(i == index) for i in range(len(periods))))

    def operation(primitive: Any, params: Any, operands: Sequence[Any]) -> _Growth:
        return _result(_name_of(primitive), operands, periods, still)

    results = followed(step, mark, operation, *examples)
    if results is None:
        return False
    state, *others = [[_growth(number, still) for number in result.ravel()] for result in results]
    moves = all(one.is_near(mark(place, i)) for i, one in enumerate(state))
    return moves and all(number.is_near(still) for result in others for number in result)


@dataclass(frozen=True)
class _Growth:
    """How much a number grows for one turn of each component, in periods of that component; None where that is not known."""

    multiples: tuple[float, ...] | None

    def is_near(self, other: _Growth) -> bool:
        if self.multiples is None or other.multiples is None:
            return False
        return all(abs(a - b) < _CLOSE for a, b in zip(self.multiples, other.multiples, strict=True))

    def plus(self, other: _Growth, factor: float = 1.0) -> _Growth:
        pairs = zip(self.multiples or (), other.multiples or (), strict=True)
        return _Growth(tuple(a + factor * b for a, b in pairs))


_UNKNOWN = _Growth(None)


def _result(name: str, operands: Sequence[Any], periods: Sequence[float | None], still: _Growth) -> _Growth:
    """The growth of what an operation makes."""
    given = [_growth(operand, still) for operand in operands]
    if any(one.multiples is None for one in given):
        return _UNKNOWN
    if all(one == still for one in given):
        return still
    if name in ("add", "add_any", "sub"):
        return given[0].plus(given[1], -1.0 if name == "sub" else 1.0)
    if name == "neg":
        return still.plus(given[0], -1.0)
    if name in ("mul", "multiply", "div"):
        return _scaled(name, operands, given, still)
    if name in ("sin", "cos"):
        turns = [
            a * (period or 0.0) / (2 * math.pi) for a, period in zip(given[0].multiples or (), periods, strict=True)
        ]
        return still if all(abs(turn - round(turn)) < _CLOSE for turn in turns) else _UNKNOWN
    return given[0] if name in _KEEPING else _UNKNOWN


def _scaled(name: str, operands: Sequence[Any], given: Sequence[_Growth], still: _Growth) -> _Growth:
    """The growth of a number times, or divided by, a constant."""
    left, right = operands
    if not isinstance(right, _Growth) and float(right):
        return still.plus(given[0], 1 / float(right) if name == "div" else float(right))
    if not isinstance(left, _Growth) and name != "div":
        return still.plus(given[1], float(left))
    return _UNKNOWN


def _growth(operand: Any, still: _Growth) -> _Growth:
    """That of an operand; constants do not grow."""
    return operand if isinstance(operand, _Growth) else still


def _name_of(primitive: Any) -> str:
    return str(getattr(primitive, "name", None) or getattr(primitive, "__name__", primitive))

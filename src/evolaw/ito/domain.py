"""Where a scalar diffusion can live: the intervals on which its noise does not vanish, and the times its coefficients reach.

    marks       zeros and poles of g^2, poles of f, ends of what their roots and logarithms are defined on
    intervals   between neighbouring marks, where g^2 > 0

The natural interval is the one that holds 0; else the first to the right of 0; else the last.
"""

from __future__ import annotations

from functools import cmp_to_key, partial
from itertools import pairwise

import sympy

from evolaw.ito.patience import OutOfTime, within
from evolaw.ito.systems import System

__all__ = ["Interval", "inner_point", "intervals", "natural_interval", "time_limits"]

Interval = tuple[sympy.Expr, sympy.Expr]
_DEADLINE = 5.0
_LINE = (-sympy.oo, sympy.oo)


def intervals(law: System) -> list[Interval]:
    """Return every interval on which g^2 > 0, from left to right; the whole line where no mark is found.

    Args:
        law: a scalar Itô equation without time.

    Example:
        >>> from evolaw.ito.systems import system
        >>> intervals(system("dX = sqrt(X (1 - X)) dW")), intervals(system("dX = X dW"))
        ([(0, 1)], [(-oo, 0), (0, oo)])
    """
    try:
        marks = within(_DEADLINE, lambda: _sorted(_marks(law)))
    except (OutOfTime, NotImplementedError):
        return [_LINE]
    ends = [-sympy.oo, *marks, sympy.oo]
    return [pair for pair in pairwise(ends) if _has_noise(law, pair)] or [_LINE]


def natural_interval(law: System) -> Interval:
    """Return the interval that is meant when none is named.

    Example:
        >>> from evolaw.ito.systems import system
        >>> natural_interval(system("dX = -X dt + (1 - X^2) dW"))
        (-1, 1)
    """
    return _natural(intervals(law))


def _natural(found: list[Interval]) -> Interval:
    for left, right in found:
        if left.is_negative and right.is_positive:
            return left, right
    for left, right in found:
        if left.is_nonnegative:
            return left, right
    return found[-1]


def inner_point(interval: Interval) -> sympy.Expr:
    """Return a point between the ends.

    Example:
        >>> inner_point((sympy.Integer(0), sympy.Integer(1)))
        1/3
    """
    left, right = interval
    if left.is_infinite and right.is_infinite:
        return sympy.Rational(1, 3)
    if left.is_infinite or right.is_infinite:
        return right - sympy.Rational(4, 3) if left.is_infinite else left + sympy.Rational(4, 3)
    return (2 * left + right) / 3


def time_limits(law: System) -> list[tuple[sympy.Expr, sympy.Expr]]:
    """Return (coefficient, time) wherever a coefficient is infinite, or stops being defined, at a time that may come.

    Example:
        >>> from evolaw.ito.systems import system
        >>> time_limits(system("dX = X/(1 - t) dt + dW"))
        [(X/(1 - t), 1)]
    """
    found = []
    for entry in [*law.drift, *law.diffusion]:
        if law.time not in entry.free_symbols:
            continue
        for base, at_zero in _singular_parts(entry):
            if law.time not in base.free_symbols or base.free_symbols & set(law.states):
                continue
            try:
                times = within(_DEADLINE, partial(sympy.solve, base, law.time))
            except (OutOfTime, NotImplementedError):
                continue
            for time in times:
                if time.is_negative or time.is_real is False or (time == 0 and not at_zero):
                    continue
                found.append((entry, time))
    return found


def _marks(law: System) -> list[sympy.Expr]:
    x = law.states[0]
    drift, spread = law.drift[0], law.covariance_rate[0]
    found = list(sympy.solve(spread, x))
    for entry in (drift, spread, *law.diffusion):
        found += sympy.solve(sympy.fraction(sympy.together(entry))[1], x)
        for base, _ in _singular_parts(entry):
            if x in base.free_symbols:
                found += sympy.solve(base, x)
    return [mark for mark in found if mark.is_real and x not in mark.free_symbols]


def _singular_parts(entry: sympy.Expr) -> list[tuple[sympy.Expr, bool]]:
    """What must not vanish, or not turn negative, in an expression, and whether a zero at the very start matters."""
    found = []
    for power in entry.atoms(sympy.Pow):
        if power.exp.is_negative or not power.exp.is_integer:
            found.append((power.base, bool(power.exp.is_negative)))
    found += [(log.args[0], True) for log in entry.atoms(sympy.log)]
    found += [(sympy.cos(tan.args[0]), True) for tan in entry.atoms(sympy.tan)]
    return found


def _sorted(marks: list[sympy.Expr]) -> list[sympy.Expr]:
    """The marks in order; those with letters only where their order does not depend on the letters."""
    known = list(dict.fromkeys(map(sympy.nsimplify, marks)))
    try:
        return sorted(known, key=cmp_to_key(_compared))
    except TypeError:
        return sorted(mark for mark in known if mark.is_number)


def _compared(one: sympy.Expr, other: sympy.Expr) -> int:
    if one == other:
        return 0
    less = one < other
    if less not in (sympy.true, sympy.false):
        raise TypeError("the order depends on the parameters")
    return -1 if less == sympy.true else 1


def _has_noise(law: System, pair: Interval) -> bool:
    """Whether g^2 > 0 between the ends; where the letters decide, it is tried with numbers in their place."""
    value = law.covariance_rate[0].subs(law.states[0], inner_point(pair))
    if value.is_positive or value.is_negative:
        return bool(value.is_positive)
    number = value.subs({s: sympy.Rational(7 + 4 * k, 8) for k, s in enumerate(sorted(value.free_symbols, key=str))})
    return bool(number.is_positive) or number.is_real is None

"""Where a scalar diffusion can live: the intervals on which its noise does not vanish, and the times its coefficients reach.

    marks       zeros and poles of g^2, poles of f, ends of what their roots and logarithms are defined on
    intervals   between neighbouring marks, where g^2 > 0 and f is a real number
    edges       what is under a root, b(x) = 0: a path stays where b >= 0 if (grad b) . G = 0 and L b >= 0 there

The natural interval is the one that holds 0; else the first to the right of 0; else the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cmp_to_key, partial
from itertools import pairwise

import sympy

from evolaw.ito.patience import OutOfTime, tidy, within
from evolaw.ito.systems import System

__all__ = ["Edge", "Interval", "edges", "inner_point", "intervals", "natural_interval", "time_limits"]

Interval = tuple[sympy.Expr, sympy.Expr]
_DEADLINE = 5.0
_LINE = (-sympy.oo, sympy.oo)


@dataclass(frozen=True)
class Edge:
    """Where a root in a coefficient begins to be defined.

    Attributes:
        entry: the coefficient.
        place: a state and its value there.
        inward: how fast what is under the root grows there in the mean, L b; below 0 a path that comes there is pushed out.
            None where noise carries it out.
    """

    entry: sympy.Expr
    place: tuple[sympy.Symbol, sympy.Expr]
    inward: sympy.Expr | None

    @property
    def holds(self) -> bool | None:
        """Whether no path leaves here; None where that depends on letters or on other states."""
        return False if self.inward is None else self.inward.is_nonnegative


def intervals(law: System) -> list[Interval]:
    """Return every interval on which g^2 > 0 and the drift is defined, from left to right; the whole line where no mark is found.

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


def edges(law: System) -> list[Edge]:
    """Return where roots in the coefficients begin to be defined, of an Itô equation with any number of states.

    Example:
        >>> from evolaw.ito.systems import system
        >>> [(edge.place, edge.inward) for edge in edges(system("dX = a (b - X) dt + s sqrt(X) dW"))]
        [((X, 0), a*b)]
    """
    found: dict[tuple[sympy.Symbol, sympy.Expr], Edge] = {}
    for entry in [*law.drift, *law.diffusion]:
        for power in sorted(entry.atoms(sympy.Pow), key=str):
            base = power.base
            if power.exp.is_integer or base.is_nonnegative or not base.free_symbols & set(law.states):
                continue
            for place in _zeros(base, law):
                found.setdefault(place, Edge(entry, place, _inward(base, law, place)))
    return list(found.values())


def _zeros(base: sympy.Expr, law: System) -> list[tuple[sympy.Symbol, sympy.Expr]]:
    """(state, value) where an expression vanishes; of several states the one that it is solved for most simply."""
    states = sorted(base.free_symbols & set(law.states), key=lambda x: (not (base / x).is_number, str(x)))
    try:
        values = within(_DEADLINE, lambda: sympy.solve(base, states[0]))
    except (OutOfTime, NotImplementedError):
        return []
    return [(states[0], value) for value in values if value.is_real is not False]


def _inward(base: sympy.Expr, law: System, place: tuple[sympy.Symbol, sympy.Expr]) -> sympy.Expr | None:
    """L b = f . grad b + 1/2 tr(G rho G^T grad^2 b) where b = 0; None where (grad b) . G does not vanish."""
    slopes = sympy.Matrix([sympy.diff(base, x) for x in law.states])
    spread = law.covariance_rate
    if tidy((slopes.T * spread * slopes)[0].subs(*place)) != 0:
        return None
    mean = (sympy.Matrix(law.drift).T * slopes)[0] + (spread * sympy.hessian(base, law.states)).trace() / 2
    return tidy(mean.subs(*place))


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
    """Whether g^2 > 0 and f is real between the ends; where the letters decide, numbers are tried in their place."""
    value, drift = (e.subs(law.states[0], inner_point(pair)) for e in (law.covariance_rate[0], law.drift[0]))
    if drift.is_real is False:
        return False
    if drift.is_real and (value.is_positive or value.is_negative):
        return bool(value.is_positive)
    letters = sorted(value.free_symbols | drift.free_symbols, key=str)
    numbers = {s: sympy.Rational(7 + 4 * k, 8) for k, s in enumerate(letters)}
    value, drift = value.subs(numbers), drift.subs(numbers)
    if drift.is_number and abs(sympy.im(drift.n())) > 1e-9:
        return False
    return bool(value.is_positive) or value.is_real is None

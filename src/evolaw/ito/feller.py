"""Feller's test: does a scalar diffusion reach the end of its interval, and does it explode?

    s'(x) = exp(-integral 2 f / g^2),   S(x) = integral s',   v(x) = integral s'(y) ( integral 2 / (s' g^2) ) dy

The end is reached in finite time with positive probability exactly when v is finite there (an infinite end reached is an
explosion). Whether v is finite depends on the leading powers at the end only. With xi the distance to a finite end, or
xi = |x| at an infinite one, and

    2 f / g^2 ~ A xi^alpha  (f counted towards the inside at a finite end, outwards at an infinite one),    g^2 ~ B xi^beta

    finite end:    alpha > -1: reached iff beta < 2           infinite end:  alpha < -1: never reached
                   alpha = -1: iff A < 1 and beta < 2                        alpha = -1: iff A > 1 and beta > 2
                   alpha < -1: iff A < 0 and alpha + beta < 1                alpha > -1: iff A > 0 and alpha + beta > 1

The table follows from the three integrals by comparing powers; factors that vary more slowly than any power (logarithms) change
nothing where no condition is met with equality. An end is reached in one variable exactly when it is in another, so where x
shows no powers, y = -log(xi) at a finite end, y = log(xi) or exp(xi) at an infinite one, are asked, which by Itô's formula move by

    dy = (y' F + y'' g^2 / 2) dt + y' g dW,      F the drift of xi;       the end lies at y = oo

What has leading powers in none of them (oscillating coefficients, say) is "not decided".

References: karatzas1991, theorem 5.5.29 and proposition 5.5.22.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import sympy

from evolaw import checks
from evolaw.ito.calculus import to_ito
from evolaw.ito.domain import natural_interval
from evolaw.ito.patience import OutOfTime, bounded, tidy, within
from evolaw.ito.systems import System
from evolaw.ito.texts import reads
from evolaw.told import told

__all__ = ["Boundary", "ends_of", "feller_test"]

_DEADLINE = 5.0


@dataclass(frozen=True)
class Boundary:
    """What Feller's test says of one end.

    Attributes:
        end: the end of the interval.
        reached: True, False, None when not decided, or the condition on the parameters under which it is reached.
        why: the leading powers it rests on.
        interval: the interval it is an end of.
    """

    end: sympy.Expr
    reached: bool | sympy.Expr | None
    why: str
    interval: tuple[sympy.Expr, sympy.Expr] = (-sympy.oo, sympy.oo)

    def __str__(self) -> str:
        words = {True: "reached with positive probability", False: "never reached", None: "not decided"}
        known = self.reached if isinstance(self.reached, bool | None) else None
        return f"{self.end}: {words[known] if known is self.reached else f'reached iff {self.reached}'} ({self.why})"


@told
@reads
@bounded
def feller_test(system: System, interval: tuple[object, object] | None = None) -> tuple[Boundary, Boundary]:
    """Apply Feller's test at both ends of the interval a scalar, autonomous system lives on.

    Args:
        system: the law; one state, no time in it.
        interval: (left, right); by default the natural one, where the noise does not vanish (`evolaw.ito.domain`).

    Raises:
        ArgumentError: the system is not scalar and autonomous, or the noise vanishes identically.

    Example:
        >>> from evolaw.ito.systems import system
        >>> print(feller_test(system("dX = a (b - X) dt + s sqrt(X) dW"), (0, sympy.oo))[0])
        0: reached iff 2*a*b/s**2 < 1 (2f/g^2 ~ 2*a*b/s**2 xi^-1, g^2 ~ s**2 xi^1)
    """
    law = to_ito(system)
    checks.require(law.dim == 1 and law.is_autonomous, "system", "have one state and no time in it", str(system))
    checks.require(law.covariance_rate[0] != 0, "system", "have noise", str(system))
    left, right = natural_interval(law) if interval is None else ends_of(interval)
    return _at(law, left, (left, right), inward=1), _at(law, right, (left, right), inward=-1)


def ends_of(interval: tuple[object, object]) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the ends of an interval as symbols.

    Raises:
        ArgumentError: it is no pair of numbers, infinities or expressions; nothing is evaluated from text.
    """
    known = {"oo": sympy.oo, "-oo": -sympy.oo, "inf": sympy.oo, "-inf": -sympy.oo}
    pair = isinstance(interval, tuple | list) and len(interval) == 2
    checks.require(pair, "interval", "be two ends, as (0, sympy.oo)", interval)
    ends = [known.get(end, end) if isinstance(end, str) else end for end in interval]
    for end in ends:
        fits = isinstance(end, int | float | sympy.Expr) and end == end
        checks.require(fits, "interval", "have numbers, infinities or SymPy expressions as ends", end)
    left, right = (sympy.nsimplify(sympy.sympify(end), rational=True) for end in ends)
    checks.require((left < right) != sympy.false, "interval", "have its smaller end first", f"({left}, {right})")
    return left, right


def _at(law: System, end: sympy.Expr, interval: tuple[sympy.Expr, sympy.Expr], *, inward: int) -> Boundary:
    xi = sympy.Symbol("xi", positive=True)
    finite = bool(end.is_finite)
    # The distance grows inwards at a finite end and outwards at an infinite one.
    direction = inward if finite else -inward
    place = end + direction * xi if finite else direction * xi
    f, spread = (value.subs(law.states[0], place) for value in (law.drift[0], law.covariance_rate[0]))
    for name, drift, size, near in _views(direction * f, spread, xi, finite):
        try:
            a, alpha, steady = within(_DEADLINE, partial(_leading, 2 * drift / size, xi, near))
            b, beta, even = within(_DEADLINE, partial(_leading, size, xi, near))
        except (OutOfTime, NotImplementedError, ValueError, TypeError):
            continue
        if not (steady and even) and (alpha == -1 or alpha + beta == 1 or beta == 2):
            continue
        letter = "y" if name else "xi"
        first, second = (
            f"{f'{c} ' if sure else ''}{letter}^{power}" for c, power, sure in ((a, alpha, steady), (b, beta, even))
        )
        why = f"2f/g^2 ~ {first}, g^2 ~ {second}{name and f', y = {name}'}"
        return Boundary(end, _settled((_finite_end if near else _infinite_end)(a, alpha, beta)), why, interval)
    return Boundary(end, None, "the coefficients have no leading powers there", interval)


def _views(
    f: sympy.Expr, spread: sympy.Expr, xi: sympy.Symbol, finite: bool
) -> Iterator[tuple[str, sympy.Expr, sympy.Expr, bool]]:
    """The distance itself, then y in its place: what y is, drift, g^2, whether the end is finite."""
    yield "", f, spread, finite
    sign = -1 if finite else 1
    distance = sympy.exp(sign * xi)
    f_there, spread_there = (value.subs(xi, distance) for value in (f, spread))
    drift = sign * (f_there / distance - spread_there / (2 * distance**2))
    yield "log(xi)" if sign > 0 else "-log(xi)", drift, spread_there / distance**2, False
    if not finite:
        f, spread = (value.subs(xi, sympy.log(xi)) for value in (f, spread))
        yield "exp(xi)", xi * (f + spread / 2), xi**2 * spread, False


def _leading(expression: sympy.Expr, xi: sympy.Symbol, finite: bool) -> tuple[sympy.Expr, sympy.Expr, bool]:
    """The leading term A xi^alpha as xi goes to 0 (a finite end) or to infinity, and whether A is a number.

    Where A varies more slowly than any power its sign is returned.
    """
    expression = tidy(expression)
    if expression == 0:
        return sympy.Integer(0), sympy.Integer(0), True
    towards, side = (0, "+") if finite else (sympy.oo, "-")
    power = sympy.limit(tidy(xi * sympy.diff(expression, xi) / expression), xi, towards, side)
    if not (power.is_finite and power.is_number):
        raise ValueError("no leading power")
    rest = tidy(expression / xi**power)
    coefficient = tidy(sympy.limit(rest, xi, towards, side))
    if coefficient == 0:
        coefficient = sympy.limit(1 / rest, xi, towards, side)
    if coefficient in (sympy.oo, -sympy.oo):
        return sympy.sign(coefficient), power, False
    if not coefficient.is_finite:
        raise ValueError("no leading power")
    return coefficient, power, True


def _finite_end(a: sympy.Expr, alpha: sympy.Expr, beta: sympy.Expr) -> sympy.Expr:
    if a == 0 or alpha > -1:
        return sympy.true if beta < 2 else sympy.false
    if alpha == -1:
        return sympy.And(a < 1, beta < 2)
    return sympy.And(a < 0, alpha + beta < 1)


def _infinite_end(a: sympy.Expr, alpha: sympy.Expr, beta: sympy.Expr) -> sympy.Expr:
    if a == 0 or alpha < -1:
        return sympy.false
    if alpha == -1:
        return sympy.And(a > 1, beta > 2)
    return sympy.And(a > 0, alpha + beta > 1)


def _settled(condition: sympy.Expr) -> bool | sympy.Expr:
    return bool(condition) if condition in (sympy.true, sympy.false) else condition

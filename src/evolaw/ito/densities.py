"""Generators, the equations of Kolmogorov, and stationary densities in one dimension.

    L u  = sum_i f_i u_i + 1/2 sum_ij (G rho G^T)_ij u_ij              generator, acts on observables
    L* p = -sum_i (f_i p)_i + 1/2 sum_ij ((G rho G^T)_ij p)_ij         its adjoint, acts on densities
    backward:  u_t + L u = 0        forward (Fokker-Planck):  p_t = L* p
    in one dimension, at zero flux:  p(x) = N / g(x)^2 exp( integral 2 f / g^2 dx )

A Stratonovich system is turned into its Itô form first.

References: oksendal2003, theorems 7.3.3 and 8.1.1; gardiner2009, sections 5.1 and 5.3; risken1996, section 5.2.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import mpmath
import sympy

from evolaw import checks, display
from evolaw.ito.calculus import to_ito
from evolaw.ito.domain import Interval, inner_point, natural_interval
from evolaw.ito.feller import ends_of
from evolaw.ito.patience import OutOfTime, bounded, tidy, within
from evolaw.ito.systems import System
from evolaw.ito.texts import reads
from evolaw.told import told

__all__ = [
    "StationaryDensity",
    "adjoint",
    "backward_equation",
    "forward_equation",
    "generator",
    "stationary_density",
]

_DEADLINE = 5.0


@told
@reads
@bounded
def generator(u: sympy.Expr, system: System) -> sympy.Expr:
    """Compute L u.

    Example:
        >>> from evolaw.ito.systems import system
        >>> ou = system("dX = -theta X dt + sigma dW")
        >>> generator(ou.states[0]**2, ou)
        -2*X**2*theta + sigma**2
    """
    law = to_ito(system)
    gradient = sympy.Matrix([sympy.diff(u, x) for x in law.states])
    return sympy.expand(gradient.dot(law.drift) + (law.covariance_rate * sympy.hessian(u, law.states)).trace() / 2)


@told
@reads
@bounded
def adjoint(p: sympy.Expr, system: System) -> sympy.Expr:
    """Compute L* p.

    Example:
        >>> from evolaw.ito.systems import system
        >>> ou = system("dX = -theta X dt + sigma dW")
        >>> p = sympy.exp(-ou.parameters[1] * ou.states[0] ** 2 / ou.parameters[0] ** 2)
        >>> sympy.simplify(adjoint(p, ou))
        0
    """
    law = to_ito(system)
    flow = -sum(sympy.diff(law.drift[i] * p, x) for i, x in enumerate(law.states))
    spread = sum(
        sympy.diff(law.covariance_rate[i, j] * p, x, y) / 2
        for i, x in enumerate(law.states)
        for j, y in enumerate(law.states)
    )
    return sympy.expand(flow + spread)


@told
@reads
@bounded
def backward_equation(system: System) -> sympy.Eq:
    """Return Kolmogorov's backward equation u_t + L u = 0 for u(t, X)."""
    u = sympy.Function("u")(system.time, *system.states)
    return sympy.Eq(sympy.diff(u, system.time) + generator(u, system), 0)


@told
@reads
@bounded
def forward_equation(system: System) -> sympy.Eq:
    """Return Kolmogorov's forward equation, the Fokker-Planck equation p_t = L* p for p(t, X)."""
    p = sympy.Function("p")(system.time, *system.states)
    return sympy.Eq(sympy.diff(p, system.time), adjoint(p, system))


@dataclass(frozen=True)
class StationaryDensity:
    """A density that L* maps to zero, without probability flux.

    Attributes:
        unnormalised: exp(integral 2 f / g^2) / g^2.
        normaliser: its integral over the interval; None when no closed form was found, infinite when it diverges.
        interval: the interval (left, right).
        exists: True, False, or None when it is not decided.
        why: where it does not exist, the end at which the integral diverges.
    """

    unnormalised: sympy.Expr
    normaliser: sympy.Expr | None
    interval: tuple[sympy.Expr, sympy.Expr]
    exists: bool | None
    why: str = ""

    def _repr_latex_(self) -> str:
        return display.mathematics(self.unnormalised if self.density is None else self.density)

    @property
    def density(self) -> sympy.Expr | None:
        """The normalised density, if its normaliser is known and finite."""
        if not self.exists or self.normaliser is None:
            return None
        quotient = self.unnormalised / self.normaliser
        try:
            return within(_DEADLINE, lambda: tidy(quotient))
        except OutOfTime:
            return quotient


@told
@reads
@bounded
def stationary_density(system: System, interval: tuple[object, object] | None = None) -> StationaryDensity:
    """Compute the zero-flux stationary density of a scalar, autonomous system.

    Args:
        system: the law; one state.
        interval: where X lives, by default the natural interval, where the noise does not vanish; its ends are taken to
            be natural or reflecting.

    Raises:
        ArgumentError: the system has several states or depends on time.

    Notes:
        The integrals are symbolic and get 5 s each; what is not found in that time is left open, never guessed. Without
        letters a normaliser that has no closed form is computed to twelve digits.

    Example:
        >>> from evolaw.ito.systems import system
        >>> stationary_density(system("dX = -theta X dt + sigma dW")).density
        sqrt(theta)*exp(-X**2*theta/sigma**2)/(sqrt(pi)*sigma)
    """
    law = to_ito(system)
    checks.require(law.dim == 1 and law.is_autonomous, "system", "have one state and no time in it", str(system))
    left, right = natural_interval(law) if interval is None else ends_of(interval)
    x = law.states[0]
    inside = sympy.Symbol("x", positive=True) if left.is_nonnegative else sympy.Symbol("x", real=True)
    drift, spread = (value.subs(x, inside) for value in (law.drift[0], law.covariance_rate[0]))
    checks.require(spread != 0, "system", "have noise", str(system))
    try:
        exponent = within(
            _DEADLINE, lambda: sympy.integrate(sympy.apart(sympy.expand(2 * drift / spread), inside), inside)
        )
    except (OutOfTime, NotImplementedError, sympy.PolynomialError):
        exponent = sympy.Integral(2 * drift / spread, inside)
    shape = _shape(exponent, spread, inside, (left, right))
    total, exists, why = _normaliser(shape, inside, left, right)
    normaliser = None if total is None else total.subs(inside, x)
    return StationaryDensity(shape.subs(inside, x), normaliser, (left, right), exists, why)


def _shape(exponent: sympy.Expr, spread: sympy.Expr, x: sympy.Symbol, interval: Interval) -> sympy.Expr:
    """exp(exponent) / spread, with logarithms as powers where that is found in time."""

    def found() -> sympy.Expr:
        terms = sympy.Add.make_args(sympy.expand(exponent))
        return sympy.powsimp(sympy.prod(_exponential(term, x, inner_point(interval)) for term in terms) / spread)

    try:
        return within(_DEADLINE, found)
    except OutOfTime:
        return sympy.exp(exponent) / spread


def _normaliser(
    shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr
) -> tuple[sympy.Expr | None, bool | None, str]:
    """The integral of a positive function, whether it is finite, and why not; None for what is not known."""
    if why := _diverges(shape, x, left, right):
        return sympy.oo, False, why
    total = _integral(shape, x, left, right)
    if total is not None and total.is_finite is False:
        return total, False, "its integral is infinite"
    if total is not None and (confirmed := _confirmed(total, shape, x, left, right)) is not None:
        return (total, True, "") if confirmed else (None, None, "")
    if total is not None and total.is_finite:
        return total, True, ""
    converges = _converges(shape, x, left, right)
    if total is None and converges:
        total = _number(shape, x, left, right)
    return total, True if converges else None, ""


def _power(shape: sympy.Expr, x: sympy.Symbol, end: sympy.Expr, inward: int) -> sympy.Expr:
    """The power of the function towards an end, in the distance from it, or in |x| where it is infinite."""
    xi = sympy.Symbol("xi", positive=True)
    near = shape.subs(x, end + inward * xi if end.is_finite else -inward * xi)
    return sympy.limit(tidy(xi * sympy.diff(near, xi) / near), xi, 0 if end.is_finite else sympy.oo)


def _converges(shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether the function's power is above -1 at a finite end and below at an infinite one: then its integral is finite."""

    def found() -> bool:
        for end, inward in ((left, 1), (right, -1)):
            power = _power(shape, x, end, inward)
            if ((power > -1) if end.is_finite else (power < -1)) != sympy.true:
                return False
        return True

    try:
        return bool(within(_DEADLINE, found))
    except (OutOfTime, NotImplementedError, ValueError, TypeError):
        return False


def _diverges(shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr) -> str:
    """Say where the integral is infinite: at an end towards which the function falls no faster than 1/xi, xi the distance or |x|.

    Between a finite end and infinity it is infinite too, whatever the letters are, where the power at infinity is not below that at the
    finite end: one is to be above -1 and the other below.
    """
    xi = sympy.Symbol("xi", positive=True)

    def found() -> str:
        for end, inward in ((left, 1), (right, -1)):
            place = end + inward * xi if end.is_finite else -inward * xi
            rate = sympy.limit(
                xi * shape.subs(x, place), xi, 0 if end.is_finite else sympy.oo, "+" if end.is_finite else "-"
            )
            if rate.is_extended_positive:
                return f"its integral diverges at {end}"
        return ""

    def whatever_the_letters() -> str:
        near, far = (_power(shape, x, end, inward) for end, inward in ((left, 1), (right, -1)))
        rise = tidy(far - near) if left.is_finite else tidy(near - far)
        return f"its integral diverges at {left} or at {right}, whatever the letters are" if rise.is_nonnegative else ""

    for found_in_time in (found, *([whatever_the_letters] if left.is_finite != right.is_finite else [])):
        with contextlib.suppress(OutOfTime, NotImplementedError, ValueError, TypeError):
            if why := within(_DEADLINE, found_in_time):
                return why
    return ""


def _confirmed(
    total: sympy.Expr, shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr
) -> bool | None:
    """Whether the closed form equals the integral by quadrature, with numbers for the letters; None when that cannot be told."""

    def found() -> bool | None:
        letters = sorted(
            (shape.free_symbols | total.free_symbols | left.free_symbols | right.free_symbols) - {x}, key=str
        )
        numbers = {letter: sympy.Rational(9 + 4 * k, 8) for k, letter in enumerate(letters)}
        ends = [_number_of(end.subs(numbers)) for end in (left, right)]
        density = sympy.lambdify(x, shape.subs(numbers), "mpmath")
        value, error = mpmath.quad(density, ends, error=True)
        if not mpmath.isfinite(value) or error > 1e-7 * abs(value):
            return None
        return bool(abs(mpmath.mpmathify(total.subs(numbers).evalf()) - value) < 1e-6 * abs(value))

    try:
        return within(_DEADLINE, found)
    except (OutOfTime, NotImplementedError, ValueError, TypeError, ZeroDivisionError, OverflowError, NameError):
        return None


def _number_of(end: sympy.Expr) -> Any:
    """An end of an interval, without letters, for mpmath, which does not know SymPy's infinity."""
    return mpmath.mpf(str(end.evalf(60))) if end.is_finite else mpmath.inf if end > 0 else -mpmath.inf


def _number(shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr | None:
    """The integral, known to be finite, as a number; None where the function has letters, or twelve digits cannot be had."""
    if shape.free_symbols != {x} or shape.has(sympy.Integral):
        return None

    def found() -> sympy.Expr | None:
        # Nodes crowd at the ends, so that a power there that can be integrated does no harm, given digits to tell them from the end.
        for digits in (15, 60):
            with mpmath.workdps(digits):
                ends = [_number_of(end) for end in (left, right)]
                value, error = mpmath.quad(sympy.lambdify(x, shape, "mpmath"), ends, error=True)
                if mpmath.isfinite(value) and value > 0 and error < 1e-10 * value:
                    return sympy.Float(value, 12)
        return None

    try:
        return within(_DEADLINE, found)
    except (OutOfTime, NotImplementedError, ValueError, TypeError, ZeroDivisionError, OverflowError):
        return None


def _exponential(term: sympy.Expr, x: sympy.Symbol, place: sympy.Expr) -> sympy.Expr:
    """exp(term), with exp(c log a) as the power |a|^c, which SymPy can integrate; ``place`` tells the sign of a."""
    logarithms = [factor for factor in sympy.Mul.make_args(term) if isinstance(factor, sympy.log)]
    if len(logarithms) == 1:
        base = logarithms[0].args[0]
        return (-base if base.subs(x, place).is_negative else base) ** tidy(term / logarithms[0])
    return sympy.exp(tidy(term))


def _integral(shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr | None:
    """The integral of a positive function, infinite if it diverges; None when no closed form is found in time."""
    try:
        value = within(_DEADLINE, lambda: sympy.integrate(shape, (x, left, right)))
        value = within(_DEADLINE, lambda: tidy(value))
    except (OutOfTime, NotImplementedError, ValueError, TypeError):
        return None
    if isinstance(value, sympy.Piecewise):
        return None
    return None if value.has(sympy.Integral, sympy.nan) else value

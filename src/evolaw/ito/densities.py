"""Generators, the equations of Kolmogorov, and stationary densities in one dimension.

    L u  = sum_i f_i u_i + 1/2 sum_ij (G rho G^T)_ij u_ij              generator, acts on observables
    L* p = -sum_i (f_i p)_i + 1/2 sum_ij ((G rho G^T)_ij p)_ij         its adjoint, acts on densities
    backward:  u_t + L u = 0        forward (Fokker-Planck):  p_t = L* p
    in one dimension, at zero flux:  p(x) = N / g(x)^2 exp( integral 2 f / g^2 dx )

A Stratonovich system is turned into its Itô form first.

References: oksendal2003, theorems 7.3.3 and 8.1.1; gardiner2009, sections 5.1 and 5.3; risken1996, section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from evolaw import checks
from evolaw.ito.calculus import to_ito
from evolaw.ito.patience import OutOfTime, within
from evolaw.ito.systems import System

__all__ = [
    "StationaryDensity",
    "adjoint",
    "backward_equation",
    "forward_equation",
    "generator",
    "stationary_density",
]

_DEADLINE = 5.0


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


def backward_equation(system: System) -> sympy.Eq:
    """Return Kolmogorov's backward equation u_t + L u = 0 for u(t, X)."""
    u = sympy.Function("u")(system.time, *system.states)
    return sympy.Eq(sympy.diff(u, system.time) + generator(u, system), 0)


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
    """

    unnormalised: sympy.Expr
    normaliser: sympy.Expr | None
    interval: tuple[sympy.Expr, sympy.Expr]
    exists: bool | None

    @property
    def density(self) -> sympy.Expr | None:
        """The normalised density, if its normaliser is known and finite."""
        if not self.exists or self.normaliser is None:
            return None
        return sympy.simplify(self.unnormalised / self.normaliser)


def stationary_density(system: System, interval: tuple[object, object] = (-sympy.oo, sympy.oo)) -> StationaryDensity:
    """Compute the zero-flux stationary density of a scalar, autonomous system.

    Args:
        system: the law; one state.
        interval: where X lives; its ends are taken to be natural or reflecting.

    Raises:
        ArgumentError: the system has several states or depends on time.

    Notes:
        The integrals are symbolic and get 5 s each; what is not found in that time is left open, never guessed.

    Example:
        >>> from evolaw.ito.systems import system
        >>> stationary_density(system("dX = -theta X dt + sigma dW")).density
        sqrt(theta)*exp(-X**2*theta/sigma**2)/(sqrt(pi)*sigma)
    """
    law = to_ito(system)
    checks.require(law.dim == 1 and law.is_autonomous, "system", "have one state and no time in it", str(system))
    left, right = (sympy.sympify(end) for end in interval)
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
    shape = sympy.powsimp(
        sympy.prod(_exponential(term) for term in sympy.Add.make_args(sympy.expand(exponent))) / spread
    )
    total = _integral(shape, inside, left, right)
    exists = None if total is None else bool(total.is_finite) if total.is_finite is not None else None
    return StationaryDensity(
        shape.subs(inside, x), None if total is None else total.subs(inside, x), (left, right), exists
    )


def _exponential(term: sympy.Expr) -> sympy.Expr:
    """exp(term), with exp(c log a) as the power a^c, which SymPy can integrate."""
    logarithms = [factor for factor in sympy.Mul.make_args(term) if isinstance(factor, sympy.log)]
    if len(logarithms) == 1:
        return logarithms[0].args[0] ** sympy.simplify(term / logarithms[0])
    return sympy.exp(sympy.simplify(term))


def _integral(shape: sympy.Expr, x: sympy.Symbol, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr | None:
    """The integral of a positive function, infinite if it diverges; None when no closed form is found in time."""
    try:
        value = within(_DEADLINE, lambda: sympy.integrate(shape, (x, left, right)))
        value = within(_DEADLINE, lambda: sympy.simplify(value))
    except (OutOfTime, NotImplementedError, ValueError, TypeError):
        return None
    if isinstance(value, sympy.Piecewise):
        return None
    return None if value.has(sympy.Integral, sympy.nan) else value

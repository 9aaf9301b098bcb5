"""The rules of Itô's calculus, in any number of dimensions and with correlated noises.

    dF = (F_t + sum_i f_i F_i + 1/2 sum_ij (G rho G^T)_ij F_ij) dt + sum_j (sum_i G_ij F_i) dW_j      chain rule
    d(UV) = U dV + V dU + d[U, V],     d[U, V] = grad U^T G rho G^T grad V dt                          product rule
    f_S = f - 1/2 sum_jk rho_jk (Dg^j) g^k                                                Itô to Stratonovich drift

Subscripts of F are partial derivatives, g^j is column j of G. A Stratonovich system obeys the ordinary chain rule; it is
turned into its Itô form first, so that what comes out is always an Itô differential.

References: oksendal2003, theorems 4.1.2 and 4.2.1, section 3.3; kloeden1992, sections 3.4 and 4.9.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from evolaw import checks, display
from evolaw.ito.patience import bounded, tidy
from evolaw.ito.systems import System
from evolaw.ito.texts import reads
from evolaw.told import told

__all__ = [
    "Differential",
    "ProductRule",
    "change_variables",
    "covariation",
    "differential",
    "lamperti",
    "product",
    "to_ito",
    "to_stratonovich",
]


@dataclass(frozen=True)
class Differential:
    """dF = drift dt + sum_j diffusion_j dW_j.

    Attributes:
        of: the expression F.
        drift: coefficient of dt.
        diffusion: coefficient of each noise.
        noises: names of the noises.
    """

    of: sympy.Expr
    drift: sympy.Expr
    diffusion: tuple[sympy.Expr, ...]
    noises: tuple[str, ...]

    def __str__(self) -> str:
        parts = [(self.drift, "dt"), *zip(self.diffusion, (f"d{name}" for name in self.noises), strict=True)]
        return f"d({self.of}) = " + (" + ".join(f"({value}) {step}" for value, step in parts if value != 0) or "0")

    def _repr_latex_(self) -> str:
        return display.mathematics(self)


@dataclass(frozen=True)
class ProductRule:
    """d(UV) = U dV + V dU + d[U, V], term by term.

    Attributes:
        first: U dV.
        second: V dU.
        covariation: the rate of d[U, V], the term that ordinary calculus lacks.
        total: their sum, the differential of UV.
    """

    first: Differential
    second: Differential
    covariation: sympy.Expr
    total: Differential


@told
@reads
@bounded
def differential(expression: sympy.Expr, system: System) -> Differential:
    """Compute the Itô differential of F(t, X) by the chain rule at the head of this file.

    Args:
        expression: F, in the states, the time and the parameters; or as text, "log(X)".
        system: the law of X; or its equation as text, here as in every function of this room.

    Example:
        >>> from evolaw.ito.systems import system
        >>> gbm = system("dX = mu X dt + sigma X dW")
        >>> print(differential(sympy.log(gbm.states[0]), gbm))
        d(log(X)) = (mu - sigma**2/2) dt + (sigma) dW
        >>> print(differential("X**2", "dX = dW"))
        d(X**2) = (1) dt + (2*X) dW
    """
    law = to_ito(system)
    gradient = sympy.Matrix([sympy.diff(expression, x) for x in law.states])
    drift = sympy.diff(expression, law.time) + gradient.dot(law.drift) + _curvature(expression, law)
    noise = (gradient.T * law.diffusion) if law.noises else sympy.zeros(1, 0)
    return Differential(expression, tidy(drift), tuple(tidy(g) for g in noise), law.noises)


@told
@reads
@bounded
def covariation(first: sympy.Expr, second: sympy.Expr, system: System) -> sympy.Expr:
    """Return the rate d[U, V] / dt = grad U^T G rho G^T grad V.

    Example:
        >>> from evolaw.ito.systems import system
        >>> pair = system("dX = dW1; dY = dW2", correlation={("W1", "W2"): "rho"})
        >>> covariation(*pair.states, pair)
        rho
    """
    u, v = (sympy.Matrix([sympy.diff(f, x) for x in system.states]) for f in (first, second))
    return tidy((u.T * system.covariance_rate * v)[0])


@told
@reads
@bounded
def product(first: sympy.Expr, second: sympy.Expr, system: System) -> ProductRule:
    """Apply the product rule to U(t, X) V(t, X). A quotient U/V is the product of U and 1/V.

    Example:
        >>> from evolaw.ito.systems import system
        >>> motion = system("dX = dW")
        >>> product(motion.states[0], motion.states[0], motion).covariation
        1
    """
    du, dv = differential(first, system), differential(second, system)
    return ProductRule(
        _scale(first, dv), _scale(second, du), covariation(first, second, system), differential(first * second, system)
    )


@told
@reads
@bounded
def to_stratonovich(system: System) -> System:
    """Return the Stratonovich system with the same solutions: its drift is f - 1/2 sum_jk rho_jk (Dg^j) g^k.

    Example:
        >>> from evolaw.ito.systems import system
        >>> print(to_stratonovich(system("dX = sigma X dW")))
        dX = (-X*sigma**2/2) dt + (X*sigma) ∘ dW
    """
    if system.calculus == "stratonovich":
        return system
    return system.replace(drift=system.drift - _correction(system), calculus="stratonovich")


@told
@reads
@bounded
def to_ito(system: System) -> System:
    """Return the Itô system with the same solutions: its drift is f + 1/2 sum_jk rho_jk (Dg^j) g^k."""
    if system.calculus == "ito":
        return system
    return system.replace(drift=system.drift + _correction(system), calculus="ito")


@told
@reads
@bounded
def change_variables(system: System, new: dict[str, sympy.Expr], inverse: dict[sympy.Symbol, sympy.Expr]) -> System:
    """Return the Itô system of Y = F(t, X).

    Args:
        system: the law of X.
        new: name of each new state and its expression in t and X.
        inverse: each old state as an expression in t and the new states (symbols named as in ``new``, real).

    Raises:
        ArgumentError: ``inverse`` does not undo ``new``.

    Example:
        >>> from evolaw.ito.systems import system
        >>> x = (gbm := system("dX = mu X dt + sigma X dW")).states[0]
        >>> print(change_variables(gbm, {"Y": sympy.log(x)}, {x: sympy.exp(sympy.Symbol("Y", real=True))}))
        dY = (mu - sigma**2/2) dt + (sigma) dW
    """
    checks.require(set(inverse) == set(system.states), "inverse", "give every old state", sorted(map(str, inverse)))
    symbols = tuple(sympy.Symbol(name, real=True) for name in new)
    for symbol, expression in zip(symbols, new.values(), strict=True):
        back = tidy(expression.subs(inverse, simultaneous=True) - symbol)
        checks.require(back == 0, "inverse", "undo the new variables", f"one that leaves {symbol} off by {back}")
    parts = [differential(expression, system) for expression in new.values()]
    law = to_ito(system)
    return law.replace(
        states=symbols,
        drift=[part.drift.subs(inverse, simultaneous=True) for part in parts],
        diffusion=[[g.subs(inverse, simultaneous=True) for g in part.diffusion] for part in parts],
    )


@told
@reads
@bounded
def lamperti(system: System) -> tuple[sympy.Expr, sympy.Expr]:
    """Return Y = F(X) with unit noise, and the drift of Y in terms of X: F' = 1/g, drift = f/g - g'/2.

    Raises:
        ArgumentError: the system is not scalar with one noise and time-independent g.

    References:
        kloeden1992, section 4.4; iacus2008, section 1.11.4.

    Example:
        >>> from evolaw.ito.systems import system
        >>> lamperti(system("dX = mu X dt + sigma X dW"))
        (log(X)/sigma, mu/sigma - sigma/2)
    """
    law = to_ito(system)
    fits = law.dim == 1 and len(law.noises) == 1 and law.time not in law.diffusion.free_symbols
    checks.require(fits, "system", "be scalar with one noise whose coefficient does not depend on time", str(system))
    x, f, g = law.states[0], law.drift[0], law.diffusion[0]
    inside = sympy.Symbol("x", positive=True)
    new = sympy.integrate((1 / g).subs(x, inside), inside).subs(inside, x)
    return tidy(new), tidy(f / g - sympy.diff(g, x) / 2)


def _curvature(expression: sympy.Expr, law: System) -> sympy.Expr:
    hessian = sympy.hessian(expression, law.states)
    return (law.covariance_rate * hessian).trace() / 2


def _correction(system: System) -> sympy.Matrix:
    total = sympy.zeros(system.dim, 1)
    for j in range(len(system.noises)):
        slope = system.diffusion[:, j].jacobian(system.states)
        for k in range(len(system.noises)):
            total += system.correlation[j, k] * slope * system.diffusion[:, k] / 2
    return total


def _scale(factor: sympy.Expr, part: Differential) -> Differential:
    return Differential(
        part.of,
        tidy(factor * part.drift),
        tuple(tidy(factor * g) for g in part.diffusion),
        part.noises,
    )

"""Moment equations: how the expectations of monomials move.

    d E[x^a] / dt = E[L x^a],      x^a = x_1^a_1 … x_d^a_d

For polynomial coefficients the right side is a combination of moments. It closes at every order when the drift is affine and
the diffusion affine in x; else it leads to higher moments, and the hierarchy says which ones.

References: socha2008, section 4.2; gardiner2009, section 4.4.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb
from typing import Any

import numpy as np
import sympy
from scipy.linalg import expm

from evolaw import checks, display
from evolaw.errors import ArgumentError
from evolaw.ito.densities import generator
from evolaw.ito.patience import bounded
from evolaw.ito.systems import System
from evolaw.ito.texts import reads
from evolaw.told import told

__all__ = ["MomentEquations", "moment_equations"]

Powers = tuple[int, ...]
_MOST_MOMENTS = 500


@dataclass(frozen=True)
class MomentEquations:
    """The equations of all moments up to an order.

    Attributes:
        states: state symbols.
        rates: for each power tuple a, the combination {power tuple: coefficient} that is dE[x^a]/dt.
        time: the time symbol.
    """

    states: tuple[sympy.Symbol, ...]
    rates: Mapping[Powers, Mapping[Powers, sympy.Expr]]
    time: sympy.Symbol

    def _repr_latex_(self) -> str:
        return display.mathematics(self)

    @property
    def higher(self) -> list[Powers]:
        """The moments the equations need but do not hold; empty when they close."""
        needed = {powers for rate in self.rates.values() for powers in rate if any(powers)}
        return sorted(needed - set(self.rates), key=lambda powers: (sum(powers), powers))

    @property
    def is_closed(self) -> bool:
        """Whether the equations hold every moment they need."""
        return not self.higher

    @property
    def equations(self) -> tuple[sympy.Eq, ...]:
        """The equations as SymPy's, dE(x^a)/dt on the left; E is an undefined function."""
        return tuple(
            sympy.Eq(
                sympy.Derivative(self._mean(a), self.time, evaluate=False),
                sympy.Add(*(value * self._mean(b) for b, value in rate.items())),
                evaluate=False,
            )
            for a, rate in self.rates.items()
        )

    def __str__(self) -> str:
        return "\n".join(f"dE[{self._name(a)}]/dt = {self._right(rate)}" for a, rate in self.rates.items())

    def solve(self, values: Mapping[str, float], start: Any, time: float) -> dict[Powers, float]:
        """Return the moments at ``time`` from a fixed start, by the matrix exponential.

        Args:
            values: number of each parameter.
            start: x at time 0, shape (dim,).
            time: when.

        Raises:
            ArgumentError: the equations do not close, depend on time, or a parameter has no value.
        """
        if not self.is_closed:
            names = ", ".join(f"E[{self._name(a)}]" for a in self.higher)
            raise ArgumentError(f"The moment equations do not close: they need {names}. Simulate instead.")
        x0 = checks.shape(np.asarray(start, float), "start", (len(self.states),))
        order = list(self.rates)
        matrix = np.zeros((len(order) + 1, len(order) + 1))
        for row, a in enumerate(order):
            for b, coefficient in self.rates[a].items():
                number = coefficient.subs({s: values[str(s)] for s in coefficient.free_symbols if str(s) in values})
                if not number.is_number:
                    missing = ", ".join(sorted(map(str, number.free_symbols)))
                    raise checks.refuse("values", "give a number for every parameter", f"without {missing}")
                matrix[row, order.index(b) if any(b) else len(order)] += float(number)
        begin = np.array([np.prod(x0 ** np.array(a)) for a in order] + [1.0])
        return dict(zip(order, (expm(matrix * time) @ begin)[:-1].tolist(), strict=True))

    def _monomial(self, powers: Powers) -> sympy.Expr:
        return sympy.prod(x**k for x, k in zip(self.states, powers, strict=True))

    def _mean(self, powers: Powers) -> sympy.Expr:
        return sympy.Function("E")(self._monomial(powers)) if any(powers) else sympy.Integer(1)

    def _name(self, powers: Powers) -> str:
        return str(self._monomial(powers))

    def _right(self, rate: Mapping[Powers, sympy.Expr]) -> str:
        terms = [f"({value})" + (f" E[{self._name(a)}]" if any(a) else "") for a, value in rate.items()]
        return " + ".join(terms) or "0"


@told
@reads
@bounded
def moment_equations(system: System, order: int = 2) -> MomentEquations:
    """Derive the equations of all moments of total order 1 … ``order``.

    Args:
        system: the law; drift and G rho G^T polynomial in the states.
        order: highest total power.

    Raises:
        ArgumentError: the coefficients are not polynomial in the states.

    Example:
        >>> from evolaw.ito.systems import system
        >>> print(moment_equations(system("dX = mu X dt + sigma X dW")))
        dE[X]/dt = (mu) E[X]
        dE[X**2]/dt = (2*mu + sigma**2) E[X**2]
    """
    order = checks.integer(order, "order", least=1, most=8)
    rates: dict[Powers, dict[Powers, sympy.Expr]] = {}
    count = comb(system.dim + order, order) - 1
    checks.require(
        count <= _MOST_MOMENTS, "order", f"ask for at most {_MOST_MOMENTS} moments", f"{order}, which asks for {count}"
    )
    chosen = [c for total in range(1, order + 1) for c in combinations_with_replacement(range(system.dim), total)]
    wanted = [tuple(c.count(i) for i in range(system.dim)) for c in chosen]
    for powers in sorted(wanted, key=lambda a: (sum(a), [-k for k in a])):
        monomial = sympy.prod(x**k for x, k in zip(system.states, powers, strict=True))
        try:
            rate = sympy.Poly(generator(monomial, system), *system.states)
        except sympy.PolynomialError:
            raise checks.refuse("system", "have coefficients polynomial in the states", str(system)) from None
        rates[powers] = {a: sympy.factor(value) for a, value in rate.terms() if value != 0}
    return MomentEquations(system.states, rates, system.time)
